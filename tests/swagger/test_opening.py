"""What opening an operation costs the browser: what is resolved and drawn for it, and nothing of the hundred others."""

from typing import Any, Final

import pytest
from playwright.async_api import Page, expect

from tests.swagger.test_browser import docs

__all__ = ["docs"]
pytestmark = pytest.mark.browser
COUNTING: Final = """
    const counted = () => ({ wrapComponents: { OperationSummary: (Original, { React }) => (props) => {
        window.drawn += 1;
        return React.createElement(Original, props);
    } } });
    let plugins = [];
    window.drawn = 0;
    Object.defineProperty(window, "PactaPlugins", { get: () => plugins, set: (given) => { plugins = [...given, counted]; } });
"""
RESOLVED: Final = """async ([path, method]) => {
    const whole = await (await fetch("openapi.json")).json();
    const { resolveSubtree } = WhatIsAsked({ fn: { resolveSubtree: (small) => small } }).fn;
    return resolveSubtree(whole, ["paths", path, method], {});
}"""


async def resolved(page: Page, path: str, method: str) -> Any:
    """Return the document that Swagger UI resolves when this operation is opened."""
    return await page.evaluate(RESOLVED, [path, method])


async def test_what_is_resolved_is_the_operation_and_what_it_refers_to(docs: Page) -> None:
    small = await resolved(docs, "/v1/principals/{principal_id}/secrets", "post")
    assert {path: [*item] for path, item in small["paths"].items()} == {
        "/v1/principals/{principal_id}/secrets": ["post"]
    }
    assert 2 < len(small["components"]["schemas"]) < 10
    assert "Problem" in small["components"]["schemas"]


async def test_kinds_of_evidence_that_an_answer_may_hold_are_told_by_name_and_those_that_are_sent_in_full(
    docs: Page,
) -> None:
    schemas = (await resolved(docs, "/v1/commitments/{commitment_id}/transitions", "post"))["components"]["schemas"]
    assert "CommitmentSign" not in schemas
    assert "CommitmentSign" in schemas["KnownEvidence"]["description"]
    assert "SessionHold" in schemas["KnownEvidence"]["description"]
    assert {"Proposal", "Sign"} < schemas.keys()


async def test_opening_an_operation_draws_none_of_the_closed_ones_anew(docs: Page) -> None:
    await docs.context.add_init_script(COUNTING)
    await docs.reload()
    await expect(docs.locator(".opblock").nth(90)).to_be_visible()
    block = docs.locator("#operations-registry-create_secret")
    await docs.wait_for_function("window.drawn > 90")
    await docs.evaluate("window.drawn = 0")
    await block.locator(".opblock-summary-control").click()
    await expect(block.get_by_role("button", name="Execute")).to_be_visible()
    assert 0 < await docs.evaluate("window.drawn") < 20
