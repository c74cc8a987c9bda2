"""The layout by itself: every macro in every state, read by axe, walked by keyboard, in both schemes and widths."""

from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chromium import (
    assert_accessible,
    assert_fits,
    assert_focus_seen,
    watched_page,
)

PAGES = (
    "/",
    "/welcome",
    "/gallery",
    "/gallery?form=empty",
    "/error/404",
    "/error/401",
    "/error/500",
)


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [
        ("fi", "wide", "light"),
        ("fi", "wide", "dark"),
        ("fi", "narrow", "light"),
        ("fi", "narrow", "dark"),
        ("en", "wide", "light"),
        ("en", "narrow", "dark"),
    ],
)
async def test_every_page_is_accessible_and_fits(
    browser: Browser,
    gallery_url: str,
    language: str,
    size: Literal["wide", "narrow"],
    scheme: Literal["light", "dark"],
) -> None:
    async with watched_page(browser, gallery_url, language=language, size=size, scheme=scheme) as page:
        for path in PAGES:
            await page.goto(path)
            await assert_accessible(page)
            await assert_fits(page)


async def test_text_of_double_size_still_fits(browser: Browser, gallery_url: str) -> None:
    # A window of 1280 at 200 % shows 640 CSS pixels.
    async with watched_page(browser, gallery_url, device_scale_factor=2) as page:
        await page.set_viewport_size({"width": 640, "height": 450})
        await page.goto("/gallery")
        await assert_fits(page)


@pytest.mark.parametrize("size", ["wide", "narrow"])
async def test_focus_is_seen_on_the_whole_way(
    browser: Browser, gallery_url: str, size: Literal["wide", "narrow"]
) -> None:
    async with watched_page(browser, gallery_url, size=size) as page:
        await page.goto("/gallery?form=empty")
        assert await assert_focus_seen(page) > 25


async def test_errors_take_focus_and_lead_to_their_field_even_without_javascript(
    browser: Browser, gallery_url: str
) -> None:
    for scripts in (True, False):
        async with watched_page(browser, gallery_url, java_script_enabled=scripts) as page:
            await page.goto("/gallery")
            await expect(page.locator("[data-error-summary]")).to_be_focused()
            await page.locator("[data-error-summary] a").nth(1).click()
            await expect(page.locator("#field-birth")).to_be_focused()


async def test_skip_link_leads_to_the_content(browser: Browser, gallery_url: str) -> None:
    async with watched_page(browser, gallery_url) as page:
        await page.goto("/welcome")
        await page.keyboard.press("Tab")
        await expect(page.locator(".ds-skip-link")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("main")).to_be_focused()


async def test_menu_of_organisations_opens_and_closes_by_keyboard(browser: Browser, gallery_url: str) -> None:
    async with watched_page(browser, gallery_url) as page:
        await page.goto("/gallery?form=empty")
        summary, other = (
            page.locator("details[data-menu] > summary"),
            page.get_by_role("link", name="Lakeuden kaupungin"),
        )
        await summary.focus()
        await page.keyboard.press("Enter")
        await expect(other).to_be_visible()
        await assert_accessible(page)
        await page.keyboard.press("Escape")
        await expect(other).to_be_hidden()
        await expect(summary).to_be_focused()


async def test_two_presses_send_once(browser: Browser, gallery_url: str) -> None:
    async with watched_page(browser, gallery_url) as page:
        await page.goto("/gallery?form=empty")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        await page.evaluate(
            """() => { const button = document.querySelector("main > form button"); button.click(); button.click(); }"""
        )
        await page.wait_for_url("**/gallery")
        assert sent.count("POST") == 1


async def test_session_warning_comes_before_the_end(browser: Browser, gallery_url: str) -> None:
    async with watched_page(browser, gallery_url) as page:
        await page.clock.install()
        await page.goto("/gallery?form=empty")
        warning = page.get_by_role("alert")
        await page.clock.run_for(1670 * 1000)
        await expect(warning).to_be_hidden()
        await page.clock.run_for(15 * 1000)
        await expect(warning).to_be_visible()
        await assert_accessible(page)


async def test_dark_scheme_is_dark(browser: Browser, gallery_url: str) -> None:
    brightness = {}
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        async with watched_page(browser, gallery_url, scheme=scheme) as page:
            await page.goto("/welcome")
            colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
            brightness[scheme] = int(colour.removeprefix("rgb(").split(",")[0])
    assert brightness["light"] > 200 > 60 > brightness["dark"]


async def test_the_checks_find_what_they_look_for(browser: Browser, gallery_url: str) -> None:
    async with watched_page(browser, gallery_url, size="narrow") as page:
        await page.goto("/welcome")
        await page.evaluate(
            "document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"\"><a tabindex=0>x</a>')"
        )
        with pytest.raises(AssertionError, match="image-alt"):
            await assert_accessible(page)
        await page.evaluate("document.querySelector('h1').textContent = 'x'.repeat(20) + '\\u00a0'.repeat(200) + 'x'")
        await page.evaluate("document.querySelector('h1').setAttribute('nowrap', '')")
        await page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<table width=900><tr><td>x</table>')"
        )
        with pytest.raises(AssertionError):
            await assert_fits(page)
    with pytest.raises(AssertionError, match=r"request to 127\.0\.0\.1:9"):  # noqa: PT012  # raised when the page is left
        async with watched_page(browser, gallery_url, bypass_csp=True) as page:
            await page.goto("/welcome")
            await page.evaluate("fetch('http://127.0.0.1:9/').catch(() => null)")
