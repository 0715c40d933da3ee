"""Found late and known in part: what is known is brought, what is not is listed, and nobody types that it is not known."""

from typing import Any, Final

import pytest

from tests.conftest import World
from tests.register.commitments.test_journey import IMPLEMENT, RECORD, SIGN, confirm, read
from tests.register.commitments.test_mending import proven
from tests.register.instruments.recording import agreed, leaf_of

SIGNED: Final[dict[str, Any]] = {
    "agreed_on": "2024",
    "found_in": "signed",
    "effective_on": "2024-07",
    "instrument_kind": "mou",
    "instrument_title": "MoU on lecturers",
    "place": "Islamabad",
    "signatories": SIGN["signatories"],
    "authentic_texts": SIGN["authentic_texts"],
    "expires_on": "2029",
    "enters_into_force_on": "2025",
    "ceremony_on": "2024-07-11",
}
LISTED: Final = [
    "agreed_on",
    "authentic_texts",
    "effective_on",
    "instrument_kind",
    "instrument_title",
    "place",
    "signatories",
]


async def found(world: World, agreement: dict[str, Any], number: int = 15, **others: Any) -> dict[str, Any]:
    """Record a commitment that was found late, confirm it by the other side, and return it."""
    made = await world.as_("PK").post(
        "/v1/commitments", json=RECORD | {"item_number": number, "agreement": agreement} | others
    )
    assert made.status_code == 201, made.text
    await confirm(world, made.json()["open_transition"]["id"])
    return dict(await read(world, made.json()["id"]))


async def moved(world: World, commitment: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Propose as one party, confirm as the other, and return the commitment."""
    made = await world.as_("PK").post(f"/v1/commitments/{commitment['id']}/transitions", json=body)
    assert made.status_code == 201, made.text
    await confirm(world, made.json()["id"])
    return dict(await read(world, commitment["id"]))


async def supplied(world: World, commitment: dict[str, Any], fact: str, value: object) -> dict[str, Any]:
    """Say by both sides what a fact of the agreement was, and return the commitment."""
    trail = (await world.as_("PK").get(f"/v1/commitments/{commitment['id']}/audit-trail?limit=200")).json()["items"]
    entries = [one for one in trail if "effective" in one["data"]]
    leaf = next(
        (one["leaf_hash"] for one in reversed(entries) if f"agree.{fact}" in str(one["data"]["effective"])), None
    )
    body = {
        "action": "correct",
        "corrects": leaf or entries[0]["leaf_hash"],
        "fact": fact,
        "value": value,
        "reason": "Found",
    }
    return await moved(world, commitment, body)


async def test_one_that_was_found_signed_brings_all_that_is_known_of_the_signature(world: World) -> None:
    one = await found(world, SIGNED)
    told = {name: value for name, value in one["instrument"].items() if value is not None}
    assert (one["state"], one["agreed_on"], one["effective_on"], one["unknown"]) == ("signed", "2024", "2024-07", [])
    assert told == {
        "id": told["id"], "state": "signed",
        "kind": "mou", "title": "MoU on lecturers", "signed_on": "2024-07", "place": "Islamabad", "expires_on": "2029-12-31",
        "enters_into_force_on": "2025", "ceremony_on": "2024-07-11",
        "signatories": SIGN["signatories"], "authentic_texts": [{"language": "en", "reference": "Registry 1", "document_id": None, "sha256": None}],
    }  # fmt: skip
    await proven(world)


async def test_of_one_that_was_found_signed_nothing_need_be_known_and_no_date_is_made_up(world: World) -> None:
    one = await found(world, {"found_in": "signed"})
    assert (one["state"], one["unknown"]) == ("signed", LISTED)
    assert (one["agreed_on"], one["effective_on"], one["instrument"]) == (None, None, None)
    assert not any(one[flag] for flag in ("overdue", "due_soon", "disputed"))
    last = (await world.as_("PK").get(f"/v1/commitments/{one['id']}/audit-trail")).json()["items"][-1]
    assert last["data"]["effective"]["on"] is None
    await proven(world)


async def test_of_one_that_was_found_agreed_nobody_need_know_since_when(world: World) -> None:
    one = await found(world, {"found_in": "agreed"}, instrument_required=False)
    assert (one["state"], one["agreed_on"], one["effective_on"], one["unknown"]) == (
        "agreed",
        None,
        None,
        ["agreed_on"],
    )
    asked = await world.as_("PK").post(
        f"/v1/commitments/{one['id']}/transitions", json=IMPLEMENT | {"no_instrument_reason": "None"}
    )
    assert [fault["pointer"] for fault in asked.json()["errors"]] == ["/unknown"]
    await proven(world)
    one = await supplied(world, one, "agreed_on", "1998")
    assert (one["agreed_on"], one["effective_on"], one["unknown"]) == ("1998", "1998", [])
    await proven(world)


async def test_that_nobody_knows_when_it_was_agreed_can_also_turn_out_later(world: World) -> None:
    one = await supplied(world, await found(world, {"agreed_on": "2024"}), "agreed_on", None)
    assert (one["state"], one["agreed_on"], one["effective_on"], one["unknown"]) == (
        "agreed",
        None,
        None,
        ["agreed_on"],
    )
    listed = await world.as_("PK").get("/v1/commitments?limit=200&unknown_fact=agreed_on")
    assert [each["id"] for each in listed.json()["items"]] == [one["id"]]
    for query in ("as_of=2026-01-01", f"session_id={one['session_id']}"):
        assert (await world.as_("PK").get(f"/v1/commitments?limit=200&{query}")).status_code == 200, query
    told = await world.as_("PK").get("/v1/commissions/PK-AZ/metrics?as_of=2026-01-01")
    assert told.status_code == 200, told.text
    await proven(world)


async def test_whoever_says_nothing_of_how_it_was_found_says_when_it_was_agreed(world: World) -> None:
    refused = await world.as_("PK").post("/v1/commitments", json=RECORD | {"item_number": 15, "agreement": {}})
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == "/agreement/agreed_on"
    assert "found_in" in fault["detail"]


async def test_what_was_not_known_is_supplied_one_fact_after_the_other_and_taken_back_too(world: World) -> None:
    one = await found(world, {"found_in": "signed"})
    # Once its kind and title are known it is an instrument of the register, and what lacks is supplied there.
    listed = sorted(LISTED, key=lambda name: name == "instrument_title")
    facts: dict[str, Any] = {name: SIGNED[name] for name in listed}
    for name, value in facts.items():
        if name == "authentic_texts":
            value = [{"language": "en", "reference": "Registry 1"}]  # noqa: PLW2901 -- as it is spelled
        one = await supplied(world, one, name, value)
        assert name not in one["unknown"]
    assert (one["unknown"], one["effective_on"], one["instrument"]["signed_on"]) == ([], "2024-07", "2024-07")
    assert {"instrument.place", "agreed_on", "effective_on"} <= one["corrected"].keys()
    assert not any(name.startswith("unknown") for name in one["corrected"])
    await proven(world)


async def test_a_signatory_of_whom_only_the_office_is_known_is_told_and_listed_as_unknown(world: World) -> None:
    office = [{"party": party, "title": "Minister"} for party in ("PK", "AZ")]
    one = await found(world, SIGNED | {"signatories": office})
    assert one["unknown"] == ["signatories"]
    assert [who["title"] for who in one["instrument"]["signatories"]] == ["Minister", "Minister"]


@pytest.mark.parametrize(
    ("agreement", "listed"),
    [
        ({"found_in": "mou_drafted", "agreed_on": "2024"}, ["drafting_party", "effective_on", "instrument_kind", "instrument_title", "texts"]),
        ({"found_in": "mou_drafted", "agreed_on": "2024", "text_reference": "Note 1", "effective_on": "2024", "drafting_party": "PK"}, ["instrument_kind", "instrument_title"]),
        ({"found_in": "implemented", "agreed_on": "2024", "effective_on": "2025", "report": "Done"}, ["authentic_texts", "instrument_kind", "instrument_title", "place", "signatories", "signed_on"]),
        ({"found_in": "implemented", "instrument_kind": "treaty"}, sorted({*LISTED, "report", "signed_on", "enters_into_force_on"} - {"instrument_kind"})),
    ],
)  # fmt: skip
async def test_what_is_not_known_depends_on_the_state_it_was_found_in(
    world: World, agreement: dict[str, Any], listed: list[str]
) -> None:
    assert (await found(world, agreement))["unknown"] == listed


async def test_one_that_was_done_without_an_instrument_lacks_none(world: World) -> None:
    one = await found(world, {"found_in": "implemented", "effective_on": "2025"}, instrument_required=False)
    assert one["unknown"] == ["agreed_on", "no_instrument_reason", "report"]


async def test_implementing_asks_for_what_is_not_known_and_takes_a_word_of_both_sides_for_it(world: World) -> None:
    one = await found(world, SIGNED | {"place": None, "signatories": None})
    needed = {move["action"]: move["missing"] for move in one["allowed_actions"]}["implement"]
    assert sum(gap["pointer"] == "/unknown" for gap in needed) == 2
    path = f"/v1/commitments/{one['id']}/transitions"
    refused = await world.as_("PK").post(path, json=IMPLEMENT)
    assert [gap["detail"].split()[0] for gap in refused.json()["errors"]] == ["place", "signatories"]
    its = one["instrument"]["id"]
    act = {"on": "2024-07", "place": "Lahore", "parties": ["PK", "AZ"]}
    right = {
        "action": "correct",
        "corrects": await leaf_of(world, its),
        "fact": "acts",
        "value": [act],
        "reason": "Found",
    }
    await agreed(world, its, right)
    one = dict(await read(world, one["id"]))
    assert (one["instrument"]["place"], one["unknown"]) == ("Lahore", ["signatories"])
    refused = await world.as_("PK").post(path, json=IMPLEMENT | {"unknown": ["signatories", "place"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/unknown/1")
    one = await moved(world, one, IMPLEMENT | {"unknown": ["signatories"]})
    assert (one["state"], one["unknown"]) == ("implemented", ["signatories"])
    await proven(world)


async def test_what_belongs_to_a_later_state_is_refused_when_recording_and_when_it_is_corrected(world: World) -> None:
    body = RECORD | {"agreement": {"agreed_on": "2024", "place": "Baku", "report": "Done"}}
    refused = await world.as_("PK").post("/v1/commitments", json=body)
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/agreement/place", "/agreement/report"]
    one = await found(world, {"agreed_on": "2024"})
    trail = (await world.as_("PK").get(f"/v1/commitments/{one['id']}/audit-trail")).json()["items"]
    correct = {"action": "correct", "corrects": trail[-1]["leaf_hash"], "fact": "place", "value": "Baku", "reason": "R"}
    refused = await world.as_("PK").post(f"/v1/commitments/{one['id']}/transitions", json=correct)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/value")


async def test_lists_tell_what_is_unknown_and_of_which_fact(world: World) -> None:
    whole, part = await found(world, SIGNED), await found(world, SIGNED | {"place": None}, 16)
    found_by = {
        query: {one["id"] for one in (await world.as_("AZ").get(f"/v1/commitments?{query}")).json()["items"]}
        for query in ("unknown=true", "unknown=false", "unknown_fact=place&unknown_fact=report", "unknown_fact=report")
    }
    assert part["id"] in found_by["unknown=true"]
    assert part["id"] in found_by["unknown_fact=place&unknown_fact=report"]
    assert part["id"] not in found_by["unknown=false"] | found_by["unknown_fact=report"]
    assert whole["id"] in found_by["unknown=false"]
    assert whole["id"] not in found_by["unknown=true"]


async def test_what_was_found_with_a_draft_and_is_signed_no_longer_lacks_the_draft(world: World) -> None:
    one = await found(world, {"found_in": "mou_drafted", "agreed_on": "2024", "instrument_kind": "mou"})
    one = await moved(world, one, SIGN)
    assert one["unknown"] == ["instrument_title"]
    await proven(world)
