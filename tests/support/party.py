"""A worker of the cast at the real application, signed in by a session of the product's own making."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
from litestar import Litestar

from services.api.request import cookie_name
from services.kit.clock import system_clock
from services.kit.identity.sessions import open_session
from tests.support.alliance import Cast, Member, Worker

API = "/api/v1"
BOOKKEEPING = (
    "read_log",
    "log_seal",
    "log_root",
    "session",
    "rate_count",
    "sign_in_event",
    "login_state",
    "used_token",
)
"""Tables that a refused request may write to: that it was refused, and who was signed in."""


class Party:
    """One worker's browser. Paths are below /api/v1; unsafe requests carry the session's own token."""

    def __init__(self, client: httpx2.AsyncClient, member: Member, worker: Worker) -> None:
        self.client, self.member, self.worker = client, member, worker
        self.csrf = ""

    @property
    def id(self) -> UUID:
        """The organisation's."""
        return self.member.id

    async def get(self, path: str, **query: Any) -> httpx2.Response:
        """Read something."""
        return await self.client.get(API + path, params={name: str(value) for name, value in query.items()})

    async def read(self, path: str, **query: Any) -> Any:
        """The body of something that must be readable."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, *, method: str = "POST") -> httpx2.Response:
        """Do something. A body of bytes is sent as it is."""
        content = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
        headers = {"X-CSRF-Token": self.csrf, "Content-Type": "application/json"}
        return await self.client.request(method, API + path, content=content, headers=headers)

    async def do(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """The answer to an act that must succeed."""
        answer = await self.post(path, body, method=method)
        assert answer.status_code in (200, 201, 204), answer.text
        return answer.json() if answer.content else None

    async def list_of(self, path: str, key: str, **query: Any) -> list[Any]:
        """All rows of a list, page by page."""
        rows: list[Any] = []
        after = ""
        while True:
            page = await self.read(path, **query, **({"after": after} if after else {}))
            rows += page[key]
            after = page.get("after")
            if not after:
                return rows


@asynccontextmanager
async def signed_in_party(app: Litestar, cast: Cast, folder: str, who: str) -> AsyncIterator[Party]:
    """The party of a worker, found as in `Cast.worker`; its session is opened by the product's own function."""
    member, worker = cast[folder], cast.worker(folder, who)
    token = secrets.token_urlsafe(32)
    await open_session(
        token,
        organisation_id=member.id,
        account_id=worker.account_id,
        issuer=member.issuer,
        sub=worker.sub,
        idp_sid=None,
        id_token=b"",
        auth_time=system_clock(),
    )
    settings = app.state.settings
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app, raise_app_exceptions=False),  # type: ignore[arg-type]  # ASGI said in other words
        base_url=settings.base_url,
        cookies={cookie_name(settings, member.slug): token},
        trust_env=False,
    ) as client:
        party = Party(client, member, worker)
        party.csrf = (await party.read("/session"))["csrf_token"]
        yield party


async def rows_of_all_tables(owner: asyncpg.Connection) -> dict[str, int]:
    """How many rows each table holds, but for the bookkeeping of refusals: what a refused act must leave unchanged."""
    tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    names = sorted(row["tablename"] for row in tables if row["tablename"] not in BOOKKEEPING)
    return {name: await owner.fetchval(f'SELECT count(*) FROM "{name}"') for name in names}
