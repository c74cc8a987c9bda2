"""Technique that knows nothing of employment services: errors, clock, settings, secrets, storage, database, jobs, identity, log."""
