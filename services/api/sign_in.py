"""Signing in and out through the organisation's own OpenID provider: code flow with PKCE, one redirect address each."""

import secrets
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from services.api.language_choice import local_path
from services.api.oidc import AnswerRefused, Identity
from services.api.provider_http import ProviderDown
from services.api.providers import Providers
from services.api.request import cookie_name, cookie_prefix, session_of
from services.domain.organisations.actions import admit_account
from services.domain.organisations.queries import SignInConnection, sign_in_connection
from services.kit.crypto import keyring, seal, token_hash, unseal
from services.kit.errors import NotAllowed, NotFound
from services.kit.identity.limits import Limit, count_attempt
from services.kit.identity.sessions import end_session, end_sessions_of, open_session
from services.kit.identity.sign_ins import (
    LOGIN_SECONDS,
    SignInResult,
    StartedLogin,
    first_use,
    note_sign_in,
    start_login,
    take_login,
)

# By organisation and address. Behind one address a whole town hall may start its morning; failing is rarer.
STARTS = Limit(attempts=300, seconds=300)
FAILURES = Limit(attempts=30, seconds=300)
LONGEST_NEXT = 2000

Connection = Request[Any, Any, Any]


@get("/sign-in/{org:str}", include_in_schema=False)
async def start_sign_in(
    request: Connection,
    org: FromPath[str],
    next_path: Annotated[str, QueryParameter(name="next")] = "",
    login_hint: FromQuery[str] = "",
) -> Redirect:
    """To the provider, with everything remembered that must come back unchanged."""
    connection = await sign_in_connection(org)
    await count_attempt(STARTS, "sign_in.too_many_starts", org, _address(request))
    state, bind, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
    try:
        provider = _providers(request).of(connection)
        hint = login_hint if len(login_hint) <= 255 and login_hint.isprintable() else ""
        url = await provider.authorization_url(state=state, nonce=nonce, verifier=verifier, login_hint=hint)
    except ProviderDown:
        await note_sign_in(connection.organisation_id, None, "provider_down")
        raise
    home = f"/o/{org}/"
    target = local_path(next_path) if len(next_path) <= LONGEST_NEXT else "/"
    await start_login(
        state,
        bind=bind,
        organisation_id=connection.organisation_id,
        nonce=nonce,
        verifier=verifier,
        next_path=home if target == "/" else target,
    )
    # One cookie for each start, always new: tabs do not disturb each other, and nobody can plant a known one.
    return Redirect(
        url, status_code=302, cookies=[_cookie(request, _start_cookie(request, state), bind, LOGIN_SECONDS)]
    )


@get("/auth/{org:str}/callback", include_in_schema=False)
async def finish_sign_in(request: Connection, org: FromPath[str]) -> Redirect:
    """Back from the provider: believed only if this browser started it here and the provider proves who came."""
    connection = await sign_in_connection(org)
    state = request.query_params.get("state", "")
    started = await take_login(state)
    try:
        identity = await _identity(request, connection, started, state)
        admitted = await admit_account(connection, sub=identity.sub, name=identity.name, email=identity.email)
        if admitted is None:
            raise AnswerRefused("connection_changed")
    except (AnswerRefused, ProviderDown) as error:
        result: SignInResult = "refused" if isinstance(error, AnswerRefused) else "provider_down"
        await note_sign_in(connection.organisation_id, None, result)
        await count_attempt(FAILURES, "sign_in.too_many_failures", org, _address(request))
        raise
    if admitted.disabled:
        await note_sign_in(connection.organisation_id, admitted.account_id, "disabled")
        raise NotAllowed("sign_in.disabled")
    assert started is not None, "_identity refuses a callback without a start"
    token, name = secrets.token_urlsafe(32), cookie_name(request.app.state.settings, org)
    if old := request.cookies.get(name):
        await end_session(old)
    await open_session(
        token,
        organisation_id=connection.organisation_id,
        account_id=admitted.account_id,
        issuer=connection.issuer,
        sub=identity.sub,
        idp_sid=identity.idp_sid,
        id_token=seal(keyring.master, identity.id_token, token_hash(token).hex()),
        auth_time=identity.auth_time,
    )
    await note_sign_in(connection.organisation_id, admitted.account_id, "signed_in")
    cookies = [_cookie(request, name, token, None), _cookie(request, _start_cookie(request, state), "", 0)]
    return Redirect(started.next_path, status_code=303, cookies=cookies)


@post("/auth/{org:str}/backchannel", include_in_schema=False, status_code=200)
async def end_by_provider(request: Connection, org: FromPath[str]) -> Response[Any]:
    """The provider says that a session is over (OpenID Connect Back-Channel Logout 1.0)."""
    connection = await sign_in_connection(org)
    try:
        raw = (await request.form()).get("logout_token", "")
        asked = await _providers(request).of(connection).logout_request(str(raw))
        known_for = _providers(request).limits.logout_memory
        if not await first_use(f"{connection.issuer}\x00{asked.token_id}", known_for):
            raise AnswerRefused("logout_token_used")
    except AnswerRefused:
        await count_attempt(FAILURES, "sign_in.too_many_failures", org, _address(request))
        return Response({"error": "invalid_request"}, status_code=400)
    ended = await end_sessions_of(connection.organisation_id, connection.issuer, idp_sid=asked.idp_sid, sub=asked.sub)
    for account_id in ended:
        await note_sign_in(connection.organisation_id, account_id, "signed_out_by_provider")
    return Response(b"", status_code=200)


@post("/o/{org:str}/sign-out", include_in_schema=False)
async def sign_out(request: Connection, org: FromPath[str]) -> Redirect:
    """End the session here, then at the provider; our own end does not wait for the provider's."""
    session = await session_of(request)
    settings, target = request.app.state.settings, "/"
    ended = await end_session(session.token)
    if ended and ended.id_token:
        await note_sign_in(ended.organisation_id, ended.account_id, "signed_out")
        id_token = unseal(keyring.master, ended.id_token, token_hash(session.token).hex())
        try:
            provider = _providers(request).of(await sign_in_connection(org))
        except (NotFound, ProviderDown):
            provider = None  # the connection was closed or changed meanwhile: there is nobody left to tell
        if provider:
            target = await provider.logout_url(id_token=id_token, back_to=f"{settings.base_url}/") or "/"
    cookies = [_cookie(request, cookie_name(settings, org), "", 0)]
    return Redirect(target, status_code=303, cookies=cookies)


async def _identity(
    request: Connection, connection: SignInConnection, started: StartedLogin | None, state: str
) -> Identity:
    query, bind = request.query_params, request.cookies.get(_start_cookie(request, state), "")
    if started is None or started.organisation_id != connection.organisation_id:
        raise AnswerRefused("state")
    if not secrets.compare_digest(started.bind_hash, token_hash(bind)):
        raise AnswerRefused("other_browser")
    provider, code = _providers(request).of(connection), query.get("code", "")
    await provider.check_sender(query.get("iss"))
    if query.get("error") == "access_denied":
        raise AnswerRefused("cancelled")
    if "error" in query or not code:
        raise AnswerRefused("error_from_provider")
    return await provider.identity(code=code, verifier=started.verifier, nonce=started.nonce)


def _providers(request: Connection) -> Providers:
    providers: Providers = request.app.state.providers
    return providers


def _address(request: Connection) -> str:
    return request.client.host if request.client else ""


def _start_cookie(request: Connection, state: str) -> str:
    return f"{cookie_prefix(request.app.state.settings)}start-{token_hash(state)[:8].hex()}"


def _cookie(request: Connection, name: str, value: str, max_age: int | None) -> Cookie:
    secure = request.app.state.settings.base_url.startswith("https:")
    return Cookie(key=name, value=value, path="/", max_age=max_age, httponly=True, samesite="lax", secure=secure)


ROUTES = [start_sign_in, finish_sign_in, end_by_provider, sign_out]
