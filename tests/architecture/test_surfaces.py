"""Every address that shows records is in the registry that the sharing tests walk."""

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from services.api.app import DESCRIPTION, create_app
from services.api.surfaces import SURFACES, WITHOUT_RECORDS
from services.kit.settings import Settings
from tests.support.secret_files import write_secrets


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    folder = tmp_path_factory.mktemp("secrets")
    write_secrets(folder)
    return create_app(Settings(mode="demonstration", secrets=folder))


def addresses(app: Litestar) -> set[tuple[str, str]]:
    """Method and path of everything that can be read, and of every search."""
    found = {
        (method, route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
    }
    return {
        (method, path) for method, path in found if method == "GET" or (method == "POST" and path.endswith("/search"))
    }


def test_every_address_that_shows_records_is_registered(app: Litestar) -> None:
    registered = {(surface.method, surface.path) for surface in SURFACES}
    schema = {("GET", DESCRIPTION + below) for below in ("", "/{path}", "/openapi.json")}
    known = registered | {("GET", path) for path in WITHOUT_RECORDS} | schema
    assert addresses(app) - known == set(), "say in services/api/surfaces.py what these addresses show"
    assert known - schema - addresses(app) == set(), "services/api/surfaces.py names addresses that do not exist"


def test_no_address_is_registered_twice() -> None:
    registered = [(surface.method, surface.path) for surface in SURFACES]
    assert len(registered) == len(set(registered))
    assert not {path for _, path in registered} & WITHOUT_RECORDS
