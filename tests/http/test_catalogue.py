"""The type of a problem is the address of a page that says what it means and what to do."""

import re

import httpx
import pytest

from service.errors import ServiceError
from service.http.catalogue import kinds
from service.http.problems import Problem
from service.main import create_app
from service.settings import Settings
from tests.conftest import World
from tests.contract import USUAL

KINDS = kinds()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_every_type_has_a_page_that_says_what_it_means_and_what_to_do(
    still: World, kind: type[ServiceError]
) -> None:
    page = await still.as_("").get(kind.type(), headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    text = re.sub(r"<[^>]+>", "", page.text)
    assert kind.title in text
    assert str(kind.status) in text
    assert "What to do" in text
    for member in kind.told:
        assert member in text


async def test_a_problem_leads_to_its_page_and_the_pages_to_each_other(still: World) -> None:
    refused = await still.as_("").get("/v1/me")
    page = await still.as_("").get(refused.json()["type"])
    index = await still.as_("").get(re.search(r'href="([^"]+)">All problems', page.text)[1])  # type: ignore[index]
    assert set(re.findall(r'<td><a href="([^"]+)"', index.text)) == {kind.type() for kind in KINDS}


async def test_a_page_loads_and_runs_nothing(still: World) -> None:
    page = await still.as_("").get("/problems/not-found")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert not re.search(r"<script|<style|style=|<link|<img|\son\w+=", page.text)


async def test_a_name_that_no_problem_has_is_a_problem_itself(still: World) -> None:
    page = await still.as_("").get("/problems/<script>")
    assert (page.status_code, page.json()["type"]) == (404, "/problems/not-found")


async def test_behind_a_path_types_and_links_begin_with_it() -> None:
    app = create_app(Settings(public_url="https://gov.example/pacta"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://gov.example") as client:
        refused = await client.get("/pacta/nothing/here")
        assert refused.json()["type"] == "/pacta/problems/not-found"
        page = await client.get(refused.json()["type"])
    assert page.status_code == 200
    assert set(re.findall(r'href="([^"]+)"', page.text)) == {"/pacta/problems", "/pacta/docs"}


def test_what_stands_beside_the_usual_members_is_told_by_its_kind_and_has_a_type() -> None:
    told = {member for kind in KINDS for member in kind.told}
    assert set(Problem.__annotations__) == USUAL | told
