"""The return: every instrument of one's own party, with dates, ministries, areas and progress; and the session's sheet of instruments."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

import pytest

from service.reports.pdf.making import typeset
from service.reports.pdf.return_pages import document
from service.reports.rules.organisations import organisations
from service.reports.rules.organisations import read as read_naming
from service.reports.rules.return_tables import COLUMNS
from service.reports.words import LANGUAGES
from service.trail.entry import canonical
from tests.conftest import SESSION_8, World, item, organisation
from tests.register.commitments.test_journey import confirm, confirmed
from tests.register.commitments.test_kinds import recorded
from tests.register.instruments.recording import ACT, SIGN, agreed, done, entered, record
from tests.register.progress.test_reports import said
from tests.reports.test_pdf import drawn, written

RETURN: Final = "/v1/returns/instruments"
EDI: Final = "PK-AZ/08/004"
DEFENCE: Final = "PK-AZ/08/005"
CLAUSES: Final = {
    "entry_into_force": {"anchor": "signature"},
    "duration": {"kind": "period", "years": 5, "then": "tacit"},
    "notice": {"kind": "before_period_end", "months": 6},
}


async def returned(world: World, query: str = "", who: str = "PK") -> Any:
    """Return the return of a party."""
    await world.sequence()
    answer = await world.as_(who).get(f"{RETURN}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def titles(told: Any) -> set[str]:
    """Return what its rows are called; a draft of which no title is known, by the commitment that tells of it."""
    return {row["title"] or row["commitments"][0]["reference"] for row in told["rows"]}


async def signed(world: World, **facts: Any) -> dict[str, Any]:
    """Record an instrument that carries two commitments of different areas, and have it signed by both sides."""
    made = await entered(world, commitment_ids=[item(2), item(3)], confidentiality="public", **CLAUSES, **facts)
    return await agreed(world, made["id"], SIGN)


@pytest.mark.parametrize("found_in", ["mou_drafted", "signed"])
async def test_what_a_commitment_opened_is_confirmed_by_who_decided_on_the_commitment(
    world: World, found_in: str
) -> None:
    agreement = {
        "agreed_on": "2025-02-01", "found_in": found_in, "effective_on": "2025-02-01", "instrument_kind": "mou", "instrument_title": "Opened"
    }  # fmt: skip
    made = await recorded(world, titles={"en": "T"}, texts={"en": "T"}, agreement=agreement)
    await confirm(world, made["open_transition"]["id"])
    row = next(one for one in (await returned(world))["rows"] if one["title"] == "Opened")
    assert (row["confirmed_by"], row["not_confirmed_by"]) == (["PK", "AZ"], [])


async def test_a_draft_that_both_agreed_on_is_confirmed_by_both(world: World) -> None:
    draft = {
        "action": "draft_mou", "effective_on": "2025-02-01", "instrument_kind": "mou", "instrument_title": "Drafted",
        "drafting_party": "PK", "text_reference": "N",
    }  # fmt: skip
    await confirmed(world, item(9), draft)
    row = next(one for one in (await returned(world))["rows"] if one["title"] == "Drafted")
    assert (row["confirmed_by"], row["not_confirmed_by"]) == (["PK", "AZ"], [])


async def test_one_row_tells_who_signed_since_when_until_when_and_how_far_each_area_is(world: World) -> None:
    made = await signed(world)
    step = {"action": "record_step", "step": "cabinet_approval", "status": "needed", "effective_on": "2025-03-02"}
    await done(world, made["id"], step)
    await said(world, 2, level="substantial", period_end="2025-06")
    await said(world, 2, "AZ", level="limited", period_end="2025-06")
    told = await returned(world, "?as_of=2026-01-01")
    row = next(one for one in told["rows"] if one["id"] == made["id"])
    assert (row["reference"], row["kind"], row["state"]) == (made["reference"], "agreement", "signed")
    assert (row["signed_on"], row["place"], row["force"]) == ("2025-03-01", "Baku", "in_force")
    assert (row["in_force_on"], row["expires_on"], row["renewal"]) == ("2025-03-01", "2030-02-28", "tacit")
    assert row["notice_by"] == "2029-08-31"
    assert (row["countries"], row["confirmed_by"], row["not_confirmed_by"]) == (["AZ"], ["PK", "AZ"], [])
    assert [one["name"] for one in row["foreign_signatories"]] == ["N. of AZ"]
    assert [one["name"] for one in row["own_signatories"]] == ["N. of PK"]
    assert [(one["party"], one["step"]) for one in row["missing_steps"]] == [("PK", "cabinet_approval")]
    areas = {one["area"]: one["commitments"] for one in row["areas"]}
    assert {one["reference"]: one["levels"] for one in areas["trade"]} == {
        "PK-AZ/08/002": {"PK": "substantial", "AZ": "limited"}
    }
    assert areas["customs"][0] | {"id": ""} == {
        "id": "", "reference": "PK-AZ/08/003", "state": "signed", "one_sided": False, "levels": {},
    }  # fmt: skip
    # Beside the pilot's own: one in the register, and two of which commitments alone tell.
    assert titles(told) == {
        "Agreement on data (sample)", "Preferential Trade Agreement", EDI, DEFENCE,
    }  # fmt: skip
    assert (
        told["digest"] == sha256(canonical({name: one for name, one in told.items() if name != "digest"})).hexdigest()
    )


async def test_what_a_commitment_alone_tells_of_is_in_it_but_not_for_whom_it_is_not(world: World) -> None:
    edi = next(row for row in (await returned(world))["rows"] if row["commitments"][0]["reference"] == EDI)
    assert edi["id"] is None
    assert (edi["reference"], edi["state"], edi["kind"]) == (None, None, "mou")
    assert [one["reference"] for one in edi["commitments"]] == ["PK-AZ/08/004"]
    assert DEFENCE not in titles(await returned(world, "?audience=public"))
    # It is restricted today, whatever the entries say: its secretariat sees it, another ministry of the same party does not.
    await world.second_principal("pk-health", organisation_id=organisation(106))
    assert DEFENCE in titles(await returned(world))
    assert DEFENCE not in titles(await returned(world, "?audience=restricted", "pk-health"))
    close = await entered(world, confidentiality="restricted", titles={"en": "Kept close (sample)"})
    assert close["id"] not in {row["id"] for row in (await returned(world))["rows"]}
    assert close["id"] in {row["id"] for row in (await returned(world, "?audience=restricted"))["rows"]}
    assert close["id"] not in {
        row["id"] for row in (await returned(world, "?audience=restricted", "pk-health"))["rows"]
    }


async def test_it_is_told_as_of_a_day_and_as_known_at_a_moment(world: World) -> None:
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    made = await signed(world)
    assert made["id"] not in {row["id"] for row in (await returned(world, "?as_of=2025-01-31"))["rows"]}
    drafted = (await returned(world, "?as_of=2025-02-15"))["rows"]
    row = next(one for one in drafted if one["id"] == made["id"])
    assert (row["state"], row["signed_on"], row["force"], row["own_signatories"]) == ("drafted", None, "not_signed", [])
    known = await returned(world, f"?known_at={before}")
    assert (made["id"] in {row["id"] for row in known["rows"]}, known["known_at"] is None) == (False, False)


async def test_a_ministry_answers_for_what_it_leads_and_else_the_co_lead_of_the_group_does(world: World) -> None:
    made = await signed(world)
    led = {"party_facts": {"lead_organisation_id": organisation(106)}}
    read = await world.as_("PK").get(f"/v1/commitments/{item(2)}")
    changed = await world.as_("PK").patch(
        f"/v1/commitments/{item(2)}", json=led["party_facts"], headers={"If-Match": read.headers["etag"]}
    )
    assert changed.status_code == 200, changed.text
    found = await returned(world, f"?organisation_id={organisation(106)}")
    (row,) = found["rows"]
    assert row["id"] == made["id"]
    ministries = {one["id"]: one for one in row["ministries"]}
    assert (ministries[organisation(106)]["role"], bool(ministries[organisation(106)]["name"])) == ("lead", True)
    assert {one["role"] for one in row["ministries"]} == {"lead", "co_lead"}
    assert [one["id"] for one in found["organisations"]] == [organisation(106)]
    code = ministries[organisation(106)]["code"]
    assert len((await returned(world, f"?organisation_id={code}"))["rows"]) == 1
    foreign = await world.as_("PK").get(f"{RETURN}?organisation_id={organisation(201)}")
    assert (foreign.status_code, foreign.json()["errors"][0]["parameter"]) == (422, "organisation_id")


async def test_only_who_acts_for_a_party_has_a_return(still: World) -> None:
    for who in ("observer", "auditor", "administrator"):
        assert (await still.as_(who).get(RETURN)).status_code == 403
    for query, parameter in (("as_of=2999-01-01", "as_of"), ("known_at=2999-01-01T00:00:00Z", "known_at")):
        refused = await still.as_("PK").get(f"{RETURN}?{query}")
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, parameter)


async def test_a_proposed_instrument_is_told_as_not_confirmed_and_to_the_parties_alone(world: World) -> None:
    made = await record(world, confidentiality="public")
    row = next(one for one in (await returned(world))["rows"] if one["id"] == made["id"])
    assert (row["state"], row["confirmed_by"], row["not_confirmed_by"]) == ("proposed", [], ["PK", "AZ"])
    public = await returned(world, "?audience=public")
    assert made["id"] not in {one["id"] for one in public["rows"]}


async def test_files_have_every_row_and_the_same_question_has_the_same_bytes(worn: World) -> None:
    told = await returned(worn, "?as_of=2026-01-01")
    answers = {
        one: await worn.as_("PK").get(f"{RETURN}?as_of=2026-01-01&format={one}") for one in ("json", "csv", "xlsx")
    }
    assert canonical(answers["json"].json()) == answers["json"].content
    again = await worn.as_("PK").get(f"{RETURN}?as_of=2026-01-01&format=xlsx")
    assert answers["xlsx"].content == again.content
    assert answers["csv"].headers["content-disposition"] == 'attachment; filename="PK-instruments-2026-01-01-en.csv"'
    rows = list(csv.DictReader(io.StringIO(answers["csv"].content.decode("utf-8-sig"), newline="")))
    assert list(rows[0])[: len(COLUMNS)] == list(COLUMNS)
    assert [row["Title of the instrument"] for row in rows] == [row["title"] or "" for row in told["rows"]]
    assert {row["Digest (SHA-256)"] for row in rows} == {told["digest"]}
    with zipfile.ZipFile(io.BytesIO(answers["xlsx"].content)) as book:
        assert told["digest"] in book.read("docProps/core.xml").decode()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_pages_of_a_return_name_all_of_it_in_every_language(worn: World, language: str) -> None:
    told = await returned(worn, "?as_of=2026-01-01")
    content = await typeset(document(told, language), date(2026, 1, 1))
    pages = "".join(written(content))
    assert told["digest"] in drawn(content)
    assert all(row["title"].split()[0] in pages for row in told["rows"] if row["title"])


async def test_an_organisation_is_called_as_it_was_on_the_day_by_what_the_registry_had_told() -> None:
    one, other = organisation(101), organisation(102)
    named = {"id": one, "party": "PK", "code": "PK/ONE", "name": "One", "names": {}}
    entries = [
        ("2025-01-01", "organisation.registered", named),
        ("2025-01-02", "registrar.named", {"organisation": named | {"id": other, "name": "Other"}}),
        ("2025-06-01", "organisation.renamed", {"id": one, "name": "First", "names": {}, "since": "2025-07-01"}),
    ]
    stored = [canonical({"recorded_at": at, "kind": kind, "data": data}) for at, kind, data in entries]

    def called(day: str, until: str | None = None) -> dict[str, str]:
        found = organisations(read_naming(stored), datetime.fromisoformat(day).date(), until)
        return {key: told["name"] for key, told in found.items()}

    assert called("2025-06-30") == {one: "One", other: "Other"}
    assert called("2025-07-01") == {one: "First", other: "Other"}
    assert called("2026-01-01", "2025-05-01") == {one: "One", other: "Other"}


async def test_the_sheet_of_a_session_comes_from_the_register_of_instruments(world: World) -> None:
    made = await signed(world)
    apart = await entered(world, titles={"en": "Of no commitment (sample)"})
    close = await entered(world, confidentiality="restricted", titles={"en": "Kept close (sample)"})
    await world.sequence()
    told = (await world.as_("PK").get(f"/v1/sessions/{SESSION_8}/report")).json()["instruments"]
    (row,) = [one for one in told if one["id"] == made["id"]]
    assert [one["reference"] for one in row["commitments"]] == ["PK-AZ/08/002", "PK-AZ/08/003"]
    assert (row["force"], row["notice_by"]) == ("in_force", "2029-08-31")
    assert [one["commitments"][0]["reference"] for one in told if one["id"] is None] == ["PK-AZ/08/004", "PK-AZ/08/005"]
    assert apart["id"] not in {one["id"] for one in told}
    charter = (await world.as_("PK").get("/v1/commissions/PK-AZ/report")).json()["instruments"]
    assert {apart["id"], made["id"]} <= {one["id"] for one in charter}
    assert close["id"] not in {one["id"] for one in charter}
    public = (await world.as_("observer").get("/v1/commissions/PK-AZ/report")).json()["instruments"]
    assert {one["id"] for one in public} >= {made["id"]}
    assert apart["id"] not in {one["id"] for one in public}
    early = (await world.as_("PK").get(f"/v1/sessions/{SESSION_8}/report?as_of=2025-02-15")).json()["instruments"]
    assert next(one for one in early if one["id"] == made["id"])["signed_on"] is None
    assert ACT["place"] == row["place"]
