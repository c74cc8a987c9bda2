"""What holds on all pages: languages, roles, errors, no JavaScript, several organisations in one browser."""

from datetime import date
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.installation import Installation
from tests.browser.journey import check_in_both_sizes, register, window

pytestmark = pytest.mark.xdist_group("installation")

SEND = "main form button[type=submit]"
BORN = date(1985, 12, 24)


async def test_start_page_signs_a_persona_in_with_one_more_click(browser: Browser, installation: Installation) -> None:
    async with window(browser, installation.url, installation.identity_url) as reader:
        page = await reader.page()
        await page.goto("/")
        await check_in_both_sizes(page)
        await page.get_by_role("link", name="Aino Kallioniemi").click()
        await page.get_by_role("button", name="Kirjaudu sisään").click()
        await expect(page.locator("h1")).to_have_text("Oma työ")
        await page.get_by_role("button", name="Kirjaudu ulos").click()
        await page.get_by_role("button", name="Kirjaudu ulos").click()
        answer = await page.goto("/o/kaupunki/people")
        assert answer and "/kaupunki/interaction/" in page.url, "a sign-in begins where none is open"


@pytest.mark.parametrize("language", ["en", "sv"])
async def test_pages_hold_in_the_other_languages(browser: Browser, installation: Installation, language: str) -> None:
    async with window(browser, installation.url, installation.identity_url, language=language, size="narrow") as city:
        page = await city.sign_in("kaupunki", "aino")
        person = await register(page, "kaupunki", f"Kieli{uuid4().hex[:6]}", "Anna", BORN)
        here = f"/o/kaupunki/people/{person}"
        choice = "choice=voima.job_coaching&permitted=plan&permitted_until=1.2.2027"
        for path in (
            "/o/kaupunki/",
            "/o/kaupunki/people",
            "/o/kaupunki/people/register",
            "/o/kaupunki/referrals?box=sent&state=offered",
            "/o/kaupunki/jobs",
            here,
            f"{here}/contact",
            f"{here}/service",
            f"{here}/job",
            f"{here}/refer",
            f"{here}/refer?step=share&choice=voima.job_coaching",
            f"{here}/permission?to=paja",
            f"/o/kaupunki/why?person={person}&class=plan",
        ):
            answer = await page.goto(path)
            assert answer and answer.status == 200, path
            await check_in_both_sizes(page, also="wide")
        answer = await page.goto(f"{here}/refer?step=send&{choice}")
        assert answer and answer.status in (200, 422)
        await page.locator("[data-part=languages] a").first.click()
        await expect(page.locator("html")).to_have_attribute("lang", "fi")


async def test_errors_stand_at_their_fields_and_keep_what_was_typed(
    browser: Browser, installation: Installation
) -> None:
    async with window(browser, installation.url, installation.identity_url) as city:
        page = await city.sign_in("kaupunki", "aino")
        await page.goto("/o/kaupunki/people/register")
        await page.locator("#field-given_name").fill("Anna")
        await page.locator("#field-number").fill("010101-123X")
        await page.locator("#field-email").fill("anna")
        await page.locator(SEND).click()
        await expect(page.locator("[data-error-summary]")).to_be_focused()
        await expect(page.locator("#error-family_name")).to_have_text("Kirjoita sukunimi")
        await expect(page.locator("#field-given_name")).to_have_value("Anna")
        await check_in_both_sizes(page)
        person = await register(page, "kaupunki", f"Virhe{uuid4().hex[:6]}", "Anna", BORN)
        here = f"/o/kaupunki/people/{person}"
        for form, field, typed in (
            ("plan", "made_on", "31.2.2026"),
            ("ability", "assessed_on", "huomenna"),
            ("service", "started_on", "1.1.2999"),
            ("contact", "phone", "ei ole"),
            ("job", "hours", "paljon"),
            ("permission?to=voima", "valid_until", "1.1.2020"),
        ):
            await page.goto(f"{here}/{form}")
            await page.locator(f"#field-{field}").fill(typed)
            await page.locator(SEND).click()
            await expect(page.locator("[data-error-summary]")).to_be_focused()
            await expect(page.locator(f"#field-{field}")).to_have_value(typed)
            await expect(page.locator(f"#error-{field}")).to_be_visible()
            await check_in_both_sizes(page)
        await page.goto(f"{here}/refer")
        await page.locator(SEND).click()
        await expect(page.locator("#error-choice")).to_be_visible()
        await check_in_both_sizes(page)
        await page.goto(f"{here}/refer?step=send&choice=voima.job_coaching&permitted=plan&permitted_until=1.1.2020")
        await expect(page.locator("#error-permitted_until")).to_be_visible()
        await expect(page.locator('[name=permitted][value="plan"]')).to_be_checked()
        await check_in_both_sizes(page)


@pytest.mark.parametrize(("organisation", "sub"), [("kaupunki", "eero"), ("kaupunki", "henrik"), ("voima", "mikael")])
async def test_roles_without_clients_are_told_what_they_do_not_see(
    browser: Browser, installation: Installation, organisation: str, sub: str
) -> None:
    async with window(browser, installation.url, installation.identity_url) as reader:
        page = await reader.sign_in(organisation, sub)
        await expect(page.locator("main")).to_contain_text("Mitä tili ei näe")
        assert ("LAK-2025-01" in await page.locator("main").inner_text()) == (sub == "eero")
        await check_in_both_sizes(page)


async def test_all_acts_work_without_javascript(browser: Browser, installation: Installation) -> None:
    async with window(browser, installation.url, installation.identity_url, java_script_enabled=False) as city:
        page = await city.sign_in("kaupunki", "aino")
        person = await register(page, "kaupunki", f"Ilman{uuid4().hex[:6]}", "Anna", BORN)
        await page.goto(f"/o/kaupunki/people/{person}/refer")
        await page.locator('[value="paja.workshop_period"]').check()
        await page.locator(SEND).click()
        await page.locator('[name=permitted][value="plan"]').check()
        await page.locator(SEND).click()
        await page.locator("#field-reason").fill("Toivoo ryhmää")
        await page.locator(SEND).click()
        await expect(page.get_by_role("status")).to_contain_text("Ohjaus on lähetetty")
        await page.goto(f"/o/kaupunki/people/{person}/refer?step=send&choice=paja.workshop_period")
        await page.locator("#field-reason").fill("Vielä kerran")
        await page.locator(SEND).click()
        await expect(page.locator("main")).to_contain_text("Asiakas on jo ohjattu tähän palveluun")
        await expect(page.locator("#field-reason")).to_have_value("Vielä kerran")


async def test_two_organisations_side_by_side_and_the_switch_between_them(
    browser: Browser, installation: Installation
) -> None:
    family = f"Kaksi{uuid4().hex[:6]}"
    async with window(browser, installation.url, installation.identity_url) as riikka:
        college = await riikka.sign_in("opisto", "riikka")
        await register(college, "opisto", family, "Anna", BORN)
        # Following the switch starts a sign-in through the other organisation.
        await switch(college, "Lakeuden työpaja")
        await college.get_by_label("Käyttäjä").select_option("riikka")
        await college.get_by_role("button", name="Kirjaudu sisään").click()
        await expect(college.locator("[data-part=acting-text]")).to_contain_text("Lakeuden työpaja")
        await college.goto("/o/paja/people")
        await expect(college.locator("main")).not_to_contain_text(family)
        # Both are open now, and a form of one is not touched by the other.
        other = await riikka.page()
        await other.goto("/o/opisto/people/register")
        await other.locator("#field-family_name").fill(f"{family}b")
        await other.locator("#field-given_name").fill("Eeva")
        await other.locator("#field-birth_date").fill("1.2.1990")
        await college.get_by_role("button", name="Kirjaudu ulos").click()
        await other.locator(SEND).click()
        await expect(other.locator("h1")).to_contain_text(f"{family}b")
        await check_in_both_sizes(other)


async def test_work_survives_a_new_sign_in_in_another_tab(browser: Browser, installation: Installation) -> None:
    async with window(browser, installation.url, installation.identity_url) as city:
        page = await city.sign_in("kaupunki", "aino")
        await page.goto("/o/kaupunki/people/register")
        await page.locator("#field-family_name").fill(f"Tallessa{uuid4().hex[:6]}")
        await page.locator("#field-given_name").fill("Anna")
        await page.locator("#field-birth_date").fill("1.2.1990")
        cookies = [cookie for cookie in await city.context.cookies() if cookie["name"] != "nivel-kaupunki"]
        await city.context.clear_cookies()
        await city.context.add_cookies(cookies)  # type: ignore[arg-type]  # read as it is written
        tab = await city.page()
        await tab.goto("/sign-in/kaupunki?next=/o/kaupunki/&login_hint=aino")
        if "/interaction/" in tab.url:
            await tab.get_by_role("button", name="Kirjaudu sisään").click()
        await tab.wait_for_url("**/o/kaupunki/**")
        await page.locator(SEND).click()
        await expect(page.get_by_role("status")).to_contain_text("Asiakas on rekisteröity")


async def switch(page: Page, organisation: str) -> None:
    await page.locator("details[data-menu] > summary").click()
    await page.get_by_role("link", name=organisation).click()
