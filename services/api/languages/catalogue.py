"""Which texts are in use, and the catalogues brought up to date with them."""

from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from services.api.languages import FOLDER, NAMES

PAGES = FOLDER.parent
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "mark": None,
}
TRANSLATED = tuple(language for language in NAMES if language != "en")


def texts_in_use() -> Catalog:
    """Every text of the templates and the Python of `services/api`."""
    catalog = Catalog()
    found = extract_from_dir(
        PAGES,
        METHODS,
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for _, _, message, comments, context in found:
        catalog.add(message, None, auto_comments=comments, context=context)
    return catalog


def read_catalogue(language: str) -> Catalog:
    """The catalogue of one language; an empty one before its first update."""
    path = catalogue_path(language)
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def catalogue_path(language: str) -> Path:
    """Where the catalogue of one language lies."""
    return FOLDER / f"{language}.po"


def update(language: str) -> int:
    """Adds new texts, drops unused ones, keeps translations and remarks; returns how many wait for translation.

    No header, line numbers or dates are written: a change of the file is a change of a text.
    """
    catalog = read_catalogue(language)
    catalog.update(
        texts_in_use(),
        no_fuzzy_matching=True,
        update_header_comment=False,
        keep_user_comments=True,
    )
    with catalogue_path(language).open("wb") as file:
        write_po(
            file,
            catalog,
            width=0,
            no_location=True,
            omit_header=True,
            sort_output=True,
            ignore_obsolete=True,
        )
    return len(untranslated(catalog))


def untranslated(catalog: Catalog) -> list[str]:
    """The texts of a catalogue that have no translation yet."""
    return [str(message.id) for message in catalog if message.id and not _complete(message.string)]


def _complete(translation: object) -> bool:
    return all(translation) if isinstance(translation, tuple) else bool(translation)
