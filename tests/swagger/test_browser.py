"""The administrator's and the clerks' work in Swagger UI, in a real browser, against the real service, offline."""

import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from service.http.openapi.pilot import NOBODYS
from tests.conftest import World, item
from tests.serving import served_here
from tests.swagger.conftest import PATIENCE, is_trouble

pytestmark = pytest.mark.browser


@pytest.fixture
async def docs(browser: Browser, world: World, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """The page at /docs; the test fails if the browser complained, or asked any other host."""
    async with served_here(world.app) as origin:
        troubles: list[str] = []
        context = await browser.new_context()
        context.on("console", lambda message: troubles.append(message.text) if is_trouble(message) else None)
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        host = urlsplit(origin).netloc
        context.on(
            "request", lambda asked: None if urlsplit(asked.url).netloc in {host, ""} else troubles.append(asked.url)
        )
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(f"{origin}/docs")
        yield page
        if directory := os.environ.get("PACTA_SCREENSHOTS"):
            await page.screenshot(path=Path(directory) / f"{request.node.name}.png", full_page=True)
        await context.close()
        assert troubles == []


async def login(page: Page, world: World, who: str) -> None:
    """Authorize in the dialog, as whoever it was before logs out."""
    await page.locator(".scheme-container .btn.authorize").click()
    dialog = page.locator(".auth-container").filter(has_text="ClientCredentials")
    out = dialog.get_by_role("button", name="Remove authorization")
    if await out.is_visible():
        await out.click()
    await dialog.get_by_label("client_id").fill(world.credentials[who]["client_id"])
    await dialog.get_by_label("client_secret").fill(world.credentials[who]["client_secret"])
    await dialog.get_by_role("button", name="Apply given OAuth2 credentials").click()
    await expect(out).to_be_visible()
    await dialog.locator(".btn-done").first.click()


async def execute(page: Page, operation: str, example: str = "", **fields: str) -> tuple[int, Any]:
    """Open an operation, fill its fields, choose an example, press Execute; return status and answer."""
    block = page.locator(f"[id='operations-{operation}']")
    if not await block.get_by_role("button", name="Execute").is_visible():
        await block.locator(".opblock-summary-control").click()
    for name, value in fields.items():
        await block.get_by_placeholder(name, exact=True).fill(value)
    if example:
        await block.locator(".opblock-section-request-body .examples-select-element").first.select_option(example)
    async with page.expect_response(lambda answer: "/v1/" in answer.url) as answered:
        await block.get_by_role("button", name="Execute").click()
    answer = await answered.value
    await expect(block.locator(".live-responses-table tbody .response-col_status").first).to_contain_text(
        str(answer.status)
    )
    return answer.status, json.loads(await answer.text())


async def test_two_clerks_take_a_commitment_from_recorded_to_agreed_and_read_its_trail(
    docs: Page, world: World
) -> None:
    await login(docs, world, "PK")
    status, made = await execute(docs, "commitments-create_commitment")
    assert (status, made["reference"], made["state"]) == (201, made["draft_reference"], "proposed")
    status, proposed = await execute(docs, "transitions-create_transition", "sign", commitment_id=item(4))
    assert (status, proposed["status"]) == (201, "open")
    await login(docs, world, "AZ")
    status, done = await execute(docs, "transitions-create_confirmation", "confirm", transition_id=proposed["id"])
    assert (status, done["status"]) == (201, "effective")
    status, trail = await execute(docs, "audit trail-read_commitment_trail".replace(" ", "_"), commitment_id=item(4))
    assert (status, trail["items"][-1]["kind"]) == (200, "transition.confirmed")


async def test_a_registrar_registers_an_organisation_of_its_party(docs: Page, world: World) -> None:
    await login(docs, world, "AZ")
    assert (await execute(docs, "registry-create_organisation"))[0] == 201


async def test_the_administrator_registers_a_principal_and_sees_its_secret_once(docs: Page, world: World) -> None:
    await login(docs, world, "administrator")
    status, made = await execute(docs, "registry-create_principal")
    assert status == 201
    block = docs.locator("#operations-registry-create_principal .live-responses-table")
    await expect(block.get_by_text(re.compile(made["client_secret"])).first).to_be_visible()
    read = await world.as_("administrator").get(f"/v1/principals/{made['id']}")
    assert "client_secret" not in read.json()


async def test_a_party_changes_its_facts_by_hand_with_if_match_any(docs: Page, world: World) -> None:
    await login(docs, world, "PK")
    fields = {"commitment_id": item(7), "if-match": "*"}
    async with docs.expect_request(lambda asked: asked.method == "PATCH") as sent:
        status, changed = await execute(docs, "commitments-change_party_facts", **fields)
    assert (await sent.value).headers["content-type"] == "application/merge-patch+json"
    assert (status, changed["party_facts"]["PK"]["focal_point"]) == (200, "Joint Commission desk (sample)")


async def test_an_operation_is_found_by_the_words_of_its_summary_and_its_refusals_are_folded(docs: Page) -> None:
    await docs.locator(".operation-filter-input").fill("rotate secret principal")
    await expect(docs.locator(".opblock")).to_have_count(1)
    block = docs.locator("#operations-registry-create_secret")
    await block.locator(".opblock-summary-control").click()
    await expect(block.get_by_role("button", name="Execute")).to_be_visible()
    refusals = block.locator(".responses-inner button.refusal")
    assert await refusals.count() > 5
    assert await block.locator(".responses-inner .highlight-code").count() == 1, "the example of what is answered alone"
    await refusals.first.click()
    await expect(block.locator(".responses-inner .highlight-code")).to_have_count(2)


async def test_what_is_copied_has_no_token(docs: Page, world: World) -> None:
    await login(docs, world, "PK")
    status, _ = await execute(docs, "me-read_me")
    block = docs.locator("#operations-me-read_me")
    assert status == 200
    copied = await block.locator(".request-snippets, .curl-command").first.inner_text()
    assert "Bearer YOUR-TOKEN" in copied
    assert "eyJ" not in copied


async def test_the_page_is_dark_for_whom_everything_is(docs: Page) -> None:
    await docs.emulate_media(color_scheme="dark")
    await expect(docs.locator("html.dark-mode")).to_have_count(1)


async def test_what_nothing_undoes_is_not_prefilled_with_anybody(docs: Page) -> None:
    block = docs.locator("#operations-registry-create_deactivation")
    await block.locator(".opblock-summary-control").click()
    assert await block.get_by_placeholder("principal_id", exact=True).input_value() == NOBODYS


async def test_fields_left_blank_are_absent(docs: Page, world: World) -> None:
    await login(docs, world, "observer")
    status, page = await execute(docs, "commitments-list_commitments", q="baku", cursor="")
    assert (status, [one["reference"] for one in page["items"]]) == (200, ["PK-AZ/08/014"])
