"""How we speak to an identity provider over HTTP: bounded in time, in size, and never sent elsewhere."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import urlsplit

import anyio
import httpx2

DEFAULT_PORTS = {"https": 443, "http": 80}


class ProviderDown(Exception):
    """The provider cannot be used now: silent, too slow, or its documents contradict what was agreed."""


class CappedTransport(httpx2.AsyncHTTPTransport):
    """Reads an answer whole, up to a size, and never unpacks it: neither a long nor a packed answer can fill the memory."""

    def __init__(self, most: int) -> None:
        """`most` in bytes."""
        super().__init__(verify=_trusted())
        self._most = most

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request; an answer that is too large or packed counts as a failed read."""
        request.headers["Accept-Encoding"] = "identity"
        answer = await super().handle_async_request(request)
        body = b""
        try:
            async for part in answer.aiter_raw():
                body += part
                if len(body) > self._most:
                    raise httpx2.ReadError("answer too large", request=request)
        finally:
            await answer.aclose()
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise httpx2.ReadError("packed answer", request=request)
        content_type = answer.headers.get("content-type", "")
        return httpx2.Response(
            answer.status_code, headers={"content-type": content_type}, content=body, request=request
        )


@cache
def _trusted() -> ssl.SSLContext:
    """The machine's certificate authorities, read once: reading them takes longer than a whole sign-in."""
    return ssl.create_default_context()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """All of a step within so many seconds: the client's own time-outs begin anew with each byte that drips in."""
    try:
        with anyio.fail_after(seconds):
            yield
    except TimeoutError as late:
        raise ProviderDown("deadline") from late


def origin(address: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port; an address with a name before its host has no origin, because it looks like another's."""
    try:
        parts = urlsplit(address)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return "", None, None
    return ("", None, None) if "@" in parts.netloc else (parts.scheme, parts.hostname, port)
