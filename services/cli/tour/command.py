"""`nivel tour`: play the demonstration through over HTTP, and say at each step who saw what."""

import argparse
from collections.abc import Mapping
from datetime import date

import httpx2

from services.cli.tour.person import Unmet
from services.cli.tour.story import STEPS, Story
from services.kit.clock import day_of, system_clock


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which installation to visit."""
    parser.add_argument("--url", required=True, metavar="URL", help="address of a running demonstration")


def run(given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Play every step; 0 when all held. At the first that does not, says what was expected, and returns 1."""
    url = given.url.rstrip("/")
    print(f"Tour of {url}", flush=True)
    set_day = environ.get("NIVEL_TODAY")
    today = date.fromisoformat(set_day) if set_day else day_of(system_clock())
    with Story(url, environ.get("NIVEL_IDENTITY_URL", ""), today) as story:
        for number, (name, step) in enumerate(STEPS, start=1):
            seen: list[str] = []
            try:
                for line in step(story):
                    seen.append(line)  # noqa: PERF402  # a step that fails half-way has said something by then
            except (Unmet, httpx2.HTTPError) as fault:
                _tell(number, "✗", name, [*seen, f"FAILED: {fault}"])
                print(f"\nThe tour failed at step {number}: {name}", flush=True)
                return 1
            _tell(number, "✓", name, seen)
    print(f"\nAll {len(STEPS)} steps held.", flush=True)
    return 0


def _tell(number: int, mark: str, name: str, lines: list[str]) -> None:
    print("\n".join([f"{number:>2} {mark} {name}", *(f"     {line}" for line in lines)]), flush=True)
