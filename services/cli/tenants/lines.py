"""On which line of a TOML file does a value stand? `tomllib` does not tell, and a problem without its line is half a problem."""

import re

Path = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([\w-]+)\s*=(.*)$")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*$')


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) of every table and key written in the usual way: bare keys, one to a line."""
    found: dict[Path, int] = {(): 1}
    items: dict[Path, int] = {}
    table: Path = ()
    closing, depth = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if depth == 0 and (header := _TABLE.match(line)):
            table = _table(header, items)
            found[table] = number
            continue
        value = line
        if depth == 0 and (pair := _KEY.match(line)):
            found[(*table, pair[1])] = number
            value = pair[2]
        for quotes in ('"""', "'''"):
            if value.count(quotes) == 1:
                closing = quotes
                break
        else:
            bare = _STRING.sub("", value)
            depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
    return found


def _table(header: re.Match[str], items: dict[Path, int]) -> Path:
    """The path of `[a.b]` or `[[a.b]]`; a name that is a list of tables means its newest member."""
    *above, name = header[2].split(".")
    path: Path = ()
    for part in above:
        path = (*path, part)
        path = (*path, items[path]) if path in items else path
    path = (*path, name)
    if header[1] == "[[":
        items[path] = items.get(path, -1) + 1
        path = (*path, items[path])
    return path
