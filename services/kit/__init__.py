"""Technique that knows nothing of employment services."""
