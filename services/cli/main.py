"""The command `nivel`: one file per command, read only when it is asked for."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import asyncpg

from services.cli.faults import Fault
from services.kit.settings import SettingsError

COMMANDS = {
    "migrate": ("services.cli.migrate", "bring the database to the present and verify its walls"),
    "tenants": ("services.cli.tenants.command", "read an alliance's files into the database"),
    "idp-config": ("services.cli.idp_config", "print what the development identity provider must know"),
    "api": ("services.cli.api", "serve pages and JSON"),
    "worker": ("services.cli.worker", "do what happens later"),
    "tour": ("services.cli.tour.command", "play the demonstration through over HTTP"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 it could not be done and why was said, 2 the command line is wrong."""
    parser = argparse.ArgumentParser(
        prog="nivel",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(["commands:", *(f"  {name:<12}{about}" for name, (_, about) in COMMANDS.items())]),
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    given = parser.parse_args(argv)
    module, about = COMMANDS[given.command]
    command = import_module(module)
    own = argparse.ArgumentParser(prog=f"nivel {given.command}", description=about)
    command.arguments(own)
    try:
        return int(command.run(own.parse_args(given.arguments), os.environ))
    except (Fault, SettingsError) as fault:
        print(f"nivel {given.command}: {fault}", file=sys.stderr)
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        print(f"nivel {given.command}: cannot reach what it needs: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
