"""A signature that was open when the text came into the register of instruments: it was proposed of the commitment that alone told of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from service.database.statement import FIRST
from service.database.told_alone import FILL
from service.register.commitments.rules.alone import key_of
from service.verify.finding import Severity
from tests.conftest import COMMISSION, World
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_journey import SIGN
from tests.register.instruments.recording import confirmed, done, read
from tests.verify.conftest import Restored
from tests.verify.test_old import exported, judged
from tests.verify.test_old_told_alone import STEP, telling

PLACES: Final = ("instrument_reckoning", "instrument_id"), ("instrument", "id")


@pytest.fixture
async def world(restored: Restored) -> AsyncIterator[World]:
    """The old register in today's hands."""
    async with restored("old_sign") as world:
        yield world


async def upgraded(world: World) -> tuple[str, Any]:
    """Propose a signature as before there was such a text in the register, bring that in as its migration does, and return both."""
    owner = await world.connect()
    mine = (await telling(owner, "mou_drafted"))[0]
    for place, key in PLACES:
        await owner.execute(f"DELETE FROM {place} WHERE {key} = $1", key_of(mine))
    made = await world.as_("PK").post(f"/v1/commitments/{mine}/transitions", json=SIGN)
    assert (made.status_code, made.json()["matter"]["kind"]) == (201, "commitment"), made.text
    await owner.execute(FILL.format(after=FIRST, most=1000))
    await owner.close()
    assert (await read(world, key_of(mine)))["state"] == "drafted"
    return mine, made.json()["id"]


async def carrying(world: World, commitment_id: str) -> list[tuple[str, str]]:
    """Return the ids and states of the instruments in lists that carry the commitment."""
    listed = (await world.as_("PK").get("/v1/instruments", params={"limit": 200})).json()["items"]
    found = (await world.as_("PK").get("/v1/instruments", params={"commitment_id": commitment_id})).json()["items"]
    told = [(one["id"], one["state"]) for one in listed if commitment_id in one["commitment_ids"]]
    assert told == [(one["id"], one["state"]) for one in found]
    return told


async def test_confirmed_it_signs_one_text_and_lists_have_no_other(world: World, old: Path, tmp_path: Path) -> None:
    mine, sign = await upgraded(world)
    await confirmed(world, sign)
    now = (await world.as_("PK").get(f"/v1/commitments/{mine}")).json()
    its = await read(world, now["instrument"]["id"])
    assert (now["state"], its["signed_on"], its["titles"]["en"]) == (
        "signed",
        SIGN["effective_on"],
        now["instrument"]["title"],
    )
    assert await carrying(world, mine) == [(its["id"], "signed")]
    assert (await read(world, key_of(mine)))["state"] == "retracted"
    await done(world, its["id"], STEP)
    await world.sequence()
    verdict = judged(old, await exported(world, "PK-AZ", tmp_path / "export"), kept=old / "exports" / "PK-AZ")
    assert (verdict.findings.listed, verdict.findings.outcome) == ([], Severity.PROVEN)


async def test_where_the_text_moved_meanwhile_who_answers_is_told_and_it_is_proposed_of_that(world: World) -> None:
    mine, sign = await upgraded(world)
    await done(world, key_of(mine), STEP)
    late = await world.as_("AZ").post(f"/v1/transitions/{sign}/confirmations", json={"decision": "confirm"})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/transition-not-allowed")
    assert (await world.as_("PK").post(f"/v1/transitions/{sign}/withdrawal", json={})).status_code == 201
    again = await world.as_("PK").post(f"/v1/commitments/{mine}/transitions", json=SIGN)
    assert again.json()["matter"]["id"] == key_of(mine), again.text
    await confirmed(world, again.json()["id"])
    assert await carrying(world, mine) == [(key_of(mine), "signed")]
    await proven(world, COMMISSION)
