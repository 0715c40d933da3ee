"""Who audits a commission: every party appoints, any party dismisses, and nobody else has a say."""

from typing import Any

import pytest

from service.demo.pilot import PILOT
from tests.conftest import COMMISSION, World, end_principal, organisation
from tests.register.commissions.chartering import agreed, charter, leaf_of, made, propose, trail
from tests.register.commissions.meeting import answered, proven
from tests.three_parties import commission_of_three, in_force

EVERYTHING, PUBLIC = 14, 12
"""How many of the pilot's commitments there are, and how many of them are public."""


async def second_auditor(world: World) -> str:
    """Register the auditor `auditor-2`, and return its id as it reads it itself."""
    await world.second_principal("auditor-2", "auditor")
    return str((await world.as_("auditor-2").get("/v1/me")).json()["principal_id"])


async def seen(world: World, who: str = "auditor-2") -> int:
    """Return how many of the pilot's commitments a caller sees."""
    return len((await world.as_(who).get("/v1/commitments")).json()["items"])


async def test_an_auditor_is_appointed_by_every_party_and_then_reads_everything(world: World) -> None:
    body = {"action": "appoint_auditor", "principal_id": await second_auditor(world)}
    move = await made(world, body)
    assert (move["status"], move["awaited"], await seen(world)) == ("open", ["AZ"], PUBLIC)
    assert (await answered(world, move["id"])).json()["status"] == "effective"
    assert await seen(world) == EVERYTHING
    found = await charter(world, "AZ")
    assert found["auditors"] == sorted([PILOT["auditor"], body["principal_id"]])
    me = (await world.as_("auditor-2").get("/v1/me")).json()
    assert [one["commission_id"] for one in me["roles"] if one["role"] == "auditor"] == [COMMISSION]
    again = (await propose(world, body)).json()["errors"]
    assert [(one["pointer"], one["detail"]) for one in again] == [
        ("/principal_id", "names one who is an auditor here already")
    ]
    await proven(world)


async def test_who_audits_what_one_party_keeps_alone_reads_nothing_of_the_other_that_it_names(world: World) -> None:
    offices = {"PK": organisation(101), "AZ": organisation(201)}
    kept = await in_force(world, offices, titles={"en": "Kept (sample)"}, kept_by="PK", suffix="KEPT")
    body = {"action": "appoint_auditor", "principal_id": await second_auditor(world)}
    appointed = await world.as_("PK").post(f"/v1/commissions/{kept['id']}/transitions", json=body)
    assert (appointed.status_code, appointed.json()["status"]) == (201, "effective")
    read = await world.as_("auditor-2").get("/v1/registry/audit-trail?limit=200")
    assert (read.status_code, offices["PK"] in read.text, offices["AZ"] in read.text) == (200, True, False), read.text


async def test_auditors_are_known_by_name_to_who_appointed_them_and_to_nobody_else(world: World) -> None:
    url = f"/v1/commissions/{COMMISSION}"
    for who in ("PK", "AZ", "auditor"):
        read = (await world.as_(who).get(url)).json()
        (named,) = read["named_auditors"]
        assert [named["id"]] == read["auditors"] == [PILOT["auditor"]]
        assert (named["code"], bool(named["name"])) == ("auditor", True)
        listed = (await world.as_(who).get("/v1/commissions")).json()["items"]
        assert [one["named_auditors"] for one in listed] == [[named]]
    for who in ("observer", "administrator"):
        told = (await world.as_(who).get(url)).json()
        assert (told["named_auditors"], named["name"] in str(told)) == ([], False)
    body = {"principal_id": PILOT["auditor"], "reason": "Its term is over (sample)."}
    await made(world, {"action": "dismiss_auditor", **body}, "AZ")
    assert (await charter(world))["named_auditors"] == []


async def test_any_party_dismisses_an_auditor_alone_whose_next_request_reads_nothing_more(world: World) -> None:
    body = {"principal_id": PILOT["auditor"], "reason": "Its term is over (sample)."}
    assert (await seen(world, "auditor"), (await charter(world))["auditors"]) == (EVERYTHING, [PILOT["auditor"]])
    await made(world, {"action": "amend", "changes": {"founding_act": "A"}, "reason": "R"})
    done = await made(world, {"action": "dismiss_auditor", **body}, "AZ")
    assert (done["status"], done["awaited"]) == ("effective", [])
    assert await seen(world, "auditor") == PUBLIC
    assert (await world.as_("auditor").get(f"/v1/commissions/{COMMISSION}/log/export")).status_code == 403
    found = await charter(world)
    assert (found["auditors"], found["open_transition"]["proposed_by"]) == ([], "PK")
    twice = await propose(world, {"action": "dismiss_auditor", **body})
    assert [one["pointer"] for one in twice.json()["errors"]] == ["/principal_id"]
    # Dismissed for good is nobody: every party may appoint it again.
    assert (await answered(world, found["open_transition"]["id"])).is_success
    back = await agreed(world, {"action": "appoint_auditor", "principal_id": PILOT["auditor"]}, "AZ", "PK")
    assert (back["auditors"], await seen(world, "auditor")) == ([PILOT["auditor"]], EVERYTHING)
    await proven(world)


@pytest.mark.parametrize("who", ["PK", "observer", "administrator"])
async def test_whoever_is_no_auditor_is_appointed_to_nothing(still: World, who: str) -> None:
    me = (await still.as_(who).get("/v1/me")).json()["principal_id"]
    refused = await propose(still, {"action": "appoint_auditor", "principal_id": me})
    assert [(one["pointer"], one["detail"]) for one in refused.json()["errors"]] == [
        ("/principal_id", "names no principal of the kind 'auditor' that is active")
    ]


async def test_the_administrator_appoints_nobody_and_an_auditor_appoints_no_other(world: World) -> None:
    body = {"action": "appoint_auditor", "principal_id": await second_auditor(world)}
    for who in ("administrator", "auditor", "auditor-2", "observer"):
        assert (await propose(world, body, who)).status_code == 403
    put = await world.as_("administrator").put(f"/v1/commissions/{COMMISSION}/auditors/{body['principal_id']}")
    assert put.status_code == 404
    assert await seen(world) == PUBLIC


async def test_who_was_deactivated_before_the_last_confirmation_is_not_appointed(world: World) -> None:
    principal = await second_auditor(world)
    move = await made(world, {"action": "appoint_auditor", "principal_id": principal})
    assert (await end_principal(world.as_("administrator"), principal)).is_success
    late = await answered(world, move["id"])
    assert late.status_code == 409, late.text
    assert "no principal of the kind 'auditor'" in late.json()["detail"]
    assert (await charter(world))["auditors"] == [PILOT["auditor"]]


async def test_of_three_parties_all_appoint_and_the_keeper_of_its_own_register_alone(world: World) -> None:
    commission = await commission_of_three(world)
    body = {"action": "appoint_auditor", "principal_id": PILOT["auditor"]}
    move = await made(world, body, commission=commission)
    await answered(world, move["id"], "AZ")
    assert (await world.as_("auditor").get(f"/v1/commissions/{commission}")).status_code == 404
    await answered(world, move["id"], "tr-secretariat")
    assert (await world.as_("auditor").get(f"/v1/commissions/{commission}")).status_code == 200
    await made(
        world,
        {"action": "dismiss_auditor", "principal_id": PILOT["auditor"], "reason": "R"},
        "tr-secretariat",
        commission,
    )
    assert (await world.as_("auditor").get(f"/v1/commissions/{commission}")).status_code == 404
    assert [one["kind"] for one in await trail(world, commission)][-1] == "transition.proposed"
    await proven(world, commission)


async def test_no_correction_changes_who_audits(world: World) -> None:
    wrong = {"action": "correct", "corrects": await leaf_of(world, 2), "fact": "principal_id", "reason": "R"}
    refused = await propose(world, wrong | {"value": organisation(101)})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/fact"]


async def test_an_auditor_reads_the_registrys_entries_of_the_parties_that_it_audits_and_no_others(world: World) -> None:
    commission, kept = await commission_of_three(world), {"PK", "AZ"}
    url = "/v1/registry/audit-trail?limit=200"
    everything = (await world.as_("administrator").get(url)).json()["items"]
    auditor = await second_auditor(world)
    assert (await world.as_("auditor-2").get(url)).json()["items"] == []
    assert parties(await read_registry(world, "auditor")) == kept
    # What tells of no party, as of an observer or another auditor, is not theirs.
    pilots = await read_registry(world, "auditor")
    assert [one for one in everything if one in pilots] == pilots
    renamed = {"name": "Renamed (sample)", "since": "2025-05-01"}
    assert (await world.as_("AZ").post(f"/v1/organisations/{organisation(201)}/names", json=renamed)).is_success
    second = {"client_id": "az-2", "name": "N", "kind": "representative", "organisation_id": organisation(201)}
    made = await world.as_("AZ").post("/v1/principals", json=second)
    assert (await end_principal(world.as_("AZ"), made.json()["id"])).is_success
    kinds = [one["kind"] for one in (await read_registry(world, "auditor"))[-3:]]
    assert kinds == ["organisation.renamed", "principal.registered", "principal.deactivated"]
    appointed = {"action": "appoint_auditor", "principal_id": auditor}
    move = await made_in(world, commission, appointed)
    for who in ("AZ", "tr-secretariat"):
        assert (await answered(world, move, who)).is_success
    assert parties(await read_registry(world, "auditor-2")) == kept | {"TR"}
    dismissed = {"action": "dismiss_auditor", "principal_id": auditor, "reason": "R"}
    await made_in(world, commission, dismissed, "AZ")
    assert await read_registry(world, "auditor-2") == []


async def read_registry(world: World, who: str) -> list[dict[str, Any]]:
    """Return what a caller reads of the registry's trail, by pages of three."""
    found: list[dict[str, Any]] = []
    url: str | None = "/v1/registry/audit-trail?limit=3"
    while url:
        page = (await world.as_(who).get(url)).json()
        found += page["items"]
        url = page["next_cursor"] and f"/v1/registry/audit-trail?limit=3&cursor={page['next_cursor']}"
    return found


def parties(entries: list[dict[str, Any]]) -> set[str]:
    """Return the parties that entries name."""
    return {one["data"]["party"] for one in entries if "party" in one["data"]}


async def made_in(world: World, commission: str, body: dict[str, Any], by: str = "PK") -> str:
    """Propose a move of a commission, and return the transition's id."""
    answer = await world.as_(by).post(f"/v1/commissions/{commission}/transitions", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
