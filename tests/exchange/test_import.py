"""A file sent back: tried, then done whole or not at all, by the same commands as any request, and as its sender may."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import xlsxwriter

from service.database.connection import Address
from service.database.pool import TRIES, Pool
from service.exchange import running
from service.reports.spreadsheets import BOM, marked
from service.settings import Settings
from tests.conftest import COMMISSION, World, item
from tests.exchange.test_export import EXPORT, exported
from tests.http.test_database_in_trouble import MEETING
from tests.register.commitments.test_journey import confirm, confirmed
from tests.register.instruments.recording import entered
from tests.three_parties import commission_of_three, record_in

IMPORTS = f"/v1/commissions/{COMMISSION}/imports"
Rows = list[dict[str, str]]


@pytest.fixture
async def worker(worn: World) -> AsyncIterator[Pool]:
    """Connections as the worker has them."""
    async with Pool.of(
        Settings(), Address.parse(worn.server.url("pacta_worker", worn.database)), size=2, writes=True
    ) as pool:
        # What the pilot and other tests have left.
        while await running.run_next(pool):
            pass
        yield pool


def as_csv(rows: Rows, *names: str) -> bytes:
    out = io.StringIO(newline="")
    wanted = names or tuple(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(out)
    writer.writerows([wanted, *([marked(row.get(name, "")) for name in wanted] for row in rows)])
    return BOM + out.getvalue().encode()


async def sent(world: World, content: bytes, query: str = "", who: str = "PK") -> Any:
    answer = await world.as_(who).post(
        f"{IMPORTS}?{query}", content=content, headers={"Content-Type": "application/octet-stream"}
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "queued"
    return answer.headers["location"]


async def tried(world: World, worker: Pool, content: bytes, query: str = "dry_run=true", who: str = "PK") -> Any:
    location = await sent(world, content, query, who)
    assert await running.run_next(worker)
    return (await world.as_(who).get(location)).json()


async def done(world: World, worker: Pool, content: bytes, query: str = "") -> Any:
    would = await tried(world, worker, content, f"dry_run=true&{query}")
    assert would["status"] == "done", would
    did = await tried(world, worker, b"", f"dry_run=false&digest={would['digest']}")
    assert did["status"] == "done", did
    assert did["counts"] == would["counts"]
    return did


def problems(told: Any) -> dict[str | None, str]:
    return {one["cell"]: one["problem"] for one in told["rows"] if one["problem"]}


async def test_a_file_that_met_another_request_is_carried_out_anew_as_a_whole(world: World) -> None:
    listed = [one for one in await exported(world) if one["reference"] in {"PK-AZ/08/002", "PK-AZ/08/003"}]
    rows = [one | {"due_on": "2031"} for one in listed]
    address = Address.parse(world.server.url("pacta_worker", world.database))
    async with Pool.of(Settings(), address, size=2, writes=True) as pool:
        while await running.run_next(pool):
            pass
        would = await tried(world, pool, as_csv(rows), "dry_run=true&propose=true")
        assert would["digest"], would
        owner = await world.connect()
        await owner.execute(MEETING)
        did = await tried(world, pool, b"", f"dry_run=false&digest={would['digest']}")
    assert did["problem"] is None, did["problem"]
    assert did["counts"] == would["counts"]
    assert await owner.fetchval("SELECT last_value FROM met") > TRIES
    assert did["progress"]["done"] == did["progress"]["total"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_what_is_exported_and_imported_changes_nothing(worn: World, worker: Pool, ending: str) -> None:
    content = (await worn.as_("PK").get(f"{EXPORT}.{ending}")).content
    told = await tried(worn, worker, content, "dry_run=true&propose=true")
    assert told["counts"] == {**dict.fromkeys(told["counts"], 0), "none": told["progress"]["total"]}


async def test_two_cells_of_ones_own_and_one_of_all_are_one_change_and_one_proposal(worn: World, worker: Pool) -> None:
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/007")
    edited = row | {
        "level.PK": "limited", "report.PK": "-\\ drawings", "period_end.PK": "2026-06", "title.en": "=Storage"
    }  # fmt: skip
    did = await done(worn, worker, as_csv([edited]))
    assert (did["counts"]["change"], did["counts"]["proposals"], did["counts"]["create"]) == (1, 1, 0)
    after = (await worn.as_("PK").get("/v1/commitments/PK-AZ/08/007")).json()
    assert (after["progress"]["PK"]["level"], after["progress"]["PK"]["text"]) == ("limited", "-\\ drawings")
    assert after["open_transition"]["awaiting"] == ["AZ"]
    assert after["titles"]["en"] == row["title.en"]
    stale = await tried(worn, worker, as_csv([edited | {"level.PK": "complete"}]))
    assert {one["action"] for one in stale["rows"]} == {"conflict"}
    told = ["row", "cell", "reference", "action", "column", "from", "to", "problem", "proposal"]
    assert {tuple(one) for one in stale["rows"]} == {tuple(told)}


async def test_a_row_without_a_reference_creates_and_what_is_empty_is_unknown(worn: World, worker: Pool) -> None:
    new = {
        "session": "PK-AZ/08", "paragraph": "12(b)", "sector": "energy", "title.en": "-3 degrees", "text.en": "Text", "lead.PK": "PK/MODP",
        "found_in": "signed", "agreed_on": "2025-01-24", "signed_on": "2024-07", "instrument": "mou: Storage", "signatory.AZ": "A | Minister",
        "level.PK": "not_started", "report.PK": "Nothing yet.", "delay_reason.PK": "funding", "period_end.PK": "2025", "due_on": "2026", "kind": "plan",
        "due_text": "at once", "source": "=A1", "remark": "-\nSeen",
    }  # fmt: skip
    codes = (await worn.as_("PK").get("/v1/organisations?party=PK")).json()["items"]
    new["lead.PK"] = f"{codes[1]['code']}, {codes[2]['code']}"
    did = await done(worn, worker, as_csv([new, {"title.en": ""}, new | {"paragraph": "13", "text.en": "Other"}]))
    assert did["counts"]["create"] == 2
    made = (await worn.as_("PK").get(f"/v1/commitments?commission_id={COMMISSION}&sort=newest&limit=2")).json()[
        "items"
    ][-1]
    assert (made["paragraph"], made["item_number"], made["state"], made["titles"]) == (
        "12(b)",
        12,
        "proposed",
        {"en": "-3 degrees"},
    )
    assert len(made["party_facts"]["PK"]["further_lead_organisation_ids"]) == 1
    assert made["progress"]["PK"]["level"] == "not_started"
    transition = (await worn.as_("AZ").get(f"/v1/transitions/{made['open_transition']['id']}")).json()
    known = {name: one for name, one in transition["evidence"].items() if one is not None and name != "move"}
    assert known == {
        "found_in": "signed", "agreed_on": "2025-01-24", "effective_on": "2024-07", "instrument_kind": "mou", "instrument_title": "Storage",
        "signatories": [{"party": "AZ", "name": "A", "title": "Minister"}],
    }  # fmt: skip


async def test_codes_are_taken_in_large_or_small_letters_as_everywhere(worn: World, worker: Pool) -> None:
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/007" and one["group"])
    assert row["session"] == "PK-AZ/08"
    small = {name: row[name].lower() for name in ("reference", "session", "group", "lead.PK", "lead.AZ")}
    new = {
        "session": "pk-az/08",
        "group": row["group"].upper(),
        "lead.PK": "pk/modp",
        "sector": "energy",
        "title.en": "T",
    }
    told = await tried(worn, worker, as_csv([row | small, new | {"agreed_on": "2025-01-24"}]), "dry_run=true")
    assert problems(told) == {}
    assert (told["counts"]["none"], told["counts"]["create"]) == (1, 1)


async def test_a_session_of_a_group_leaves_and_comes_back_by_its_code(worn: World, worker: Pool) -> None:
    group = (await worn.as_("PK").get("/v1/working-groups/PK-AZ/JWG/trade")).json()
    held = {"action": "record", "working_group_id": group["id"], "ordinal": 2, "starts_on": "2025-03"}
    made = await worn.as_("PK").post(f"/v1/commissions/{COMMISSION}/sessions", json=held)
    assert made.status_code == 201, made.text
    new = {"session": "PK-AZ/JWG/trade/02", "sector": "trade", "title.en": "T", "agreed_on": "2025-03"}
    assert (await done(worn, worker, as_csv([new])))["counts"]["create"] == 1
    row = next(one for one in await exported(worn) if one["title.en"] == "T")
    assert row["session"] == new["session"]
    assert (await tried(worn, worker, as_csv([row]), "dry_run=true"))["counts"]["none"] == 1


async def test_a_package_and_its_links_come_in_by_cells_and_are_changed_by_them(worn: World, worker: Pool) -> None:
    three = await commission_of_three(worn)
    one, other = [(await record_in(worn, three, number))["reference"] for number in (1, 2)]
    new = {
        "session": "PK-AZ/08", "paragraph": "15", "sector": "health", "title.en": "Three clinics", "text.en": "T", "kind": "package",
        "agreed_on": "2025-01-24", "item.en": "1: First\n2: - of two\n3: Third", "item_done": "2: 2025-06", "continues": one,
    }  # fmt: skip
    assert (await done(worn, worker, as_csv([new])))["counts"]["create"] == 1
    url = f"/v1/commitments?commission_id={COMMISSION}&sort=newest&limit=1"
    made = (await worn.as_("PK").get(url)).json()["items"][0]
    assert [(one["number"], one["titles"]["en"], one["done_on"]) for one in made["package_items"]] == [
        (1, "First", None), (2, "- of two", "2025-06"), (3, "Third", None),
    ]  # fmt: skip
    await worn.as_("AZ").post(
        f"/v1/transitions/{made['open_transition']['id']}/confirmations", json={"decision": "confirm"}
    )
    (row,) = [one for one in await exported(worn) if one["kind"] == "package"]
    assert (row["item.en"], row["item_done"], row["continues"]) == (new["item.en"], new["item_done"], new["continues"])
    edited = row | {
        "item.en": "1: First of all\n2: - of two",
        "item_done": "1: 2026",
        "pushed_by": other,
        "continues": "-",
    }
    assert (await done(worn, worker, as_csv([edited])))["counts"]["proposals"] == 1
    proposal = (await worn.as_("PK").get(f"/v1/commitments/{made['id']}")).json()["open_transition"]["id"]
    evidence = (await worn.as_("AZ").get(f"/v1/transitions/{proposal}")).json()["evidence"]
    assert evidence["changes"] == {
        "package_items": {"1": {"titles": {"en": "First of all"}, "done_on": "2026"}, "2": {"done_on": None}, "3": None},
        "continues": None, "pushed_by": other,
    }  # fmt: skip
    wrong = await tried(
        worn, worker, as_csv([new | {"kind": "plan"}, new | {"item.en": "First"}, new | {"item.en": "1: A\n1: B"}])
    )
    assert [(one["column"], one["problem"]) for one in wrong["rows"] if one["action"] == "refused"] == [
        ("item.en", "is told of the kind `package` alone"),
        (
            None,
            "'First' is no item of a package; write one item a line, its number and a colon before it: `1: Two hospitals`",
        ),
        (None, "item 1 of a package stands twice in one cell"),
    ]


async def test_a_report_comes_in_with_its_next_step_and_what_it_expects_and_begins_no_period_that_nobody_said(
    worn: World, worker: Pool
) -> None:
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/007")
    said = {"level.PK": "limited", "report.PK": "R", "period_start.PK": "2026-01", "period_end.PK": "2026-06",
            "next_step.PK": "-\nTwo", "expected_on.PK": "2028"}  # fmt: skip
    assert (await done(worn, worker, as_csv([row | said])))["counts"]["change"] == 1
    after = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/007")
    assert said.items() <= after.items()
    await done(worn, worker, as_csv([after | {"report.PK": "Later", "period_end.PK": "2026-07"}]))
    told = (await worn.as_("PK").get("/v1/commitments/PK-AZ/08/007")).json()["progress"]["PK"]
    assert (told["period_start"], told["period_end"], told["next_step"]) == (None, "2026-07", "-\nTwo")


async def test_what_cannot_be_done_is_told_at_its_cell_and_then_nothing_is_done(worn: World, worker: Pool) -> None:
    rows = await exported(worn)
    first, second, third = rows[0], rows[1], rows[2]
    free = next(row for row in rows[3:] if not row["awaiting"])
    edited = [
        first | {"signed_on": "2024-08"},
        second | {"level.AZ": "complete"},
        third | {"due_on": "32-1-2018", "sector": "Customs!"},
        {"reference": "PK-AZ/08/999", "version": "1"},
        {"title.en": "No sector", "text.en": "T", "agreed_on": "Jun-25"},
        {"title.en": "No sector", "text.en": "T", "agreed_on": "2025-06", "group": "PK-AZ/JWG/none"},
        {"reference": free["reference"], "version": free["version"], "title.en": "Done if all is"},
    ]
    names = tuple(first)
    told = await tried(worn, worker, as_csv(edited, *names), "dry_run=true")
    found = problems(told)
    column = {name: chr(65 + place) if place < 26 else "A" + chr(39 + place) for place, name in enumerate(names)}
    assert "correct" in found[f"{column['signed_on']}2"]
    assert "AZ alone" in found[f"{column['level.AZ']}3"]
    assert "2025-01-24" in found[f"{column['due_on']}4"]
    assert "no such reference" in found["A5"]
    assert "two ways" in found[f"{column['agreed_on']}6"]
    assert {f"{column['sector']}7", f"{column['group']}7"} <= set(found)
    assert [one["action"] for one in told["rows"] if one["row"] == 8] == ["change"]
    real = await tried(worn, worker, b"", f"dry_run=false&digest={told['digest']}")
    assert (real["status"], real["counts"]["change"] >= 0) == ("failed", True)
    assert [one["version"] for one in await exported(worn)] == [one["version"] for one in rows]


async def test_what_one_may_not_see_is_no_such_reference_for_another_organisation(worn: World, worker: Pool) -> None:
    hidden = next(row for row in await exported(worn) if row["confidentiality"] == "restricted")
    await worn.second_principal(
        "pk-outsider", organisation_id=(await worn.as_("PK").get("/v1/organisations?party=PK")).json()["items"][3]["id"]
    )
    told = await tried(worn, worker, as_csv([hidden | {"title.en": "Seen"}]), who="pk-outsider")
    unknown = await tried(
        worn, worker, as_csv([hidden | {"title.en": "Seen", "reference": "PK-AZ/08/777"}]), who="pk-outsider"
    )
    said = {
        text.replace(hidden["reference"], "X").replace("PK-AZ/08/777", "X")
        for one in (told, unknown)
        for text in problems(one).values()
    }
    assert said == {"X is no such reference of this commission"}
    answer = await worn.as_("PK").get(f"/v1/imports/{told['id']}")
    assert answer.status_code == 404


async def test_a_file_may_be_the_one_part_of_a_form_as_browsers_and_curl_send_it(worn: World, worker: Pool) -> None:
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/009")
    form = {"file": ("list.csv", as_csv([row]), "text/csv")}
    answer = await worn.as_("PK").post(f"{IMPORTS}?dry_run=true", files=form)
    assert answer.status_code == 202, answer.text
    assert await running.run_next(worker)
    told = (await worn.as_("PK").get(answer.headers["location"])).json()
    assert (told["status"], told["counts"]["none"]) == ("done", 1)
    for kind in ("multipart/form-data", "multipart/form-data; boundary=B"):
        refused = await worn.as_("PK").post(IMPORTS, content=b"reference\r\n", headers={"Content-Type": kind})
        assert refused.status_code == 400, refused.text


async def test_a_state_moves_by_a_proposal_where_that_is_asked_for(worn: World, worker: Pool) -> None:
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/009")
    edited = row | {"state": "lapsed", "effective_on": "2026-01-01"}
    assert "propose=true" in " ".join(problems(await tried(worn, worker, as_csv([edited]))).values())
    did = await done(worn, worker, as_csv([edited]), "propose=true&reason=The+plan+ended.")
    assert did["counts"]["proposals"] == 1
    opened = (await worn.as_("AZ").get(f"/v1/commitments/{item(9)}")).json()["open_transition"]
    transition = (await worn.as_("AZ").get(f"/v1/transitions/{opened['id']}")).json()
    assert (transition["action"], transition["evidence"]["reason"]) == ("lapse", "The plan ended.")
    back = await tried(worn, worker, as_csv([row | {"state": "agreed"}]))
    assert back["counts"]["none"] == 1 or back["counts"]["conflict"] == 1


async def test_a_signing_is_proposed_with_who_signed_and_where_the_texts_are(worn: World, worker: Pool) -> None:
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/004")
    signing = {
        "state": "signed", "signed_on": "2025-11-20", "signed_place": "Baku", "signatory.PK": "A | Secretary | Customs",
        "signatory.AZ": "B | Chairman | State Customs Committee",
        "authentic_text.en": "Registry 1",
    }  # fmt: skip
    lacking = {name: cell for name, cell in signing.items() if name != "authentic_text.en"}
    told = problems(await tried(worn, worker, as_csv([row | lacking]), "dry_run=true&propose=true"))
    assert "the authentic text in 'en' is needed" in " ".join(told.values())
    nameless = await tried(worn, worker, as_csv([row | signing | {"signatory.AZ": "B"}]), "dry_run=true&propose=true")
    assert {one["column"] for one in nameless["rows"] if one["action"] == "refused"} == {"signatory.AZ"}
    did = await done(worn, worker, as_csv([row | signing]), "propose=true")
    assert (did["counts"]["proposals"], did["counts"]["change"]) == (1, 0)
    opened = (await worn.as_("AZ").get(f"/v1/commitments/{item(4)}")).json()["open_transition"]
    await confirm(worn, opened["id"])
    signed = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/004")
    assert {name: signed[name] for name in signing} == signing


async def test_a_report_without_the_period_of_which_it_speaks_is_refused(worn: World, worker: Pool) -> None:
    version = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/012")["version"]
    row = {"reference": "PK-AZ/08/012", "version": version, "level.PK": "limited", "report.PK": "Text"}
    told = await tried(worn, worker, as_csv([row, {"title.en": "New", "level.PK": "limited"}]))
    assert [(one["column"], one["action"]) for one in told["rows"] if one["action"] == "refused"] == [
        ("period_end.PK", "refused")
    ] * 2
    did = await done(worn, worker, as_csv([row | {"period_end.PK": "2025-06"}]))
    assert did["counts"]["change"] == 1
    after = (await worn.as_("PK").get("/v1/commitments/PK-AZ/08/012")).json()
    assert after["progress"]["PK"]["period_end"] == "2025-06"


async def test_a_hyphen_clears_and_a_missing_column_leaves(worn: World, worker: Pool) -> None:
    await confirmed(
        worn, item(10), {"action": "amend", "reason": "R", "changes": {"annex": "B", "target_date": "2027"}}
    )
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/010")
    did = await done(
        worn, worker, as_csv([{"reference": row["reference"], "version": row["version"], "annex": "-", "due_on": ""}])
    )
    assert [(one["column"], one["from"], one["to"]) for one in did["rows"]] == [("annex", "B", "-")]
    opened = (await worn.as_("AZ").get(f"/v1/commitments/{item(10)}")).json()["open_transition"]
    transition = (await worn.as_("AZ").get(f"/v1/transitions/{opened['id']}")).json()
    assert transition["evidence"]["changes"]["annex"] is None


async def test_typed_dates_are_taken_where_a_date_is_told_and_refused_elsewhere(worn: World, worker: Pool) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for place, (name, value) in enumerate(
        {
            "title.en": "A",
            "text.en": "T",
            "sector": "trade",
            "agreed_on": 45681,
            "paragraph": 45681,
            "due_on": 45681,
        }.items()
    ):
        sheet.write(0, place, name)
        sheet.write(1, place, value, day if name in {"agreed_on", "paragraph"} else None)
    book.close()
    found = problems(await tried(worn, worker, out.getvalue()))
    assert set(found) == {"E2", "F2"}
    assert "format the column as text" in found["E2"]
    assert "as spreadsheets count it" in found["F2"]


async def test_what_is_refused_is_told_as_it_was_written_and_as_the_register_has_it(worn: World, worker: Pool) -> None:
    rows = [
        {"reference": "PK-AZ/08/003", "version": "1", "sector": "trade/2", "due_on": "01.02.2025", "lead.PK": "PK/NONE"},
        {"title.en": "A", "sector": "trade", "agreed_on": "2025-01-24", "session": "PK-AZ/99"},
    ]  # fmt: skip
    told = await tried(worn, worker, as_csv(rows))
    refused = {(one["row"], one["column"]): (one["from"], one["to"]) for one in told["rows"] if one["problem"]}
    assert refused == {(2, "due_on"): (None, "01.02.2025"), (3, "session"): (None, "PK-AZ/99")}
    told = await tried(worn, worker, as_csv([{**rows[0], "due_on": "", "lead.PK": ""}]))
    assert [(one["from"], one["to"]) for one in told["rows"] if one["problem"]] == [("customs", "trade/2")]


async def test_a_real_run_names_a_dry_run_like_it(worn: World, worker: Pool) -> None:
    pk = worn.as_("PK")
    content = as_csv([{"title.en": "A", "text.en": "T", "sector": "trade", "agreed_on": "2025"}])
    told = await tried(worn, worker, content)
    for query, body in (("", content), (f"&digest={'0' * 64}", b""), (f"&digest={told['digest']}", content + b"\r\n")):
        refused = await pk.post(f"{IMPORTS}?dry_run=false{query}", content=body)
        assert refused.status_code == 422, refused.text
    az = await worn.as_("AZ").post(f"{IMPORTS}?dry_run=false&digest={told['digest']}")
    assert az.status_code == 422


async def test_rights_are_judged_again_when_it_runs(worn: World, worker: Pool) -> None:
    organisation = (await worn.as_("PK").get("/v1/organisations?party=PK")).json()["items"][0]["id"]
    await worn.second_principal("pk-leaver", organisation_id=organisation)
    location = await sent(worn, as_csv([{"title.en": "A"}]), who="pk-leaver")
    leaver = (await worn.as_("pk-leaver").get("/v1/me")).json()["principal_id"]
    assert (
        await worn.as_("PK").post(f"/v1/principals/{leaver}/deactivation", json={"confirm": "pk-leaver"})
    ).is_success
    assert await running.run_next(worker)
    told = (await worn.as_("PK").get(location)).json()
    assert told["status"] == "failed"
    assert "active" in told["problem"]


async def test_an_import_of_which_nothing_is_heard_has_failed_and_left_nothing(
    worn: World, worker: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = as_csv([{"title.en": "Left behind", "text.en": "T", "sector": "trade", "agreed_on": "2025"}])
    told = await tried(worn, worker, content)
    location = await sent(worn, b"", f"dry_run=false&digest={told['digest']}")
    reached: asyncio.Event = asyncio.Event()
    ends = running._ends

    async def killed(*_: Any) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(running, "_ends", killed)
    task = asyncio.create_task(running.run_next(worker))
    await reached.wait()
    assert (await worn.as_("PK").get(location)).json()["status"] == "running"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    owner = await worn.connect()
    await owner.execute("UPDATE import SET heard_at = heard_at - interval '31 seconds' WHERE status = 'running'")
    lost = (await worn.as_("PK").get(location)).json()
    assert (lost["status"], lost["rows"]) == ("failed", [])
    monkeypatch.setattr(running, "_ends", ends)
    assert not await running.run_next(worker)
    assert await owner.fetchval("SELECT status FROM import WHERE id = $1", lost["id"]) == "failed"
    assert await owner.fetchval("SELECT count(*) FROM commitment WHERE titles ->> 'en' = 'Left behind'") == 0


async def test_a_file_is_kept_for_a_day(worn: World, worker: Pool) -> None:
    told = await tried(worn, worker, as_csv([{"title.en": "A"}]))
    owner = await worn.connect()
    await owner.execute("UPDATE import SET asked_at = asked_at - interval '25 hours' WHERE id = $1", told["id"])
    await running.forget_files(worker)
    assert await owner.fetchval("SELECT content FROM import WHERE id = $1", told["id"]) is None


@pytest.mark.parametrize("change", [lambda row: row | {"unheard": "x"}, lambda row: {**row, "lead.TR": "x"}])
async def test_headings_that_nobody_knows_are_refused(worn: World, worker: Pool, change: Callable[[Any], Any]) -> None:
    told = await tried(worn, worker, as_csv([change({"title.en": "A"})]))
    assert told["status"] == "failed"
    assert told["problem"].startswith("B1 ")


async def test_rows_that_one_instrument_carries_are_signed_by_one_proposal_of_it(worn: World, worker: Pool) -> None:
    made = await entered(worn, confidentiality="public", commitment_ids=[item(2), item(3)])
    signing = {
        "state": "signed", "signed_on": "2025-11-20", "signed_place": "Baku", "signatory.PK": "A | Secretary | Trade",
        "signatory.AZ": "B | Chairman | Trade", "authentic_text.en": "Registry 1",
    }  # fmt: skip
    rows = [one | signing for one in await exported(worn) if one["reference"] in {"PK-AZ/08/002", "PK-AZ/08/003"}]
    did = await done(worn, worker, as_csv(rows), "propose=true")
    assert did["counts"]["refused"] == did["counts"]["conflict"] == 0
    opened = (await worn.as_("AZ").get(f"/v1/instruments/{made['id']}")).json()["open_transition"]
    await confirm(worn, opened["id"])
    for number in (2, 3):
        found = (await worn.as_("AZ").get(f"/v1/commitments/{item(number)}")).json()
        assert (found["state"], found["instrument"]["id"]) == ("signed", made["id"])


async def test_an_import_tells_nothing_any_more_of_what_its_organisation_sees_no_more(world: World) -> None:
    references = ("PK-AZ/08/005", "PK-AZ/08/007", "PK-AZ/08/999")
    row = {"level.AZ": "limited", "report.AZ": "R", "period_end.AZ": "2026-01"}
    content = as_csv([{"reference": one} | row for one in references])
    address = Address.parse(world.server.url("pacta_worker", world.database))
    async with Pool.of(Settings(), address, size=2, writes=True) as pool:
        while await running.run_next(pool):
            pass
        location = await sent(world, content, who="AZ")
        assert await running.run_next(pool)
    before = (await world.as_("AZ").get(location)).json()
    assert {one["reference"] for one in before["rows"]} == {*references}, before
    leave = {"action": "leave", "reason": "R", "notified_on": "2025-12", "effective_on": "2025-03-01"}
    left = await world.as_("AZ").post(f"/v1/commissions/{COMMISSION}/transitions", json=leave)
    assert left.json()["status"] == "effective", left.text
    after = (await world.as_("AZ").get(location)).json()
    assert {one["reference"] for one in after["rows"]} == {*references[1:]}
