"""Which language a reader chose, kept in a cookie of a year; a link, so that it works on every page without a form."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from services.api.languages import COOKIE
from services.api.pages import Site

YEAR = 365 * 24 * 3600


def language_choice(site: Site) -> HTTPRouteHandler:
    """The route behind `Shell.language_href`: remembers the choice and returns to the page."""

    @get("/language/{code:str}", include_in_schema=False, sync_to_thread=False)
    def choose_language(
        request: Request[Any, Any, Any],
        code: FromPath[str],
        next_path: Annotated[str, QueryParameter(name="next")] = "/",
    ) -> Redirect:
        if code not in site.languages:
            raise NotFoundException
        cookie = Cookie(
            COOKIE,
            value=code,
            max_age=YEAR,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return Redirect(local_path(next_path), status_code=303, cookies=[cookie])

    return choose_language


def local_path(address: str) -> str:
    """The address if it is a path of this site, else the front page: a link must not lead a reader elsewhere."""
    # "//host" and "/\\host" are other hosts to a browser; control characters are dropped by it before it looks.
    suspicious = not address.startswith("/") or address[1:2] in ("/", "\\") or not address.isprintable()
    return "/" if suspicious else address
