"""The state of the read log over HTTP."""
