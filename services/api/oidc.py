"""The relying party: what is asked of an organisation's OpenID provider, and which of its answers are believed.

Issuer, client, scope and algorithms come from our own connection row, never from the provider's documents: a provider
may lie about its own people, but must not be able to speak for another organisation.
"""

import hashlib
import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import anyio
import httpx2
import msgspec
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from services.api.provider_http import CappedTransport, ProviderDown, deadline, origin
from services.domain.organisations.queries import SignInConnection

# Signatures by a key that only the provider holds; `none` and the shared-secret kinds are refused even if configured.
ALGORITHMS = frozenset(kind + size for kind in ("RS", "PS", "ES") for size in ("256", "384", "512"))
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MALFORMED = (JoseError, OAuthError, ValueError, TypeError, KeyError, AttributeError)


class AnswerRefused(Exception):
    """The provider answered, but not in a way that may be believed; the message is a code for the log."""


class Limits(msgspec.Struct, frozen=True):
    """Seconds and bytes. `deadline` is for all requests of one step together; `throttle` lies between two key fetches.

    `logout_memory` is how long a logout token's id is remembered: longer than such a token may live.
    """

    deadline: float = 8.0
    metadata: float = 3600.0
    throttle: float = 10.0
    leeway: int = 60
    logout_memory: int = 3600
    answer_bytes: int = 262_144


class Identity(msgspec.Struct, frozen=True):
    """Who signed in, as the provider vouches. `idp_sid` is the provider's name for its own session, if it has one."""

    sub: str
    name: str
    email: str
    idp_sid: str | None
    auth_time: datetime
    id_token: str


class LogoutRequest(msgspec.Struct, frozen=True):
    """A checked logout token: end the session `idp_sid`, or all of `sub`. `token_id` must be met for the first time."""

    token_id: str
    idp_sid: str | None
    sub: str | None


class Provider:
    """One organisation's provider. Remembers its documents for an hour and its keys until one is missing."""

    def __init__(
        self,
        connection: SignInConnection,
        *,
        secret: str,
        redirect_uri: str,
        plain_http: bool,
        limits: Limits,
    ) -> None:
        """`plain_http` admits http on loopback, for demonstrations. Raises ProviderDown for an issuer that may not be used."""
        address = urlsplit(connection.issuer)
        if address.scheme != "https" and not (plain_http and address.scheme == "http" and address.hostname in LOOPBACK):
            raise ProviderDown("issuer_not_https")
        self.connection, self.limits = connection, limits
        self._secret, self._redirect_uri = secret, redirect_uri
        self._registry = jws.JWSRegistry(
            algorithms=sorted(ALGORITHMS.intersection(connection.algorithms)),
            strict_check_header=False,
        )
        # joserfc takes headers of 512 bytes, which is too little for one with a certificate chain, and 128 kB payloads.
        self._registry.max_header_length, self._registry.max_payload_length = (
            8_000,
            32_000,
        )
        self._lock = anyio.Lock()
        self._metadata: dict[str, Any] = {}
        self._metadata_at = self._keys_at = float("-inf")
        self._keys = KeySet([])

    async def authorization_url(self, *, state: str, nonce: str, verifier: str, login_hint: str) -> str:
        """Where the browser goes to sign in (code flow with PKCE)."""
        with deadline(self.limits.deadline):
            endpoint = await self._endpoint("authorization_endpoint")
        hint = {"login_hint": login_hint} if login_hint else {}
        async with self._client() as client:
            url, _ = client.create_authorization_url(endpoint, state=state, nonce=nonce, code_verifier=verifier, **hint)
        return str(url)

    async def check_sender(self, iss: str | None) -> None:
        """Whether the callback came from this provider: `iss` is its parameter (RFC 9207), which must not be left out either."""
        with deadline(self.limits.deadline):
            metadata = await self._documents()
        promised = metadata.get("authorization_response_iss_parameter_supported") is True
        if (iss is not None or promised) and iss != self.connection.issuer:
            raise AnswerRefused("callback_iss")

    async def identity(self, *, code: str, verifier: str, nonce: str) -> Identity:
        """Exchange the code and check the id token."""
        with deadline(self.limits.deadline):
            try:
                async with self._client() as client:
                    answer = await client.fetch_token(
                        await self._endpoint("token_endpoint"),
                        code=code,
                        code_verifier=verifier,
                        grant_type="authorization_code",
                    )
                raw = answer["id_token"]
                claims, algorithm = await self._verified(raw, types=(None, "JWT"))
                return _identity(claims, raw, nonce, algorithm, answer.get("access_token"))
            except httpx2.HTTPError as error:
                raise ProviderDown(type(error).__name__) from error
            except MALFORMED as error:
                raise AnswerRefused(type(error).__name__) from error

    async def logout_request(self, raw: str) -> LogoutRequest:
        """Check a token of back-channel logout (OpenID Connect Back-Channel Logout 1.0, 2.6)."""
        with deadline(self.limits.deadline):
            try:
                claims, _ = await self._verified(raw, types=(None, "JWT", "logout+jwt"))
                if not isinstance(claims["events"].get(LOGOUT_EVENT), dict) or "nonce" in claims:
                    raise AnswerRefused("not_a_logout_token")
                sid, sub = _text(claims, "sid"), _text(claims, "sub")
                token_id = _text(claims, "jti")
                if not token_id or not (sid or sub):
                    raise AnswerRefused("logout_of_whom")
                return LogoutRequest(token_id, sid, sub)
            except MALFORMED as error:
                raise AnswerRefused(type(error).__name__) from error

    async def logout_url(self, *, id_token: str, back_to: str) -> str | None:
        """Where the browser ends the provider's own session too; None when the provider offers nothing or is down."""
        try:
            with deadline(self.limits.deadline):
                endpoint = await self._endpoint("end_session_endpoint")
        except ProviderDown:
            return None
        query = {
            "client_id": self.connection.client_id,
            "post_logout_redirect_uri": back_to,
            "id_token_hint": id_token,
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def _verified(self, raw: Any, *, types: Iterable[str | None]) -> tuple[dict[str, Any], str]:
        for refresh in (False, True):
            try:
                token = jwt.decode(
                    raw,
                    await self._public_keys(refresh=refresh),
                    registry=self._registry,
                )
                break
            except (
                InvalidKeyIdError,
                BadSignatureError,
            ):  # the second: a key replaced under its old id
                if refresh:
                    raise
        if token.header.get("typ") not in types:
            raise AnswerRefused("typ")
        claims, client_id = token.claims, self.connection.client_id
        jwt.JWTClaimsRegistry(
            leeway=self.limits.leeway,
            iss={"essential": True, "value": self.connection.issuer},
            aud={"essential": True, "value": client_id},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(claims)
        audience, authorised = claims["aud"], claims.get("azp")
        shared = isinstance(audience, list) and len(audience) > 1
        if authorised != client_id and (shared or authorised is not None):  # OpenID Connect Core 3.1.3.7, 3 to 5
            raise AnswerRefused("azp")
        return claims, str(token.header["alg"])

    async def _public_keys(self, *, refresh: bool) -> KeySet:
        async with self._lock:
            age = time.monotonic() - self._keys_at
            # A token with an invented key id must not make us fetch at every try.
            if age > self.limits.metadata or (refresh and age > self.limits.throttle):
                document = await self._document(await self._endpoint("jwks_uri"))
                try:
                    keys = [key for key in document["keys"] if key["kty"] in ("RSA", "EC") and key.get("use") != "enc"]
                    self._keys = KeySet.import_key_set({"keys": keys})
                except MALFORMED as error:
                    raise ProviderDown("keys") from error
                self._keys_at = time.monotonic()
            return self._keys

    async def _documents(self) -> dict[str, Any]:
        if time.monotonic() - self._metadata_at > self.limits.metadata:
            issuer = self.connection.issuer
            metadata = await self._document(issuer.rstrip("/") + "/.well-known/openid-configuration")
            if metadata.get("issuer") != issuer:
                raise ProviderDown("issuer_differs")
            self._metadata, self._metadata_at = metadata, time.monotonic()
        return self._metadata

    async def _endpoint(self, name: str) -> str:
        address = (await self._documents()).get(name)
        if not isinstance(address, str) or origin(address) != origin(self.connection.issuer):
            raise ProviderDown(f"{name}_elsewhere")
        return address

    async def _document(self, url: str) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(**self._transport()) as client:
                answer = await client.get(url)
            document = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderDown(type(error).__name__) from error
        if answer.status_code != 200 or not isinstance(document, dict):
            raise ProviderDown(f"document_{answer.status_code}")
        return document

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self.connection.client_id,
            self._secret,
            redirect_uri=self._redirect_uri,
            scope=self.connection.scope,
            code_challenge_method="S256",
            **self._transport(),
        )

    def _transport(self) -> dict[str, Any]:
        return {
            "transport": CappedTransport(self.limits.answer_bytes),
            "timeout": httpx2.Timeout(self.limits.deadline),
            "follow_redirects": False,
            "trust_env": False,
        }


def _identity(claims: dict[str, Any], raw: str, nonce: str, algorithm: str, access_token: Any) -> Identity:
    """The rest of the checks of an id token, and what we keep of it. Groups and roles in it are never looked at."""
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise AnswerRefused("nonce")
    sub = _text(claims, "sub")
    if not sub:
        raise AnswerRefused("sub")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token, algorithm):
        raise AnswerRefused("at_hash")
    email = _text(claims, "email") or ""
    when, now = claims.get("auth_time"), time.time()
    known = when if isinstance(when, int) and 0 < when <= now + 60 else now
    return Identity(
        sub=sub,
        name=_text(claims, "name") or email or sub,
        email=email,
        idp_sid=_text(claims, "sid"),
        auth_time=datetime.fromtimestamp(known, UTC),
        id_token=raw,
    )


def _half_hash(access_token: str, algorithm: str) -> str:
    """`at_hash` of OpenID Connect Core 3.1.3.6."""
    digest = hashlib.new("sha" + algorithm[-3:], access_token.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _text(claims: dict[str, Any], name: str) -> str | None:
    """A claim that is a text of 1 to 255 visible characters, else None."""
    value = claims.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable() else None
