"""A report by what was known at a moment: the same from the service and from an export, and none of what was not known yet."""

import asyncio
import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.log.export.directory import to_directory
from service.reports.pdf.pages import document
from service.reports.rules import naming
from tests.conftest import COMMISSION, ENTRIES, SESSION_8, World, item, organisation
from tests.register.commitments.test_journey import confirmed
from tests.reports.test_reports import DONE, _made, counted

REPORTS = (f"/v1/sessions/{SESSION_8}/report", f"/v1/commissions/{COMMISSION}/report")


async def reported(world: World, path: str, status: int = 200) -> Any:
    answer = await world.as_("PK").get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("path", REPORTS)
async def test_a_report_tells_what_was_known_at_a_moment_and_pacta_report_makes_the_same(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], path: str
) -> None:
    before = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    await confirmed(world, item(8), DONE)
    renamed = {"name": "Customs Authority (sample)", "since": "2025-01-01"}
    led = {"lead_organisation_id": organisation(103)}
    tag = (await world.as_("PK").get(f"/v1/commitments/{item(8)}")).headers["etag"]
    url = f"/v1/commitments/{item(8)}"
    assert (await world.as_("PK").patch(url, json=led, headers={"If-Match": tag})).status_code == 200
    assert (await world.as_("PK").post(f"/v1/organisations/{organisation(103)}/names", json=renamed)).status_code == 201
    await world.sequence()
    query = "?as_of=2026-11-01&compared_to=2025-02-01"
    assert counted((await reported(world, path + query))["metrics"]) == (1, 14)
    told = await reported(world, f"{path}{query}&known_at={before}")
    assert counted(told["metrics"]) == (0, 14)
    assert (told["known_at"], told["comparison"]["changed"]) == (before, [])
    assert renamed["name"] not in str(told)
    await to_directory(world.pool, "PK-AZ", tmp_path / "export", 0)
    session = ["--session", "PK-AZ/08"] if "sessions" in path else []
    days = ["--as-of", "2026-11-01", "--compared-to", "2025-02-01", "--known-at", before]
    assert _made(tmp_path / "export", *session, *days) == 0
    assert capsysbinary.readouterr().out == (await world.as_("PK").get(f"{path}{query}&known_at={before}")).content


@pytest.mark.parametrize("path", [*REPORTS, "/v1/returns/instruments", f"/v1/commissions/{COMMISSION}/metrics"])
async def test_a_moment_in_whole_seconds_is_told_as_it_was_asked(still: World, path: str) -> None:
    # The spelling is held to the published one by `tests/contract.py`.
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    await asyncio.sleep((moment - datetime.now(UTC)).total_seconds())
    asked = moment.isoformat().replace("+00:00", "Z")
    assert (await reported(still, f"{path}?known_at={asked}"))["known_at"] == asked


def test_what_entries_tell_to_the_microsecond_is_told_as_other_answers_tell_it() -> None:
    assert naming.moment("2026-01-24T09:30:00.000000Z") == "2026-01-24T09:30:00Z"
    assert naming.moment("2026-01-24T09:30:00.120000Z") == "2026-01-24T09:30:00.120000Z"


async def test_the_pages_and_the_sheets_of_such_a_report_say_the_moment(still: World) -> None:
    moment = "2026-01-24T09:30:00Z"
    told = await reported(still, f"{REPORTS[0]}?known_at={datetime.now(UTC).isoformat().replace('+00:00', 'Z')}")
    pages = document(told | {"known_at": moment}, "en")
    assert f"known at {moment}" in pages["footer"][0]
    assert "Known at" in str(pages["facts"])
    now = told["known_at"]
    sheet = await still.as_("PK").get(f"{REPORTS[0]}?known_at={now}&format=xlsx")
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as book:
        assert now.encode() in book.read("xl/sharedStrings.xml")


async def test_of_what_was_not_recorded_yet_there_is_no_count_of_nothing(world: World) -> None:
    await world.sequence()
    before = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    session = {"action": "record", "ordinal": 3, "starts_on": "2013-04"}
    made = await world.as_("PK").post(f"/v1/commissions/{COMMISSION}/sessions", json=session)
    assert made.status_code == 201, made.text
    path = f"/v1/sessions/{made.json()['id']}/report"
    told = await reported(world, path, 409)
    assert told["detail"] == "No checkpoint with this session is signed yet. Ask again in a second."
    await world.sequence()
    assert counted((await reported(world, path))["metrics"]) == (0, 0)
    told = await reported(world, f"{path}?checkpoint={ENTRIES}", 422)
    assert told["errors"] == [{"parameter": "checkpoint", "detail": "was signed before the session was recorded"}]
    told = await reported(world, f"{path}?known_at=2001-01-01T00:00:00Z", 422)
    assert told["errors"] == [{"parameter": "known_at", "detail": "lies before the commission was recorded"}]
    metrics = f"/v1/commissions/{COMMISSION}/metrics?session={made.json()['id']}"
    assert counted(await reported(world, metrics)) == (0, 0)
    told = await reported(world, f"{metrics}&known_at={before}", 422)
    assert told["errors"] == [{"parameter": "known_at", "detail": "lies before the session was recorded"}]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--known-at", "2001-01-01T00:00:00Z"], b"--known-at lies before the commission was recorded"),
        (
            ["--known-at", "2999-01-01T00:00:00Z"],
            b"--known-at lies in the future: nobody knows what is recorded by then",
        ),
        (["--session", "PK-AZ/03", "--known-at", "{now}"], b"this export has no session PK-AZ/03 by then"),
    ],
    ids=["before the commission", "in the future", "before the session"],
)
async def test_pacta_report_of_a_moment_of_which_it_cannot_tell_says_so(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], asked: list[str], said: bytes
) -> None:
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    session = {"action": "record", "ordinal": 3, "starts_on": "2013-04"}
    made = await world.as_("PK").post(f"/v1/commissions/{COMMISSION}/sessions", json=session)
    assert made.status_code == 201, made.text
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path / "export", 0)
    assert _made(tmp_path / "export", *(one.format(now=now) for one in asked)) == 64
    assert said in capsysbinary.readouterr().err
