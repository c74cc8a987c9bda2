"""`nivel tenants apply DIR`: the files of an alliance become rows; `nivel tenants check DIR` only reads them."""

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from services.cli.faults import Fault
from services.cli.tenants.apply import apply_alliance
from services.cli.tenants.read import at_identity_provider, read_alliance
from services.cli.tenants.shapes import Alliance
from services.kit.settings import Settings, load_settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The act and the folder."""
    parser.add_argument("act", choices=("apply", "check"), help="write to the database, or only read and check")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with alliance.toml, see tenants/README.md")


def run(given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Print what changed; every problem of the files at once, and then nothing has changed."""
    alliance = read_alliance(given.folder)
    if given.act == "check":
        print(f"{alliance.file.name}: {len(alliance.organisations)} organisations, no problem found")
        return 0
    settings = load_settings(environ)
    if not settings.owner_database_url:
        raise Fault("OWNER_DATABASE_URL is not set")
    alliance = at_identity_provider(alliance, environ.get("NIVEL_IDENTITY_URL", ""))
    changes = asyncio.run(_apply(settings, alliance))
    print("\n".join(changes) or "nothing to change")
    return 0


async def _apply(settings: Settings, alliance: Alliance) -> list[str]:
    connection = await asyncpg.connect(settings.owner_database_url)
    try:
        now = settings.clock()
        return await apply_alliance(connection, alliance, now=now, demonstration=settings.demonstration)
    except asyncpg.UndefinedTableError as error:
        raise Fault("the database has no tables yet: run `nivel migrate` first") from error
    finally:
        await connection.close()
