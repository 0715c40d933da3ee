"""What was found drafted, signed or implemented through an instrument of the register names it: one confirmation, an entry in each trail."""

import asyncio
from typing import Any, Final

import httpx
import pytest

from tests.conftest import COMMISSION, World, item
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_found_late import found, moved
from tests.register.commitments.test_journey import RECORD
from tests.register.instruments.recording import ACT, SIGN, agreed, correct, entered, leaf_of, propose, read, record
from tests.register.instruments.test_finding import read_one
from tests.register.instruments.test_opening import ask_of, trail
from tests.three_parties import commission_of_three

REASON: Final = "It was so (sample)."


async def signed(world: World, **facts: Any) -> str:
    """Return the id of an instrument that is signed."""
    key: str = (await entered(world, **facts))["id"]
    await agreed(world, key, SIGN)
    return key


def through(key: str, found_in: str = "signed", **agreement: Any) -> dict[str, Any]:
    """Return the agreement of what was found through an instrument."""
    return {"found_in": found_in, "agreed_on": "2024", "instrument_id": key, **agreement}


async def recorded(world: World, agreement: dict[str, Any], **others: Any) -> httpx.Response:
    """Record what was found, and return what is answered."""
    body = RECORD | {"item_number": 15, "agreement": agreement, **others}
    return await world.as_("PK").post("/v1/commitments", json=body)


async def test_one_confirmation_puts_what_was_found_signed_on_the_instrument_and_reads_all_of_it_there(
    world: World,
) -> None:
    key = await signed(world, commitment_ids=[item(2)])
    one = await found(world, through(key))
    its = await read(world, key)
    assert (one["state"], one["instrument"]["id"], one["instrument"]["place"]) == ("signed", key, "Baku")
    assert (one["effective_on"], one["instrument"]["signed_on"], one["unknown"]) == ("2025-03-01", "2025-03-01", [])
    assert ({*its["commitment_ids"]}, its["state"]) == ({item(2), one["id"]}, "signed")
    mine, theirs = await trail(world, f"commitments/{one['id']}"), await trail(world, f"instruments/{key}")
    assert (mine[-1]["kind"], theirs[-1]["kind"]) == ("transition.confirmed", "instrument.extended")
    assert theirs[-1]["data"]["by"] == {"kind": "commitment", "id": one["id"], "leaf": mine[-1]["leaf_hash"]}
    listed = (await world.as_("PK").get(f"/v1/instruments?commitment_id={one['id']}")).json()["items"]
    assert [each["id"] for each in listed] == [key]
    # From now on it follows: what is put right there is told here.
    act = {**ACT, "place": "Islamabad"}
    await correct(world, key, await leaf_of(world, key, -2), "acts", [act])
    assert (await read_one(world, one["id"]))["instrument"]["place"] == "Islamabad"
    await proven(world)


async def test_what_was_found_drafted_is_signed_with_its_instrument(world: World) -> None:
    key = (await entered(world))["id"]
    one = await found(world, through(key, "mou_drafted"))
    assert (one["state"], one["effective_on"], one["instrument"]["drafting_party"]) == (
        "mou_drafted",
        "2025-02-01",
        "PK",
    )
    await agreed(world, key, SIGN)
    one = await read_one(world, one["id"])
    assert (one["state"], one["effective_on"]) == ("signed", "2025-03-01")
    await proven(world)


async def test_what_was_found_implemented_has_its_own_day_and_tells_what_nobody_knows_of_either(world: World) -> None:
    key = (await entered(world, entering={"found_in": "signed"}))["id"]
    one = await found(world, through(key, "implemented", effective_on="2025-06"))
    assert (one["state"], one["effective_on"], one["instrument"]["state"]) == ("implemented", "2025-06", "signed")
    assert one["unknown"] == ["authentic_texts", "place", "report", "signatories", "signed_on"]
    back = await moved(world, one, {"action": "reopen", "reason": REASON})
    assert back["state"] == "signed"
    await proven(world)


@pytest.mark.parametrize(
    ("agreement", "pointer", "said"),
    [
        ({"found_in": "agreed"}, "/agreement/instrument_id", "found in"),
        ({"found_in": "mou_drafted"}, "/agreement/instrument_id", "is signed"),
        ({"place": "Lahore"}, "/agreement/place", "is a fact of the instrument"),
        ({"effective_on": "2024"}, "/agreement/effective_on", "is a fact of the instrument"),
        ({"instrument_id": item(4)}, "/agreement/instrument_id", "names no instrument"),
    ],
)
async def test_what_the_instrument_does_not_bear_out_is_refused(
    world: World, agreement: dict[str, Any], pointer: str, said: str
) -> None:
    refused = await recorded(world, through(await signed(world)) | agreement)
    assert refused.status_code == 422, refused.text
    assert any(one["pointer"] == pointer and said in one["detail"] for one in refused.json()["errors"]), refused.text


async def test_an_instrument_that_is_not_signed_or_not_kept_as_close_carries_no_such_finding(world: World) -> None:
    drafted = await recorded(world, through((await entered(world))["id"]))
    assert (drafted.status_code, "is drafted" in drafted.text) == (422, True)
    closer = await recorded(world, through(await signed(world)), confidentiality="restricted")
    assert (closer.status_code, "kept closer" in closer.text) == (422, True)


async def test_while_a_proposal_is_open_for_the_instrument_nothing_is_put_on_it_and_nothing_is_lost(
    world: World,
) -> None:
    key = await signed(world)
    made = (await recorded(world, through(key))).json()
    amend = {"action": "amend", "reason": REASON, "changes": {"depositary": "PK (sample)"}}
    waiting = (await propose(world, key, amend)).json()["id"]
    path = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
    refused = await world.as_("AZ").post(path, json={"decision": "confirm"})
    assert (refused.status_code, "PK-AZ/I/0002" in refused.json()["detail"]) == (409, True)
    assert (await world.as_("PK").post(f"/v1/transitions/{waiting}/withdrawal", json={})).status_code == 201
    assert (await world.as_("AZ").post(path, json={"decision": "confirm"})).status_code == 201
    assert (await read(world, key))["commitment_ids"] == [made["id"]]
    await proven(world)


async def test_an_instrument_that_moved_on_meanwhile_is_not_what_both_would_confirm(world: World) -> None:
    key = (await entered(world))["id"]
    made = (await recorded(world, through(key, "mou_drafted"))).json()
    await agreed(world, key, SIGN)
    path = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
    refused = await world.as_("AZ").post(path, json={"decision": "confirm"})
    assert (refused.status_code, "is signed" in refused.json()["detail"]) == (409, True)


async def test_what_was_put_on_an_instrument_is_taken_off_there_before_it_is_undone(world: World) -> None:
    key = await signed(world)
    one = await found(world, through(key))
    leaf = (await trail(world, f"commitments/{one['id']}"))[-1]["leaf_hash"]
    wrong = {"action": "correct", "corrects": leaf, "fact": "instrument_id", "value": item(4), "reason": REASON}
    assert "commitment_ids" in (await ask_of(world, one["id"], wrong)).text
    undo = {"action": "reinstate", "undoes": leaf, "reason": REASON}
    assert (await ask_of(world, one["id"], undo)).status_code == 422
    await agreed(world, key, {"action": "amend", "reason": REASON, "changes": {"commitment_ids": []}})
    one = await moved(world, one, undo)
    assert (one["state"], one["instrument"]) == ("proposed", None)
    await proven(world)


async def test_a_finding_that_was_refused_names_the_instrument_when_it_is_proposed_again(world: World) -> None:
    key = await signed(world)
    made = (await recorded(world, through(key))).json()
    path = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
    assert (await world.as_("AZ").post(path, json={"decision": "refuse", "reason": REASON})).status_code == 201
    one = await moved(world, made, {"action": "agree", **through(key)})
    assert (one["state"], one["instrument"]["id"]) == ("signed", key)
    await proven(world)


async def test_where_one_party_keeps_the_register_recording_puts_it_on_at_once(world: World) -> None:
    alone = await commission_of_three(world, kept_by="PK")
    entering = {"found_in": "signed", "acts": [{"on": "2024", "parties": ["PK", "AZ"]}]}
    its = await record(world, commission_id=alone, entering=entering)
    others = {"commission_id": alone, "session_id": None, "item_number": None, "working_group_id": None}
    made = await recorded(world, through(its["id"]), **others)
    assert made.status_code == 201, made.text
    assert (await read(world, its["id"]))["commitment_ids"] == [made.json()["id"]]
    await proven(world, alone)


WAITING: Final = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pacta_app' AND wait_event_type = 'Lock'"


@pytest.mark.parametrize("many", [False, True])
async def test_who_waits_for_the_instrument_that_is_to_carry_it_holds_no_commitment_meanwhile(
    world: World, many: bool
) -> None:
    key = await signed(world)
    made = (await recorded(world, through(key))).json()
    proposed, yes = made["open_transition"]["id"], {"decision": "confirm"}
    path = f"/v1/commissions/{COMMISSION}/confirmations" if many else f"/v1/transitions/{proposed}/confirmations"
    owner, other = await world.connect(), await world.connect("postgres")
    async with owner.transaction():
        # As whoever moves the instrument holds it, and locks what it carries next.
        await owner.execute("SELECT FROM instrument WHERE id = $1 FOR NO KEY UPDATE", key)
        body = yes | ({"transitions": [proposed]} if many else {})
        confirming = asyncio.create_task(world.as_("AZ").post(path, json=body))
        while not await other.fetchval(WAITING):  # noqa: ASYNC110 -- it becomes so in the database
            await asyncio.sleep(0.01)
        await owner.execute("SELECT FROM commitment WHERE id = $1 FOR NO KEY UPDATE NOWAIT", made["id"])
    assert (await confirming).is_success
    assert (await read_one(world, made["id"]))["instrument"]["id"] == key
    await proven(world)


async def test_who_proposes_anew_what_it_is_to_carry_waits_for_it_and_holds_no_commitment_meanwhile(
    world: World,
) -> None:
    """Where one party keeps the register alone, that takes effect at once: whoever moved the instrument would wait for the commitment."""
    key = await signed(world)
    made = (await recorded(world, through(key))).json()
    refusal = {"decision": "refuse", "reason": REASON}
    await world.as_("AZ").post(f"/v1/transitions/{made['open_transition']['id']}/confirmations", json=refusal)
    owner, other = await world.connect(), await world.connect("postgres")
    async with owner.transaction():
        await owner.execute("SELECT FROM instrument WHERE id = $1 FOR NO KEY UPDATE", key)
        path, body = f"/v1/commitments/{made['id']}/transitions", {"action": "agree", **through(key)}
        proposing = asyncio.create_task(world.as_("PK").post(path, json=body))
        while not (waits := await other.fetchval(WAITING)) and not proposing.done():  # noqa: ASYNC110 -- it becomes so in the database
            await asyncio.sleep(0.01)
        assert waits
        await owner.execute("SELECT FROM commitment WHERE id = $1 FOR NO KEY UPDATE NOWAIT", made["id"])
    assert (await proposing).status_code == 201
    await proven(world)
