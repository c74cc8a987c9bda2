"""The web application: what every request meets on its way in and every answer on its way out."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, MediaType, Response, get
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.datastructures import MutableScopeHeaders
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import Message, Scope

from services.api import session, sign_in
from services.api.assets import STATIC, Assets
from services.api.audit import routes as audit
from services.api.errors import answer_error
from services.api.language_choice import language_choice
from services.api.log_lines import LOG, start_log
from services.api.oidc import Limits
from services.api.organisations import pages as organisation_pages
from services.api.organisations import routes as organisations
from services.api.outcomes import pages as job_pages
from services.api.outcomes import routes as outcomes
from services.api.pages import Site
from services.api.people import pages as people_pages
from services.api.people import person_page
from services.api.people import routes as people
from services.api.provider_http import origin
from services.api.providers import Providers
from services.api.referrals import pages as referral_pages
from services.api.referrals import refer
from services.api.referrals import routes as referrals
from services.api.sharing import pages as permission_pages
from services.api.sharing import routes as sharing
from services.api.sharing import why
from services.api.theme import hue_of
from services.domain.organisations.queries import sign_in_choices
from services.kit.audit.log import log_refusal, open_log
from services.kit.crypto import keyed_hash, open_keys
from services.kit.db.engine import close_engine, open_engine
from services.kit.errors import NotAllowed, NotFound, WallBreach
from services.kit.settings import Settings, load_settings

LARGEST_BODY = 1024 * 1024
DEFAULT_COLOUR = "#0f4c81"
DESCRIPTION = "/api/v1/openapi.json"

# What a machine's answer carries; pages bring their own policy (pages.py: page_headers), static files their own cache.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
}


@get("/alive", include_in_schema=False, media_type=MediaType.TEXT, sync_to_thread=False)
def alive() -> Response[str]:
    """The process answers; nothing else is asked of it."""
    return Response("alive\n", media_type=MediaType.TEXT)


SLICES = (organisations, sharing, people, referrals, outcomes, audit)
PAGES = (organisation_pages, people_pages, person_page, permission_pages, why, referral_pages, refer, job_pages)
ROUTES = [alive, *sign_in.ROUTES, *session.ROUTES, *(route for part in (*SLICES, *PAGES) for route in part.ROUTES)]


def application() -> Litestar:
    """The application of this process's environment, for the server."""
    return create_app(load_settings(os.environ))


def create_app(settings: Settings, *, engine_is_open: bool = False, limits: Limits | None = None) -> Litestar:
    """The application of an installation. Tests that hold the engine themselves say so, and may shorten `limits`."""
    start_log()
    key = settings.key("context.key")

    @asynccontextmanager
    async def opened(app: Litestar) -> AsyncIterator[None]:
        if not engine_is_open:
            await open_engine(settings.database_url, context_key=key, name="nivel api")
        open_log(settings.key("log.key"))
        open_keys(identity=settings.key("identity.key"), master=settings.key("master.key"))
        app.state.site = await _site(settings)
        app.register(app.state.site.assets.handler())
        app.register(language_choice(app.state.site))
        try:
            yield
        finally:
            if not engine_is_open:
                await close_engine()

    app = Litestar(
        ROUTES,
        lifespan=[opened],
        allowed_hosts=AllowedHostsConfig([urlsplit(settings.base_url).netloc]),
        request_max_body_size=LARGEST_BODY,
        exception_handlers={Exception: answer_error},
        after_exception=[_log_refused],
        before_send=[_headers_for(settings)],
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Nivel",
            version="1",
            path=DESCRIPTION,  # the whole address: unknown ones below it are answered by the framework with its own page
            render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
            use_handler_docstrings=True,
        ),
    )
    app.state.settings = settings
    app.state.csrf_key = keyed_hash(key, "csrf.key", "")
    app.state.providers = Providers(settings, limits)
    return app


async def _site(settings: Settings) -> Site:
    choices = await sign_in_choices()
    colour, alliance = (choices[0].theme_colour, choices[0].alliance) if choices else (DEFAULT_COLOUR, "Nivel")
    return Site(
        Assets([settings.web, STATIC], hue_of(colour)),
        alliance=alliance,
        demonstration=settings.demonstration,
        form_origins={_origin_text(choice.issuer) for choice in choices},
    )


def _origin_text(address: str) -> str:
    scheme, host, port = origin(address)
    return f"{scheme}://{host}:{port}"


def _headers_for(settings: Settings) -> Any:
    https = settings.base_url.startswith("https:")

    async def add_headers(message: Message, _: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if https:
                headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    return add_headers


async def _log_refused(error: Exception, scope: Scope) -> None:
    """Who was refused what, in a transaction of its own: the refused one has been rolled back by now."""
    actor = scope.get("state", {}).get("actor")
    if actor is None or not isinstance(error, (NotFound, NotAllowed, WallBreach)):
        return
    handler = scope.get("route_handler")
    try:
        await log_refusal(actor, surface=handler.handler_name if handler else "", code=error.code)
    except Exception:  # noqa: BLE001  # the refusal itself must still be answered
        LOG.exception("refusal_not_logged")
