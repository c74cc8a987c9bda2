"""From a template and values to an answer: who reads, in which language, under which security headers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType

from services.api import formats, words
from services.api.assets import Assets
from services.api.languages import NAMES, PSEUDO, texts_in

ROOT = Path(__file__).parent


class NavItem(msgspec.Struct, frozen=True):
    """One line of the left navigation; `count` is what waits there, None where counting means nothing."""

    label: str
    href: str
    count: int | None = None
    current: bool = False


class OrganisationLink(msgspec.Struct, frozen=True):
    """Another organisation of the same human; following it continues there or starts a sign-in through it."""

    name: str
    href: str


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, for whom, and until when. `roles` are codes; `session_seconds` are left of the session."""

    organisation: str
    home: str
    person: str
    roles: tuple[str, ...]
    sign_out: str
    sign_in: str
    session_seconds: int
    others: tuple[OrganisationLink, ...] = ()


class FormState(msgspec.Struct, frozen=True):
    """What was typed and what is wrong with it, by field name; the error under "" belongs to the whole form."""

    values: Mapping[str, str | Sequence[str]] = {}
    errors: Mapping[str, str] = {}

    def value(self, name: str, otherwise: str = "") -> str:
        """The text of a field as typed (the first of several)."""
        chosen = self.chosen(name)
        return chosen[0] if chosen else otherwise

    def chosen(self, name: str) -> tuple[str, ...]:
        """All chosen values of a field."""
        value = self.values.get(name, ())
        return (value,) if isinstance(value, str) else tuple(value)

    def error(self, name: str) -> str:
        """The message for a field, empty when it is right."""
        return self.errors.get(name, "")


class Site:
    """What all pages of one installation share. Built once at start; compiles each template once per language."""

    def __init__(
        self,
        assets: Assets,
        *,
        alliance: str,
        demonstration: bool = False,
        form_origins: Iterable[str] = (),
        roots: Sequence[Path] = (),
    ) -> None:
        """`form_origins`: origins of identity providers, to which a form may lead on; `roots`: further templates."""
        self.assets = assets
        self.alliance = alliance
        self.demonstration = demonstration
        self.policy = content_security_policy(form_origins)
        self._roots = (*roots, ROOT)
        self._environments: dict[str, Environment] = {}

    def environment(self, language: str) -> Environment:
        """The templates speaking one language."""
        if language not in self._environments:
            self._environments[language] = _environment(language, self._roots, self.assets.href)
        return self._environments[language]

    @cached_property
    def languages(self) -> dict[str, str]:
        """The languages offered, by code; the pseudo-language only in a demonstration."""
        return NAMES | ({PSEUDO: "⟦ ⟧"} if self.demonstration else {})


class Shell(msgspec.Struct, frozen=True, kw_only=True):
    """Everything around the content of one page. `here` is path and query of this page, for the language switch."""

    site: Site
    language: str
    here: str
    csrf_token: str = ""
    acting: Acting | None = None
    navigation: tuple[NavItem, ...] = ()

    def text(self, message: str, **values: str | int) -> str:
        """A text of Python code in the reader's language; `%(name)s` in it is replaced."""
        translated = texts_in(self.language).gettext(message)
        return translated % values if values else translated

    def language_href(self, language: str) -> str:
        """The address that chooses a language and comes back here."""
        return f"/language/{language}?next={quote(self.here, safe='')}"


def render(shell: Shell, template: str, *, status: int = 200, **values: Any) -> Response[str]:
    """A whole page. `template` is a path below `services/api`; each template names the values it needs at its top."""
    page = shell.site.environment(shell.language).get_template(template)
    content = page.render(shell=shell, **values)
    return Response(
        content,
        status_code=status,
        media_type=MediaType.HTML,
        headers=page_headers(shell.site.policy),
    )


def render_error(
    shell: Shell,
    status: int,
    *,
    reference: str = "",
    details: Sequence[str] = (),
    sign_in: str = "",
    back: str = "/",
) -> Response[str]:
    """What happened, what it means, what to do next.

    `reference` is what support finds the request by; `details` are texts in the reader's language; `sign_in` is where a
    new sign-in starts (for 401), `back` where one can go on.
    """
    values = {
        "code": status,
        "reference": reference,
        "details": details,
        "sign_in": sign_in,
        "back": back,
    }
    return render(shell, "layout/error.html", status=status, **values)


def page_headers(policy: str) -> dict[str, str]:
    """The headers of every page: nothing is kept, nothing is embedded, no address leaks to other sites."""
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


def content_security_policy(form_origins: Iterable[str] = ()) -> str:
    """Only our own files, nothing inline. Browsers count a redirect after a form as its target: `form_origins`."""
    targets = " ".join(["'self'", *sorted(set(form_origins))])
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action {targets}; frame-ancestors 'self'; base-uri 'none'"
    )


def _environment(language: str, roots: Sequence[Path], asset: Callable[[str], str]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(roots),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    texts = texts_in(language)
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    environment.filters |= {
        "day": formats.day,
        "moment": formats.moment,
        "number": formats.number,
        "euros": formats.euros,
        "tenths": formats.tenths,
        "word": lambda code, kind: texts.gettext(words.word(kind, code)),
        "in_order": words.in_order,
        "state_colour": lambda state: words.STATE_COLOURS.get(state, "neutral"),
    }
    environment.globals |= {"asset": asset, "FormState": FormState}
    return environment
