"""Steps at home, of commitments, minutes and instruments alike: one party's own, confirmed by nobody, told on every reading."""

import json
from typing import Any, Final

import httpx
import pytest

from service.register.commitments.rules import at_home
from service.register.commitments.rules.matter import COMMITMENT
from service.register.decisions.rules.steps import TemplateKind
from service.register.instruments.rules.texts import InstrumentKind
from service.verify.judgement import verify
from tests.conftest import COMMISSION, SESSION_8, World, item
from tests.register.commissions.meeting import ADOPT, HOLD, agreed, begin
from tests.register.commitments.test_found_late import found
from tests.register.commitments.test_races import trail_of
from tests.register.instruments.recording import entered
from tests.verify.journal import POLICY, in_memory
from tests.verify.test_register import exported

NEEDED: Final = {"action": "record_step", "step": "ratification", "status": "needed", "effective_on": "2025-03"}
TEMPLATE: Final[dict[str, Any]] = {
    "action": "set_step_template",
    "kind": "agreement",
    "steps": [{"step": "legal_vetting"}, {"step": "cabinet_approval", "note": "Rule 1 (sample)"}],
    "source": "Rules of the house (sample)",
}
MINE: Final = {"party": "AZ", "step": "ratification", "status": "needed", "on": "2025-03", "note": None}
LACKS: Final = {
    "party": "AZ",
    "step": "ratification",
    "detail": "AZ said that it is needed at home.",
    "since": "2025-03",
}


async def address(world: World, kind: str) -> str:
    """Return the address of a matter of this kind."""
    if kind == "instruments":
        return f"/v1/instruments/{(await entered(world))['id']}"
    return f"/v1/commitments/{item(2)}" if kind == "commitments" else f"/v1/sessions/{SESSION_8}"


async def says(world: World, url: str, body: dict[str, Any], by: str = "AZ") -> httpx.Response:
    """Make a move that is one party's own."""
    return await world.as_(by).post(f"{url}/transitions", json=body)


async def set_template(world: World, by: str = "AZ", **said: Any) -> int:
    """Set a template, and return the number of the entry that did."""
    made = await says(world, f"/v1/commissions/{COMMISSION}", TEMPLATE | said, by)
    assert made.status_code == 201, made.text
    return int((await world.as_(by).get(f"/v1/commissions/{COMMISSION}")).json()["version"])


async def is_proven(world: World) -> None:
    """Hold all that was written to the verifier."""
    assert verify(in_memory(await exported(world, COMMISSION)), POLICY).findings.listed == []


@pytest.mark.parametrize("kind", ["commitments", "sessions", "instruments"])
async def test_each_matter_tells_whose_step_is_missing_and_since_when(world: World, kind: str) -> None:
    url = await address(world, kind)
    made = await says(world, url, NEEDED)
    assert (made.status_code, made.json()["status"], made.json()["awaited"]) == (201, "effective", [])
    one = (await world.as_("PK").get(url)).json()
    assert (one["steps"], one["steps_missing_of"], one["missing_steps"]) == ([MINE], ["AZ"], [LACKS])
    listed = f"/v1/commissions/{COMMISSION}/sessions" if kind == "sessions" else f"/v1/{kind}"
    for asked, there in (("AZ", [one["id"]]), ("PK", [])):
        items = (await world.as_("PK").get(listed, params={"awaiting_step_of": asked})).json()["items"]
        assert [it["id"] for it in items] == there
        assert all(it["steps"] == [MINE] and it["steps_missing_of"] == ["AZ"] for it in items)
    assert (await says(world, url, NEEDED | {"status": "done", "effective_on": "2025-04-01"})).status_code == 201
    one = (await world.as_("PK").get(url)).json()
    assert (one["steps"][0]["status"], one["steps_missing_of"], one["missing_steps"]) == ("done", [], [])
    assert (await says(world, url, NEEDED | {"status": None})).status_code == 201
    assert (await world.as_("PK").get(url)).json()["steps"] == []
    await is_proven(world)


@pytest.mark.parametrize("kind", ["commitments", "sessions", "instruments"])
async def test_a_step_that_is_said_already_or_lies_ahead_or_is_none_is_refused(world: World, kind: str) -> None:
    url = await address(world, kind)
    assert (await says(world, url, NEEDED)).status_code == 201
    for body, pointer in (
        (NEEDED, ""),
        (NEEDED | {"effective_on": "2199"}, "/effective_on"),
        (NEEDED | {"step": "prayer"}, "/step"),
        ({"action": "record_step", "step": "ratification"}, "/status"),
        ({"action": "apply_template"}, "/template"),
        ({"action": "apply_template", "template": "plan"}, "/template"),
    ):
        answer = await says(world, url, body)
        assert answer.status_code == 422, body
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


async def test_a_step_stands_beside_what_is_open_and_is_nobody_elses_to_say(world: World) -> None:
    url = f"/v1/commitments/{item(2)}"
    suspend = {"action": "suspend", "reason": "R", "review_on": "2027"}
    assert (await says(world, url, suspend, "PK")).json()["status"] == "open"
    for by in ("PK", "AZ"):
        assert (await says(world, url, NEEDED, by)).status_code == 201
    one = (await world.as_("PK").get(url)).json()
    assert ([it["party"] for it in one["steps"]], one["steps_missing_of"]) == (["AZ", "PK"], ["AZ", "PK"])
    assert one["open_transition"]["awaiting"] == ["AZ"]
    for nobody in ("observer", "auditor"):
        assert (await says(world, url, NEEDED, nobody)).status_code in {403, 404}


async def test_a_step_is_told_as_of_its_day_and_by_what_was_known(world: World) -> None:
    url = f"/v1/commitments/{item(2)}"
    await says(world, url, NEEDED)
    await says(world, url, NEEDED | {"status": "done", "effective_on": "2025-06-01"})
    for day, status in (("2025-02-01", None), ("2025-05-01", "needed"), ("2025-06-02", "done")):
        then = (await world.as_("PK").get(url, params={"as_of": day})).json()
        assert [it["status"] for it in then["steps"]] == ([status] if status else [])
        asked = {"as_of": day, "awaiting_step_of": "AZ"}
        items = (await world.as_("PK").get("/v1/commitments", params=asked)).json()["items"]
        assert [it["id"] for it in items] == ([item(2)] if status == "needed" else [])


async def test_minutes_subject_to_approval_await_it_until_an_approval_at_home_is_done(world: World) -> None:
    one = await begin(world, ordinal=10, starts_on="2025")
    url = f"/v1/sessions/{one['id']}"
    await agreed(world, one["id"], HOLD)
    await agreed(world, one["id"], ADOPT | {"subject_to": ["AZ"]})
    listed = f"/v1/commissions/{COMMISSION}/sessions?awaiting_step_of=AZ"
    told = (await world.as_("PK").get(url)).json()
    assert [(it["party"], it["step"]) for it in told["missing_steps"]] == [("AZ", "approval")]
    assert [it["id"] for it in (await world.as_("PK").get(listed)).json()["items"]] == [one["id"]]
    done = {"action": "record_step", "step": "parliamentary_approval", "status": "done"}
    assert (await says(world, url, done)).status_code == 201
    assert (await world.as_("PK").get(url)).json()["missing_steps"] == []
    assert (await world.as_("PK").get(listed)).json()["items"] == []
    await is_proven(world)


async def test_a_commitment_subject_to_approval_awaits_it_since_it_was_agreed(world: World) -> None:
    one = await found(world, {"agreed_on": "2025-01-24", "subject_to": ["AZ"]}, 77)
    url = f"/v1/commitments/{one['id']}"
    told = (await world.as_("PK").get(url)).json()
    assert [(it["party"], it["step"], it["since"]) for it in told["missing_steps"]] == [
        ("AZ", "approval", "2025-01-24")
    ]
    asked = {"awaiting_step_of": "AZ"}
    assert [it["id"] for it in (await world.as_("PK").get("/v1/commitments", params=asked)).json()["items"]] == [
        one["id"]
    ]
    assert (await says(world, url, {"action": "approve"})).status_code == 201
    assert (await world.as_("PK").get("/v1/commitments", params=asked)).json()["items"] == []


@pytest.mark.parametrize("kind", ["commitments", "sessions", "instruments"])
async def test_a_template_brings_its_steps_and_reaches_nothing_when_it_changes(world: World, kind: str) -> None:
    url, number = await address(world, kind), await set_template(world)
    assert (await says(world, url, NEEDED | {"step": "legal_vetting", "status": "done"})).status_code == 201
    body = {"action": "apply_template", "template": "agreement", "effective_on": "2025-05-02"}
    assert (await says(world, url, body)).status_code == 201
    steps = (await world.as_("PK").get(url)).json()["steps"]
    assert [(it["step"], it["status"], it["on"], it["note"]) for it in steps] == [
        ("cabinet_approval", "needed", "2025-05-02", "Rule 1 (sample)"),
        ("legal_vetting", "done", "2025-03", None),
    ]
    last = (await trail_of(world, url.rsplit("/", maxsplit=1)[-1]))[-1] if kind == "commitments" else None
    if last:
        evidence = last["data"]["proposal"]["evidence"]
        assert (evidence["steps"], evidence["template_entry"]) == (TEMPLATE["steps"], number)
    await set_template(world, steps=[{"step": "full_powers"}])
    assert (await world.as_("PK").get(url)).json()["steps"] == steps
    await set_template(world, steps=None)
    assert (await says(world, url, body)).status_code == 422
    await is_proven(world)


async def test_a_template_is_its_secretariats_and_listed_with_its_source(world: World) -> None:
    commission = f"/v1/commissions/{COMMISSION}"
    for by in ("observer", "auditor", "administrator"):
        assert (await says(world, commission, TEMPLATE, by)).status_code in {403, 404}, by
    number = await set_template(world)
    listed = (await world.as_("PK").get(commission)).json()["step_templates"]
    mine = [one for one in listed if one["party"] == "AZ"]
    assert {name: mine[0][name] for name in ("kind", "source", "entry")} == {
        "kind": "agreement",
        "source": "Rules of the house (sample)",
        "entry": number,
    }
    assert [one["step"] for one in mine[0]["steps"]] == ["legal_vetting", "cabinet_approval"]
    # Another party's is not for the caller to apply, and the same again is nothing new.
    used = await says(world, f"/v1/commitments/{item(2)}", {"action": "apply_template", "template": "plan"}, "PK")
    assert "the secretariat of PK keeps no such template" in used.json()["errors"][0]["detail"]
    assert (await says(world, commission, TEMPLATE)).status_code == 422
    twice = TEMPLATE | {"steps": [{"step": "full_powers"}, {"step": "full_powers"}]}
    assert [one["pointer"] for one in (await says(world, commission, twice)).json()["errors"]] == ["/steps/1/step"]
    long = TEMPLATE | {"steps": [{"step": one, "note": "n" * 300} for one in ("full_powers", "publication") * 5][:9]}
    assert (await says(world, commission, long)).status_code == 422


async def test_what_a_template_says_is_supplied_and_nothing_else_is_taken(world: World) -> None:
    url, number = f"/v1/commitments/{item(2)}", await set_template(world)
    body = {"action": "apply_template", "template": "agreement"}
    for said, pointer in (
        ({"steps": [{"step": "full_powers"}]}, "/steps"),
        ({"template_entry": number - 1}, "/template_entry"),
    ):
        answer = await says(world, url, body | said)
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert (await says(world, url, body | {"template_entry": number})).status_code == 201


async def test_what_was_said_in_words_before_is_a_step_until_its_party_says_it_anew(world: World) -> None:
    url = f"/v1/commitments/{item(2)}"
    owner = await world.connect()
    words = '{"AZ": {"domestic_procedures": "Before the cabinet.", "focal_point": "Desk"}}'
    await owner.execute("UPDATE commitment SET party_facts = $1::jsonb WHERE id = $2", words, item(2))
    told = (await world.as_("PK").get(url)).json()
    other = {"party": "AZ", "step": "other", "status": "needed", "on": None, "note": "Before the cabinet."}
    assert (told["steps"], told["steps_missing_of"]) == ([other], ["AZ"])
    assert "domestic_procedures" not in told["party_facts"]["AZ"]
    asked = {"awaiting_step_of": "AZ"}
    assert [it["id"] for it in (await world.as_("PK").get("/v1/commitments", params=asked)).json()["items"]] == [
        item(2)
    ]
    refused = await world.as_("AZ").patch(url, json={"domestic_procedures": "Done."}, headers={"If-Match": "*"})
    assert refused.status_code == 422
    assert "record_step" in refused.json()["errors"][0]["detail"]
    assert (await says(world, url, NEEDED)).status_code == 201
    told = (await world.as_("PK").get(url)).json()
    assert [one["step"] for one in told["steps"]] == ["other", "ratification"]
    stored = await owner.fetchrow("SELECT party_facts, steps FROM commitment WHERE id = $1", item(2))
    assert "domestic_procedures" not in str(stored["party_facts"])
    assert "Before the cabinet." in str(stored["steps"])
    assert (await says(world, url, {"action": "record_step", "step": "other", "status": None})).status_code == 201
    assert [one["step"] for one in (await world.as_("PK").get(url)).json()["steps"]] == ["ratification"]


@pytest.mark.parametrize(
    ("facts", "steps", "subject_to"),
    [
        ({}, None, None),
        ({"AZ": {"domestic_procedures": "W"}}, None, None),
        ({"AZ": {"domestic_procedures": "W", "domestic_procedures_completed_on": "2025"}}, None, None),
        ({"AZ": {"domestic_procedures_completed_on": "2025"}, "PK": {"focal_point": "F"}}, {}, {"PK": False}),
        ({}, {"PK": {"ratification": {"status": "needed", "on": None, "note": None}}}, {"AZ": True}),
        (
            {},
            {"PK": {"ratification": {"status": "done", "on": None, "note": None}}, "AZ": {}},
            {"AZ": True, "PK": False},
        ),
    ],
)
async def test_the_database_finds_just_the_parties_that_the_rules_do(
    world: World, facts: Any, steps: Any, subject_to: Any
) -> None:
    members = dict.fromkeys(COMMITMENT.members) | {"party_facts": facts, "steps": steps, "subject_to": subject_to}
    owner = await world.connect()
    row = await owner.fetchrow(
        f"SELECT {at_home.LACKING} AS found FROM"
        " (SELECT $1::jsonb AS party_facts, $2::jsonb AS steps, $3::jsonb AS subject_to) one",
        *(None if it is None else json.dumps(it) for it in (facts, steps, subject_to)),
    )
    expected = {one.party for one in at_home.missing(members)}
    assert {one for one in ("AZ", "PK") if one in row["found"]} == expected


def test_there_is_a_template_for_each_kind_of_instrument_for_commitments_and_for_minutes() -> None:
    assert {*TemplateKind} == {*InstrumentKind, "commitment", "minutes"}
