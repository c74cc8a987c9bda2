"""What the journeys have in common: a window of somebody who is signed in, counted clicks and fields, checked pages."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Locator, Page

from tests.browser.chromium import SIZES, Watch, assert_accessible, assert_fits

Size = Literal["wide", "narrow"]
LOCALES = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}


class Window:
    """One browser of one reader, in which several organisations can be signed in side by side."""

    def __init__(self, context: BrowserContext, base_url: str, identity_url: str) -> None:
        self.context, self.base_url = context, base_url
        self.hosts = {urlsplit(base_url).netloc, urlsplit(identity_url).netloc}
        self.watches: list[Watch] = []

    async def page(self) -> Page:
        """A new tab, watched until the window closes."""
        page = await self.context.new_page()
        page.set_default_timeout(10_000)
        self.watches.append(Watch(page, self.hosts))
        return page

    async def sign_in(self, organisation: str, sub: str, page: Page | None = None) -> Page:
        """A real sign-in at the organisation's own issuer; ends on its home page."""
        page = page or await self.page()
        await page.goto(f"/sign-in/{organisation}?next=/o/{organisation}/&login_hint={sub}")
        await page.get_by_role("button", name="Kirjaudu sisään").click()
        await page.wait_for_url(f"{self.base_url}/o/{organisation}/**")
        return page


@asynccontextmanager
async def window(
    browser: Browser, base_url: str, identity_url: str, *, language: str = "fi", size: Size = "wide", **options: Any
) -> AsyncIterator[Window]:
    """A browser of its own; fails at the end when a page asked another host or complained on the console."""
    context = await browser.new_context(
        base_url=base_url, viewport=SIZES[size], locale=LOCALES[language], reduced_motion="reduce", **options
    )
    try:
        opened = Window(context, base_url, identity_url)
        yield opened
        complaints = [complaint for watch in opened.watches for complaint in watch.complaints]
        assert not complaints, complaints
    finally:
        await context.close()


class Counted:
    """Does what a reader does and counts it: each click, each field filled."""

    def __init__(self, page: Page) -> None:
        self.page, self.steps = page, 0

    async def click(self, target: Locator) -> None:
        """One click, or a tick."""
        self.steps += 1
        await target.click()

    async def fill(self, name: str, value: str) -> None:
        """One field, by its name."""
        self.steps += 1
        await self.page.locator(f"#field-{name}").fill(value)


async def check(page: Page) -> None:
    """The page as it stands is accessible, fits its width and tells nobody's name in its title."""
    await assert_accessible(page)
    await assert_fits(page)
    # The next tab's reader must not learn from the title who was looked at.
    heading = (await page.locator("h1").inner_text()).strip()
    assert not await page.locator("h1 [translate=no]").count() or heading not in await page.title()


async def check_in_both_sizes(page: Page, *, also: Size = "narrow") -> None:
    """`check` in the window's own size; in the other that nothing is cut off (axe reads the same page there)."""
    own = page.viewport_size
    await check(page)
    await page.set_viewport_size(SIZES[also])
    await assert_fits(page)
    if own:
        await page.set_viewport_size(own)


async def register(page: Page, organisation: str, family: str, given: str, born: date) -> str:
    """Register a client by the form; returns the id."""
    await page.goto(f"/o/{organisation}/people/register")
    await page.locator("#field-family_name").fill(family)
    await page.locator("#field-given_name").fill(given)
    await page.locator("#field-birth_date").fill(f"{born.day}.{born.month}.{born.year}")
    await page.locator("main form button[type=submit]").click()
    await page.wait_for_url(re.compile(r"/people/[0-9a-f-]{36}"))
    return urlsplit(page.url).path.rsplit("/", 1)[1]
