"""An alliance as files: read and checked as a whole, then written to the database in one transaction."""
