"""Every text in use is translated, and no text stands in a template untranslated."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from services.api.languages import NAMES, PSEUDO, negotiate, texts_in
from services.api.languages.catalogue import TRANSLATED, read_catalogue, texts_in_use
from services.api.languages.catalogue import untranslated as missing_in
from services.api.pages import ROOT
from services.api.words import WORDS
from tests.untranslated import untranslated


def forms(text: object) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (str(text),)


def messages(language: str) -> Iterator[Message]:
    return (message for message in read_catalogue(language) if message.id)


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_holds_exactly_the_texts_in_use(language: str) -> None:
    in_use = {message.id for message in texts_in_use() if message.id}
    assert len(in_use) > 50, "the extraction found next to nothing"
    assert {message.id for message in messages(language)} == in_use, "run python -m services.api.languages"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    assert missing_in(read_catalogue(language)) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_fill_in_the_same_values(language: str) -> None:
    for message in messages(language):
        wanted = set(re.findall(r"%\(\w+\)s", forms(message.id)[-1]))
        for translation in forms(message.string):
            optional = {"%(num)s"} if isinstance(message.id, tuple) else set()
            assert set(re.findall(r"%\(\w+\)s", translation)) | optional == wanted | optional, message.id
            assert "⟦" not in translation


@pytest.mark.parametrize("kind", WORDS)
def test_every_word_of_the_field_is_translated(kind: str) -> None:
    finnish = texts_in("fi")
    for english in WORDS[kind].values():
        assert finnish.gettext(english) != english or english == "Plan"


def test_plural_forms_follow_the_number() -> None:
    finnish = texts_in("fi")
    one, many = "One thing to correct", "%(num)s things to correct"
    assert finnish.ngettext(one, many, 1) == "Yksi korjattava kohta"
    assert finnish.ngettext(one, many, 2) == "%(num)s korjattavaa kohtaa"


def test_unknown_text_is_shown_in_english() -> None:
    assert texts_in("sv").gettext("Nobody has translated this") == "Nobody has translated this"


@pytest.mark.parametrize(
    ("cookie", "header", "expected"),
    [
        (None, None, "fi"),
        (None, "de, sv-FI;q=0.8, en;q=0.9", "en"),
        (None, "sv-FI, en;q=0.9", "sv"),
        (None, "de-DE, de;q=0.9", "fi"),
        (None, "en;q=nonsense", "fi"),
        (None, "*", "fi"),
        ("sv", "en", "sv"),
        ("../fi", "en", "en"),
        ("xx", "en", "en"),
    ],
)
def test_language_is_chosen_by_the_reader_then_the_browser(cookie: str, header: str, expected: str) -> None:
    assert negotiate(cookie, header, demonstration=False) == expected


def test_pseudo_language_only_in_a_demonstration() -> None:
    assert negotiate(PSEUDO, "fi", demonstration=True) == PSEUDO
    assert PSEUDO not in NAMES


def test_templates_hold_no_bare_text() -> None:
    """Looks at the source, so that branches no test renders are covered too."""
    bare = []
    for template in ROOT.rglob("*.html"):
        source = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
        source = re.sub(r"<!doctype html>|\{\{.*?\}\}|\{%.*?%\}", " ", source, flags=re.DOTALL)
        # Names of the product and of people are not translated; macros also hold attributes without their element.
        source = re.sub(
            r"<(\w+)[^>]*translate=\"no\"[^>]*>[^<]*</\1>|<title>[^<]*</title>",
            "",
            source,
        )
        source = re.sub(r"[\w-]+=\"[^\"]*\"", "", source)
        bare += [text for text in re.findall(r">([^<>]*)<", source) if re.search(r"[^\W\d_]{2}", text)]
    assert bare == []


def test_the_search_for_untranslated_text_finds_it() -> None:
    page = '<p title="Bare">⟦Fine⟧ 5.3.2026 bare</p><b translate="no">Aino<br> <i>K.</i></b><img alt="⟦Fine⟧"> after'
    assert untranslated(page) == ["Bare", "5.3.2026 bare", "after"]
