"""An identity provider that lies on request: one knob for every lie, on a loopback port of its own."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "nivel-test"
LEFT_OUT = object()
"""A claim, header or parameter with this value is not sent at all."""

Sign = Callable[[dict[str, Any], dict[str, Any]], str]


def packed(value: object) -> str:
    """One part of a token, in base64url; a value that is not bytes becomes JSON."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed_by(key: RSAKey) -> Sign:
    """A token honestly signed by this key, whatever its header says."""
    registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    registry.max_header_length = 8000
    return lambda header, claims: jwt.encode(header, claims, key, registry=registry)


def unsigned(algorithm: str) -> Sign:
    """A token without a signature that says so in its header."""
    return lambda header, claims: f"{packed(header | {'alg': algorithm})}.{packed(claims)}."


def signed_by_secret(secret: bytes) -> Sign:
    """A token signed with a secret that others know."""

    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        text = f"{packed(header | {'alg': 'HS256'})}.{packed(claims)}"
        return f"{text}.{packed(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    return sign


class HostileProvider:
    """Honest until a knob is turned; `reset` makes it honest again. Everybody who comes is signed in as `sub`."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = RSAKey.generate_key(2048, {"kid": "e1", "use": "sig", "alg": "RS256"}, auto_kid=False)
        self.reset()

    def reset(self) -> None:
        """All knobs back."""
        self.sub = f"user-{secrets.token_hex(4)}"
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.sign: Sign = signed_by(self.key)
        self.published = [self.key]
        self.metadata: dict[str, Any] = {}
        self.callback: dict[str, Any] = {}
        self.token_answer: object = None
        self.discovery_delay = self.token_delay = 0.0
        self.drip = False
        self.seen: list[str] = []
        self.nonce = ""

    def documents(self) -> dict[str, Any]:
        """The discovery document."""
        told: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return _without(told | self.metadata)

    def token(self, **more: Any) -> str:
        """A token with the claims of an id token, altered by the knobs and by `more`."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": self.sub,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "sid": f"sid-of-{self.sub}",
            "name": "Testi Henkilö",
            "email": "testi@example.org",
        }
        header = _without({"alg": "RS256", "kid": "e1"} | self.header)
        return self.sign(header, _without(claims | self.claims | more))

    def answer_get(self, path: str, query: Mapping[str, str]) -> tuple[int, object, str]:
        """Status, body and location of the answer."""
        self.seen.append(path)
        if path == "/.well-known/openid-configuration":
            time.sleep(self.discovery_delay)
            return 200, self.documents(), ""
        if path == "/keys":
            return 200, {"keys": [key.as_dict(private=False) for key in self.published]}, ""
        if path == "/authorize":
            self.nonce = query["nonce"]
            back = {"code": secrets.token_hex(8), "state": query["state"], "iss": self.issuer}
            return 302, b"", f"{query['redirect_uri']}?{urlencode(_without(back | self.callback))}"
        return 404, {}, ""

    def answer_token(self) -> object:
        """What the token endpoint says."""
        self.seen.append("/token")
        time.sleep(self.token_delay)
        if self.token_answer is not None:
            return self.token_answer
        return {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": self.token()}


@contextmanager
def hostile_provider() -> Iterator[HostileProvider]:
    """A provider that answers until the end of the block."""
    holder: list[HostileProvider] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Silent."""

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            self._send(*holder[0].answer_get(address.path, query))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self._send(200, holder[0].answer_token(), "")

        def _send(self, status: int, body: object, location: str) -> None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            if location:
                self.send_header("location", location)
            self.end_headers()
            try:
                for byte in range(len(raw)) if holder[0].drip else ():
                    self.wfile.write(raw[byte : byte + 1])
                    self.wfile.flush()
                    time.sleep(0.1)
                if not holder[0].drip:
                    self.wfile.write(raw)
            except OSError:
                pass  # the other side stopped listening, which is what these tests are about

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    holder.append(HostileProvider(server.server_address[1]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield holder[0]
    finally:
        server.shutdown()
        server.server_close()


def _without(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not LEFT_OUT}
