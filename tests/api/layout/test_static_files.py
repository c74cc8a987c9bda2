"""Browser assets and the choice of a language, over HTTP."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from httpx2 import ASGITransport, AsyncClient
from litestar import Litestar

from services.api.assets import Assets
from services.api.language_choice import language_choice
from services.api.pages import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "a.css").write_text("a{}" * 100)
    (tmp_path / "font.woff2").write_bytes(b"font")
    (tmp_path / "private.txt").write_text("not for browsers")
    return Site(Assets([tmp_path], hue=220), alliance="Lakeus")


@pytest_asyncio.fixture
async def client(site: Site) -> AsyncIterator[AsyncClient]:
    app = Litestar([site.assets.handler(), language_choice(site)], openapi_config=None)
    transport = ASGITransport(app=app)  # type: ignore[arg-type]  # Litestar types its scope more narrowly than ASGI
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1") as running:
        yield running


async def test_assets_are_kept_for_a_year_under_their_hash(client: AsyncClient, site: Site) -> None:
    answer = await client.get(site.assets.href("font.woff2"))
    assert answer.content == b"font"
    assert answer.headers["content-type"] == "font/woff2"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_text_assets_travel_packed_to_those_who_unpack(client: AsyncClient, site: Site) -> None:
    address = site.assets.href("a.css")
    packed = await client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == gzip.decompress(site.assets.files["a.css"].packed).decode() == "a{}" * 100
    plain = await client.get(address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == packed.text


async def test_other_names_and_old_hashes_are_not_found(client: AsyncClient, site: Site) -> None:
    digest = site.assets.digest
    for address in (
        f"/static/{digest}/private.txt",
        f"/static/{digest}/..%2fpages.py",
        "/static/0000/a.css",
    ):
        assert (await client.get(address)).status_code == 404, address


async def test_choice_of_language_is_remembered_and_returns(
    client: AsyncClient,
) -> None:
    answer = await client.get("/language/sv", params={"next": "/o/voima/?page=2"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/o/voima/?page=2")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("nivel-lang=sv;") and "HttpOnly" in cookie and "SameSite=lax" in cookie


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "",
    ],
)
async def test_choice_of_language_leads_nowhere_else(client: AsyncClient, address: str) -> None:
    answer = await client.get("/language/en", params={"next": address})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("code", ["xx", "de", "fi.po"])
async def test_only_offered_languages_can_be_chosen(client: AsyncClient, code: str) -> None:
    assert (await client.get(f"/language/{code}")).status_code == 404
