"""Dates make sense together: what cannot have been so is refused, what is odd and may have been so is a warning."""

from typing import Any, Final

import pytest

from service.register.commitments.rules.chronology import impossible, odd
from tests.conftest import SESSION_8, World, item
from tests.register.commitments.test_found_late import SIGNED, found
from tests.register.commitments.test_journey import IMPLEMENT, RECORD, SIGN, confirm
from tests.register.commitments.test_mending import NUMBER, confirmed, leaf_of, propose

DATES: Final[dict[str, Any]] = {
    "state": "mou_drafted", "since": "2025-03", "agreed_on": "2025-01-24", "drafted_on": "2025-03", "signed_on": None,
    "session": {"day": "2025-01-23", "state": "held"},
}  # fmt: skip
ODD: Final[dict[str, tuple[str, dict[str, Any], str, str]]] = {
    "signed before the draft": ("sign", {"effective_on": "2025-02"}, "/effective_on", "when it was drafted"),
    "signed before the session": ("sign", {"effective_on": "2024-07-09"}, "/effective_on", "before the session"),
    "withdrawn before it became so": ("withdraw", {"effective_on": "2025-02-01"}, "/effective_on", "when it was drafted"),
    "applied before the signature": ("sign", {"effective_on": "2025-06", "enters_into_force_on": "2025-04"}, "/enters_into_force_on", "provisionally"),
    "agreed before the session": ("agree", {"agreed_on": "2024"}, "/agreed_on", "before the session"),
    "another calendar": ("sign", {"effective_on": "2025-06", "expires_on": "1450"}, "/expires_on", "Islamic calendar"),
    "a corrected date": ("correct", {"fact": "agreed_on", "value": "2024"}, "/value", "before the session"),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_what_is_odd_is_a_warning(case: str) -> None:
    action, evidence, pointer, said = ODD[case]
    warnings = odd(action, evidence, DATES, "mou_drafted")
    assert pointer in {one["pointer"] for one in warnings}
    assert any(said in one["detail"] for one in warnings)


@pytest.mark.parametrize(
    ("action", "evidence"),
    [
        ("sign", {"effective_on": "2025-03", "enters_into_force_on": "2025", "expires_on": "2030"}),
        ("sign", {"effective_on": "2025"}),
        ("withdraw", {}),
        ("amend", {"effective_on": "2025-02"}),
        ("correct", {"fact": "place", "value": "Baku"}),
        ("correct", {"fact": "signatories", "value": []}),
        ("agree", {"agreed_on": "2025-01", "found_in": "signed", "effective_on": "2025"}),
    ],
)
def test_what_may_well_be_is_none(action: str, evidence: dict[str, Any]) -> None:
    assert odd(action, evidence, DATES, "mou_drafted") == []


def test_nothing_is_odd_where_no_day_is_known() -> None:
    blank = dict.fromkeys(DATES)
    for action, evidence in (("sign", SIGN), ("implement", IMPLEMENT), ("agree", SIGNED)):
        assert odd(action, evidence, blank, "signed") == []


MEMBERS: Final[dict[str, Any]] = {
    "state": "signed",
    "agreed_on": "2025-01-24",
    "effective_on": "2025-03",
    "instrument": {"signed_on": "2025-03"},
}


@pytest.mark.parametrize(
    ("after", "pointers"),
    [
        ({"state": "implemented", "effective_on": "2025-01-23"}, ["/effective_on"]),
        ({"state": "implemented", "effective_on": "2025-01"}, []),
        ({"instrument": {"signed_on": "2025-03", "expires_on": "2025-02"}}, ["/expires_on"]),
        ({"instrument": {"signed_on": "2025-03", "expires_on": "2025"}}, []),
        ({"instrument": {"signed_on": "2025-03", "expires_on": "1450"}}, []),
    ],
)
def test_what_cannot_have_been_so_is_refused(after: dict[str, Any], pointers: list[str]) -> None:
    assert [one["pointer"] for one in impossible(MEMBERS, after)] == pointers
    # What stands there already hinders no other move.
    assert impossible(MEMBERS | after, {"sector": "trade"}) == []


async def test_the_answer_to_an_odd_proposal_and_reading_it_warn_and_it_may_take_effect(world: World) -> None:
    early = {**SIGN, "effective_on": "2024-07-09", "expires_on": "1450"}
    made = (await propose(world, early)).json()
    assert {one["pointer"] for one in made["warnings"]} == {"/effective_on", "/expires_on"}
    read = (await world.as_("AZ").get(f"/v1/transitions/{made['id']}")).json()
    assert read["warnings"] == made["warnings"]
    (listed,) = (await world.as_("AZ").get("/v1/transitions?awaiting=AZ")).json()["items"]
    assert listed["warnings"] == made["warnings"]
    done = await confirm(world, made["id"])
    assert {one["pointer"] for one in done["warnings"]} == {"/effective_on", "/expires_on"}
    assert (await propose(world, {"action": "suspend", "reason": "R", "review_on": "2027"})).json()["warnings"] == []


async def test_an_expiry_before_the_signature_is_refused_also_when_it_is_corrected(world: World) -> None:
    refused = await propose(world, {**SIGN, "expires_on": "2025-10"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/expires_on")
    await confirmed(world, item(NUMBER), SIGN)
    body = {
        "action": "correct",
        "corrects": await leaf_of(world, "sign"),
        "fact": "expires_on",
        "value": "2020",
        "reason": "R",
    }
    refused = await propose(world, body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/value")


async def test_nothing_is_recorded_as_implemented_before_it_was_agreed(world: World) -> None:
    agreement = {"found_in": "implemented", "agreed_on": "2025-01-24", "effective_on": "2024"}
    refused = await world.as_("PK").post("/v1/commitments", json=RECORD | {"agreement": agreement})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/agreement/effective_on")


async def test_what_was_signed_before_its_session_is_recorded_with_a_warning(world: World) -> None:
    one = await found(world, SIGNED, session_id=SESSION_8)
    (agree,) = (await world.as_("PK").get(f"/v1/commitments/{one['id']}/transitions")).json()["items"]
    assert {warning["pointer"] for warning in agree["warnings"]} >= {"/agreed_on", "/effective_on"}
