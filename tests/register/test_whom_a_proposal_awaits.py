"""Whom a proposal does not await can neither confirm nor refuse it: not a stranger's registrar, and no party of the commission."""

from typing import Any, Final

from tests.conftest import COMMISSION, World, item
from tests.register.commissions import chartering
from tests.register.commissions.meeting import answered, proven
from tests.register.instruments import recording
from tests.three_parties import commission_of_three, name_registrar

ANSWERS: Final[tuple[dict[str, Any], ...]] = (
    {"decision": "confirm"},
    {"decision": "refuse", "reason": "R"},
    {"decision": "confirm", "secretariat_id": None},
)


async def _is_left_out(world: World, transition_id: str, who: str, party: str) -> None:
    for body in ANSWERS:
        told = await answered(world, transition_id, who, body)
        assert (told.status_code, f"You act for {party}" in told.json()["detail"]) == (403, True), told.text
    many = {"transitions": [transition_id], "decision": "refuse", "reason": "R"}
    commission = (await world.as_("PK").get(f"/v1/transitions/{transition_id}")).json()["commission_id"]
    results = (await world.as_(who).post(f"/v1/commissions/{commission}/confirmations", json=many)).json()["results"]
    assert [one["problem"]["status"] for one in results] == [403]
    assert (await world.as_("PK").get(f"/v1/transitions/{transition_id}")).json()["status"] == "open"


async def test_who_registers_for_a_stranger_does_not_answer_what_moves_a_public_charter(world: World) -> None:
    await world.as_("administrator").post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    await name_registrar(world, "TR")
    opened = await chartering.made(world, chartering.AMEND)
    await _is_left_out(world, opened["id"], "tr-registrar", "TR")
    assert (await answered(world, opened["id"], "AZ")).json()["status"] == "effective"
    await proven(world)


async def test_a_party_of_the_commission_does_not_answer_for_a_text_of_two_others(world: World) -> None:
    commission = await commission_of_three(world)
    made = await recording.record(world, commission_id=commission, contracting_parties=["PK", "AZ"], commitment_ids=[])
    opened = made["open_transition"]
    assert opened["awaiting"] == ["AZ"]
    await _is_left_out(world, opened["id"], "tr-secretariat", "TR")
    assert (await answered(world, opened["id"], "AZ")).json()["status"] == "effective"
    await proven(world, commission)


async def test_who_registers_for_a_third_state_answers_its_own_accession_alone(world: World) -> None:
    await world.as_("administrator").post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    seat = await name_registrar(world, "TR")
    opened = await chartering.made(world, {"action": "accede", "party": "TR", "effective_on": "2025-03-01"})
    yes = {"decision": "confirm", "secretariat_id": seat}
    assert (await answered(world, opened["id"], "tr-registrar", yes)).status_code == 201
    assert (await answered(world, opened["id"], "AZ")).json()["status"] == "effective"
    assert "TR" in {one["party"] for one in (await chartering.charter(world, commission=COMMISSION))["parties"]}


async def test_what_awaited_nobody_is_closed_for_who_answers_it(world: World) -> None:
    step = {"action": "record_step", "step": "ratification", "status": "needed"}
    made = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=step)
    assert (made.status_code, made.json()["awaited"]) == (201, [])
    told = await answered(world, made.json()["id"], "AZ", {"decision": "refuse", "reason": "R"})
    assert (told.status_code, told.json()["transition_status"]) == (409, "effective")
