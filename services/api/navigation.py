"""The left navigation by role, and with it the frame of every page of somebody signed in."""

from typing import Any

from litestar import Request

from services.api.languages import mark
from services.api.pages import NavItem, Shell
from services.api.request import session_of, shell_of
from services.domain.referrals.queries import count_referrals
from services.domain.sharing.rules import SERVING
from services.kit.db.context import ActingContext

Section = str
"""Which line is the current one: home, referrals, people, jobs, or "" for none."""


async def shell_in(request: Request[Any, Any, Any], actor: ActingContext, section: Section = "") -> Shell:
    """The frame of a page. Call it inside the open unit of work: what waits is counted there."""
    shell = await shell_of(request)
    slug = (await session_of(request)).who.slug
    waiting = await count_referrals(actor, box="received", state="offered") if actor.roles & SERVING else 0
    lines = _lines(shell, actor.roles, f"/o/{slug}/", waiting)
    items = tuple(
        NavItem(label, href, count, current=name == section) for name, label, href, count in lines if len(lines) > 1
    )
    return Shell(
        site=shell.site,
        language=shell.language,
        here=shell.here,
        csrf_token=shell.csrf_token,
        acting=shell.acting,
        navigation=items,
    )


def _lines(shell: Shell, roles: frozenset[str], home: str, waiting: int) -> list[tuple[Section, str, str, int | None]]:
    lines: list[tuple[Section, str, str, int | None]] = [("home", shell.text(mark("My work")), home, None)]
    if roles & SERVING:
        lines += [
            ("referrals", shell.text(mark("Referrals")), f"{home}referrals", waiting),
            ("people", shell.text(mark("People")), f"{home}people", None),
        ]
    if roles & (SERVING | {"hr"}):
        lines.append(("jobs", shell.text(mark("Jobs")), f"{home}jobs", None))
    return lines
