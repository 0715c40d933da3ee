"""Behind a proxy that takes a path off, all that the service says of itself can be followed; nothing redirects."""

import re
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.addresses import Addresses
from tests.conftest import COMMISSION, World, item
from tests.register.commitments.test_journey import RECORD, SIGN

ROOT = "https://gov.example/pacta"
HEADERS = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Host": "evil.example", "Host": "inside:8000"}


class Proxy:
    """An ASGI application that hands on what begins with /pacta, without that, or with it; all else is nobody's."""

    def __init__(self, app: ASGIApp, *, stripping: bool) -> None:
        self.app, self.stripping = app, stripping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        prefix, path = "/pacta/", scope["path"]
        assert path.startswith(prefix), f"{path} is nobody's"
        if self.stripping:
            path = path.removeprefix("/pacta")
        headers = [pair for pair in scope["headers"] if pair[0] != b"host"]
        headers += [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
        await self.app({**scope, "path": path, "raw_path": path.encode(), "headers": headers}, receive, send)


@pytest.fixture(params=[True, False], ids=["stripping", "leaving it on"])
async def outside(make_world: Any, request: pytest.FixtureRequest) -> Any:
    """Call as the secretariat of Pakistan, from outside."""
    world: World = await make_world(public_url=f"{ROOT}/")
    await world.sequence()
    token = world.as_("PK").headers["authorization"]
    transport = httpx.ASGITransport(Proxy(world.app, stripping=request.param))
    async with httpx.AsyncClient(transport=transport, base_url=ROOT, headers={"authorization": token}) as client:
        yield client


async def test_each_page_of_a_list_is_found_by_the_link_of_the_one_before(outside: httpx.AsyncClient) -> None:
    asked, seen = f"{ROOT}/v1/commitments?limit=5&sort=", []
    while asked:
        page = await outside.get(asked)
        assert page.status_code == 200, page.text
        seen += [one["id"] for one in page.json()["items"]]
        asked = urljoin(asked, page.links["next"]["url"]) if "next" in page.links else ""
    assert len(seen) == len(set(seen)) > 10


async def test_what_was_made_is_found_by_its_location_and_so_is_the_answer_that_is_given_again(
    outside: httpx.AsyncClient,
) -> None:
    for path, body in (("/v1/commitments", RECORD), (f"/v1/commitments/{item(4)}/transitions", SIGN)):
        for _ in range(2):
            made = await outside.post(ROOT + path, json=body, headers={"Idempotency-Key": path})
            assert made.status_code == 201, made.text
            assert made.headers["location"].startswith("/pacta/v1/")
            found = await outside.get(urljoin(str(made.url), made.headers["location"]))
            assert found.json()["id"] == made.json()["id"]


async def test_every_file_of_swagger_ui_is_found_from_its_page(outside: httpx.AsyncClient) -> None:
    page = await outside.get(f"{ROOT}/docs")
    named = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    script = (await outside.get(f"{ROOT}/docs/init.js")).text
    named += re.findall(r"`\$\{here\}/([^`]+)`", script)
    assert len(named) == 9
    for one in named:
        assert (await outside.get(urljoin(str(page.url), one))).status_code == 200, one


async def test_a_problem_names_the_path_that_was_asked_for(outside: httpx.AsyncClient) -> None:
    refused = await outside.get(f"{ROOT}/v1/commitments/{COMMISSION}")
    assert refused.json()["instance"] == f"/pacta/v1/commitments/{COMMISSION}"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path",
    ["/v1/me/", "/v1/commitments/", "/oauth/token/", "/v1", "/v1/", "//v1/me", "/v1//me", "/docs/", "/livez/"],
)
async def test_nothing_redirects_whatever_slash_is_missing_or_too_many(still: World, method: str, path: str) -> None:
    answer = await still.as_("PK").request(method, f"http://pacta.test{path}")
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "url",
    ["pacta.example", "ftp://x", "https://", "https://x/?a=b", "https://x/#y", "https://u:p@x", "https://x/a b", ""],
)
def test_what_is_no_address_of_a_service_is_a_mistake_that_names_its_setting(url: str) -> None:
    with pytest.raises(ValueError, match="PACTA_PUBLIC_URL"):
        Addresses.of(url)


def test_an_address_has_a_root_a_host_and_a_prefix() -> None:
    assert Addresses.of("https://gov.example/pacta/") == Addresses(ROOT, "gov.example", "/pacta")
    assert Addresses.of("http://[::1]:8000") == Addresses("http://[::1]:8000", "::1", "")
    assert Addresses.of(ROOT).absolute("/v1") == f"{ROOT}/v1"
