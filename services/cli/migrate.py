"""`nivel migrate`: as the owner of the database, before the product of a new version starts."""

import argparse
import asyncio
from collections.abc import Mapping

from services.cli.faults import Fault
from services.domain.migrate import migrate
from services.domain.walls import WallFault
from services.kit.settings import load_settings


def arguments(_: argparse.ArgumentParser) -> None:
    """No arguments: OWNER_DATABASE_URL says which database."""


def run(_: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Migrations forwards, policies anew, walls verified."""
    try:
        asyncio.run(migrate(load_settings(environ)))
    except WallFault as fault:
        raise Fault(f"the wall between organisations has a hole:\n{fault}") from fault
    print("the database is up to date and its walls are whole")
    return 0
