"""What is read: HEAD wherever GET is, nothing sent twice, large answers made small, and none of it where it would harm."""

import gzip
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse

from service.http.openapi.pilot import PILOT
from service.http.openapi.spelling import reached
from service.http.reading import Reading, takes_gzip
from tests.conftest import COMMISSION, World, item
from tests.http.test_manners import check
from tests.outside.raw import connected
from tests.serving import served_here

READ = [
    "/",
    "/livez",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/.well-known/jwks.json",
    "/v1/me",
    "/v1/lifecycle",
    "/v1/commitments",
    f"/v1/commitments/{item(4)}",
    f"/v1/commitments/{item(4)}/audit-trail",
    f"/v1/commissions/{COMMISSION}/log/checkpoint",
    f"/v1/commissions/{COMMISSION}/log/export",
    "/v1/commitments?limit=0",
    "/v1/nothing",
]
SECRET = ("access_token", "client_secret")
VARYING = {"x-request-id", "date"}


@pytest.mark.parametrize("path", READ)
async def test_head_is_answered_as_get_is_without_the_body(world: World, path: str) -> None:
    await world.sequence()
    pk = world.as_("PK")
    # The figures count each request, so that no two answers are alike.
    got, head = await pk.get(path), await pk.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    if path not in {"/metrics", "/readyz"}:
        left, right = ({k: v for k, v in one.headers.items() if k not in VARYING} for one in (head, got))
        assert left == right
    assert "x-request-id" in head.headers


async def test_a_picture_that_is_drawn_is_made_small(world: World) -> None:
    drawn = await world.as_("PK").get("/v1/lifecycle/picture")
    assert (drawn.headers["content-type"], drawn.headers["content-encoding"]) == ("image/svg+xml", "gzip")


async def test_where_get_is_not_possible_head_is_not_and_where_it_is_both_are_told(world: World) -> None:
    refused = await world.as_("PK").head("/oauth/token")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    refused = await world.as_("PK").delete("/v1/me")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


async def test_an_answer_that_the_client_has_is_not_sent_again_and_a_changed_one_is(world: World) -> None:
    pk, path = world.as_("PK"), "/v1/commitments?state=agreed"
    first = await pk.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = await pk.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert "content-type" not in again.headers
        assert (await pk.head(path, headers={"If-None-Match": known})).status_code == 304
    assert (await pk.get(path, headers={"If-None-Match": '"other"'})).content == first.content
    change = {"action": "suspend", "reason": "A sample.", "review_on": "2030"}
    assert (await pk.post(f"/v1/commitments/{item(2)}/transitions", json=change)).status_code == 201
    changed = await pk.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_what_takes_if_match_keeps_its_own_etag_and_is_always_sent(world: World) -> None:
    pk, path = world.as_("PK"), f"/v1/commitments/{item(4)}"
    tag = (await pk.get(path)).headers["etag"]
    assert not tag.startswith("W/")
    assert (await pk.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_one_caller_is_never_told_that_it_has_what_another_read(world: World) -> None:
    path = "/v1/me"
    tag = (await world.as_("PK").get(path)).headers["etag"]
    assert (await world.as_("AZ").get(path, headers={"If-None-Match": tag})).status_code == 200
    assert (await world.as_("").get(path, headers={"If-None-Match": tag})).status_code == 401


async def raw(world: World, who: str, method: str, path: str, **named: Any) -> tuple[httpx.Response, bytes]:
    """Return the answer, and its body as it was sent."""
    headers = httpx.Headers(world.as_(who).headers)
    headers.update(named.pop("headers"))
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://pacta.test") as client,
        client.stream(method, path, headers=headers, **named) as answer,
    ):
        return answer, b"".join([piece async for piece in answer.aiter_raw()])


async def test_a_large_answer_is_made_small_for_who_takes_it_and_a_small_one_is_not(world: World) -> None:
    path = "/v1/commitments"
    plain, body = await raw(world, "PK", "GET", path, headers={"Accept-Encoding": "identity"})
    small, packed = await raw(world, "PK", "GET", path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.headers["vary"].lower().count("accept-encoding") == 1
    assert small.headers["etag"] == plain.headers["etag"]
    assert gzip.decompress(packed) == body
    assert len(packed) < len(body) / 3
    short, _ = await raw(world, "PK", "GET", "/livez", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in short.headers


async def test_an_answer_with_a_secret_is_never_compressed(world: World) -> None:
    secret = world.credentials["PK"]
    form = {"grant_type": "client_credentials"} | {name: secret[name] for name in ("client_id", "client_secret")}
    answer, body = await raw(world, "", "POST", "/oauth/token", data=form, headers={"Accept-Encoding": "gzip"})
    assert b"access_token" in body
    assert "content-encoding" not in answer.headers


async def test_a_refusal_has_no_tag_and_its_problem_is_whole(world: World) -> None:
    told = await world.as_("").get("/v1/me", headers={"If-None-Match": "*"})
    check(told, 401)
    assert "etag" not in told.headers


def readings(app: FastAPI) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the address and the operation of each GET that is published, in the pilot's register."""
    for path, methods in app.openapi()["paths"].items():
        if "get" in methods:
            parameters = methods["get"].get("parameters", [])
            needed = {one["name"]: PILOT[one["name"]] for one in parameters if one["in"] == "path"}
            yield path.format(**needed), methods["get"]


async def test_head_is_answered_as_get_without_a_body_wherever_get_is(still: World) -> None:
    for path, _ in readings(still.app):
        got, head = [await still.as_("auditor").request(method, path) for method in ("GET", "HEAD")]
        assert (head.status_code, head.content) == (got.status_code, b""), path
        # Of the figures, and of how things stand at the moment, no two answers need be alike.
        if path not in {"/metrics", "/readyz"}:
            names = set(got.headers) - {"x-request-id"}
            assert {name: head.headers.get(name) for name in names} == {name: got.headers[name] for name in names}, path


async def test_a_connection_goes_on_after_head(still: World) -> None:
    token = still.as_("PK").headers["authorization"].encode()
    head = b"HEAD " + b"/v1/commitments?limit=3" + b" HTTP/1.1\r\nHost: x\r\nAuthorization: " + token + b"\r\n\r\n"
    async with served_here(still.app) as origin, connected(origin) as raw:
        await raw.send(head * 2 + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        said = await raw.answers(3)
    assert said.statuses == [200] * 3
    assert said.text.count("{") == 1


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("GZip;q=0.5", True),
        ("x-gzip", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("br", False),
        ("", False),
        ("identity;q=1, *;q=0", False),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzipped", False),
    ],
)
def test_gzip_is_sent_to_those_who_say_that_they_take_it(accepted: str, *, taken: bool) -> None:
    assert takes_gzip(accepted) is taken


async def test_no_answer_with_a_secret_is_compressed(world: World) -> None:
    schemas = world.app.openapi()["components"]["schemas"]
    secret = {name for name, one in schemas.items() if set(SECRET) & set(one.get("properties", {}))}
    assert secret
    assert not secret & reached([operation["responses"] for _, operation in readings(world.app)], schemas)
    administrator, packed = world.as_("administrator"), {"Accept-Encoding": "gzip"}
    body = {"client_id": "observer-2", "name": "x" * 190, "kind": "observer", "organisation_id": None}
    made = await administrator.post("/v1/principals", json=body, headers=packed)
    assert made.status_code == 201, made.text
    assert made.json()["client_secret"]
    assert "content-encoding" not in made.headers
    grant = {"grant_type": "client_credentials", **world.credentials["PK"]}
    token = await world.as_("").post("/oauth/token", data=grant, headers=packed)
    assert token.json()["access_token"]
    assert "content-encoding" not in token.headers


async def test_only_what_is_read_is_compressed_however_long_an_answer_is() -> None:
    long = {"secret": "x" * 100_000}
    router = APIRouter()
    router.add_api_route("/long", lambda: long, methods=["GET", "POST"])
    app = FastAPI()
    app.include_router(router)
    app.add_middleware(Reading)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        assert (await client.get("/long")).headers["content-encoding"] == "gzip"
        assert "content-encoding" not in (await client.post("/long")).headers


async def test_the_head_of_an_endless_answer_is_not_waited_for() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"a" * 1000

    app = FastAPI()
    app.add_api_route("/endless", lambda: StreamingResponse(endless()))
    app.add_middleware(Reading)
    async with served_here(app) as origin, httpx.AsyncClient(base_url=origin, timeout=20) as client:
        for _ in range(2):
            head = await client.head("/endless")
            assert (head.status_code, head.content) == (200, b"")
            assert "etag" not in head.headers
