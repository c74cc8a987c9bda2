"""Which words of a page escaped translation: rendered in the pseudo-language, every text stands in brackets."""

import re
from html.parser import HTMLParser

SPOKEN = ("aria-label", "title", "alt", "placeholder")
VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}


class _Texts(HTMLParser):
    """Collects text that readers meet, outside elements with translate="no" (names, addresses, what people typed)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        silent = values.get("translate") == "no" or tag in ("script", "style", "title") or any(self._open)
        if not silent:
            self.found += [values.get(name) or "" for name in SPOKEN]
        if tag not in VOID:
            self._open.append(silent)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.found.append(data)


def untranslated(html: str) -> list[str]:
    """The texts with letters outside the brackets of the pseudo-language."""
    texts = _Texts()
    texts.feed(html)
    rest = (re.sub(r"⟦[^⟧]*⟧", "", text).strip() for text in texts.found)
    return [text for text in rest if re.search(r"[^\W\d_]", text)]
