"""What an older Pacta was told of texts stays as it was, in today's hands; what is found, or signed, since then opens its instrument."""

from pathlib import Path
from typing import Any

from service.verify.finding import Severity
from tests.conftest import COMMISSION, World
from tests.register.commitments.test_journey import RECORD, SIGN
from tests.verify.conftest import Restored
from tests.verify.test_old import COMMISSIONS, exported, judged

FOUND = {"found_in": "signed", "agreed_on": "2024", "instrument_kind": "mou", "instrument_title": "MoU (sample)"}


async def confirmed(world: World, transition_id: str) -> None:
    """Confirm a proposal by the other side."""
    path = f"/v1/transitions/{transition_id}/confirmations"
    answer = await world.as_("AZ").post(path, json={"decision": "confirm"})
    assert answer.status_code == 201, answer.text


async def instrument_of(world: World, key: str) -> dict[str, Any]:
    """Return the instrument that carries a commitment."""
    known = (await world.as_("PK").get(f"/v1/commitments/{key}")).json()["instrument"]
    told: dict[str, Any] = (await world.as_("PK").get(f"/v1/instruments/{known['id']}")).json()
    return told


async def test_in_an_old_register_what_is_found_or_signed_opens_its_instrument_and_the_rest_stays_as_it_was(
    restored: Restored,
    old: Path,
    tmp_path: Path,
) -> None:
    async with restored("old_found") as world:
        owner = await world.connect()
        asked = "SELECT id, instrument FROM commitment WHERE instrument IS NOT NULL ORDER BY id"
        drafts = (
            "SELECT id FROM commitment WHERE state = 'mou_drafted' AND instrument ->> 'title' IS NOT NULL"
            " AND open_transition_id IS NULL AND commission_id = $1 ORDER BY id"
        )
        before = await owner.fetch(asked)
        drafted = str(await owner.fetchval(drafts, COMMISSION))
        made = await world.as_("PK").post("/v1/commitments", json=RECORD | {"item_number": 40, "agreement": FOUND})
        assert made.status_code == 201, made.text
        await confirmed(world, made.json()["open_transition"]["id"])
        its = await instrument_of(world, made.json()["id"])
        assert (its["reference"], its["state"], its["titles"]["en"]) == ("PK-AZ/I/0001", "signed", "MoU (sample)")
        signed = await world.as_("PK").post(f"/v1/commitments/{drafted}/transitions", json=SIGN)
        assert signed.status_code == 201, signed.text
        await confirmed(world, signed.json()["id"])
        its = await instrument_of(world, drafted)
        assert (its["reference"], its["state"], its["manner"]) == ("PK-AZ/I/0002", "signed", "signed")
        assert (its["signed_on"], its["acts"][0]["place"]) == (SIGN["effective_on"], SIGN["place"])
        touched = {made.json()["id"], drafted}
        assert [one for one in await owner.fetch(asked) if str(one["id"]) not in touched] == [
            one for one in before if str(one["id"]) not in touched
        ]
        await owner.close()
        await world.sequence()
        after = await exported(world, "PK-AZ", tmp_path / "export")
    verdict = judged(old, after, kept=old / "exports" / "PK-AZ")
    assert (verdict.findings.listed, verdict.findings.outcome) == ([], Severity.PROVEN)
    assert verdict.entries == COMMISSIONS["PK-AZ"] + 8
