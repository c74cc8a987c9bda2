"""The first half of the main job as its people do it, in a real browser with real sign-ins, click by click."""

import re
from datetime import date
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.installation import Installation
from tests.browser.journey import Counted, Window, check_in_both_sizes, register, window

pytestmark = pytest.mark.xdist_group("installation")

REFER_AT_MOST, PERMIT_AT_MOST = 8, 4
"""Clicks, ticks and fields (ui.md: budgets)."""
BORN = date(1990, 5, 3)
SEND = "main form button[type=submit]"


async def record_plan_and_ability(page: Page, here: str) -> None:
    await page.goto(f"{here}/plan")
    await check_in_both_sizes(page)
    await page.locator("#field-goal").fill("Varastotyöntekijäksi")
    await page.locator(SEND).click()
    await page.goto(f"{here}/ability")
    await check_in_both_sizes(page)
    await page.locator("#field-partial").check()
    await page.locator("#field-description").fill("Ei raskaita nostoja")
    await page.locator(SEND).click()


async def test_a_client_goes_from_the_city_to_a_job_and_takes_the_permission_back(
    browser: Browser, installation: Installation
) -> None:
    family = f"Esimerkki{uuid4().hex[:6]}"
    async with (
        window(browser, installation.url, installation.identity_url) as city,
        window(browser, installation.url, installation.identity_url) as firm,
        window(browser, installation.url, installation.identity_url) as workshop,
    ):
        page = await city.sign_in("kaupunki", "aino")
        await check_in_both_sizes(page)
        person = await register(page, "kaupunki", family, "Maija", BORN)
        await check_in_both_sizes(page)
        here = f"/o/kaupunki/people/{person}"
        await record_plan_and_ability(page, here)

        # The caseworker begins on the client's page, and permits plan and ability on the way.
        await page.goto(here)
        steps = Counted(page)
        await steps.click(page.get_by_role("link", name="Ohjaa palveluun"))
        await check_in_both_sizes(page)
        await steps.click(page.locator('[value="voima.job_coaching"]'))
        await steps.click(page.locator(SEND))
        await check_in_both_sizes(page)
        await expect(page.get_by_text("Jos et anna lupaa, se ei vaikuta työttömyysetuuteesi")).to_be_visible()
        for data_class in ("plan", "ability"):
            await steps.click(page.locator(f'[name=permitted][value="{data_class}"]'))
        await steps.click(page.locator(SEND))
        await check_in_both_sizes(page)
        await expect(page.locator("[data-part=preview]")).to_contain_text("Varastotyöntekijäksi")
        # Going back keeps what was chosen.
        await page.go_back()
        await expect(page.locator('[name=permitted][value="plan"]')).to_be_checked()
        await page.go_forward()
        await steps.click(page.locator(SEND))
        await expect(page.get_by_role("status")).to_contain_text("Ohjaus on lähetetty")
        await check_in_both_sizes(page)
        assert steps.steps <= REFER_AT_MOST, steps.steps

        # The firm sees the offer with the name only, and everything shared once it has accepted.
        other = await firm.sign_in("voima", "jari")
        await check_in_both_sizes(other)
        answer = await other.goto(f"/o/voima/people/{person}")
        assert answer and answer.status == 404
        await other.goto("/o/voima/")
        await other.get_by_role("link", name=family).click()
        await check_in_both_sizes(other)
        await expect(other.locator("main")).not_to_contain_text("Varastotyöntekijäksi")
        await other.get_by_role("button", name="Ota asiakas vastaan").click()
        await expect(other.locator("main")).to_contain_text("Varastotyöntekijäksi")
        await expect(other.locator("main")).to_contain_text("Ei raskaita nostoja")
        await check_in_both_sizes(other)

        await other.get_by_role("link", name="Kirjaa työpaikka").click()
        await check_in_both_sizes(other)
        await other.locator("#field-employer").fill("Lakeuden Varasto Oy")
        await other.locator("#field-hours").fill("37,5")
        await other.locator("#field-monthly_pay").fill("2 350,00")
        await other.locator(SEND).click()
        await expect(other.locator("main")).to_contain_text("37,5 tuntia viikossa")
        await other.goto("/o/voima/jobs")
        await check_in_both_sizes(other)
        # The city is told the fact, not employer and pay.
        await page.goto(here)
        await expect(page.locator("main")).to_contain_text("vähintään 30 tuntia viikossa")
        await expect(page.locator("main")).not_to_contain_text("Lakeuden Varasto")
        await check_in_both_sizes(page)

        await nothing_at_the_workshop(workshop, person, family)

        # Withdrawn while the firm's page is open: its next read shows the classes closed, the minimum stays.
        await other.goto(f"/o/voima/people/{person}")
        await page.get_by_role("link", name="Peru lupa").click()
        await expect(page.locator("[data-part=consequence]")).to_contain_text("Työvoima Voima Oy")
        await check_in_both_sizes(page)
        await page.locator(SEND).click()
        await expect(page.get_by_role("status")).to_contain_text("Lupa on peruttu")
        await other.reload()
        await expect(other.locator("main")).not_to_contain_text("Varastotyöntekijäksi")
        await expect(other.locator("main")).not_to_contain_text("Ei raskaita nostoja")
        await expect(other.locator("[data-part=closed]").first).to_contain_text("Lupa päättyi")
        await expect(other.locator("h1")).to_contain_text(family)
        await check_in_both_sizes(other)
        await other.locator("[data-part=closed] a").first.click()
        await expect(other.locator("[data-part=reasons]")).to_contain_text("Lupa päättyi")
        await check_in_both_sizes(other)


async def nothing_at_the_workshop(workshop: Window, person: str, family: str) -> None:
    page = await workshop.sign_in("paja", "tuula")
    unknown = "00000000-0000-4000-8000-000000000000"
    for path in ("people/{}", "people/{}/refer", "people/{}/permission", "people/{}/job"):
        answers = []
        for one in (person, unknown):
            answer = await page.goto(f"/o/paja/{path.format(one)}")
            assert answer
            answers.append((answer.status, await page.locator("main").inner_text()))
        assert answers[0] == answers[1] and answers[0][0] == 404, path
    reasons = []
    for one in (person, unknown):
        await page.goto(f"/o/paja/why?person={one}&class=plan")
        reasons.append(await page.locator("main").inner_text())
    assert reasons[0] == reasons[1]
    await page.goto("/o/paja/people")
    await expect(page.locator("main")).not_to_contain_text(family)
    await page.locator("#field-name").fill(family)
    await page.locator("[role=search] button").click()
    await expect(page.locator("main")).to_contain_text("Ketään ei löytynyt")
    await expect(page.locator("main")).to_contain_text("Rekisteröi uudeksi asiakkaaksi")
    await check_in_both_sizes(page)


async def test_what_rests_on_permission_alone_disappears_with_it(browser: Browser, installation: Installation) -> None:
    family = f"Toinen{uuid4().hex[:6]}"
    async with (
        window(browser, installation.url, installation.identity_url) as workshop,
        window(browser, installation.url, installation.identity_url) as college,
    ):
        page = await workshop.sign_in("paja", "tuula")
        person = await register(page, "paja", family, "Onni", BORN)
        here = f"/o/paja/people/{person}"
        await record_plan_and_ability(page, here)
        await page.goto(f"{here}/permission")
        await check_in_both_sizes(page)
        await page.goto(here)
        await page.get_by_role("link", name="Kirjaa asiakkaan lupa").click()
        steps = Counted(page)
        await steps.click(page.get_by_role("link", name="Lakeuden ammattiopisto"))
        await check_in_both_sizes(page)
        await steps.click(page.locator('[name=classes][value="plan"]'))
        await steps.click(page.get_by_role("button", name="Asiakas antaa tämän luvan"))
        await expect(page.get_by_role("status")).to_contain_text("Lupa on kirjattu")
        assert steps.steps <= PERMIT_AT_MOST, steps.steps

        other = await college.sign_in("opisto", "riikka")
        await other.goto("/o/opisto/people")
        await other.get_by_role("link", name=family).click()
        await expect(other.locator("main")).to_contain_text("Varastotyöntekijäksi")
        await expect(other.locator("main")).not_to_contain_text("Ei raskaita nostoja")
        # The college sees this client but does not serve her: nothing to record or to refer.
        await expect(other.get_by_role("link", name="Ohjaa palveluun")).to_have_count(0)
        await check_in_both_sizes(other)

        await page.get_by_role("link", name="Peru lupa").click()
        await page.locator(SEND).click()
        answer = await other.reload()
        assert answer and answer.status == 404
        await check_in_both_sizes(other)
        await other.goto("/o/opisto/people")
        await expect(other.locator("main")).not_to_contain_text(family)


async def test_the_minimum_goes_without_a_permission_by_keyboard_alone(
    browser: Browser, installation: Installation
) -> None:
    family = f"Nappi{uuid4().hex[:6]}"
    async with window(browser, installation.url, installation.identity_url) as city:
        page = await city.sign_in("kaupunki", "aino")
        person = await register(page, "kaupunki", family, "Eeva", BORN)
        await page.goto(f"/o/kaupunki/people/{person}")
        await press_on(page, "a", "Ohjaa palveluun")
        await tab_to(page, "input[type=radio]")
        for _ in range(12):
            if await page.evaluate("document.activeElement.value") == "voima.job_coaching":
                break
            await page.keyboard.press("ArrowDown")
        await press_on(page, "button", "Jatka")
        await press_on(page, "button", "Jatka")
        await expect(page.locator("main")).to_contain_text("ohjaus lähtee välttämättömin tiedoin")
        await press_on(page, "button", "Lähetä ohjaus")
        await expect(page.get_by_role("status")).to_contain_text("Ohjaus on lähetetty")
        await expect(page.locator("main")).to_contain_text("Vain välttämätön")
        await page.get_by_text("Peru ohjaus").first.click()
        await check_in_both_sizes(page)
        await page.locator("[data-part=decline] button").click()
        await expect(page.locator("[data-error-summary]")).to_be_focused()
        await check_in_both_sizes(page)
        await page.locator("#field-reason_code").select_option("client_declined")
        await page.locator("[data-part=decline] button").click()
        await expect(page.get_by_role("status")).to_contain_text("Peruit ohjauksen")


async def tab_to(page: Page, selector: str, text: str = "") -> None:
    """Walks with the Tab key until the wanted element has the focus."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate(
            "([wanted, text]) => document.activeElement.matches(wanted) && document.activeElement.textContent.includes(text)",
            [selector, text],
        ):
            return
    raise AssertionError(f"no {selector} {text!r} by the Tab key on {page.url}")


async def press_on(page: Page, selector: str, text: str) -> None:
    await tab_to(page, selector, text)
    before = page.url
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(f"^(?!{re.escape(before)}$)"))
