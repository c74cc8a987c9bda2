"""Re-makes docs/screenshots: each main page in Finnish and English, wide and on 320 px. Run it by ./infra/screenshots."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.browser.chromium import started_browser
from tests.browser.installation import REPOSITORY, Installation, running
from tests.browser.journey import Size, Window, window

TARGET = REPOSITORY / "docs" / "screenshots"
SEND = "main form button[type=submit]"
CHOICE = "choice=voima.job_coaching"
PERMITTED = "permitted=plan&permitted_until=1.2.2027"


class Camera:
    """Takes one picture after the other of one language and width."""

    def __init__(self, language: str, size: Size) -> None:
        self.ending = f"{language}-{size}.png"

    async def take(self, page: Page, name: str, path: str = "") -> None:
        """The page as it stands, or the one at `path`; the whole of it."""
        if path:
            await page.goto(path)
        await page.screenshot(path=TARGET / f"{name}-{self.ending}", full_page=True)


async def fill(page: Page, path: str, **fields: str) -> None:
    """Fill a form and send it."""
    await page.goto(path)
    for name, value in fields.items():
        await page.locator(f"#field-{name}").fill(value)
    await page.locator(SEND).first.click()


async def client_of(page: Page, family: str) -> str:
    """A client of the city with a plan and an assessment; returns the path of the client's page."""
    await fill(page, "/o/kaupunki/people/register", family_name=family, given_name="Maija", birth_date="3.5.1990")
    here = page.url.split("?", maxsplit=1)[0]
    await fill(page, f"{here}/contact", phone="040 123 4567", email="maija@esimerkki.example")
    await fill(page, f"{here}/plan", goal="Varastotyöntekijäksi", steps="Trukkikortti\nKaksi viikkoa työkokeilua")
    await page.goto(f"{here}/ability")
    await page.locator("#field-partial").check()
    await fill_rest(page, description="Ei raskaita nostoja. Aamuvuoro sopii.")
    return here


async def fill_rest(page: Page, **fields: str) -> None:
    """Fill the form of the page as it stands, and send it."""
    for name, value in fields.items():
        await page.locator(f"#field-{name}").fill(value)
    await page.locator(SEND).first.click()


async def city_and_firm(city: Window, firm: Window, camera: Camera) -> None:
    """The half job, a picture at each main page."""
    page = await city.page()
    await camera.take(page, "01-start", "/")
    await city.sign_in("kaupunki", "aino", page)
    here = await client_of(page, "Esimerkki")
    await camera.take(page, "04-refer-service", f"{here}/refer")
    await camera.take(page, "05-refer-share", f"{here}/refer?step=share&{CHOICE}")
    await camera.take(page, "06-refer-send", f"{here}/refer?step=send&{CHOICE}&{PERMITTED}")
    await fill_rest(page, reason="Maija toivoo varastotyötä lähellä kotia.")
    referral = page.url.split("/")[-1].split("?", maxsplit=1)[0]
    await camera.take(page, "02-home", "/o/kaupunki/")
    await camera.take(page, "03-people", "/o/kaupunki/people")
    await camera.take(page, "12-register", "/o/kaupunki/people/register")
    other = await firm.sign_in("voima", "jari")
    await camera.take(other, "07-referral-received", f"/o/voima/referrals/{referral}")
    await other.locator("form[action$=accept] button").click()
    theirs = other.url.split("?", maxsplit=1)[0]
    await camera.take(other, "08-job", f"{theirs}/job")
    await fill_rest(other, employer="Lakeuden Varasto Oy", hours="37,5", monthly_pay="2350,00")
    await camera.take(page, "09-person", here)
    await page.locator("a[href$='/withdraw']").first.click()
    await camera.take(page, "10-withdraw")
    await page.locator(SEND).click()
    await camera.take(other, "11-person-after-withdrawal", theirs)
    await camera.take(other, "13-why-closed", f"/o/voima/why?person={theirs.split('/')[-1]}&class=plan")
    await camera.take(other, "14-jobs", "/o/voima/jobs")
    await camera.take(page, "15-permission", f"{here}/permission?to=voima")


async def pictures(browser: Browser, installation: Installation) -> None:
    """All of them; each language and width has a client of its own."""
    sizes: tuple[Size, ...] = ("wide", "narrow")
    for language in ("fi", "en"):
        for size in sizes:
            async with (
                window(browser, installation.url, installation.identity_url, language=language, size=size) as city,
                window(browser, installation.url, installation.identity_url, language=language, size=size) as firm,
            ):
                await city_and_firm(city, firm, Camera(language, size))


async def main() -> None:
    """Start an installation of its own, take the pictures, stop it."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as installation:
        async with started_browser() as browser:
            await pictures(browser, installation)


if __name__ == "__main__":
    asyncio.run(main())
