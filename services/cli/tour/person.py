"""One human at a browser of their own: signs in for real, reads and acts through the JSON interface."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

HOPS = 15
API = "/api/v1"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
FORM = re.compile(r"<form[^>]*>")
ACTION = re.compile(r'action="([^"]*)"')


class Unmet(Exception):
    """Something was not as the step expects; the message says what, and what was there instead."""


def expect(holds: bool, otherwise: str) -> None:
    """Raise Unmet with `otherwise` unless it holds."""
    if not holds:
        raise Unmet(otherwise)


class Person:
    """A worker of one organisation; `name`, `roles` and the organisation's id are known after the sign-in."""

    def __init__(self, url: str, organisation: str, sub: str) -> None:
        self.url, self.organisation, self.sub = url, organisation, sub
        self.name, self.roles, self.csrf = "", "", ""
        self.browser = httpx2.Client(base_url=url, trust_env=False, timeout=30)

    def sign_in(self) -> str:
        """The whole way through the organisation's provider; returns the first address outside that it leads to."""
        home = f"/o/{self.organisation}/"
        answer = self._visit(f"{self.url}/sign-in/{self.organisation}?login_hint={self.sub}&next={home}")
        provider = ""
        for _ in range(HOPS):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target == self.url + home:
                    break
                if not provider and not target.startswith(f"{self.url}/"):
                    provider = target
                answer = self._visit(target)
            elif answer.status_code == 200 and provider and FORM.search(answer.text):
                answer = self._fill(answer)
            else:
                where = urlsplit(str(answer.url))
                raise Unmet(f"{self.sub} could not sign in: {answer.status_code} at {where.netloc}{where.path}")
        session = self.read("/session")
        self.name, self.roles, self.csrf = session["user"], ", ".join(session["roles"]), session["csrf_token"]
        expect(
            session["organisation"]["slug"] == self.organisation,
            f"{self.sub} wanted to act for {self.organisation} and acts for {session['organisation']['slug']}",
        )
        return provider

    def status(self, path: str) -> int:
        """With what a read is answered."""
        return self.browser.get(API + path).status_code

    def answer_to(self, path: str) -> tuple[int, bytes]:
        """Status and body of a read, to compare with another."""
        answer = self.browser.get(API + path)
        return answer.status_code, answer.content

    def read(self, path: str) -> Any:
        """What can be read there; Unmet when it cannot."""
        answer = self.browser.get(API + path)
        expect(answer.status_code == 200, f"{self._who} reads {_shape(path)}: {_said(answer)}")
        return answer.json()

    def page(self, path: str) -> str:
        """The English page at an address of the organisation's own; Unmet when there is none."""
        answer = self.browser.get(
            f"/o/{self.organisation}{path}", headers={"Accept": "text/html", "Accept-Language": "en"}
        )
        expect(answer.status_code == 200, f"{self._who} opens the page {_shape(path)}: {answer.status_code}")
        return answer.text

    def act(self, path: str, body: Any = None) -> Any:
        """Do something that must succeed."""
        answer = self.browser.post(API + path, json=body, headers={"X-CSRF-Token": self.csrf})
        expect(answer.is_success, f"{self._who} does {_shape(path)}: {_said(answer)}")
        return answer.json()

    def rows(self, path: str, key: str) -> Iterator[Any]:
        """Every row of a list, through all its pages."""
        mark, after = "&" if "?" in path else "?", ""
        while True:
            page = self.read(f"{path}{mark}limit=200&after={after}")
            yield from page[key]
            after = page["after"]
            if not after:
                return

    @property
    def _who(self) -> str:
        return self.name or self.sub

    def _visit(self, address: str) -> httpx2.Response:
        return self.browser.get(address, headers={"Accept": "text/html"})

    def _fill(self, answer: httpx2.Response) -> httpx2.Response:
        form = FORM.search(answer.text)
        action = ACTION.search(form[0]) if form else None
        address = urljoin(str(answer.url), unescape(action[1]) if action else "")
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(answer.text)}
        return self.browser.post(address, data={**hidden, "sub": self.sub}, headers={"Accept": "text/html"})


def _shape(path: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path)


def _said(answer: httpx2.Response) -> str:
    try:
        told = answer.json()
        reasons = ", ".join(f"{one['field']} {one['code']}".strip() for one in told.get("reasons", ()))
        return " ".join(filter(None, [str(answer.status_code), told["code"], reasons]))
    except (ValueError, KeyError, AttributeError):
        return str(answer.status_code)
