"""The application started as a server would start it, in a task of its own, so that any fixture may hold it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar

TEMPLATES = Path(__file__).resolve().parents[2] / "services" / "api"


def empty_assets(folder: Path) -> Path:
    """The browser assets that templates name, without content, for tests that read pages without looking at them."""
    for template in TEMPLATES.rglob("*.html"):
        for name in re.findall(r'asset\("([^"]+)"\)', template.read_text()):
            (folder / name).write_bytes(b"")
    return folder


@asynccontextmanager
async def started(app: Litestar) -> AsyncIterator[Litestar]:
    """Start, and stop at the end; what goes wrong in starting is raised here."""
    up, down = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def live() -> None:
        # The lifespan opens and closes in one task, as it must; a fixture's two halves run in two.
        async with app.lifespan():
            up.set_result(None)
            await down.wait()

    task = asyncio.create_task(live())
    await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if up.done():
            yield app
    finally:
        down.set()
        await task
