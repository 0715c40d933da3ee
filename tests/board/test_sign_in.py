"""Readers sign in where their government knows them, and for reading the pages alone; what is stolen, mixed up or replayed is refused."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from service.board.cookies import Cookie, form_token
from service.board.signing_in import MOST_A_MINUTE, Bounded, led_back
from service.errors import TooManyRequests
from service.http.addresses import Addresses
from service.main import create_app
from tests.board.provider import SECRET, OpenIdProvider
from tests.conftest import Maker, World, end_principal, item, organisation, settings_for
from tests.register.test_restorations import announce

BROWSER = {"Accept": "text/html"}
PRIVATE_PAGE = "/read/commitments/PK-AZ/08/006"
START = f"/read/sign-in/AZ?back={PRIVATE_PAGE}"


@pytest.fixture(scope="module")
def providers() -> Iterator[tuple[OpenIdProvider, OpenIdProvider]]:
    both = OpenIdProvider(), OpenIdProvider()
    yield both
    for one in both:
        one.close()


@pytest.fixture
def baku(providers: tuple[OpenIdProvider, OpenIdProvider]) -> OpenIdProvider:
    providers[0].begin()
    return providers[0]


@pytest.fixture
def islamabad(providers: tuple[OpenIdProvider, OpenIdProvider]) -> OpenIdProvider:
    providers[1].begin()
    return providers[1]


@pytest.fixture
async def trusting(make_world: Maker, baku: OpenIdProvider, islamabad: OpenIdProvider, tmp_path: Path) -> World:
    """A register that lets readers of both parties sign in at their own providers; Azerbaijan has registered one official."""
    secret, file = tmp_path / "secret", tmp_path / "issuers.json"
    secret.write_text(f"{SECRET}\n")
    file.write_text(json.dumps([baku.trusted("AZ", str(secret)), islamabad.trusted("PK", str(secret))]))
    world = await make_world(issuers_file=file, public_url="http://pacta.test")
    official = {"issuer": baku.url, "client_id": "official-1", "name": "An official", "kind": "representative"}
    body = {**official, "organisation_id": organisation(201)}
    made = await world.as_("AZ").post("/v1/principals", json=body)
    assert made.status_code == 201, made.text
    return world


def browser(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://pacta.test", headers=BROWSER
    )


@pytest.fixture
async def reader(trusting: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(trusting.app) as one:
        yield one


async def sent_back(reader: httpx.AsyncClient, start: str = START) -> str:
    """Begin to sign in, and return the address at which the provider sends the reader back."""
    begun = await reader.get(start)
    assert begun.status_code == 303, begun.text
    async with httpx.AsyncClient() as outside:
        answer = await outside.get(begun.headers["location"])
    assert answer.headers["location"].startswith("http://pacta.test/read/sign-in/")
    return str(answer.headers["location"])


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


async def test_a_reader_signs_in_at_its_party_s_provider_and_reads_what_its_party_may(
    reader: httpx.AsyncClient, baku: OpenIdProvider
) -> None:
    refused = await reader.get(PRIVATE_PAGE)
    assert refused.status_code == 404
    assert f"/read/sign-in?back={PRIVATE_PAGE.replace('/', '%2F')}" in refused.text
    back = await reader.get(await sent_back(reader))
    assert (back.status_code, back.headers["location"]) == (303, PRIVATE_PAGE)
    cookie = back.headers.get_list("set-cookie")[0]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    page = await reader.get(PRIVATE_PAGE)
    assert page.status_code == 200
    assert "An official" in page.text
    assert page.headers["cache-control"] == "private, no-store"
    assert "code_verifier" in baku.exchanges[0]


async def test_the_cookie_is_nothing_to_the_api_nor_outside_the_pages(reader: httpx.AsyncClient) -> None:
    await reader.get(await sent_back(reader))
    shown = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    for path in (f"/v1/commitments/{item(6)}", "/v1/me", "/v1/commitments"):
        assert (await reader.get(path, headers={"Cookie": shown, "Accept": "*/*"})).status_code == 401
    front = await reader.get("/", headers={"Cookie": shown})
    assert "An official" not in front.text
    proposal = {"action": "suspend", "reason": "x", "review_on": "2027"}
    path = f"/v1/commitments/{item(6)}/transitions"
    assert (await reader.post(path, json=proposal, headers={"Cookie": shown, "Accept": "*/*"})).status_code == 401


async def test_a_state_that_another_browser_began_is_refused(
    trusting: World, reader: httpx.AsyncClient, baku: OpenIdProvider
) -> None:
    stolen = await sent_back(reader)
    async with browser(trusting.app) as other:
        assert (await other.get(stolen)).status_code == 401
        await other.get(START)
        assert (await other.get(stolen)).status_code == 401
        assert (await other.get(PRIVATE_PAGE)).status_code == 404
    assert not baku.exchanges, "the code went no further"
    assert (await reader.get(stolen)).status_code == 303


async def test_a_code_is_good_once(reader: httpx.AsyncClient, baku: OpenIdProvider) -> None:
    back = await sent_back(reader)
    shown = dict(reader.cookies)
    assert (await reader.get(back)).status_code == 303
    reader.cookies.clear()
    again = await reader.get(back, headers={"Cookie": "; ".join(f"{name}={value}" for name, value in shown.items())})
    assert again.status_code == 401
    assert "was used already" in again.text
    # Nor is a code that another attempt brought taken under a new state.
    state = parse_qs(urlsplit(await sent_back(reader)).query)["state"][0]
    mixed = await reader.get(f"/read/sign-in/AZ/back?code=code-1&state={state}&iss={baku.url}")
    assert mixed.status_code == 401


async def test_an_answer_of_another_provider_is_refused(reader: httpx.AsyncClient, islamabad: OpenIdProvider) -> None:
    back = urlsplit(await sent_back(reader))
    said = {name: values[0] for name, values in parse_qs(back.query).items()}
    mixed = await reader.get(back.path, params={**said, "iss": islamabad.url})
    assert mixed.status_code == 401
    assert "another provider" in mixed.text
    said = {name: v[0] for name, v in parse_qs(urlsplit(await sent_back(reader)).query).items()}
    # At the address to which the other provider sends its readers back, this state was never begun.
    assert (await reader.get("/read/sign-in/PK/back", params=said)).status_code == 401
    assert not islamabad.exchanges


@pytest.mark.parametrize(
    "others",
    [
        {"nonce": "another"},
        {"aud": "https://pacta.test"},
        {"aud": ["pacta pages", "somebody else"]},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"sub": "nobody we know"},
    ],
    ids=str,
)
async def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    reader: httpx.AsyncClient, baku: OpenIdProvider, others: dict[str, object]
) -> None:
    baku.others = others
    assert (await reader.get(await sent_back(reader))).status_code == 401
    assert (await reader.get(PRIVATE_PAGE)).status_code == 404


async def test_a_provider_signs_in_readers_of_its_own_party_alone(reader: httpx.AsyncClient) -> None:
    assert (await reader.get(await sent_back(reader, "/read/sign-in/PK"))).status_code == 401
    assert (await reader.get("/read/sign-in/TR")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example/read/",
        "//elsewhere.example/read/",
        "/docs",
        "/read/../docs",
        "/read/%2e%2e/v1/me",
        "/read/\\elsewhere.example",
        "/read/x\r\nSet-Cookie: a=b",
        "/reader",
        "/read/sign-in?back=/read/",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_reader_is_led_back_to_a_page_and_nowhere_else(path: str) -> None:
    assert led_back(path) == "/read/"
    assert led_back("/read/sessions/PK-AZ/08?state=agreed&lang=ur") == "/read/sessions/PK-AZ/08?state=agreed&lang=ur"


async def test_whoever_is_deactivated_or_signs_out_reads_no_more(trusting: World, reader: httpx.AsyncClient) -> None:
    await reader.get(await sent_back(reader))
    token = token_in((await reader.get("/read/")).text)
    shown = dict(reader.cookies)
    forged = await reader.post("/read/sign-out", data={"token": form_token("of another browser")})
    assert forged.status_code == 403
    assert (await reader.get(PRIVATE_PAGE)).status_code == 200
    assert (await reader.post("/read/sign-out", data={"token": token})).status_code == 303
    assert (await reader.get(PRIVATE_PAGE)).status_code == 404
    kept = "; ".join(f"{name}={value}" for name, value in shown.items())
    assert (await reader.get(PRIVATE_PAGE, headers={"Cookie": kept})).status_code == 404, "the session itself has ended"
    await reader.get(await sent_back(reader))
    listed = (await trusting.as_("AZ").get("/v1/principals")).json()["items"]
    official = next(one["id"] for one in listed if one["client_id"] == "official-1")
    assert (await reader.get(PRIVATE_PAGE)).status_code == 200
    await end_principal(trusting.as_("AZ"), official)
    assert (await reader.get(PRIVATE_PAGE)).status_code == 404


async def test_nothing_that_is_stored_lets_anybody_in(trusting: World, reader: httpx.AsyncClient) -> None:
    await reader.get(await sent_back(reader))
    await reader.get(START)
    owner = await trusting.connect()
    stored = str(await owner.fetch("SELECT * FROM reading_session")) + str(await owner.fetch("SELECT * FROM sign_in"))
    assert "SELECT" not in stored
    assert reader.cookies
    for secret in reader.cookies.values():
        assert secret not in stored


async def test_the_demonstration_alone_takes_a_client_s_secret(world: World) -> None:
    demo = create_app(settings_for(world.server, world.database), takes_secrets=True)
    found = world.credentials["PK"]
    async with browser(demo) as reader, browser(world.app) as elsewhere:
        page = await reader.get("/read/sign-in")
        form = {**found, "token": token_in(page.text), "back": "/read/awaiting"}
        assert (
            await reader.post("/read/sign-in", data={**form, "token": form_token("of another browser")})
        ).status_code == 403
        assert (await reader.post("/read/sign-in", data={**form, "client_secret": "x"})).status_code == 401
        signed_in = await reader.post("/read/sign-in", data=form)
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/read/awaiting")
        assert "Nothing awaits you" in (await reader.get("/read/awaiting")).text
        assert (await elsewhere.get("/read/sign-in")).status_code == 404
        assert (await elsewhere.post("/read/sign-in", data=form)).status_code == 404
    await demo.state.service.pool.close()


async def test_what_the_operator_announced_for_a_partys_access_its_people_read_where_they_see_what_awaits_them(
    world: World,
) -> None:
    await announce(world)
    await (await world.connect()).execute("UPDATE restoration SET ends_own_issuer_only = true")
    demo = create_app(settings_for(world.server, world.database), takes_secrets=True)
    for who, expected in (("PK", True), ("AZ", False)):
        async with browser(demo) as reader:
            form = {**world.credentials[who], "token": token_in((await reader.get("/read/sign-in")).text)}
            await reader.post("/read/sign-in", data=form)
            page = (await reader.get("/read/awaiting")).text
            for said in ("Announced by the operator", "pk-registrar-2", "asked for by letter", "not its own provider"):
                assert (said in page) is expected, (who, said)
            assert ("Nothing awaits you" in page) is not expected
    await demo.state.service.pool.close()


def test_attempts_are_bounded_for_each_address() -> None:
    now = 0.0
    bounded = Bounded(clock=lambda: now)
    for _ in range(MOST_A_MINUTE):
        bounded.require("one")
    with pytest.raises(TooManyRequests) as refused:
        bounded.require("one")
    bounded.require("another")
    now += float(refused.value.headers["Retry-After"])
    bounded.require("one")


@pytest.mark.parametrize(
    ("public_url", "name", "path"),
    [
        ("https://pacta.example", "__Host-reading", "/"),
        ("https://gov.example/pacta", "__Secure-reading", "/pacta/read/"),
        ("http://127.0.0.1:8000", "reading", "/read/"),
    ],
)
def test_a_cookie_is_called_what_browsers_hold_to_rules(public_url: str, name: str, path: str) -> None:
    cookie = Cookie.of(Addresses.of(public_url), "reading", 60)
    assert (cookie.name, cookie.path, cookie.is_secure) == (name, path, public_url.startswith("https"))
