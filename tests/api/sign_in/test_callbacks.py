"""The way back from the provider: whoever starts must finish, once, here, and nobody else."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from litestar import Litestar

from tests.api.sign_in.conftest import Events, House
from tests.support.browser import Person, location_of
from tests.support.hostile_provider import LEFT_OUT


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def callback(house: House, **query: str) -> str:
    return f"/auth/{house.slug}/callback?{urlencode(query)}"


async def started(person: Person, house: House) -> str:
    """The state of a sign-in that has just begun."""
    return query_of(location_of(await person.get(f"/sign-in/{house.slug}")))["state"]


async def test_the_request_to_the_provider(person: Person, house: House) -> None:
    start = await person.get(f"/sign-in/{house.slug}", params={"login_hint": "jari"})
    asked = query_of(location_of(start))
    assert location_of(start).startswith(f"{house.provider.issuer}/authorize?")
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["redirect_uri"] == f"http://127.0.0.1:8400/auth/{house.slug}/callback"
    assert asked["login_hint"] == "jari"
    assert {len(asked["state"]), len(asked["nonce"])} == {43}
    (cookie,) = start.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_one_honest_sign_in_and_no_second_with_the_same_answer(
    person: Person, house: House, events: Events
) -> None:
    address = await person.callback_address(house.slug)
    assert location_of(await person.get(address)).endswith(f"/o/{house.slug}/")
    assert (await person.session())["user"] == "Testi Henkilö"
    assert (await person.get(address)).status_code == 401
    assert await events(house) == ["signed_in", "refused"]


async def test_the_answer_is_useless_in_another_browser_and_burnt_there(
    app: Litestar, person: Person, house: House
) -> None:
    address = await person.callback_address(house.slug)
    async with Person(app) as victim:
        assert (await victim.get(address)).status_code == 401
        assert (await victim.get("/api/v1/session")).status_code == 401
    assert (await person.get(address)).status_code == 401


async def test_the_answer_of_one_organisation_at_another(person: Person, house: House, house_elsewhere: House) -> None:
    address = await person.callback_address(house.slug)
    assert (await person.get(address.replace(house.slug, house_elsewhere.slug))).status_code == 401


@pytest.mark.parametrize("state", ["", "x" * 43])
async def test_no_or_an_invented_state(person: Person, house: House, state: str) -> None:
    await started(person, house)
    answer = await person.get(callback(house, code="c", state=state, iss=house.provider.issuer))
    assert answer.status_code == 401
    assert "/token" not in house.provider.seen


async def test_another_providers_name_in_the_answer(person: Person, house: House, house_elsewhere: House) -> None:
    state = await started(person, house)
    other = house_elsewhere.provider.issuer
    assert (await person.get(callback(house, code="c", state=state, iss=other))).status_code == 401
    assert "/token" not in house.provider.seen


async def test_the_providers_name_left_out_though_promised(person: Person, house: House) -> None:
    house.provider.callback = {"iss": LEFT_OUT}
    assert (await person.sign_in(house.slug)).status_code == 401
    assert "/token" not in house.provider.seen


async def test_the_providers_name_left_out_and_never_promised(person: Person, house: House) -> None:
    house.provider.callback = {"iss": LEFT_OUT}
    house.provider.metadata = {"authorization_response_iss_parameter_supported": LEFT_OUT}
    await person.sign_in(house.slug)
    assert (await person.session())["organisation"]["slug"] == house.slug


@pytest.mark.parametrize("error", ["access_denied", "server_error"])
async def test_the_provider_says_no(person: Person, house: House, error: str) -> None:
    house.provider.callback = {"error": error, "code": LEFT_OUT}
    assert (await person.sign_in(house.slug)).status_code == 401
    house.provider.callback = {}
    await person.sign_in(house.slug)
    assert (await person.session())["organisation"]["slug"] == house.slug


async def test_two_tabs_do_not_disturb_each_other(person: Person, house: House) -> None:
    first, second = await person.callback_address(house.slug), await person.callback_address(house.slug)
    assert (await person.get(second)).status_code == 303
    assert (await person.get(first)).status_code == 401  # the nonce of the provider's last token belongs to the second


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: x=1",
        "\t//evil.example",
        "/\t/evil.example",
        "http:evil.example",
        "/" + "a" * 3000,
    ],
)
async def test_the_way_on_stays_in_the_house(person: Person, house: House, target: str) -> None:
    answer = await person.get(await person.callback_address(house.slug, next_path=target))
    assert answer.headers["location"] == f"/o/{house.slug}/"
    assert "x" not in person.cookies


async def test_the_way_on_is_kept(person: Person, house: House) -> None:
    wanted = f"/o/{house.slug}/people?sivu=2"
    answer = await person.get(await person.callback_address(house.slug, next_path=wanted))
    assert answer.headers["location"] == wanted


async def test_unknown_organisation(person: Person) -> None:
    for path in ("/sign-in/nobody", "/auth/nobody/callback?state=x"):
        assert (await person.get(path)).status_code == 404
