"""Swagger UI works in a real browser, under a policy without ``unsafe-*``, and asks nobody but this service."""

import hashlib
import json
import os
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from service.http.swagger.routes import VERSION, create_router, origin, security_headers
from service.http.swagger.vendored import VENDOR, read_manifest

SECURITY = ("content-security-policy", "referrer-policy", "x-content-type-options")


async def keep_screenshot(page: Page, name: str) -> None:
    """Keep a picture where the run keeps its artefacts, if it keeps any."""
    if directory := os.environ.get("PACTA_SCREENSHOTS"):
        await page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)


async def authorize(page: Page, scheme: str, client_id: str, secret: str) -> None:
    """Fill the dialog for one scheme as a user does, and close it."""
    await page.locator(".scheme-container .btn.authorize").click()
    dialog = page.locator(".auth-container").filter(has_text=scheme)
    await dialog.get_by_label("client_id").fill(client_id)
    await dialog.get_by_label("client_secret").fill(secret)
    await keep_screenshot(page, f"authorize-{scheme}")
    await dialog.get_by_role("button", name="Apply given OAuth2 credentials").click()
    await expect(dialog.get_by_role("button", name="Remove authorization")).to_be_visible()
    await dialog.locator(".btn-done").first.click()


async def seen_by_the_service(page: Page) -> dict[str, str | None]:
    """Try ``GET /v1/me`` out and return what the service says it saw."""
    await page.locator("#operations-identity-get_me_v1_me_get .opblock-summary-control").click()
    async with page.expect_response("**/v1/me*") as answered:
        await page.get_by_role("button", name="Execute").click()
    await expect(page.locator(".live-responses-table")).to_be_visible()
    body: dict[str, str | None] = json.loads(await (await answered.value).text())
    return body


def test_every_vendored_file_is_as_it_was_published() -> None:
    manifest = read_manifest()
    present = {path.name for path in VENDOR.iterdir()} - {"VENDORED.json", ".gitattributes"}
    found = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in present}
    assert found == manifest.files


@pytest.mark.parametrize("provider_urls", [(), ("https://id.example.org/realms/x",)])
def test_the_policy_allows_nothing_unsafe_and_nothing_inline(provider_urls: tuple[str, ...]) -> None:
    policy = security_headers(provider_urls)["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")


def test_only_the_origin_of_a_provider_is_added_to_what_the_page_may_call() -> None:
    policy = security_headers(["https://ID.example.org/realms/x", "https://id.example.org/token"])
    assert "; connect-src 'self' https://id.example.org; " in policy["Content-Security-Policy"]
    assert "; connect-src 'self'; " in security_headers()["Content-Security-Policy"]


@pytest.mark.parametrize("url", ["id.example.org", "javascript:alert(1)", "https://a; script-src *", "https://*"])
def test_an_address_that_could_widen_the_policy_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not an absolute"):
        origin(url)


def test_the_page_is_no_part_of_the_published_document() -> None:
    assert [
        route for route in create_router("https://pacta.example").routes if getattr(route, "include_in_schema", True)
    ] == []


async def test_every_file_of_the_page_is_served_guarded_and_kept_as_long_as_its_address_allows(service: str) -> None:
    versioned = [f"{VERSION}/swagger-ui-bundle.js", f"{VERSION}/swagger-ui.css", f"{VERSION}/favicon-32x32.png"]
    fixed = ["init.js", "page.css", "oauth2-redirect.html", "oauth2-redirect.js"]
    async with httpx.AsyncClient(base_url=service) as client:
        answers = {name: await client.get(f"/docs/{name}") for name in [*versioned, *fixed]}
        page = await client.get("/docs")
        missing = await client.get("/docs/..%2Froutes.py")
    for answer in [page, *answers.values()]:
        assert answer.status_code == httpx.codes.OK
        assert all(name in answer.headers for name in SECURITY)
    assert {"immutable" in answers[name].headers["cache-control"] for name in versioned} == {True}
    assert {answers[name].headers["cache-control"] for name in fixed} == {"no-cache"}
    assert missing.status_code == httpx.codes.NOT_FOUND


@pytest.mark.browser
async def test_the_page_shows_its_operations_and_finds_them_by_filter_and_deep_link(page: Page, service: str) -> None:
    await expect(page.locator(".opblock")).to_have_count(2)
    await keep_screenshot(page, "docs")
    await page.get_by_placeholder("Filter by tag").fill("identity")
    await expect(page.locator(".opblock")).to_have_count(1)
    await page.goto(f"{service}/docs#/identity/get_me_v1_me_get")
    await page.reload()
    await expect(page.get_by_role("button", name="Execute")).to_be_visible()


@pytest.mark.browser
async def test_a_ministry_authorizes_by_client_credentials_and_its_token_is_sent(page: Page) -> None:
    await authorize(page, "service", "ministry", "secret")
    seen = await seen_by_the_service(page)
    assert seen["seen"] == "Bearer from-the-service"
    await expect(page.locator(".request-snippets, .curl-command").first).to_be_visible()
    await expect(page.locator(".response-col_description", has_text="from-the-service").first).to_be_visible()
    await keep_screenshot(page, "answer")


@pytest.mark.browser
async def test_a_clerk_authorizes_at_the_provider_with_pkce_and_the_token_is_sent(page: Page) -> None:
    await authorize(page, "provider", "swagger", "")
    assert (await seen_by_the_service(page))["seen"] == "Bearer from-the-provider"


@pytest.mark.browser
async def test_an_emptied_query_field_is_not_sent(page: Page) -> None:
    await page.locator("#operations-identity-get_me_v1_me_get .opblock-summary-control").click()
    await page.get_by_placeholder("party").fill("a=")
    await page.get_by_placeholder("state").fill("b")
    await page.get_by_placeholder("state").fill("")
    async with page.expect_response("**/v1/me*") as answered:
        await page.get_by_role("button", name="Execute").click()
    assert (await (await answered.value).json())["query"] == "party=a%3D"
