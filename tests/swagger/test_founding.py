"""A commission between two new parties, founded in Swagger UI alone: by clicks, and by what has to be copied from one place to another."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.conftest import World
from tests.swagger.test_browser import docs

__all__ = ["docs"]
pytestmark = pytest.mark.browser
CLICKS, COPIED = 55, 8
"""Half of the 107 clicks that it once took, and one more for each party, which names its secretariat itself since; of 38 ids and
secrets what nobody can know beforehand."""


class Hand:
    """Who works with the mouse: counts each click, and whatever was read from an answer, or a file, to be put into a field."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.copied = page, 0, 0

    async def click(self, what: Locator) -> None:
        self.clicks += 1
        await what.click()

    async def fill(self, field: Locator, value: str, *, copied: bool = False) -> None:
        await self.click(field)
        self.copied += copied
        await field.fill(value)

    async def log_in(self, client_id: str, client_secret: str, *, copied: bool) -> None:
        """Authorize as somebody whose client id is known, or copied with the secret; who was there before logs out."""
        await self.click(self.page.locator(".scheme-container .btn.authorize"))
        dialog = self.page.locator(".auth-container").filter(has_text="ClientCredentials")
        out = dialog.get_by_role("button", name="Remove authorization")
        if await out.is_visible():
            await self.click(out)
        await self.fill(dialog.get_by_label("client_id"), client_id, copied=copied)
        await self.fill(dialog.get_by_label("client_secret"), client_secret, copied=True)
        await self.click(dialog.get_by_role("button", name="Apply given OAuth2 credentials"))
        await expect(out).to_be_visible()
        await self.click(dialog.locator(".btn-done").first)

    async def send(self, operation: str, body: Mapping[str, Any], *, copied: bool = False, **fields: str) -> Any:
        """Open an operation unless it is, fill its fields and its body, and press Execute; return what is answered, which is in view."""
        block = self.page.locator(f"[id='operations-{operation}']")
        execute = block.get_by_role("button", name="Execute")
        if not await execute.is_visible():
            await self.click(block.locator(".opblock-summary-control"))
        for name, value in fields.items():
            await self.fill(block.get_by_placeholder(name, exact=True), value, copied=copied)
        await self.fill(block.locator("textarea.body-param__text"), json.dumps(body))
        async with self.page.expect_response(lambda answer: "/v1/" in answer.url) as answered:
            await self.click(execute)
        answer = await answered.value
        said = block.locator(".live-responses-table tbody .response-col_status").first
        await expect(said).to_contain_text(str(answer.status))
        assert answer.status == 201, await answer.text()
        return json.loads(await answer.text())


async def test_two_new_parties_have_a_commission_and_agree_on_its_first_item_by_half_the_clicks(
    docs: Page, world: World
) -> None:
    hand = Hand(docs)
    await hand.log_in(**world.credentials["administrator"], copied=True)
    secrets = {
        code: await founded_party(hand, code, name) for code, name in (("UZ", "Uzbekistan"), ("KZ", "Kazakhstan"))
    }
    titles = {"en": "Uzbekistan-Kazakhstan Joint Commission (sample)"}
    made = await hand.send(
        "commissions-create_commission", {"titles": titles, "parties": ["UZ", "KZ"], "languages": ["en"]}
    )
    assert (made["code"], made["awaits_secretariats"]) == ("UZ-KZ", ["UZ", "KZ"])
    naming = "transitions-create_commission_transition"
    for code in ("KZ", "UZ"):
        await hand.log_in(f"{code.lower()}-registrar", secrets[code], copied=False)
        office = {"action": "name_secretariat", "secretariat_id": f"{code}/MOT"}
        fields: Any = {"commission_id": "UZ-KZ"} if code == "KZ" else {}
        await hand.send(naming, office, **fields)
    planned = {"action": "plan", "ordinal": 1, "starts_on": "2027"}
    await hand.send("sessions-create_session", planned, commission_id="UZ-KZ")
    item = {"commission_id": "UZ-KZ", "session_id": "UZ-KZ/01", "item_number": 1, "sector": "trade"}
    said = {"titles": {"en": "One customs form (sample)"}, "texts": {"en": "One form for transit (sample)."}}
    more = {"instrument_required": False, "agreement": {"agreed_on": "2026-05-12"}}
    recorded = await hand.send("commitments-create_commitment", item | said | more)
    await hand.log_in("kz-registrar", secrets["KZ"], copied=False)
    move = recorded["open_transition"]["id"]
    done = await hand.send("transitions-create_confirmation", {"decision": "confirm"}, copied=True, transition_id=move)
    assert done["status"] == "effective"
    assert hand.clicks <= CLICKS, hand.clicks
    assert hand.copied <= COPIED, hand.copied


async def founded_party(hand: Hand, code: str, name: str) -> str:
    """Register a government, its registrar and who calls for it; return the secret that is shown once."""
    await hand.send("registry-create_party", {"code": code, "names": {"en": name}})
    office = {"name": "Ministry of Trade (sample)", "code": f"{code}/MOT"}
    system = {"client_id": f"{code.lower()}-registrar", "name": "A registrar's system (sample)"}
    made = await hand.send("registry-create_registrar", {"organisation": office, "principal": system}, party=code)
    return str(made["client_secret"])
