"""What the decision records say of the database is so."""

import re
from pathlib import Path

import asyncpg

RECORD = Path(__file__).parents[2] / "docs/decisions/0003-what-the-installation-may-do-itself.md"


async def test_every_function_of_the_installation_is_listed(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
    table = [line.split("|")[1] for line in RECORD.read_text().splitlines() if line.startswith("| `")]
    listed = {name for cell in table for name in re.findall(r"`(\w+)`", cell)}
    assert listed == {row["proname"] for row in rows}
