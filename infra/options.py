"""The options of ./infra/run. Standard library only: they are read before the environment exists."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_DATA = REPOSITORY / ".nivel" / "data"
DEFAULT_PORT = 8400


@dataclass(frozen=True)
class Options:
    """What the person who starts Nivel asked for."""

    tour: bool
    port: int
    data: Path
    demo: bool
    today: date | None


def options(arguments: Sequence[str]) -> Options:
    """Read the command line; a wrong one is explained and ends the program."""
    parser = argparse.ArgumentParser(
        prog="./infra/run", description="Start Nivel with everything it needs. Stop it with Ctrl-C."
    )
    parser.add_argument(
        "--tour",
        action="store_true",
        help="start, play the demonstration through over HTTP, stop; exit code 0 if all held",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        metavar="N",
        help=f"port of the pages on 127.0.0.1 (default {DEFAULT_PORT})",
    )
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DATA, metavar="DIR", help="where everything is kept (default .nivel/data)"
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="start empty: no demonstration alliance, no identity provider"
    )
    parser.add_argument(
        "--today", type=_date, metavar="DATE", help="let the demonstration take place on this day (YYYY-MM-DD)"
    )
    given = parser.parse_args(arguments)
    if given.tour and given.no_demo:
        parser.error("--tour plays the demonstration, which --no-demo leaves out")
    return Options(
        tour=given.tour, port=given.port, data=given.data.resolve(), demo=not given.no_demo, today=given.today
    )


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day written as YYYY-MM-DD") from None
