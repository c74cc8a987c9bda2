"""Permissions, shares and the reason why over HTTP."""
