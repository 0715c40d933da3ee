"""Nobody can be held: every proposal ends, its proposer takes it back, and everyone else may refuse until it takes effect."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, Final

import httpx
import pytest

from service.register.commitments.rules.matter import COMMITMENT, COMMITMENT_1
from service.register.decisions.rules.judging import STANDS, impossible, latest_end
from service.verify.judgement import verify
from tests.cases import case_of
from tests.conftest import World, item
from tests.register.commitments.test_journey import RECORD, SIGN, confirmed, read
from tests.register.commitments.test_races import ROUNDS, trail_of
from tests.register.decisions.test_list import SUSPEND, listed, propose
from tests.three_parties import commission_of_three, record_in
from tests.verify.journal import POLICY, in_memory
from tests.verify.test_register import exported

WHO: Final = {"PK": "PK", "AZ": "AZ", "TR": "tr-secretariat"}
"""Of each of three parties, who calls for it."""
NO: Final = {"decision": "refuse", "reason": "Read once more, it is not ours (sample)."}


async def answer(world: World, transition_id: str, party: str, body: dict[str, Any] | None = None) -> httpx.Response:
    """Answer a proposal for one of three parties; yes if nothing is said."""
    url = f"/v1/transitions/{transition_id}/confirmations"
    return await world.as_(WHO[party]).post(url, json=body or {"decision": "confirm"})


async def agreed_by_three(world: World, number: int = 1, commission: str | None = None) -> dict[str, Any]:
    """Record a commitment that three parties have agreed."""
    made: dict[str, Any] = await record_in(world, commission or await commission_of_three(world), number)
    for party in ("AZ", "TR"):
        assert (await answer(world, made["open_transition"]["id"], party)).status_code == 201
    return made


async def proposed_in(world: World, commitment_id: str, by: str = "PK") -> str:
    """Propose to suspend a commitment and return the transition's id."""
    made = await world.as_(WHO[by]).post(f"/v1/commitments/{commitment_id}/transitions", json=SUSPEND)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_proposal_whose_end_is_not_said_stands_for_180_days_and_its_entry_says_so(world: World) -> None:
    made = await propose(world, 4, SIGN)
    assert moment(made["expires_at"]) - moment(made["proposed_at"]) == timedelta(days=180) == STANDS
    told = (await trail_of(world, item(4)))[-1]["data"]["proposal"]
    assert moment(told["expires_at"]) == moment(made["expires_at"])
    assert (await read(world, item(4)))["open_transition"]["expires_at"] == made["expires_at"]


async def test_what_is_recorded_has_its_end_too(world: World) -> None:
    made = (await world.as_("PK").post("/v1/commitments", json=RECORD)).json()
    (entry,) = await trail_of(world, made["id"])
    end = moment(made["open_transition"]["expires_at"])
    assert end - moment(entry["recorded_at"]) == STANDS
    assert moment(entry["data"]["proposal"]["expires_at"]) == end


async def test_what_takes_effect_at_once_has_no_end(world: World) -> None:
    made = await record_in(world, await commission_of_three(world, "PK"), 1)
    done = await world.as_("PK").post(f"/v1/commitments/{made['id']}/transitions", json=SUSPEND)
    assert (done.json()["status"], done.json()["expires_at"]) == ("effective", None)
    assert [entry["data"]["proposal"]["expires_at"] for entry in await trail_of(world, made["id"])] == [None, None]


async def test_an_end_within_two_years_is_taken_and_one_beyond_is_refused_with_what_is_possible(world: World) -> None:
    latest = latest_end(datetime.now(UTC))
    beyond = (latest + timedelta(hours=1)).isoformat()
    url = f"/v1/commitments/{item(4)}/transitions"
    for path, body, pointer in (
        (url, SIGN | {"expires_at": beyond}, "/expires_at"),
        (
            "/v1/commitments",
            RECORD | {"agreement": {"agreed_on": "2025-01-24", "expires_at": beyond}},
            "/agreement/expires_at",
        ),
    ):
        refused = await world.as_("PK").post(path, json=body)
        assert refused.status_code == 422, refused.text
        (fault,) = refused.json()["errors"]
        assert fault["pointer"] == pointer
        assert "lies more than 2 years ahead; possible is any time after" in fault["detail"]
        assert moment(fault["detail"].rpartition("up to ")[2]) - latest < timedelta(minutes=1)
    within = (latest - timedelta(hours=1)).isoformat()
    assert moment((await propose(world, 4, SIGN | {"expires_at": within}))["expires_at"]) == moment(within)


@pytest.mark.parametrize(
    ("at", "latest"),
    [
        ("2026-01-01T10:00:00.000001+00:00", "2028-01-01T10:00:00.000001+00:00"),
        ("2028-02-29T10:00:00+00:00", "2030-02-28T10:00:00+00:00"),
        ("9998-12-31T23:59:59+00:00", "9999-12-31T23:59:59+00:00"),
    ],
)
def test_two_years_are_years_of_the_calendar_to_the_microsecond(at: str, latest: str) -> None:
    now, last = moment(at), moment(latest)
    assert latest_end(now) == last
    case = case_of({}, at=now)
    assert impossible(COMMITMENT, case, {}, last) == []
    (beyond,) = impossible(COMMITMENT, case, {}, last + timedelta(microseconds=1))
    assert beyond["pointer"] == "/expires_at"
    (past,) = impossible(COMMITMENT, case, {}, now)
    assert "lies in the past" in past["detail"]
    # What was written before there was such a limit is held to none.
    assert impossible(COMMITMENT_1, case, {}, last + timedelta(microseconds=1)) == []


async def test_who_has_confirmed_may_refuse_until_it_takes_effect_and_both_answers_remain(world: World) -> None:
    commission = await commission_of_three(world)
    made = await agreed_by_three(world, 1, commission)
    proposal = await proposed_in(world, made["id"])
    assert (await answer(world, proposal, "AZ")).json()["status"] == "open"
    twice = await answer(world, proposal, "AZ")
    assert twice.status_code == 409
    assert "AZ may still refuse it, with a reason" in twice.json()["detail"]
    unsaid = await answer(world, proposal, "AZ", {"decision": "refuse"})
    assert (unsaid.status_code, [one["pointer"] for one in unsaid.json()["errors"]]) == (422, ["/reason"])
    refused = await answer(world, proposal, "AZ", NO)
    assert (refused.status_code, refused.json()["status"]) == (201, "refused")
    said = [(one["party"], one["decision"], one["reason"]) for one in refused.json()["confirmations"]]
    assert said == [("AZ", "confirm", None), ("AZ", "refuse", NO["reason"])]
    assert (await world.as_("AZ").get(f"/v1/transitions/{proposal}")).json() == refused.json()
    found = await read(world, made["id"])
    assert (found["state"], found["open_transition"], found["disputed"]) == ("agreed", None, True)
    kinds = [entry["kind"] for entry in await trail_of(world, made["id"])][-3:]
    assert kinds == ["transition.proposed", "transition.confirmed", "transition.refused"]
    assert verify(in_memory(await exported(world, commission)), POLICY).findings.listed == []


async def test_what_has_taken_effect_is_refused_no_more(world: World) -> None:
    done = await confirmed(world, item(4), SIGN)
    late = await answer(world, done["id"], "AZ", NO)
    assert (late.status_code, late.json()["transition_status"]) == (409, "effective")


async def test_the_list_says_who_may_still_refuse(world: World) -> None:
    made = await agreed_by_three(world)
    proposal = await proposed_in(world, made["id"])
    await answer(world, proposal, "AZ")
    seen = {party: await listed(world, who, "status=open") for party, who in WHO.items()}
    may = {party: (found[0]["may_answer"], found[0]["may_refuse"]) for party, found in seen.items()}
    assert may == {"PK": (False, False), "AZ": (False, True), "TR": (True, True)}
    await answer(world, proposal, "AZ", NO)
    closed = await listed(world, "AZ", "status=refused")
    assert [(one["may_answer"], one["may_refuse"]) for one in closed] == [(False, False)]


async def test_who_has_confirmed_is_told_the_way_out_of_an_open_place(world: World) -> None:
    made = await agreed_by_three(world)
    await answer(world, await proposed_in(world, made["id"]), "AZ")
    lapse = {"action": "lapse", "reason": "R"}
    cures = {}
    for party, who in WHO.items():
        taken = await world.as_(who).post(f"/v1/commitments/{made['id']}/transitions", json=lapse)
        assert taken.status_code == 409
        cures[party] = taken.json()["detail"]
    assert "Take it back first" in cures["PK"]
    assert "or refuse it after all" in cures["AZ"]
    assert "Confirm or refuse it first" in cures["TR"]


async def test_many_that_were_confirmed_are_refused_in_one_request(world: World) -> None:
    commission = await commission_of_three(world)
    made = [await agreed_by_three(world, number, commission) for number in (1, 2)]
    proposals = [await proposed_in(world, one["id"]) for one in made]
    for proposal in proposals:
        await answer(world, proposal, "AZ")
    done = await world.as_("AZ").post(
        f"/v1/commissions/{commission}/confirmations", json=NO | {"transitions": proposals}
    )
    assert [one["transition"]["status"] for one in done.json()["results"]] == ["refused", "refused"]


async def test_each_party_alone_frees_the_open_place_whoever_proposed_and_whoever_has_confirmed(world: World) -> None:
    commission, number = await commission_of_three(world), 0
    for by, freeing in product(WHO, WHO):
        others = [party for party in WHO if party != by]
        for confirming in ((), *((one,) for one in others)):
            number += 1
            made = await agreed_by_three(world, number, commission)
            proposal = await proposed_in(world, made["id"], by)
            for party in confirming:
                assert (await answer(world, proposal, party)).json()["status"] == "open"
            if freeing == by:
                freed = await world.as_(WHO[by]).post(f"/v1/transitions/{proposal}/withdrawal", json={})
            else:
                freed = await answer(world, proposal, freeing, NO)
            told = (by, confirming, freeing, freed.text)
            assert (freed.status_code, freed.json()["status"]) == (201, "withdrawn" if freeing == by else "refused"), (
                told
            )
            await proposed_in(world, made["id"], freeing)
    assert verify(in_memory(await exported(world, commission)), POLICY).findings.listed == []


@pytest.mark.long
async def test_a_second_thought_races_the_last_confirmation_a_hundred_times_and_exactly_one_wins(world: World) -> None:
    commission, seen = await commission_of_three(world), set()
    for number in range(1, ROUNDS + 1):
        made = await record_in(world, commission, number)
        proposal = made["open_transition"]["id"]
        await answer(world, proposal, "AZ")
        both = [answer(world, proposal, "AZ", NO), answer(world, proposal, "TR")]
        answers = await asyncio.gather(*(both if number % 2 else reversed(both)))
        assert sorted(one.status_code for one in answers) == [201, 409]
        became = next(one.json()["status"] for one in answers if one.status_code == 201)
        assert next(one.json()["transition_status"] for one in answers if one.status_code == 409) == became
        last, state = {
            "effective": ("transition.confirmed", "agreed"),
            "refused": ("transition.refused", "proposed"),
        }[became]
        entries = await trail_of(world, made["id"])
        assert (len(entries), entries[-1]["kind"], (await read(world, made["id"]))["state"]) == (3, last, state)
        seen.add(became)
    assert seen == {"effective", "refused"}, "the race was none: one side always came first"


async def test_a_party_that_answers_twice_alike_is_refused_by_the_database_itself(world: World) -> None:
    made = await agreed_by_three(world)
    owner = await world.connect()
    copied = (
        "INSERT INTO confirmation (transition_id, party, id, decision, reason, principal_id, decided_at)"
        " SELECT transition_id, party, id, decision, reason, principal_id, decided_at FROM confirmation WHERE transition_id = $1"
    )
    with pytest.raises(Exception, match="pk_confirmation"):
        await owner.execute(copied, made["open_transition"]["id"])
