"""The log of who saw what, when, for which purpose, on which basis."""
