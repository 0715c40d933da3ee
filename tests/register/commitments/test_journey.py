"""A commitment's whole way, as two ministries' systems go it over HTTP."""

import re
from typing import Any

import httpx

from service.register.commitments.rules.requirements import MOST_BYTES
from tests.conftest import COMMISSION, SESSION_8, World, item
from tests.three_parties import commission_of_three, record_in

RECORD: dict[str, Any] = {
    "commission_id": COMMISSION,
    "session_id": SESSION_8,
    "item_number": 15,
    "sector": "education",
    "titles": {"en": "Exchange of lecturers"},
    "texts": {"en": "Lecturers are exchanged every year."},
    "instrument_required": True,
    "agreement": {"agreed_on": "2025-01-24"},
}
DRAFT = {
    "action": "draft_mou",
    "instrument_kind": "mou",
    "instrument_title": "MoU on the exchange of lecturers",
    "drafting_party": "PK",
    "effective_on": "2025-03",
    "text_reference": "Note 1",
}
SIGN = {
    "action": "sign",
    "effective_on": "2025-11-20",
    "place": "Baku",
    "signatories": [
        {"party": party, "name": "N. N.", "title": "Minister", "organisation": "Ministry"} for party in ("PK", "AZ")
    ],
    "authentic_texts": [{"language": "en", "reference": "Registry 1"}],
}
IMPLEMENT = {"action": "implement", "effective_on": "2026-02-01", "report": "Twelve lecturers were exchanged."}


async def confirmed(world: World, commitment_id: str, body: dict[str, Any], by: str = "PK", also: str = "AZ") -> Any:
    """Propose as one party, confirm as the other, and return the transition."""
    proposed = await world.as_(by).post(f"/v1/commitments/{commitment_id}/transitions", json=body)
    assert proposed.status_code == 201, proposed.text
    return await confirm(world, proposed.json()["id"], also)


async def confirm(world: World, transition_id: str, by: str = "AZ") -> Any:
    """Confirm a proposal and return the transition."""
    done = await world.as_(by).post(f"/v1/transitions/{transition_id}/confirmations", json={"decision": "confirm"})
    assert done.status_code == 201, done.text
    return done.json()


async def read(world: World, commitment_id: str, by: str = "PK") -> Any:
    """Read a commitment."""
    found = await world.as_(by).get(f"/v1/commitments/{commitment_id}")
    assert found.status_code == 200, found.text
    return found.json()


async def test_a_commitment_travels_from_recorded_to_implemented_by_two_sided_confirmation(world: World) -> None:
    recorded = await world.as_("PK").post("/v1/commitments", json=RECORD)
    assert recorded.status_code == 201, recorded.text
    found = recorded.json()
    assert (found["reference"], found["state"]) == (found["draft_reference"], "proposed")
    assert re.fullmatch("PK-AZ/08/d-[a-z2-7]{4}", found["reference"])
    assert recorded.headers["location"] == f"/v1/commitments/{found['id']}"
    assert found["open_transition"]["awaiting"] == ["AZ"]
    agreed = await confirm(world, found["open_transition"]["id"])
    assert agreed["matter"]["reference"] == "PK-AZ/08/015"
    for body, state in ((DRAFT, "mou_drafted"), (SIGN, "signed"), (IMPLEMENT, "implemented")):
        done = await confirmed(world, found["id"], body)
        assert (done["status"], done["target"]) == ("effective", state)
        assert done["confirmed_at"] == done["closed_at"]
        assert (await read(world, found["id"]))["state"] == state
    trail = (await world.as_("AZ").get(f"/v1/commitments/{found['id']}/audit-trail")).json()["items"]
    move = ["transition.proposed", "transition.confirmed"]
    # It was signed with the instrument that its draft had opened.
    assert [entry["kind"] for entry in trail] == [
        "commitment.recorded", "transition.confirmed", *move, "commitment.followed", *move
    ]  # fmt: skip
    assert trail[-1]["data"]["effective"]["after"]["state"] == "implemented"


async def test_a_claim_changes_nothing_until_the_other_side_has_confirmed_it(world: World) -> None:
    claimed = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    assert claimed.json()["status"] == "open"
    found = await read(world, item(4), "AZ")
    assert found["state"] == "mou_drafted"
    assert found["open_transition"]["awaiting"] == ["AZ"]
    assert {one["action"] for one in found["allowed_actions"]} == {"record_step", "apply_template"}


async def test_a_party_never_confirms_its_own_proposal(world: World) -> None:
    claimed = (await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)).json()
    own = await world.as_("PK").post(f"/v1/transitions/{claimed['id']}/confirmations", json={"decision": "confirm"})
    assert (own.status_code, own.json()["type"]) == (409, "/problems/own-proposal")


async def test_a_refusal_closes_the_proposal_needs_a_reason_and_leaves_the_commitment_disputed(world: World) -> None:
    claimed = (await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)).json()
    answers = f"/v1/transitions/{claimed['id']}/confirmations"
    silent = await world.as_("AZ").post(answers, json={"decision": "refuse"})
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/reason")
    refused = await world.as_("AZ").post(answers, json={"decision": "refuse", "reason": "Not signed here."})
    assert refused.json()["status"] == "refused"
    found = await read(world, item(4))
    assert (found["state"], found["disputed"], found["open_transition"]) == ("mou_drafted", True, None)
    late = await world.as_("AZ").post(answers, json={"decision": "confirm"})
    assert (late.status_code, late.json()["transition_status"]) == (409, "refused")
    await confirmed(world, item(4), SIGN)
    assert (await read(world, item(4)))["disputed"] is False


async def test_only_the_proposer_takes_its_proposal_back(world: World) -> None:
    claimed = (await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)).json()
    where = f"/v1/transitions/{claimed['id']}/withdrawal"
    assert (await world.as_("AZ").post(where, json={})).status_code == 403
    assert (await world.as_("PK").post(where, json={"reason": "A mistake"})).json()["status"] == "withdrawn"
    assert (await world.as_("PK").post(where, json={})).status_code == 409
    assert (await read(world, item(4)))["open_transition"] is None


async def test_one_proposal_at_a_time(world: World) -> None:
    first = (await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)).json()
    second = await world.as_("AZ").post(
        f"/v1/commitments/{item(4)}/transitions", json={"action": "withdraw", "reason": "No"}
    )
    assert second.status_code == 409
    assert second.json()["open_transition_id"] == first["id"]


async def test_an_illegal_move_is_refused_with_the_actions_that_are_allowed_whatever_its_evidence(world: World) -> None:
    for body in (SIGN, {"action": "sign"}):
        refused = await world.as_("PK").post(f"/v1/commitments/{item(2)}/transitions", json=body)
        assert refused.status_code == 409, refused.text
        assert "draft_mou" in refused.json()["allowed_actions"]
        assert refused.json()["state"] == "agreed"


async def test_missing_evidence_is_listed_all_at_once(world: World) -> None:
    refused = await world.as_("PK").post(
        f"/v1/commitments/{item(4)}/transitions", json={"action": "sign", "effective_on": "yesterday"}
    )
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/evidence-missing")
    pointers = {fault["pointer"] for fault in refused.json()["errors"]}
    assert pointers == {"/place", "/signatories", "/authentic_texts", "/effective_on"}


async def test_what_cannot_be_so_by_itself_is_told_beside_what_is_missing_and_what_is_misshapen(world: World) -> None:
    stranger = {"party": "TR", "name": "N", "title": "T", "organisation": "O"}
    text = {"language": "en", "reference": "R"}
    body = SIGN | {"expires_on": "2020", "signatories": [stranger], "authentic_texts": [text, text], "colour": "red"}
    for told, left_out in (
        ({"/expires_on", "/signatories", "/signatories/0/party", "/authentic_texts", "/colour"}, ()),
        ({"/expires_on", "/signatories", "/signatories/0/party", "/authentic_texts"}, ("colour",)),
        ({"/expires_on"}, ("colour", "signatories", "authentic_texts")),
    ):
        sent = {
            name: SIGN.get(name) if name in left_out else value
            for name, value in body.items()
            if name != "colour" or not left_out
        }
        refused = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=sent)
        assert refused.status_code == 422, refused.text
        listed = refused.json()["errors"]
        assert {fault["pointer"] for fault in listed} == told
        said = [(fault["pointer"], fault["detail"]) for fault in listed]
        assert len(said) == len({*said}), "something is told twice"
        assert refused.json()["detail"].startswith(f"{len(listed)} thing")


async def test_what_is_recorded_as_found_stands_in_that_state_once_confirmed(world: World) -> None:
    body = RECORD | {
        "agreement": {
            "agreed_on": "2025-01-24",
            "found_in": "signed",
            "effective_on": "2024-07",
            "instrument_kind": "agreement",
        }
    }
    made = (await world.as_("AZ").post("/v1/commitments", json=body)).json()
    await confirm(world, made["open_transition"]["id"], "PK")
    found = await read(world, made["id"])
    assert (found["state"], found["effective_on"], found["instrument"]["signed_on"]) == ("signed", "2024-07", "2024-07")


async def test_shared_facts_change_only_by_an_amendment_that_both_confirm(world: World) -> None:
    sneaky = await world.as_("PK").patch(
        f"/v1/commitments/{item(7)}", json={"target_date": "2030"}, headers={"If-Match": "*"}
    )
    assert sneaky.status_code == 422
    body = {"action": "amend", "reason": "More time", "changes": {"target_date": "2027-12", "titles": {"az": "Qaz"}}}
    done = await confirmed(world, item(7), body)
    found = await read(world, item(7))
    assert (found["target_date"], found["due_on"], found["titles"]["az"]) == ("2027-12", "2027-12-31", "Qaz")
    assert (done["source"], done["target"]) == ("agreed", "agreed")
    trail = (await world.as_("PK").get(f"/v1/commitments/{item(7)}/audit-trail")).json()["items"]
    assert trail[-1]["data"]["effective"]["before"]["target_date"] is None


async def test_a_party_changes_its_own_facts_and_never_the_others(world: World) -> None:
    url, own = f"/v1/commitments/{item(7)}", {"lead_organisation_id": "01940000-0000-7000-8000-000000000104"}
    assert (await world.as_("PK").patch(url, json=own)).status_code == 428
    assert (await world.as_("PK").patch(url, json=own, headers={"If-Match": '"77"'})).status_code == 412
    etag = (await world.as_("PK").get(url)).headers["etag"]
    changed = await world.as_("PK").patch(url, json=own, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert changed.json()["party_facts"]["PK"]["lead_organisation_id"] == own["lead_organisation_id"]
    foreign = await world.as_("AZ").patch(url, json=own, headers={"If-Match": "*"})
    assert foreign.status_code == 422
    assert (await read(world, item(7)))["party_facts"].keys() == {"PK"}
    assert (await world.as_("AZ").patch(url, json={"focal_point": "F"}, headers={"If-Match": "*"})).status_code == 200
    trail = (await world.as_("PK").get(f"{url}/audit-trail")).json()["items"]
    assert [entry["data"].get("if_match") for entry in trail[-2:]] == [None, "*"]


async def test_suspended_it_resumes_where_it_was(world: World) -> None:
    await confirmed(world, item(4), {"action": "suspend", "reason": "Elections", "review_on": "2027"})
    assert (await read(world, item(4)))["suspended_from"] == "mou_drafted"
    await confirmed(world, item(4), {"action": "resume", "reason": "Elections are over"}, "AZ", "PK")
    found = await read(world, item(4))
    assert (found["state"], found["suspended_from"], found["review_on"]) == ("mou_drafted", None, None)


async def test_supersede_and_merge_name_an_open_commitment(world: World) -> None:
    url = f"/v1/commitments/{item(2)}/transitions"
    for wrong in ("PK-AZ/08/099", "PK-AZ/08/002"):
        refused = await world.as_("PK").post(url, json={"action": "supersede", "successor": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/successor")
    await confirmed(world, item(2), {"action": "supersede", "successor": "PK-AZ/08/003"})
    assert (await read(world, item(2)))["successor"] == "PK-AZ/08/003"
    back = await world.as_("PK").post(
        f"/v1/commitments/{item(3)}/transitions", json={"action": "merge", "target": "PK-AZ/08/002"}
    )
    assert (back.status_code, back.json()["errors"][0]["pointer"]) == (422, "/target")


async def test_supersede_and_merge_stay_within_one_commission(world: World) -> None:
    other = await record_in(world, await commission_of_three(world), 1)
    for who in ("AZ", "tr-secretariat"):
        url = f"/v1/transitions/{other['open_transition']['id']}/confirmations"
        assert (await world.as_(who).post(url, json={"decision": "confirm"})).status_code == 201
    for action, name in (("supersede", "successor"), ("merge", "target")):
        refused = await world.as_("PK").post(
            f"/v1/commitments/{item(2)}/transitions", json={"action": action, name: other["reference"]}
        )
        assert refused.status_code == 422
        (fault,) = refused.json()["errors"]
        assert fault["pointer"] == f"/{name}"
        assert fault["detail"] == f"{other['reference']} is of another commission; name one of the same commission"
    unseen = await world.as_("tr-secretariat").post(
        f"/v1/commitments/{other['id']}/transitions", json={"action": "supersede", "successor": "PK-AZ/08/005"}
    )
    assert [fault["detail"] for fault in unseen.json()["errors"]] == [
        "names no commitment; send the reference of an open one of the same commission"
    ]


async def test_evidence_is_held_to_one_length(world: World) -> None:
    # Four bytes in an entry for each of these letters.
    long = "\U00010330" * 4_000
    refused = await world.as_("PK").post(
        f"/v1/commitments/{item(4)}/transitions", json={"action": "redraft", "reason": long, "remark": long}
    )
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"pointer": "", "detail": f"the evidence is longer than {MOST_BYTES} bytes"}]


async def test_a_successor_that_closed_meanwhile_stops_the_confirmation(world: World) -> None:
    merged = await world.as_("PK").post(
        f"/v1/commitments/{item(2)}/transitions", json={"action": "merge", "target": "PK-AZ/08/003"}
    )
    await confirmed(world, item(3), {"action": "withdraw", "reason": "Dropped"})
    late = await world.as_("AZ").post(
        f"/v1/transitions/{merged.json()['id']}/confirmations", json={"decision": "confirm"}
    )
    assert late.status_code == 409
    assert (await read(world, item(2)))["state"] == "agreed"


async def test_an_expired_proposal_is_closed_and_the_next_command_says_so(world: World) -> None:
    soon = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    owner = await world.connect()
    await owner.execute("UPDATE commitment SET expires_at = now() WHERE id = $1", item(4))
    await owner.execute("UPDATE transition SET expires_at = now() WHERE id = $1", soon.json()["id"])
    await owner.close()
    late = await world.as_("AZ").post(
        f"/v1/transitions/{soon.json()['id']}/confirmations", json={"decision": "confirm"}
    )
    assert (late.status_code, late.json()["transition_status"]) == (409, "expired")
    assert (await world.as_("PK").get(f"/v1/transitions/{soon.json()['id']}")).json()["status"] == "expired"
    found = await read(world, item(4))
    assert found["open_transition"] is None
    assert found["allowed_actions"]
    await confirmed(world, item(4), SIGN)
    trail = (await world.as_("PK").get(f"/v1/commitments/{item(4)}/audit-trail")).json()["items"]
    assert [entry["data"].get("expired") for entry in trail] == [None, None, None, soon.json()["id"], None]


async def test_reading_lists_what_each_allowed_action_still_needs_and_whom_it_awaits(world: World) -> None:
    found = await read(world, item(4))
    actions = {one["action"]: one for one in found["allowed_actions"]}
    assert set(actions) == {
        "redraft",
        "sign",
        "carry_over",
        "amend",
        "suspend",
        "withdraw",
        "lapse",
        "supersede",
        "merge",
        "correct",
        "reinstate",
        "record_step",
        "apply_template",
    }
    assert "a signatory for AZ is needed" in {one["detail"] for one in actions["sign"]["missing"]}
    assert actions["sign"]["awaits"] == ["AZ"]
    assert (await read(world, item(1), "observer"))["allowed_actions"] == []


async def test_every_answer_of_a_resource_that_changes_carries_its_version(world: World) -> None:
    answer: httpx.Response = await world.as_("PK").get(f"/v1/commitments/{item(4)}")
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    stale = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
