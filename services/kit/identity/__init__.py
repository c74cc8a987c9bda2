"""Sign-in state that must outlive a process: sessions, started sign-ins, attempt counts. Only hashes of secrets are stored."""
