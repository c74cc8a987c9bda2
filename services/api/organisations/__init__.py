"""The alliance's members over HTTP."""
