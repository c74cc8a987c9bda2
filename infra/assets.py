"""Copies the few browser files the pages need out of node_modules, each checked against its known sha256."""

import hashlib
import json
import shutil
from pathlib import Path

MANIFEST = Path(__file__).parent / "web" / "manifest.json"


class WrongAsset(Exception):
    """A file is not the one that was reviewed; the message names it."""


def build_assets(node_modules: Path, target: Path) -> None:
    """Fill `target`/web (for the pages) and `target`/web-test (for browser tests) as the manifest says."""
    manifest: dict[str, dict[str, str]] = json.loads(MANIFEST.read_text())
    for folder in {name.partition("/")[0] for name in manifest}:
        shutil.rmtree(target / folder, ignore_errors=True)
        (target / folder).mkdir(parents=True)
    for name, entry in manifest.items():
        content = (node_modules / entry["from"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise WrongAsset(f"{entry['from']} is not the file that infra/web/manifest.json expects")
        (target / name).write_bytes(content)
