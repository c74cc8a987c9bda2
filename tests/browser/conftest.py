"""Fixtures of the browser tests. Without a Chromium the group is skipped; the runner then prints "browser: not run"."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import AXE, chromium, started_browser
from tests.browser.installation import Installation, running
from tests.browser.serve import served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of this folder run only where there is a browser."""
    missing = "" if chromium() else "no Chromium (set CHROMIUM to its path)"
    missing = missing or ("" if AXE.is_file() else "no axe: the browser assets have not been built")
    for item in items:
        if item.path.parent.name != "browser":
            continue
        item.add_marker(pytest.mark.browser)
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"browser: not run, {missing}"))


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The one Chromium of this worker."""
    async with started_browser() as running:
        yield running


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A whole installation with its identity provider, for real sign-ins; the files that use it share one worker."""
    with running(tmp_path_factory.mktemp("installation") / "data") as started:
        yield started


@pytest.fixture(scope="session")
def gallery_url() -> Iterator[str]:
    """Where the gallery of the layout is served."""
    with served("tests.browser.gallery:built_gallery") as url:
        yield url
