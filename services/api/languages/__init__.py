"""The languages of the pages. Texts in code and templates are English; `<language>.po` beside this file translates.

`python -m services.api.languages` brings the catalogues up to date with the texts in use.
"""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
DEFAULT = "fi"
NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
# Every text between white brackets: what stands outside them on a page has escaped translation.
PSEUDO = "xx"
COOKIE = "nivel-lang"


class Pseudo(gettext.NullTranslations):
    """The language of the test for untranslated text; offered in demonstration mode only."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def mark(message: str) -> str:
    """Marks a text that is translated later, where the reader's language is known."""
    return message


@cache
def texts_in(language: str) -> gettext.NullTranslations:
    """The texts of one language. A text that its catalogue lacks is shown in English, which all three readers share."""
    if language == PSEUDO:
        return Pseudo()
    source = FOLDER / f"{language}.po"
    if not source.is_file():
        return gettext.NullTranslations()
    binary = BytesIO()
    with source.open("rb") as file:
        write_mo(binary, read_po(file, locale=language))
    binary.seek(0)
    return gettext.GNUTranslations(binary)


def negotiate(cookie: str | None, accept_language: str | None, *, demonstration: bool) -> str:
    """The reader's language: their own choice, else the first of the browser's that we speak, else Finnish."""
    spoken = (*NAMES, PSEUDO) if demonstration else tuple(NAMES)
    if cookie in spoken:
        return cookie
    wishes = []
    for part in (accept_language or "").split(","):
        tag, _, weight = part.partition(";q=")
        try:
            wishes.append((-float(weight or 1), tag.strip().lower().split("-")[0]))
        except ValueError:
            continue
    return next(
        (tag for _, tag in sorted(wishes, key=lambda wish: wish[0]) if tag in NAMES),
        DEFAULT,
    )
