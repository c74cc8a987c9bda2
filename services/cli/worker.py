"""`nivel worker`: do what happens later, until SIGTERM."""

import argparse
from collections.abc import Mapping

from services.kit.settings import load_settings
from services.worker.app import run as work


def arguments(_: argparse.ArgumentParser) -> None:
    """No arguments: WORKER_DATABASE_URL, BROKER_URL and S3_ENDPOINT say where everything is."""


def run(_: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Work in this process until told to stop."""
    return work(load_settings(environ))
