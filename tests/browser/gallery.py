"""A tiny application that shows the layout by itself: every macro, start and error pages. No database, no sign-in."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.params import FromPath, FromQuery

from services.api import words
from services.api.assets import STATIC, Assets
from services.api.languages import COOKIE, negotiate
from services.api.pages import (
    Acting,
    FormState,
    NavItem,
    OrganisationLink,
    Shell,
    Site,
    render,
    render_error,
)
from services.kit.settings import load_settings

HUE = 220
FORM = FormState(
    values={"name": "Aino", "classes": ["plan"], "reason": "a"},
    errors={
        "name": "Kirjoita koko nimi",
        "birth": "Kirjoita päivä muodossa 24.3.2026",
        "service": "Valitse palvelu",
        "reason": "Valitse syy",
        "classes": "Valitse ainakin yksi",
        "": "Toinen käyttäjä on muuttanut tietoja",
    },
)


class Row(msgspec.Struct, frozen=True):
    person: str
    state: str
    deadline: date
    cents: int


class Persona(msgspec.Struct, frozen=True):
    name: str
    roles: tuple[str, ...]
    today: str
    href: str


class Organisation(msgspec.Struct, frozen=True):
    name: str
    kind: str
    href: str
    personas: tuple[Persona, ...] = ()


ORGANISATIONS = (
    Organisation(
        "Lakeuden kaupungin työllisyyspalvelut",
        "employment_authority",
        "/sign-in/kaupunki",
        (
            Persona(
                "Katri Koski",
                ("caseworker",),
                "ohjaan Ainon henkilöstöyritykseen.",
                "/sign-in/kaupunki",
            ),
            Persona(
                "Petri Peltola",
                ("procurement", "approver"),
                "hyväksyn sopimuksen.",
                "/sign-in/kaupunki",
            ),
        ),
    ),
    Organisation(
        "Lakeuden Voima Oy",
        "staffing_firm",
        "/sign-in/voima",
        (
            Persona(
                "Veera Vuori",
                ("coach",),
                "vastaanotan ohjauksen ja kirjaan työn.",
                "/sign-in/voima",
            ),
        ),
    ),
)


def gallery_site(web: Path) -> Site:
    """The shared things of the gallery's pages, from the built browser assets."""
    return Site(
        Assets([web, STATIC], HUE),
        alliance="Lakeus",
        demonstration=True,
        roots=[Path(__file__).parent],
    )


def gallery_shell(site: Site, language: str, here: str = "/gallery", *, signed_in: bool = True) -> Shell:
    """A coach of the staffing firm who also works elsewhere, or nobody."""
    if not signed_in:
        return Shell(site=site, language=language, here=here)
    acting = Acting(
        organisation="Lakeuden Voima Oy",
        home="/gallery",
        person="Veera Vuori",
        roles=("coach", "approver"),
        sign_out="/gallery",
        sign_in="/",
        session_seconds=1800,
        others=(OrganisationLink("Lakeuden kaupungin työllisyyspalvelut", "/o/kaupunki/"),),
    )
    texts = Shell(site=site, language=language, here=here)
    navigation = (
        NavItem(texts.text("Referral"), "/gallery", 3, current=True),
        NavItem(texts.text("Follow-up"), "/gallery?follow-up", 0),
        NavItem(texts.text("Plan"), "/gallery?documents"),
    )
    return Shell(
        site=site,
        language=language,
        here=here,
        csrf_token="token",
        acting=acting,
        navigation=navigation,
    )


def gallery_values(form: FormState = FORM) -> dict[str, Any]:
    """The values of gallery.html."""
    states: Sequence[str] = tuple(words.WORDS["referral_state"])
    rows = [
        Row("Aino Esimerkki", "offered", date(2026, 3, 5), 123450),
        Row("Onni Pitkäsukunimi-Vielpitempi", "accepted", date(2026, 12, 24), -50),
        Row("Eeva Malli", "rejected", date(2026, 1, 1), 123456789),
    ]
    return {
        "form": form,
        "rows": rows,
        "states": states,
        "bases": tuple(words.WORDS["basis"]),
        "day": date(2026, 3, 5),
    }


def start_values() -> dict[str, Any]:
    """The values of layout/start.html."""
    steps = ["Kaupunki ohjaa", "Yritys vastaanottaa", "Työ kirjataan"]
    return {"organisations": ORGANISATIONS, "steps": steps, "step": 1}


def gallery(web: Path) -> Litestar:
    """The application; `?form=empty` shows the form untouched."""
    site = gallery_site(web)

    def shell(request: Request[Any, Any, Any], *, signed_in: bool = True) -> Shell:
        cookie, wish = (
            request.cookies.get(COOKIE),
            request.headers.get("accept-language"),
        )
        language = negotiate(cookie, wish, demonstration=True)
        return gallery_shell(site, language, request.url.path, signed_in=signed_in)

    @get("/gallery", sync_to_thread=False)
    def shown(request: Request[Any, Any, Any], form: FromQuery[str] = "") -> Response[str]:
        return render(
            shell(request),
            "gallery.html",
            **gallery_values(FormState() if form == "empty" else FORM),
        )

    @post("/gallery", sync_to_thread=False)
    def sent(request: Request[Any, Any, Any]) -> Response[str]:
        return render(shell(request), "gallery.html", status=422, **gallery_values())

    @get("/", sync_to_thread=False)
    def start(request: Request[Any, Any, Any]) -> Response[str]:
        return render(shell(request, signed_in=False), "layout/start.html", **start_values())

    @get("/welcome", sync_to_thread=False)
    def welcome(request: Request[Any, Any, Any]) -> Response[str]:
        return render(
            shell(request, signed_in=False),
            "layout/welcome.html",
            organisations=ORGANISATIONS,
        )

    @get("/error/{status:int}", sync_to_thread=False)
    def error(request: Request[Any, Any, Any], status: FromPath[int]) -> Response[str]:
        sign_in = "/sign-in/voima" if status == 401 else ""
        return render_error(
            shell(request, signed_in=False),
            status,
            reference="7f3a-91c2",
            sign_in=sign_in,
        )

    return Litestar([shown, sent, start, welcome, error, site.assets.handler()], openapi_config=None)


def built_gallery() -> Litestar:
    """The gallery with the browser assets of this installation."""
    return gallery(load_settings(os.environ | {"NIVEL_MODE": "demonstration"}).web)
