"""Style sheets, scripts and fonts: read once, served under a hash of their content, kept by browsers for a year."""

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from services.api.theme import theme_css

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class Asset(msgspec.Struct, frozen=True):
    """One file as it goes out; `packed` is empty where packing does not pay (fonts)."""

    media_type: str
    body: bytes
    packed: bytes


class Assets:
    """The files of some folders plus `theme.css`; any change of any of them changes every address."""

    def __init__(self, folders: Iterable[Path], hue: int) -> None:
        """Reads all files of known kinds, no sub-folders; `hue` in degrees, see `theme_css`."""
        files = {path.name: path.read_bytes() for folder in folders for path in sorted(folder.glob("*.*"))}
        files["theme.css"] = theme_css(hue).encode()
        self.files = {name: _asset(name, body) for name, body in files.items() if Path(name).suffix in MEDIA_TYPES}
        digest = hashlib.sha256()
        for name in sorted(self.files):
            digest.update(name.encode() + b"\0" + hashlib.sha256(self.files[name].body).digest())
        self.digest = digest.hexdigest()[:16]

    def href(self, name: str) -> str:
        """The address of one file; raises KeyError for a file that was not built, so a page never asks in vain."""
        if name not in self.files:
            raise KeyError(f"{name} is not among the built browser assets")
        return f"/static/{self.digest}/{name}"

    def handler(self) -> HTTPRouteHandler:
        """The route that serves them."""

        @get(
            "/static/{digest:str}/{name:str}",
            include_in_schema=False,
            sync_to_thread=False,
        )
        def static_file(request: Request[Any, Any, Any], digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
            asset = self.files.get(name)
            if asset is None or digest != self.digest:
                raise NotFoundException
            headers = {
                "Cache-Control": "public, max-age=31536000, immutable",
                "Vary": "Accept-Encoding",
                "X-Content-Type-Options": "nosniff",
            }
            if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
                return Response(
                    asset.packed,
                    media_type=asset.media_type,
                    headers=headers | {"Content-Encoding": "gzip"},
                )
            return Response(asset.body, media_type=asset.media_type, headers=headers)

        return static_file


def _asset(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    packed = b"" if suffix == ".woff2" else gzip.compress(body, mtime=0)
    return Asset(MEDIA_TYPES[suffix], body, packed)
