"""A person at a browser without a screen: keeps cookies, follows redirects across sites, fills the provider's form."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any, Self
from urllib.parse import urljoin

import httpx2
from litestar import Litestar

BASE = "http://127.0.0.1:8400"
HOPS = 15

Stop = Callable[[str], bool]


def never(_: str) -> bool:
    """Follow every redirect."""
    return False


def at_callback(address: str) -> bool:
    """Stop before the provider's answer is handed to the application."""
    return "/callback?" in address


class Person(httpx2.AsyncClient):
    """One browser. With `app`, requests to `base` go straight into the application; all others over the network."""

    def __init__(self, app: Litestar | None = None, *, base: str = BASE, address: str = "127.0.0.1") -> None:
        """`address` is where the application sees this browser."""
        transport = (
            httpx2.ASGITransport(
                app,  # type: ignore[arg-type]  # Litestar types its scope more narrowly than ASGI
                raise_app_exceptions=False,
                client=(address, 50000),
            )
            if app
            else None
        )
        super().__init__(
            base_url=base,
            mounts={f"all://{httpx2.URL(base).netloc.decode()}": transport} if transport else None,
            trust_env=False,
            verify=False,  # loopback http only; reading the certificate authorities would take longer than a test
            timeout=30,
            headers={"Accept": "text/html,application/json;q=0.9"},
        )

    async def __aenter__(self) -> Self:
        """Usable at once: the application's own start is the test's business."""
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def sign_in(
        self, organisation: str, sub: str = "", *, next_path: str = "", stop: Stop = never
    ) -> httpx2.Response:
        """A whole sign-in as `sub`, up to the page it leads to, or to the redirect whose target `stop` accepts."""
        query = {"next": next_path, "login_hint": sub}
        start = await self.get(
            f"/sign-in/{organisation}", params={name: value for name, value in query.items() if value}
        )
        return await self.follow(start, sub, stop)

    async def callback_address(self, organisation: str, sub: str = "", *, next_path: str = "") -> str:
        """Sign in at the provider and stop: the address that the browser would open next."""
        return location_of(await self.sign_in(organisation, sub, next_path=next_path, stop=at_callback))

    async def follow(self, answer: httpx2.Response, sub: str = "", stop: Stop = never) -> httpx2.Response:
        """Follow redirects and fill the forms of a provider until there is a page of the application."""
        for _ in range(HOPS):
            if answer.is_redirect:
                target = location_of(answer)
                if stop(target):
                    return answer
                answer = await self.get(target)
            elif str(answer.url).startswith(str(self.base_url)) or "<form" not in answer.text:
                return answer
            else:
                answer = await self.fill(answer, sub=sub)
        raise AssertionError(f"still redirected after {HOPS} hops, at {answer.url}")

    async def fill(self, answer: httpx2.Response, **values: str) -> httpx2.Response:
        """Send the first form of a page with its hidden fields and `values`."""
        form = re.search(r"<form[^>]*>", answer.text)
        assert form, f"no form on {answer.url}"
        action = re.search(r'action="([^"]*)"', form[0])
        address = urljoin(str(answer.url), unescape(action[1]) if action else "")
        hidden = {
            name: unescape(value)
            for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
        }
        return await self.post(address, data=hidden | _given(**values))

    async def session(self, organisation: str = "") -> dict[str, Any]:
        """What the application says of this browser's session; fails unless there is one."""
        headers = {"Nivel-Organisation": organisation} if organisation else {}
        answer = await self.get("/api/v1/session", headers=headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def csrf(self, organisation: str = "") -> dict[str, str]:
        """The headers that an unsafe request to the JSON interface needs."""
        token = (await self.session(organisation))["csrf_token"]
        return {"X-CSRF-Token": token} | ({"Nivel-Organisation": organisation} if organisation else {})


def location_of(answer: httpx2.Response) -> str:
    """The absolute target of a redirect."""
    assert answer.is_redirect, f"{answer.status_code} at {answer.url}: {answer.text[:200]}"
    return urljoin(str(answer.url), answer.headers["location"])


def _given(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
