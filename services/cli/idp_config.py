"""`nivel idp-config DIR`: the issuers and users of an alliance, for the development identity provider."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from services.cli.tenants.read import PLACEHOLDER, read_alliance
from services.kit.settings import load_settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The folder."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with alliance.toml, see tenants/README.md")


def run(given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Print JSON; a member whose issuer is somewhere else in the world is left out. Secrets are added by who starts it."""
    base = load_settings(environ).base_url
    alliance = read_alliance(given.folder)
    issuers = [
        {
            "slug": slug,
            "name": member.name,
            "client_id": member.connection.client_id,
            "redirect_uri": f"{base}/auth/{slug}/callback",
            "post_logout_redirect_uri": f"{base}/",
            "backchannel_logout_uri": f"{base}/auth/{slug}/backchannel",
            "users": [
                {"sub": user.sub, "name": user.name, "email": user.email, "groups": [role.value for role in user.roles]}
                for user in member.users
            ],
        }
        for slug, member in alliance.organisations.items()
        if member.connection.issuer == f"{PLACEHOLDER}/{slug}"
    ]
    print(json.dumps({"issuers": issuers}, ensure_ascii=False, indent=1))
    return 0
