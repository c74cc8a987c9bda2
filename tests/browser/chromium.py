"""A headless Chromium for the browser tests: where it is, how it is started, what every page must hold."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    async_playwright,
)

AXE = Path(__file__).resolve().parents[2] / ".nivel" / "web-test" / "axe.min.js"
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=800)
SIZES = {"wide": WIDE, "narrow": NARROW}
# Chromium asks its maker's hosts at every start unless told not to; root needs no-sandbox.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """The path of a Chromium: $CHROMIUM, else one of the machine; empty when there is none."""
    named = os.environ.get("CHROMIUM", "")
    return named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
        "",
    )


@asynccontextmanager
async def started_browser() -> AsyncIterator[Browser]:
    """A Chromium that is closed at the end."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class Watch:
    """What a page did that no page may do: requests to other hosts, messages on the console."""

    def __init__(self, page: Page, hosts: set[str]) -> None:
        """`hosts` are the `host:port` a page may ask: our own, and the identity provider's during a sign-in."""
        self.hosts = hosts
        self.complaints: list[str] = []
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme != "data" and address.netloc not in self.hosts:
            self.complaints.append(f"request to {address.netloc}")

    def _console(self, message: ConsoleMessage) -> None:
        # The browser itself reports each 4xx and 5xx answer as an error; tests look at the answers.
        if message.type in ("error", "warning") and "the server responded with a status of" not in message.text:
            self.complaints.append(f"console: {message.text}")


@asynccontextmanager
async def watched_page(
    browser: Browser,
    base_url: str,
    *,
    language: str = "fi",
    size: Literal["wide", "narrow"] = "wide",
    scheme: Literal["light", "dark"] = "light",
    hosts: set[str] | None = None,
    **options: Any,
) -> AsyncIterator[Page]:
    """A page in a browser of its own; fails at the end when it asked another host or complained on the console."""
    locale = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}[language]
    context = await browser.new_context(
        base_url=base_url,
        viewport=SIZES[size],
        color_scheme=scheme,
        locale=locale,
        **options,
    )
    try:
        page = await context.new_page()
        watch = Watch(page, {urlsplit(base_url).netloc} | (hosts or set()))
        yield page
        assert not watch.complaints, watch.complaints
    finally:
        await context.close()


async def assert_accessible(page: Page) -> None:
    """No violation of any axe rule, WCAG 2.2 AA and best practice, in the page as it stands."""
    # Evaluated by the debugger, so the page's policy against foreign scripts stays in force for the page.
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    problems = [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert not problems, "\n".join(problems)


async def assert_fits(page: Page) -> None:
    """Nothing is cut off or needs scrolling sideways."""
    wide = await page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter(element => element.checkVisibility() && !element.closest(".ds-sr-only, thead"))
          .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
          .map(element => element.outerHTML.slice(0, 120))"""
    )
    assert not wide, wide
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def assert_focus_seen(page: Page) -> int:
    """Walks the page with the Tab key; every stop shows its focus and lies in view. Returns the number of stops."""
    await page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    seen = 0
    while seen < 200:
        await page.keyboard.press("Tab")
        stop = await page.evaluate(
            """() => {
              const element = document.activeElement;
              if (!element || element === document.body || element.dataset.walked) return null;
              element.dataset.walked = "yes";
              const marks = [element, element.closest(".ds-field")].filter(Boolean).map(getComputedStyle);
              const box = element.getBoundingClientRect();
              return {
                html: element.outerHTML.slice(0, 120),
                marked: marks.some(style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
                inside: box.bottom > 0 && box.top < innerHeight,
              };
            }"""
        )
        if stop is None:
            break
        assert stop["marked"], f"focus is not seen on {stop['html']}"
        assert stop["inside"], f"focus is out of view on {stop['html']}"
        seen += 1
    return seen
