"""Instruments over HTTP, from a draft to its end; each journey is replayed by the verifier."""

from asyncio import gather
from typing import Any, Final

from tests.conftest import COMMISSION, World, item, organisation
from tests.register.commissions.meeting import proven
from tests.register.instruments.recording import (
    DRAFT,
    SIGN,
    TEXTS,
    agreed,
    confirmed,
    correct,
    done,
    entered,
    leaf_of,
    propose,
    read,
    record,
    refused,
)

CLAUSES: Final[dict[str, Any]] = {
    "entry_into_force": {"anchor": "last_receipt", "steps": [{"days": 30}]},
    "duration": {"kind": "period", "years": 5, "then": "tacit", "next_years": 5},
    "notice": {"kind": "before_period_end", "months": 6},
}


async def test_a_text_goes_from_draft_to_force_and_tells_whose_step_is_missing(world: World) -> None:
    made = await record(world, commitment_ids=["PK-AZ/08/004"], **CLAUSES)
    assert made["state"] == "proposed"
    assert made["reference"].startswith("PK-AZ/I/d-")
    assert (await world.as_("observer").get(f"/v1/instruments/{made['id']}")).status_code == 404
    await confirmed(world, made["open_transition"]["id"])
    one = await read(world, "PK-AZ/I/0002")
    assert (one["state"], one["effective_on"], one["commitment_ids"]) == ("drafted", "2025-02-01", [item(4)])
    key = one["reference"]
    await agreed(world, key, {"action": "initial", "effective_on": "2025-02-20", "place": "Islamabad", "texts": TEXTS})
    one = await agreed(world, key, SIGN, by="AZ", other="PK")
    assert (one["state"], one["signed_on"], one["force"]) == ("signed", "2025-03-01", "not_yet")
    assert [step["party"] for step in one["missing_steps"]] == ["PK", "AZ"]
    listed = (await world.as_("PK").get("/v1/instruments?awaiting_step_of=AZ")).json()["items"]
    assert {it["reference"]: it["missing_steps"] for it in listed}[key] == one["missing_steps"]
    sent = {"action": "send_notification", "what": "notification", "note_number": "17"}
    one = await done(world, key, {**sent, "effective_on": "2025-04-10"})
    one = await done(world, key, {**sent, "effective_on": "2025-04-12"}, "AZ")
    assert [(step["party"], step["since"]) for step in one["missing_steps"]] == [
        ("AZ", "2025-04-10"),
        ("PK", "2025-04-12"),
    ]
    got = {"action": "receive_notification", "received": True}
    await done(world, key, {**got, "sender": "PK", "effective_on": "2025-04-15"}, "AZ")
    one = await done(world, key, {**got, "sender": "AZ", "effective_on": "2025-04-20"})
    assert (one["in_force_from"], one["force"], one["missing_steps"]) == ("2025-05-20", "in_force", [])
    assert (one["periods"]["ends_before"], one["notice_by"]) == ("2030-05-20", "2029-11-19")
    await proven(world)


async def test_what_is_found_late_goes_in_with_two_requests_and_is_completed_by_corrections(world: World) -> None:
    one = await entered(world, entering={"found_in": "signed"}, commitment_ids=[])
    assert (one["state"], one["effective_on"], one["force"], one["in_force"]) == ("signed", None, "not_known", None)
    assert one["unknown"] == [
        "acts",
        "duration",
        "entry_into_force",
        "in_force_on",
        "legal_character",
        "manner",
        "notice",
        "texts",
    ]
    recorded, entering = await leaf_of(world, one["id"], 0), await leaf_of(world, one["id"], 1)
    acts = [{"on": "2016-04-05", "place": "Baku", "parties": ["PK", "AZ"]}]
    one = await correct(world, one["id"], entering, "acts", acts)
    assert one["acts"][0]["place"] == "Baku"
    assert (one["effective_on"], one["signed_on"]) == ("2016-04-05", "2016-04-05")
    await correct(world, one["id"], recorded, "in_force_on", "2017-01-15")
    one = await correct(world, one["id"], recorded, "duration", {"kind": "period", "years": 7, "then": "end"})
    assert (one["force"], one["in_force"], one["ends_before"]) == ("expired", False, "2024-01-15")
    assert set(one["corrected"]) >= {"acts", "duration", "in_force_on"}
    assert "duration" not in one["unknown"]
    await proven(world)


async def test_a_notice_ends_it_and_the_other_side_may_object(world: World) -> None:
    clauses = {"duration": {"kind": "indefinite"}, "notice": {"kind": "any_time", "months": 3}}
    acts = [{"on": "2020-01-10", "parties": ["PK", "AZ"]}]
    one = await entered(world, **clauses, in_force_on="2020-02-01", entering={"found_in": "signed", "acts": acts})
    key = one["id"]
    end = {"action": "terminate", "ground": "notice", "notice_of": "PK", "effective_on": "2021-01-15"}
    assert await refused(world, key, end) == {"/notice_of": "PK has given no notice that stands"}
    given = {"action": "give_notice", "effective_on": "2020-10-15", "clause": "Article 9 (sample)"}
    one = await done(world, key, given)
    assert (one["ends_before"], one["force"]) == ("2021-01-15", "expired")
    assert "lies not before 2021-01-15" in (await refused(world, key, {"action": "revoke_notice"}))["/effective_on"]
    assert (
        "lies before 2021-01-15" in (await refused(world, key, {**end, "effective_on": "2021-01-14"}))["/effective_on"]
    )
    one = await done(world, key, end)
    assert (one["state"], one["force"], one["ended_on"], one["disputed"]) == (
        "terminated",
        "ended",
        "2021-01-15",
        False,
    )
    one = await done(world, key, {"action": "object", "reason": "It came too late (sample)."}, "AZ")
    assert (one["disputed"], one["objections"]) == (True, {"AZ": "It came too late (sample)."})
    undone = await leaf_of(world, key, 3)
    one = await agreed(world, key, {"action": "reinstate", "undoes": undone, "reason": "It was not received."})
    assert (one["state"], one["ended_on"]) == ("signed", None)
    await proven(world)


async def test_a_party_outside_of_the_commission_is_told_and_one_signs_first(world: World) -> None:
    one = await entered(world, contracting_parties=["PK", "AZ", "TR"])
    assert (one["not_confirmed_by"], one["reference"]) == (["TR"], "PK-AZ/I/0002")
    first = {
        "action": "sign_first",
        "effective_on": "2025-02-20",
        "place": "Islamabad",
        "signatory": {"party": "PK", "name": "N."},
    }
    one = await done(world, one["id"], first)
    act = {"on": "2025-03-03", "place": "Baku", "parties": ["AZ"], "signatories": [{"party": "AZ", "name": "M."}]}
    sign = {"action": "sign", "manner": "signed", "acts": [act]}
    early = {**sign, "acts": [{**act, "on": "2025-02-19"}]}
    assert (await refused(world, one["id"], early))["/acts"] == "PK signed on 2025-02-20, after the last of these acts"
    bare = {**sign, "acts": [{"parties": ["TR"]}]}
    assert (await refused(world, one["id"], bare)).keys() == {
        "/acts",
        "/acts/0/on",
        "/acts/0/place",
        "/acts/0/signatories",
    }
    one = await agreed(world, one["id"], sign)
    assert (one["signed_on"], one["signatures"]["PK"]["on"]) == ("2025-03-03", "2025-02-20")
    await proven(world)


async def test_clauses_relations_and_commitments_are_amended_by_all_and_another_takes_its_place(world: World) -> None:
    one, other = [await entered(world, entering={"found_in": "signed"}) for _ in range(2)]
    key = "PK-AZ/I/0002"
    relation = {"kind": "implements", "instrument_id": other["reference"]}
    changes = {
        "notice": {"kind": "none"},
        "relations": [relation],
        "titles": {"az": "Saziş"},
        "commitment_ids": [item(2)],
    }
    one = await agreed(world, key, {"action": "amend", "reason": "As agreed.", "changes": changes})
    assert (one["relations"][0]["instrument_id"], one["commitment_ids"]) == (other["id"], [item(2)])
    assert one["titles"] == {"en": "Agreement on data (sample)", "az": "Saziş"}
    wrong = {"action": "amend", "reason": "As agreed.", "changes": {"commitment_ids": [other["id"]]}}
    assert "names no commitment" in (await refused(world, key, wrong))["/changes/commitment_ids/0"]
    itself = {"action": "supersede", "successor_id": one["id"]}
    assert await refused(world, key, itself) == {"/successor_id": "names the instrument itself"}
    one = await agreed(world, key, {"action": "supersede", "successor_id": other["reference"]})
    assert (one["state"], one["successor_id"], one["force"]) == ("superseded", other["id"], "ended")
    await proven(world)


async def test_a_clause_awaits_an_instrument_of_the_commission_that_its_writer_sees_and_another_of_any_name(
    world: World,
) -> None:
    await world.second_principal("az-co-lead", organisation_id=organisation(204))
    one, closed = [(await entered(world, confidentiality=kept))["id"] for kept in ("parties", "restricted")]

    def clause(awaited: str) -> dict[str, Any]:
        return {"anchor": "signature", "not_before": awaited}

    none = "names no instrument of this commission; GET /v1/instruments lists them"
    for awaited, detail in ((item(2), none), (one, "names the instrument itself")):
        rule = clause(awaited)
        amend = {
            "action": "amend",
            "reason": "As agreed.",
            "changes": {"entry_into_force": {**rule, "provisional": rule}},
        }
        assert await refused(world, one, amend) == dict.fromkeys(
            ("/changes/entry_into_force/not_before", "/changes/entry_into_force/provisional/not_before"), detail
        )
    other = (await entered(world, commitment_ids=[item(7)]))["id"]
    amend = {"action": "amend", "reason": "As agreed.", "changes": {"entry_into_force": clause(closed)}}
    assert await refused(world, other, amend, "az-co-lead") == {"/changes/entry_into_force/not_before": none}
    await agreed(world, other, amend)
    fact = {"action": "correct", "corrects": await leaf_of(world, other), "fact": "entry_into_force", "reason": "R"}
    assert await refused(world, other, {**fact, "value": clause(item(2))}) == {"/value/not_before": none}
    for awaited, status in ((item(2), 422), (closed, 201), ("convention", 201)):
        made = await world.as_("PK").post("/v1/instruments", json={**DRAFT, "entry_into_force": clause(awaited)})
        assert made.status_code == status, made.text
        if status == 422:
            assert made.json()["errors"] == [{"pointer": "/entry_into_force/not_before", "detail": none}]
    await proven(world)


async def test_what_is_wrong_with_a_record_is_said_at_once_and_a_draft_is_taken_back(world: World) -> None:
    wrong = {
        "contracting_parties": ["TR", "KZ"],
        "prevailing_language": "az",
        "commitment_ids": ["PK-AZ/08/999"],
        "relations": [{"kind": "amends"}],
        "entering": {"effective_on": "2999-01-01"},
    }
    answer = await world.as_("PK").post("/v1/instruments", json={**DRAFT, **wrong})
    assert answer.status_code == 422
    assert {one["pointer"] for one in answer.json()["errors"]} == {
        *("/contracting_parties", "/prevailing_language", "/commitment_ids/0", "/relations/0"),
        *("/entering/drafting_party", "/entering/effective_on"),
    }
    made = await record(world)
    assert (await propose(world, made["id"], {"action": "retract"}, "AZ")).status_code == 403
    one = await done(world, made["id"], {"action": "retract"})
    assert one["state"] == "retracted"
    listed = (await world.as_("PK").get("/v1/instruments")).json()["items"]
    assert [each["reference"] for each in listed] == ["PK-AZ/I/0001"]
    await proven(world)


async def test_what_carries_a_commitment_is_kept_as_close_and_lists_only_what_the_reader_may_see(world: World) -> None:
    await confirm_restricted(world)
    closer = "a commitment that it carries is kept closer; whoever reads the instrument would learn of it"
    answer = await world.as_("PK").post("/v1/instruments", json={**DRAFT, "commitment_ids": [item(2), item(3)]})
    assert [(one["pointer"], one["detail"]) for one in answer.json()["errors"]] == [("/commitment_ids/1", closer)]
    one = await entered(world, commitment_ids=[item(3)], confidentiality="restricted")
    amend: dict[str, Any] = {"action": "amend", "reason": "R", "changes": {"confidentiality": "public"}}
    assert await refused(world, one["id"], amend) == {"/changes/confidentiality": closer}
    amend["changes"]["commitment_ids"] = [item(3)]
    assert await refused(world, one["id"], amend) == {"/changes/commitment_ids/0": closer}
    amend["changes"]["commitment_ids"] = []
    one = await agreed(world, one["id"], amend)
    assert (one["confidentiality"], one["commitment_ids"]) == ("public", [])
    await proven(world)


async def confirm_restricted(world: World) -> None:
    """Have both sides keep the pilot's third item restricted."""
    body = {"action": "amend", "reason": "R", "changes": {"confidentiality": "restricted"}}
    made = await world.as_("PK").post(f"/v1/commitments/{item(3)}/transitions", json=body)
    await confirmed(world, made.json()["id"])


async def test_of_two_that_are_entered_at_once_each_has_a_number_of_its_own(world: World) -> None:
    made = [await record(world) for _ in range(4)]
    await gather(*(confirmed(world, one["open_transition"]["id"]) for one in made))
    numbers = {(await read(world, one["id"]))["reference"] for one in made}
    assert numbers == {f"PK-AZ/I/{number:04d}" for number in range(2, 6)}
    await proven(world)


async def test_an_instrument_closes_with_a_commitment_that_it_carries(world: World) -> None:
    made = await entered(world, confidentiality="public", commitment_ids=[item(2)])
    paths = [f"/v1/instruments/{made['id']}", f"/v1/instruments/{made['id']}/audit-trail"]
    observer = world.as_("observer")
    assert [(await observer.get(path)).status_code for path in paths] == [200, 200]
    body = {"action": "amend", "changes": {"confidentiality": "restricted"}, "reason": "R"}
    asked = await world.as_("PK").post(f"/v1/commitments/{item(2)}/transitions", json=body)
    assert asked.status_code == 201, asked.text
    assert (await observer.get(paths[0])).status_code == 200
    await confirmed(world, asked.json()["id"])
    assert [(await observer.get(path)).status_code for path in paths] == [404, 404]
    assert made["id"] not in (await observer.get("/v1/instruments?limit=200")).text
    assert made["id"] not in (await observer.get(f"/v1/commissions/{COMMISSION}/audit-trail?limit=200")).text
    assert (await read(world, made["id"], "AZ"))["commitment_ids"] == [item(2)]


async def test_what_is_restricted_is_numbered_apart_and_leaves_no_gap_among_the_others(world: World) -> None:
    kept = ("restricted", "parties", "restricted", "public")
    numbers = [(await entered(world, confidentiality=one))["reference"] for one in kept]
    assert numbers == ["PK-AZ/I/9001", "PK-AZ/I/0002", "PK-AZ/I/9002", "PK-AZ/I/0003"]
    await proven(world)


async def test_one_of_three_parties_leaves_and_ends_it_for_nobody_else(world: World) -> None:
    act = {"on": "2018-01-15", "place": "Baku", "parties": ["PK", "AZ", "TR"]}
    lasting = {"duration": {"kind": "indefinite"}, "notice": {"kind": "any_time", "months": 6}}
    entering = {"found_in": "signed", "manner": "signed", "acts": [act]}
    known = {"contracting_parties": ["PK", "AZ", "TR"], "entry_into_force": {"anchor": "signature"}, **lasting}
    key = (await entered(world, entering=entering, commitment_ids=[item(2)], confidentiality="public", **known))["id"]
    notice = {"action": "give_notice", "effective_on": "2023-08-31", "clause": "12"}
    found = await done(world, key, notice, "AZ")
    assert (found["force"], found["in_force"], found["ends_before"]) == ("in_force", True, None)
    assert [(one["party"], one["ends_before"]) for one in found["notices"]] == [("AZ", "2024-02-29")]
    ending = {"action": "terminate", "effective_on": "2024-02-29", "ground": "notice", "notice_of": "AZ"}
    wrong = await refused(world, key, ending, "AZ")
    assert wrong["/ground"].startswith("by this notice it ends for AZ alone, from 2024-02-29 on")
    found = await done(world, key, notice | {"effective_on": "2024-01-15"})
    assert (found["force"], found["ends_before"]) == ("expired", "2024-07-15")
    carried = (await world.as_("PK").get(f"/v1/commitments/{item(2)}")).json()["instrument"]
    assert carried["expires_on"] == "2024-07-14"
    ended = await done(world, key, ending | {"effective_on": "2024-07-15"}, "AZ")
    assert ended["state"] == "terminated"
    await proven(world)


async def test_a_later_party_accedes_and_what_is_in_force_stays_so(world: World) -> None:
    act = {"on": "2020-02-29", "place": "Baku", "parties": ["PK", "AZ"]}
    clause = {"anchor": "signature", "steps": [{"days": 30}]}
    entering = {"found_in": "signed", "manner": "signed", "acts": [act]}
    key = (await entered(world, entering=entering, entry_into_force=clause))["id"]
    later = {"on": "2023-05-01", "place": "Ankara", "parties": ["TR"], "manner": "acceded"}
    changes = {"contracting_parties": ["PK", "AZ", "TR"], "later_acts": [later]}
    found = await agreed(world, key, {"action": "amend", "reason": "TR acceded (sample).", "changes": changes})
    assert found["later_acts"] == [{**later, "signatories": None}]
    assert found["computed_entry_into_force"]["by_party"] == {
        "PK": "2020-03-30", "AZ": "2020-03-30", "TR": "2023-05-01"
    }  # fmt: skip
    assert found["in_force_from"] == "2020-03-30"
    await proven(world)
