"""What a failed request is answered with: one table from kinds of errors to statuses, as a problem (RFC 9457) or as a page."""

import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
from asyncpg import CheckViolationError, InsufficientPrivilegeError
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from services.api.languages import COOKIE, mark, negotiate
from services.api.log_lines import LOG
from services.api.oidc import AnswerRefused
from services.api.pages import Shell, render_error
from services.api.provider_http import ProviderDown
from services.kit.errors import Conflict, Invalid, NivelError, NotAllowed, NotFound, TooMany, WallBreach


class BadRequest(NivelError):
    """The request cannot be understood at all, whoever sends it."""


class SignInNeeded(NivelError):
    """Nobody is signed in for what was asked; `organisation` is the slug in the address, "" where there is none."""

    def __init__(self, organisation: str = "") -> None:
        super().__init__("session.needed")
        self.organisation = organisation


# From the special to the general; an error that is none of these is a fault of ours.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (WallBreach, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Invalid, 422),
    (TooMany, 429),
    (BadRequest, 400),
    (SignInNeeded, 401),
    (AnswerRefused, 401),
    (ProviderDown, 503),
)

# Codes that must not follow a Python release: newer ones name these statuses otherwise.
CODES = {413: "request_entity_too_large", 422: "unprocessable_entity"}

# What people are told beyond the general words of the status, by code.
DETAILS = {
    "session.needed": mark("Sign in to continue."),
    "session.no_role": mark(
        "You are signed in, but have no role yet. Ask the administrator of your organisation to give you one."
    ),
    "session.csrf": mark("The form was not sent from a page of your present session. Load the page again."),
    "session.which_organisation": mark(
        "You are signed in for several organisations. Name the one you act for in the header Nivel-Organisation."
    ),
    "people.role_may_not": mark("Your role does not work with clients, so it neither sees nor records them."),
    "sharing.role_may_not": mark("Your role does not work with clients, so it neither sees nor records them."),
    "sign_in.refused": mark(
        "Your organisation's sign-in did not succeed. Nothing is wrong on this computer: start again."
    ),
    "sign_in.cancelled": mark("The sign-in was cancelled at your organisation. Start again when you wish."),
    "sign_in.disabled": mark("Your account is closed. Ask the administrator of your organisation."),
    "sign_in.provider_down": mark(
        "Your organisation's sign-in service does not answer as agreed. Try again; if it lasts, tell its support."
    ),
}


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The exception handler of the whole application."""
    error = _translated(error)
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), None)
    headers: dict[str, str] = {}
    if status is None and isinstance(error, HTTPException):
        status, headers = error.status_code, dict(error.headers or {})
    reference = _logged(request, error, status or 500)
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if speaks_json(request):
        return _problem(status or 500, error, reference, headers)
    if isinstance(error, SignInNeeded) and error.organisation and request.method == "GET":
        return Redirect(sign_in_address(error.organisation, here(request)), status_code=303)
    return _page(request, status or 500, error, reference, headers)


def sign_in_address(organisation: str, next_path: str) -> str:
    """Where a sign-in for this organisation begins; it leads back to `next_path`."""
    return f"/sign-in/{quote(organisation, safe='')}?next={quote(next_path, safe='')}"


def here(request: Request[Any, Any, Any]) -> str:
    """Path and query of the page that was asked for."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def speaks_json(request: Request[Any, Any, Any]) -> bool:
    """Whether a machine is asking: by the address, or because it takes JSON and no pages."""
    wanted = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("application/json" in wanted and "text/html" not in wanted)


def code_of(error: Exception, status: int) -> str:
    """The stable code of an error. Hidden, unknown and malformed are one code, so that no answer tells them apart."""
    if status == HTTPStatus.NOT_FOUND:
        return "not_found"
    if isinstance(error, ProviderDown):
        return "sign_in.provider_down"
    if isinstance(error, AnswerRefused):
        return "sign_in.cancelled" if error.args == ("cancelled",) else "sign_in.refused"
    return error.code if isinstance(error, NivelError) else CODES.get(status, HTTPStatus(status).name.lower())


def _translated(error: Exception) -> Exception:
    """What the second wall refused. A message that begins with `nivel:` is our own rule speaking from a function."""
    spoken = str(error).startswith("nivel:")
    if isinstance(error, InsufficientPrivilegeError):
        return NotAllowed("not_allowed") if spoken else NotFound("not_found")
    if isinstance(error, CheckViolationError) and spoken:
        return Conflict("state")
    return error


def _logged(request: Request[Any, Any, Any], error: Exception, status: int) -> str:
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, (WallBreach, AnswerRefused)):
        return ""
    reference = secrets.token_hex(6)
    facts: dict[str, object] = {"reference": reference, "status": status, "route": _route(request)}
    if isinstance(error, (ProviderDown, AnswerRefused)):
        LOG.warning("sign_in", extra={"facts": facts | {"reason": str(error)}})
    elif isinstance(error, WallBreach):
        LOG.critical("wall_breach", extra={"facts": facts | {"code": error.code, **error.details}})
    else:
        LOG.error("fault", exc_info=error, extra={"facts": facts})
    return reference if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""


def _route(request: Request[Any, Any, Any]) -> str:
    handler = request.scope.get("route_handler")
    return str(handler) if handler else ""


def _problem(status: int, error: Exception, reference: str, headers: dict[str, str]) -> Response[Any]:
    code = code_of(error, status)
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
    }
    if code in DETAILS:
        body["detail"] = DETAILS[code]
    if isinstance(error, Invalid):
        body["reasons"] = msgspec.to_builtins(error.reasons)
    if isinstance(error, Conflict):
        body |= {"allowed": error.allowed, "details": error.details}
    if reference:
        body["reference"] = reference
    return Response(
        msgspec.json.encode(body), status_code=status, media_type="application/problem+json", headers=headers
    )


def _page(
    request: Request[Any, Any, Any], status: int, error: Exception, reference: str, headers: dict[str, str]
) -> Response[Any]:
    # Nothing of the address is repeated in "not found": the page for a hidden id is the page for an unknown one.
    address = "/" if status == HTTPStatus.NOT_FOUND else here(request)
    shell = Shell(site=request.app.state.site, language=language_of(request), here=address)
    code, organisation = code_of(error, status), organisation_in(request)
    front = f"/o/{organisation}/" if organisation else "/"
    try:
        answer = render_error(
            shell,
            status,
            reference=reference,
            details=[shell.text(DETAILS[code])] if code in DETAILS else [],
            sign_in=sign_in_address(organisation, front) if organisation and status == HTTPStatus.UNAUTHORIZED else "",
            back=front,
        )
    except Exception:  # noqa: BLE001  # a page that cannot even say so: the plain words of the standard remain
        LOG.exception("error_page")
        return Response(HTTPStatus(status).phrase, status_code=status, media_type="text/plain", headers=headers)
    answer.headers.update(headers)
    return answer


def organisation_in(request: Request[Any, Any, Any]) -> str:
    """The organisation's slug in the address, "" where the address has none."""
    return str(request.path_params.get("org", ""))


def language_of(request: Request[Any, Any, Any]) -> str:
    """The language in which the reader is answered."""
    wish = request.headers.get("accept-language")
    demonstration = bool(request.app.state.settings.demonstration)
    return negotiate(request.cookies.get(COOKIE), wish, demonstration=demonstration)
