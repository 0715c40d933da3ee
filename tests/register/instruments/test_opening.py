"""A draft of which no instrument tells yet: `draft_mou` records one and enters it by the same confirmation; each journey is replayed."""

from typing import Any, Final

import httpx
import pytest

from tests.conftest import World, item
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_journey import DRAFT, IMPLEMENT, SIGN, confirmed
from tests.register.commitments.test_journey import read as commitment
from tests.register.decisions.test_many import CONFIRMATIONS, PROPOSALS
from tests.register.instruments.recording import agreed, leaf_of, propose, read
from tests.three_parties import commission_of_three, record_in

REASON: Final = "It was so (sample)."


async def opened(world: World, number: int = 2, **said: Any) -> dict[str, Any]:
    """Let a draft of a commitment of the pilot be sent, by both sides, and return the instrument that tells of it."""
    await confirmed(world, item(number), {**DRAFT, **said})
    return await read(world, (await commitment(world, item(number)))["instrument"]["id"])


async def trail(world: World, address: str) -> list[dict[str, Any]]:
    """Return the entries of a matter's trail."""
    found: list[dict[str, Any]] = (await world.as_("PK").get(f"/v1/{address}/audit-trail?limit=200")).json()["items"]
    return found


async def ask(world: World, body: dict[str, Any], number: int = 2, by: str = "PK") -> httpx.Response:
    """Propose a move of a commitment of the pilot."""
    return await ask_of(world, item(number), body, by)


async def ask_of(world: World, key: str, body: dict[str, Any], by: str = "PK") -> httpx.Response:
    """Propose a move of a commitment."""
    return await world.as_(by).post(f"/v1/commitments/{key}/transitions", json=body)


async def test_the_confirmation_of_a_draft_records_and_enters_its_instrument(world: World) -> None:
    made = await opened(world)
    assert (made["reference"], made["state"], made["kind"]) == ("PK-AZ/I/0002", "drafted", "mou")
    assert made["titles"] == {"en": DRAFT["instrument_title"]}
    assert (made["contracting_parties"], made["authentic_languages"]) == (["PK", "AZ"], ["en"])
    assert (made["drafting_party"], made["drafted_on"], made["text_reference"]) == ("PK", "2025-03", "Note 1")
    assert (made["commitment_ids"], made["confidentiality"]) == ([item(2)], "public")
    found = await commitment(world, item(2))
    assert (found["state"], found["effective_on"]) == ("mou_drafted", "2025-03")
    told = {name: one for name, one in found["instrument"].items() if one}
    assert told == {
        "id": made["id"], "state": "drafted", "kind": "mou", "title": DRAFT["instrument_title"], "drafting_party": "PK",
        "drafted_on": "2025-03", "text_reference": "Note 1",
    }  # fmt: skip
    mine, its = await trail(world, f"commitments/{item(2)}"), await trail(world, f"instruments/{made['id']}")
    assert [one["kind"] for one in mine[-2:]] == ["transition.proposed", "transition.confirmed"]
    assert [one["kind"] for one in its] == ["instrument.recorded"]
    assert its[0]["data"]["opened_by"] == {"kind": "commitment", "id": item(2), "leaf": mine[-1]["leaf_hash"]}
    moves = (await world.as_("AZ").get(f"/v1/instruments/{made['id']}/transitions")).json()["items"]
    assert [(one["action"], one["status"]) for one in moves] == [("enter", "effective")]
    await proven(world)


async def test_what_a_draft_opened_is_signed_by_a_proposal_of_the_instrument_and_read_from_there(world: World) -> None:
    made = await opened(world, instrument_kind="treaty")
    signed = await confirmed(world, item(2), {**SIGN, "enters_into_force_on": "2025-12-01", "expires_on": "2030"})
    assert (signed["matter"]["kind"], signed["matter"]["id"]) == ("instrument", made["id"])
    found = await commitment(world, item(2))
    assert (found["state"], found["instrument"]["signed_on"]) == ("signed", "2025-11-20")
    assert found["instrument"]["expires_on"] == "2030-12-31"
    twice = await ask(world, {**IMPLEMENT, "entered_into_force_on": "2026-01-01"})
    assert (twice.status_code, "which says 2025-12-01" in twice.text) == (422, True)
    await confirmed(world, item(2), IMPLEMENT)
    assert (await commitment(world, item(2)))["state"] == "implemented"
    await proven(world)


async def test_redraft_takes_it_off_and_another_draft_opens_another_instrument(world: World) -> None:
    first = await opened(world)
    off = await confirmed(world, item(2), {"action": "redraft", "reason": REASON})
    assert off["matter"]["id"] == first["id"]
    assert (await commitment(world, item(2)))["instrument"] is None
    second = await opened(world, instrument_title="MoU, anew (sample)")
    assert (first["reference"], second["reference"]) == ("PK-AZ/I/0002", "PK-AZ/I/0003")
    assert (await read(world, first["id"]))["commitment_ids"] == []
    assert (await commitment(world, item(2)))["instrument"]["title"] == "MoU, anew (sample)"
    await proven(world)


async def test_the_move_that_opened_an_instrument_is_undone_there_and_its_facts_are_corrected_there(
    world: World,
) -> None:
    made = await opened(world)
    leaf = (await trail(world, f"commitments/{item(2)}"))[-1]["leaf_hash"]
    undone = await ask(world, {"action": "reinstate", "undoes": leaf, "reason": REASON})
    assert undone.status_code == 422
    assert all(
        word in undone.text for word in ("/undoes", f"/v1/instruments/{made['id']}/transitions", "abandon", "redraft")
    )
    for fact, value in {"instrument_title": "Other", "effective_on": "2025-02", "drafting_party": "AZ"}.items():
        body = {"action": "correct", "corrects": leaf, "fact": fact, "value": value, "reason": REASON}
        wrong = await ask(world, body)
        assert (wrong.status_code, f"/v1/instruments/{made['id']}" in wrong.text) == (422, True), fact
    entered = await leaf_of(world, made["id"])
    right = {"action": "correct", "corrects": entered, "reason": REASON}
    await agreed(world, made["id"], {**right, "fact": "effective_on", "value": "2025-02"})
    await agreed(world, made["id"], {**right, "fact": "titles", "value": {"en": "Other"}})
    found = await commitment(world, item(2))
    assert (found["effective_on"], found["instrument"]["title"]) == ("2025-02", "Other")
    abandoned = await agreed(world, made["id"], {"action": "abandon", "reason": REASON})
    assert abandoned["state"] == "abandoned"
    found = await commitment(world, item(2))
    assert (found["state"], found["instrument"]) == ("agreed", None)
    await proven(world)


@pytest.mark.parametrize(
    "body",
    [
        {"action": "withdraw", "reason": REASON},
        {"action": "lapse", "reason": REASON},
        {"action": "supersede", "successor": "PK-AZ/08/003"},
        {"action": "merge", "target": "PK-AZ/08/003"},
    ],
)
async def test_what_becomes_of_the_commitment_leaves_its_instrument_as_it_is(
    world: World, body: dict[str, Any]
) -> None:
    made = await opened(world)
    await confirmed(world, item(2), body)
    after = await read(world, made["id"])
    assert (after["state"], after["commitment_ids"]) == ("drafted", [item(2)])
    signed = {"action": "sign", "manner": "adopted", "acts": [{"on": "2025-06-01", "parties": ["PK", "AZ"]}]}
    await agreed(world, made["id"], signed)
    assert (await commitment(world, item(2)))["state"] != "signed"
    await proven(world)


async def test_drafts_of_many_are_confirmed_at_once_and_each_opens_its_own(world: World) -> None:
    answer = await world.as_("PK").post(PROPOSALS, json={**DRAFT, "matters": [item(2), item(3), item(7)]})
    asked = [one["transition"]["id"] for one in answer.json()["results"]]
    done = await world.as_("AZ").post(CONFIRMATIONS, json={"transitions": asked[::-1], "decision": "confirm"})
    assert [one["transition"]["status"] for one in done.json()["results"]] == ["effective"] * 3
    opened_by = [(await commitment(world, item(number)))["instrument"]["id"] for number in (2, 3, 7)]
    assert [(await read(world, one))["reference"] for one in opened_by] == [f"PK-AZ/I/000{n}" for n in (4, 3, 2)]
    await proven(world)


async def test_the_last_of_three_parties_opens_it_and_the_first_alone_nothing(world: World) -> None:
    three = await commission_of_three(world)
    made = await record_in(world, three, 1)
    who = {"PK": "PK", "AZ": "AZ", "TR": "tr-secretariat"}
    for party in made["open_transition"]["awaiting"]:
        await answered(world, made["open_transition"]["id"], who[party])
    proposed = (await world.as_("PK").post(f"/v1/commitments/{made['id']}/transitions", json=DRAFT)).json()
    for party in proposed["awaited"]:
        assert (await commitment(world, made["id"]))["instrument"] is None
        await answered(world, proposed["id"], who[party])
    one = await read(world, (await commitment(world, made["id"]))["instrument"]["id"])
    assert (len(one["contracting_parties"]), one["state"], one["recorded_by"]) == (3, "drafted", party)
    await proven(world, three)


async def test_where_one_party_keeps_the_register_its_proposal_opens_it_at_once(world: World) -> None:
    alone = await commission_of_three(world, kept_by="PK")
    made = await record_in(world, alone, 1)
    done = (await world.as_("PK").post(f"/v1/commitments/{made['id']}/transitions", json=DRAFT)).json()
    assert done["status"] == "effective"
    one = await read(world, (await commitment(world, made["id"]))["instrument"]["id"])
    assert (one["state"], one["drafting_party"]) == ("drafted", "PK")
    await proven(world, alone)


async def answered(world: World, transition_id: str, by: str) -> None:
    """Confirm a proposal, of which others may have to be asked still."""
    path = f"/v1/transitions/{transition_id}/confirmations"
    assert (await world.as_(by).post(path, json={"decision": "confirm"})).status_code == 201


async def test_an_instrument_that_a_restricted_item_opens_is_as_closed_as_it(world: World) -> None:
    await confirmed(world, item(6), {"action": "amend", "changes": {"confidentiality": "restricted"}, "reason": REASON})
    made = await opened(world, 6)
    assert made["confidentiality"] == "restricted"
    assert (await world.as_("observer").get(f"/v1/instruments/{made['id']}")).status_code == 404
    named = await propose(
        world, made["id"], {"action": "amend", "changes": {"confidentiality": "public"}, "reason": REASON}
    )
    assert (named.status_code, "kept closer" in named.text) == (422, True)
