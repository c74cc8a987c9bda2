"""Facts of work over HTTP."""
