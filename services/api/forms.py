"""What came in, as typed values: forms and JSON are read by the same rules, and everything wrong is said at once.

`given = await read_form(request, OfferReferral)`; the struct is named after the act and stands in its slice.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict, MultiDict
from msgspec import inspect

from services.api.errors import BadRequest
from services.kit.errors import Invalid, Reason

Given = TypeVar("Given", bound=msgspec.Struct)

FINNISH_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
YEARS = range(1900, 2200)
MOST_CHARACTERS = 4000
"""For a text whose field names no length of its own."""
LINES_FROM = 1000
"""A text that may be this long may have line breaks; a shorter one is one line."""
DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


async def read_form(request: Request[Any, Any, Any], kind: type[Given]) -> Given:
    """The fields of a sent form; raises Invalid with every reason. Fields that the struct does not have are not looked at."""
    return _typed(_fields(await request.form(), kind), kind, strict=False)


def read_query(request: Request[Any, Any, Any], kind: type[Given]) -> Given:
    """The same for a form that asks and changes nothing: its fields stand in the address."""
    return _typed(_fields(request.query_params, kind), kind, strict=False)


def _fields(form: FormMultiDict | MultiDict[Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        values = [value.strip() for value in form.getall(field.encode_name, []) if isinstance(value, str)]
        about = inspect.type_info(field.type)
        if isinstance(about, (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)):
            raw[field.encode_name] = [value for value in values if value]
        elif isinstance(about, inspect.BoolType):
            raw[field.encode_name] = values[-1:] not in ([], [""], ["false"])
        elif any(values):
            raw[field.encode_name] = values[0]
    return raw


async def read_json(request: Request[Any, Any, Any], kind: type[Given]) -> Given:
    """A JSON object with exactly the fields of the struct; raises BadRequest for anything else than JSON."""
    if request.content_type[0] != "application/json":
        raise BadRequest("input.not_json")
    try:
        raw = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("input.not_json") from error
    if not isinstance(raw, dict):
        raise BadRequest("input.not_an_object")
    return _typed(raw, kind, strict=True)


def _typed(raw: Mapping[str, Any], kind: type[Given], *, strict: bool) -> Given:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    reasons = [Reason("input.unknown_field", name[:100]) for name in raw if name not in fields]
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in raw:
            if field.required:
                reasons.append(Reason("input.missing", name))
            continue
        try:
            values[field.name] = msgspec.convert(_clean(raw[name], field.type), field.type, strict=strict)
        except _Unfit as error:
            reasons.append(Reason(error.code, name, error.details))
        except msgspec.ValidationError as error:
            reasons.append(_reason(str(error), name, field.type))
    if reasons:
        raise Invalid(reasons)
    return kind(**values)


class _Unfit(Exception):
    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def _clean(value: Any, kind: Any) -> Any:
    """Texts in one normal form, without characters that cannot be seen; days in ISO form."""
    abouts = _alternatives(kind)
    if isinstance(value, list):
        return [_clean(one, str) for one in value]
    if isinstance(value, dict):
        return {name: _clean(one, str) for name, one in value.items()}
    if not isinstance(value, str):
        return value
    if any(isinstance(about, inspect.DateType) for about in abouts):
        return _iso_day(value)
    most = max(
        (about.max_length or MOST_CHARACTERS for about in abouts if isinstance(about, inspect.StrType)), default=0
    )
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
    if len(value) > (most or MOST_CHARACTERS):
        raise _Unfit("input.too_long", most=most or MOST_CHARACTERS)
    allowed = "\n\t" if most >= LINES_FROM else ""
    if any((unicodedata.category(c) in ("Cc", "Cs") and c not in allowed) or c in DIRECTION_MARKS for c in value):
        raise _Unfit("input.control_characters")
    return value


def _iso_day(text: str) -> str:
    if finnish := FINNISH_DAY.fullmatch(text):
        day, month, year = finnish.groups()
    elif iso := ISO_DAY.fullmatch(text):
        year, month, day = iso.groups()
    else:
        raise _Unfit("input.not_a_day")
    try:
        found = date(int(year), int(month), int(day))
    except ValueError as error:
        raise _Unfit("input.not_a_day") from error
    if found.year not in YEARS:
        raise _Unfit("input.not_a_day")
    return found.isoformat()


def _alternatives(kind: Any) -> tuple[inspect.Type, ...]:
    about = inspect.type_info(kind)
    return tuple(about.types) if isinstance(about, inspect.UnionType) else (about,)


def _reason(message: str, name: str, kind: Any) -> Reason:
    abouts = _alternatives(kind)
    if "length >=" in message:
        return Reason("input.missing", name)
    if "enum value" in message or any(isinstance(about, (inspect.EnumType, inspect.LiteralType)) for about in abouts):
        return Reason("input.not_a_choice", name)
    if any(isinstance(about, (inspect.IntType, inspect.FloatType)) for about in abouts):
        return Reason("input.not_a_number", name)
    return Reason("input.invalid", name)
