"""How a migration runs a whole SQL script: Piccolo's `raw` takes one command only."""

from services.kit.db.engine import engine


async def script(sql: str) -> None:
    """Run many statements on the connection of the migration's own transaction."""
    transaction = engine.current_transaction.get()
    assert transaction is not None, "a migration runs in a transaction"
    await transaction.connection.execute(sql)
