"""The only door to PostgreSQL: one engine, one signed acting context, one transaction per act or question."""
