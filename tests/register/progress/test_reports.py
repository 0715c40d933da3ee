"""Reporting over HTTP: who may, what stands on the commitment and in lists, and what the trail proves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import World, item, organisation
from tests.register.commitments.test_found_late import found
from tests.register.commitments.test_journey import RECORD, confirmed, read
from tests.register.commitments.test_lists import ALL, references
from tests.register.commitments.test_mending import proven

REPORT: dict[str, Any] = {"period_end": "2025-12", "level": "limited", "text": "The study was commissioned."}


async def said(world: World, number: int, by: str = "PK", status: int = 201, **given: Any) -> Any:
    """Report on one of the pilot's items and return the answer."""
    done = await world.as_(by).post(f"/v1/commitments/{item(number)}/progress-reports", json=REPORT | given)
    assert done.status_code == status, done.text
    return done.json()


async def test_both_sides_last_reports_stand_beside_each_other_and_a_report_changes_nothing_else(world: World) -> None:
    before = await read(world, item(7))
    own = await said(world, 7, next_step="Talks.", expected_on="2027")
    await said(world, 7, "AZ", level="no_evidence", text="Nothing was heard.", period_start="2025")
    await said(world, 7, period_end="2025-06", level="not_started")
    after = await read(world, item(7))
    assert {party: (one["level"], one["on"]) for party, one in after["progress"].items()} == {
        "AZ": ("no_evidence", "2025-12-31"),
        "PK": ("limited", "2025-12-31"),
    }
    assert after["progress"]["PK"]["id"] == own["id"]
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"progress", "version", "changed_at", "dormant"}
    await said(world, 7, level="substantial")
    assert (await read(world, item(7)))["progress"]["PK"]["level"] == "substantial"
    listed = (await world.as_("AZ").get(f"/v1/commitments/{item(7)}/progress-reports")).json()["items"]
    assert [(one["party"], one["level"], one["entry"]) for one in listed] == [
        ("PK", "limited", before["version"] + 1),
        ("AZ", "no_evidence", before["version"] + 2),
        ("PK", "not_started", before["version"] + 3),
        ("PK", "substantial", before["version"] + 4),
    ]
    alone = await world.as_("AZ").get(f"/v1/commitments/{item(7)}/progress-reports?party=AZ")
    assert [one["party"] for one in alone.json()["items"]] == ["AZ"]
    # Who wrote it, its own party alone is told by name.
    assert listed[0] == own | {"principal": None}
    await proven(world)


async def test_lists_filter_by_level_and_by_how_old_the_last_report_is(world: World) -> None:
    await said(world, 2, level="complete", period_end="2025-03")
    await said(world, 3, "AZ", level="limited", period_end="2025-09")
    await said(world, 3, level="not_started", period_end="2024")
    assert await references(world, "level=complete") == ["02"]
    assert await references(world, "level=limited&level=complete") == ["02", "03"]
    assert await references(world, "level=substantial") == []
    assert await references(world, "level=not_started") == ["03"]
    assert await references(world, "reported_before=2025-09-30") == [one for one in ALL if one != "03"]
    assert await references(world, "reported_before=2025-10-01") == ALL


async def test_a_report_neither_waits_for_an_open_proposal_nor_closes_it(world: World) -> None:
    lapse = {"action": "lapse", "reason": "R"}
    opened = (await world.as_("PK").post(f"/v1/commitments/{item(7)}/transitions", json=lapse)).json()
    await said(world, 7, "AZ")
    assert (await read(world, item(7)))["open_transition"]["id"] == opened["id"]
    done = await world.as_("AZ").post(f"/v1/transitions/{opened['id']}/confirmations", json={"decision": "confirm"})
    assert done.json()["status"] == "effective"
    # Of what is closed, the last period may still be reported on.
    await said(world, 7, "AZ")
    await proven(world)


async def test_the_lead_body_reports_on_what_it_leads_and_on_nothing_else(world: World) -> None:
    await world.second_principal("pk-commerce", organisation_id=organisation(103))
    lead = {"lead_organisation_id": organisation(103)}
    await said(world, 7, "pk-commerce", 403)
    done = await world.as_("PK").patch(f"/v1/commitments/{item(7)}", json=lead, headers={"If-Match": "*"})
    assert done.status_code == 200
    told = await said(world, 7, "pk-commerce")
    assert told["party"] == "PK"
    refused = await said(world, 9, "pk-commerce", 403)
    assert "the lead body of its own party" in refused["detail"]
    # It is the lead body of its own party, by this party's own word.
    await world.second_principal("az-customs", organisation_id=organisation(203))
    await said(world, 7, "az-customs", 403)
    await proven(world)


async def test_what_is_wrong_is_told_at_once_and_what_was_taken_back_is_not_reported_on(world: World) -> None:
    await confirmed(world, item(3), {"action": "amend", "reason": "R", "changes": {"target_date": "2025-02"}})
    wrong = await said(world, 3, status=422, level="done", period_start="2026", period_end="2999")
    assert [one["pointer"] for one in wrong["errors"]] == ["/period_end", "/level"]
    assert [one["pointer"] for one in (await said(world, 3, status=422))["errors"]] == ["/delay_reason"]
    await said(world, 3, delay_reason="funding")
    own = (await world.as_("PK").post("/v1/commitments", json=RECORD)).json()
    retracted = await world.as_("PK").post(f"/v1/commitments/{own['id']}/transitions", json={"action": "retract"})
    assert retracted.status_code == 201, retracted.text
    done = await world.as_("PK").post(f"/v1/commitments/{own['id']}/progress-reports", json=REPORT)
    assert done.status_code == 409


@pytest.mark.parametrize(("days", "dormant"), [(200, True), (100, False)])
async def test_dormant_counts_from_what_happened_in_the_world_not_from_the_import(
    worn: World, days: int, dormant: bool
) -> None:
    day = str((datetime.now(UTC) - timedelta(days=days)).date())
    one = await found(worn, {"agreed_on": "2020", "found_in": "signed", "effective_on": day}, 100 + days)
    assert (await read(worn, one["id"]))["dormant"] is dormant
    # Nothing has happened by mending the record, nor by naming an office.
    facts = {"focal_point": "Desk"}
    await worn.as_("PK").patch(f"/v1/commitments/{one['id']}", json=facts, headers={"If-Match": "*"})
    assert (await read(worn, one["id"]))["dormant"] is dormant


async def test_a_report_or_a_step_at_home_wakes_what_was_dormant(worn: World) -> None:
    this_month = datetime.now(UTC).strftime("%Y-%m")
    for number, wake in ((301, "report"), (302, "step")):
        one = await found(worn, {"agreed_on": "2020"}, number)
        url = f"/v1/commitments/{one['id']}"
        assert (await read(worn, one["id"]))["dormant"]
        if wake == "report":
            assert (await worn.as_("AZ").post(f"{url}/progress-reports", json=REPORT)).is_success
            assert (await read(worn, one["id"]))["dormant"]
            await worn.as_("AZ").post(f"{url}/progress-reports", json=REPORT | {"period_end": this_month})
        else:
            step = {"action": "record_step", "step": "cabinet_approval", "status": "needed"}
            assert (await worn.as_("AZ").post(f"{url}/transitions", json=step)).is_success
        assert not (await read(worn, one["id"]))["dormant"]
