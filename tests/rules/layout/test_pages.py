"""What every page carries, whatever is on it."""

from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, UndefinedError

from services.api.assets import STATIC, Assets
from services.api.languages import NAMES, PSEUDO
from services.api.pages import (
    Acting,
    FormState,
    NavItem,
    Shell,
    Site,
    content_security_policy,
    render,
    render_error,
)
from tests.browser.gallery import (
    ORGANISATIONS,
    gallery_shell,
    gallery_values,
    start_values,
)
from tests.untranslated import untranslated

ERRORS = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503, 418, 504)


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    """Browser assets without their content, so that these tests need nothing built."""
    folder = tmp_path_factory.mktemp("web")
    for name in ("designsystemet.css", "designsystemet-theme.css", "inter-latin-wght-normal.woff2"):
        (folder / name).write_text(name)
    return Assets([folder, STATIC], hue=220)


@pytest.fixture
def site(assets: Assets) -> Site:
    gallery = Path(__file__).parents[2] / "browser"
    return Site(
        assets,
        alliance="Lakeus",
        demonstration=True,
        form_origins=["http://127.0.0.1:9"],
        roots=[gallery],
    )


def content(site: Site, language: str, template: str, **values: Any) -> str:
    return render(gallery_shell(site, language), template, **values).content


@pytest.mark.parametrize("language", [*NAMES, PSEUDO])
def test_all_pages_speak_all_languages(site: Site, language: str) -> None:
    shell = gallery_shell(site, language, signed_in=False)
    pages = {
        "gallery": content(site, language, "gallery.html", **gallery_values()),
        "untouched": content(site, language, "gallery.html", **gallery_values(FormState())),
        "start": render(shell, "layout/start.html", **start_values()).content,
        "welcome": render(shell, "layout/welcome.html", organisations=ORGANISATIONS).content,
        "nobody": render(shell, "layout/welcome.html", organisations=()).content,
    } | {str(status): render_error(shell, status, reference="7f3a", sign_in="/sign-in").content for status in ERRORS}
    declared = "en" if language == PSEUDO else language
    for name, page in pages.items():
        assert f'<html lang="{declared}"' in page, name
        assert page.count("<h1") == 1, name
        assert "style=" not in page and "<style" not in page and " onclick" not in page, name
        assert "<script>" not in page, name
    if language == PSEUDO:
        # What the gallery invents itself (messages, the steps and texts of personas) is data, not text of the product.
        invented = {*gallery_values()["form"].errors.values(), *start_values()["steps"]}
        invented |= {persona.today for organisation in ORGANISATIONS for persona in organisation.personas}
        left = {name: [text for text in untranslated(page) if text not in invented] for name, page in pages.items()}
        assert {name: texts for name, texts in left.items() if texts} == {}


def test_headers_keep_pages_private(site: Site) -> None:
    answer = render_error(gallery_shell(site, "fi"), 404)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "form-action 'self' http://127.0.0.1:9;" in policy


def test_policy_without_identity_providers_keeps_forms_at_home() -> None:
    assert "form-action 'self';" in content_security_policy()


def test_what_people_typed_is_never_markup(site: Site) -> None:
    evil = "\"><script>alert('x')</script>"
    form = FormState(values={"name": evil, "note": evil}, errors={"name": evil})
    page = content(site, "fi", "gallery.html", **gallery_values(form))
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") == 4


def test_typed_values_are_kept_and_errors_are_tied_to_their_field(site: Site) -> None:
    page = content(site, "fi", "gallery.html", **gallery_values())
    assert 'value="Aino"' in page
    assert 'href="#field-birth"' in page and 'id="field-birth"' in page
    assert 'aria-describedby="hint-birth error-birth" aria-invalid="true"' in page
    assert page.count(" checked") == 2


def test_a_missing_value_is_an_error_not_a_gap(site: Site) -> None:
    with pytest.raises(UndefinedError):
        content(site, "fi", "layout/welcome.html")


def test_an_asset_that_was_not_built_is_an_error(site: Site) -> None:
    environment = site.environment("fi")
    environment.loader = DictLoader({"broken.html": "{{ asset('nowhere.css') }}"})
    with pytest.raises(KeyError, match=r"nowhere\.css"):
        environment.get_template("broken.html").render()


def test_who_acts_for_whom_is_said_but_not_in_the_title(site: Site) -> None:
    page = content(site, "en", "gallery.html", **gallery_values())
    title = page[page.index("<title>") : page.index("</title>")]
    assert "Aino" not in title and "Veera" not in title
    assert "Lakeuden Voima Oy" in page and "Veera Vuori" in page and "Coach, Approver" in page
    assert 'href="/o/kaupunki/"' in page


def test_without_other_organisations_there_is_no_menu(site: Site) -> None:
    acting = Acting(
        organisation="Paja",
        home="/o/paja",
        person="Pia P",
        roles=("coach",),
        sign_out="/o/paja/sign-out",
        sign_in="/sign-in/paja",
        session_seconds=60,
    )
    navigation = (NavItem("A", "/a", 0), NavItem("B", "/b", 1234), NavItem("C", "/c"))
    shell = Shell(
        site=site,
        language="en",
        here="/a?b=c&d",
        csrf_token="t0k",
        acting=acting,
        navigation=navigation,
    )
    page = render(shell, "layout/welcome.html", organisations=()).content
    assert "data-menu" not in page
    assert 'action="/o/paja/sign-out"' in page and 'value="t0k"' in page
    assert "1\xa0234" in page and page.count('data-part="count"') == 2
    assert 'href="/language/sv?next=%2Fa%3Fb%3Dc%26d"' in page


def test_text_of_python_code_is_translated_and_filled(site: Site) -> None:
    assert gallery_shell(site, "fi").text("Next page") == "Seuraava sivu"
    assert gallery_shell(site, "en").text("%(count)s rows", count=3) == "3 rows"


def test_any_change_of_a_file_changes_the_addresses(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    before = Assets([tmp_path], hue=220).href("a.css")
    assert Assets([tmp_path], hue=220).href("a.css") == before
    assert Assets([tmp_path], hue=221).href("a.css") != before
    (tmp_path / "b.css").write_text("b{}")
    assert Assets([tmp_path], hue=220).href("a.css") != before
