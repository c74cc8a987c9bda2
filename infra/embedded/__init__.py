"""Services an installation may use when the machine offers none: PostgreSQL and an S3 store from wheels."""
