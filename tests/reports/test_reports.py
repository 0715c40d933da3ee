"""n of m as of any day, and the report of a session: over HTTP, and from an export, byte for byte the same."""

import csv
import io
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from service.cli import proofs
from service.log.export.audience import Audience
from service.log.export.directory import to_directory
from service.reports.pdf.pages import document
from service.tlog.tiles import bundles_of, decode_bundle, encode_bundle
from service.trail.entry import VERSIONS, canonical
from tests.conftest import COMMISSION, ENTRIES, SESSION_8, World, item, organisation
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_journey import confirmed
from tests.register.progress.test_reports import said

METRICS = f"/v1/commissions/{COMMISSION}/metrics?session=PK-AZ/08"
DONE = {"action": "implement", "effective_on": "2025-06", "report": "R", "no_instrument_reason": "N"}


async def metrics(world: World, query: str = "", who: str = "PK") -> Any:
    """Return both metrics of the eighth session."""
    found = await world.as_(who).get(f"{METRICS}{query}")
    assert found.status_code == 200, found.text
    return found.json()


def counted(answer: Any) -> tuple[int, int]:
    """Return n and m."""
    metric = answer["fully_implemented"]
    return metric["numerator"], metric["denominator"]


async def test_metrics_and_the_matrix_say_by_name_what_they_tell_by_id(world: World) -> None:
    found = await metrics(world)
    assert found["commission"]["code"] == "PK-AZ"
    assert found["session"] == {"id": SESSION_8, "code": "PK-AZ/08", "name": "Session 8"}
    *shares, without = found["fully_implemented"]["by_group"]
    assert without["working_group"] is None
    called = {
        one["id"]: one["titles"]["en"] for one in (await world.as_("PK").get("/v1/working-groups")).json()["items"]
    }
    assert {one["key"]: one["working_group"]["name"] for one in shares} == {
        one["key"]: called[one["key"]] for one in shares
    }
    await world.sequence()
    report = (await world.as_("PK").get("/v1/sessions/PK-AZ/08/report", headers={"Accept": "application/json"})).json()
    for row in report["matrix"]:
        group = row["working_group"]
        assert (group and group["name"]) == called.get(row["working_group_id"])


async def test_n_of_m_is_what_both_confirmed_as_of_a_day_and_as_known_at_a_moment(world: World) -> None:
    assert counted(await metrics(world)) == (0, 14)
    assert counted(await metrics(world, "&as_of=2025-01-23")) == (0, 0)
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    await confirmed(world, item(8), DONE | {"outcome": "modified", "modification": "Smaller."})
    await confirmed(world, item(9), {"action": "withdraw", "reason": "R", "effective_on": "2025-09-01"})
    await world.as_("PK").post(f"/v1/commitments/{item(10)}/transitions", json=DONE)
    now = await metrics(world)
    assert counted(now) == (1, 13)
    told = now["fully_implemented"]
    assert [one["id"] for one in told["items"]] == [item(8)] == [one["id"] for one in told["modified"]]
    assert [(one["id"], one["reason"]) for one in told["excluded"]] == [(item(9), "withdrawn")]
    # A reduced date counts from its last day, and until then it is said to be uncertain.
    june = await metrics(world, "&as_of=2025-06-29")
    assert counted(june) == (0, 14)
    assert june["fully_implemented"]["uncertain"] == [
        {"id": item(8), "reference": "PK-AZ/08/008", "may_be": ["implemented"]}
    ]
    assert counted(await metrics(world, "&as_of=2025-06-30")) == (1, 14)
    assert counted(await metrics(world, f"&known_at={before}")) == (0, 14)
    compared = (await metrics(world, "&compared_to=2025-06-29"))["comparison"]
    assert (compared["numerator"], compared["denominator"]) == (0, 14)
    assert [(one["id"], one["before"], one["after"]) for one in compared["changed"]] == [
        (item(8), "agreed", "implemented"), (item(9), "agreed", "withdrawn"),
    ]  # fmt: skip
    energy = next(one for one in told["by_sector"] if one["key"] == "energy")
    assert (energy["numerator"], energy["denominator"]) == (1, 2)
    await world.sequence()
    await proven(world)


async def test_progress_is_each_partys_own_word_as_of_the_day(world: World) -> None:
    await said(world, 2, level="substantial", period_end="2025-06")
    await said(world, 2, level="complete", period_end="2025-12")
    await said(world, 3, "AZ", level="limited", period_end="2025-03")
    by_party = {one["party"]: one for one in (await metrics(world))["progress"]["by_party"]}
    assert {name: one for name, one in by_party["PK"]["levels"].items() if one} == {"complete": 1}
    assert (by_party["AZ"]["levels"]["limited"], by_party["AZ"]["not_reported"]) == (1, 13)
    then = (await metrics(world, "&as_of=2025-07-01"))["progress"]["by_party"]
    assert {one["party"]: one["levels"]["substantial"] for one in then} == {"PK": 1, "AZ": 0}
    assert counted(await metrics(world)) == (0, 14)


async def test_what_is_not_for_a_caller_or_an_audience_is_in_no_figure(still: World) -> None:
    assert counted(await metrics(still, who="observer")) == (0, 12)
    assert counted(await metrics(still, "&audience=public")) == (0, 12)
    assert counted(await metrics(still, "&audience=parties")) == (0, 14)
    report = (await still.as_("observer").get(f"/v1/sessions/{SESSION_8}/report")).json()
    told = {one["reference"] for one in report["matrix"]}
    assert (len(told), told & {"PK-AZ/08/005", "PK-AZ/08/006"}) == (12, set())


@pytest.mark.parametrize("who", ["observer", "administrator"])
async def test_whoever_reads_what_is_public_alone_has_no_figures_under_the_name_of_the_parties(
    still: World, who: str
) -> None:
    for path in (f"/v1/sessions/{SESSION_8}/report", f"/v1/commissions/{COMMISSION}/report"):
        told = {one: await still.as_(who).get(f"{path}?audience={one}") for one in ("public", "parties", "restricted")}
        assert {one.content for one in told.values()} == {told["public"].content}, "one report, with one digest"
        assert told["parties"].json()["audience"] == "public"
    for audience in ("parties", "restricted"):
        counts = await still.as_(who).get(f"/v1/commissions/{COMMISSION}/metrics?audience={audience}")
        assert counts.json()["audience"] == "public"
    ours = await still.as_("PK").get(f"/v1/sessions/{SESSION_8}/report?audience=parties")
    assert ours.json()["audience"] == "parties"


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        (f"{METRICS}&as_of=2999-01-01", "as_of"),
        (f"{METRICS}&known_at=2999-01-01T00:00:00Z", "known_at"),
        (f"{METRICS}&known_at=1999-01-01T00:00:00Z", "known_at"),
        (f"{METRICS}&as_of=2025-01-01&compared_to=2025-01-02", "compared_to"),
        (f"/v1/commissions/{COMMISSION}/report?as_of=2025-01-01&since=2025-01-02", "since"),
        (f"/v1/sessions/{SESSION_8}/report?as_of=2999-01-01", "as_of"),
    ],
)
async def test_days_that_make_no_sense_are_refused(still: World, path: str, parameter: str) -> None:
    answer = await still.as_("PK").get(path)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


async def test_the_report_is_the_same_from_the_service_and_from_an_export_byte_for_byte(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    await confirmed(world, item(8), DONE)
    await said(world, 7, level="limited")
    refused = (await world.as_("PK").post(f"/v1/commitments/{item(10)}/transitions", json=DONE)).json()
    no = {"decision": "refuse", "reason": "It was not seen."}
    await world.as_("AZ").post(f"/v1/transitions/{refused['id']}/confirmations", json=no)
    await world.as_("AZ").post(f"/v1/commitments/{item(12)}/transitions", json={"action": "lapse", "reason": "Old."})
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path / "export", 0)
    # What comes after the checkpoint is in neither.
    await confirmed(world, item(11), DONE)
    days = {"as-of": "2026-11-01", "compared-to": "2025-02-01"}
    query = "&".join(f"{name.replace('-', '_')}={day}" for name, day in days.items())
    for what, option, more in (
        (f"/v1/sessions/{SESSION_8}/report", ["--session", "PK-AZ/08"], ""),
        (f"/v1/commissions/{COMMISSION}/report", ["--since", "2025-01-25"], "&since=2025-01-25"),
    ):
        for audience in ("public", "parties"):
            served = await world.as_("PK").get(f"{what}?{query}{more}&audience={audience}")
            assert served.status_code == 200, served.text
            given = [*option, "--audience", audience, *(f"--{name}={day}" for name, day in days.items())]
            assert _made(tmp_path / "export", *given) == 0
            assert capsysbinary.readouterr().out == served.content
            digested = served.json()
            assert canonical(digested) == served.content, "what is hashed has one spelling only"
            assert digested.pop("digest") == sha256(canonical(digested)).hexdigest()
    told = (await world.as_("PK").get(f"/v1/sessions/{SESSION_8}/report")).json()
    assert [(one["reference"], one["reason"]) for one in told["disputes"]] == [("PK-AZ/08/010", "It was not seen.")]
    assert [(one["reference"], one["awaiting"]) for one in told["awaiting"]] == [("PK-AZ/08/012", ["PK"])]
    states = {one["reference"]: one["state"] for one in told["matrix"]}
    assert (states["PK-AZ/08/008"], states["PK-AZ/08/011"], states["PK-AZ/08/001"]) == (
        "implemented",
        "agreed",
        "signed",
    )
    assert told["matrix"][6]["reports"]["PK"]["level"] == "limited"
    old = await world.as_("PK").get(f"/v1/sessions/{SESSION_8}/report?checkpoint={told['log']['size'] - 1}")
    assert old.status_code == 404


async def test_a_report_names_who_leads_as_on_the_day_and_so_does_one_from_an_export(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    customs, other = organisation(103), organisation(104)
    url = f"/v1/commitments/{item(8)}"
    tag = (await world.as_("PK").get(url)).headers["etag"]
    facts = {"lead_organisation_id": customs, "further_lead_organisation_ids": [other]}
    assert (await world.as_("PK").patch(url, json=facts, headers={"If-Match": tag})).status_code == 200
    before = (await world.as_("PK").get(f"/v1/organisations/{customs}")).json()
    named = {"name": "Customs Authority (sample)", "since": "2026-01-01"}
    assert (await world.as_("PK").post(f"/v1/organisations/{customs}/names", json=named)).status_code == 201
    await world.sequence()
    for audience in (None, Audience.PUBLIC):
        await to_directory(world.pool, "PK-AZ", tmp_path / str(audience), 0, audience=audience)
        for day, name in (("2025-12-31", before["name"]), ("2026-11-01", named["name"])):
            query = f"/v1/sessions/{SESSION_8}/report?as_of={day}&audience=public"
            served = await world.as_("PK").get(query)
            (row,) = [one for one in served.json()["matrix"] if one["id"] == item(8)]
            first, second = row["lead_organisations"]["PK"]
            assert first == {"id": customs, "code": before["code"], "name": name}
            assert second["id"] == other
            given = ["--session", "PK-AZ/08", "--audience", "public", "--as-of", day]
            assert _made(tmp_path / str(audience), *given) == 0
            assert capsysbinary.readouterr().out == served.content
    sheet = (await world.as_("PK").get(f"{query}&format=csv")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet, newline="")))
    (leading,) = [row["Lead body.PK"] for row in rows if row["Reference"] == "PK-AZ/08/008"]
    assert leading == f"{named['name']}; {second['name']}"
    pages = document(served.json(), "en")
    assert f"Lead body, PK: {named['name']}" in str(pages)
    # What the registry tells later is in it, and by the size of its checkpoint the report is the one of before.
    again = {"name": "Customs Office (sample)", "since": "2026-02-01"}
    assert (await world.as_("PK").post(f"/v1/organisations/{customs}/names", json=again)).status_code == 201
    await world.sequence()
    assert again["name"] in (await world.as_("PK").get(query)).text
    size = served.json()["registry"]["size"]
    assert (await world.as_("PK").get(f"{query}&registry_checkpoint={size}")).content == served.content
    assert (await world.as_("PK").get(f"{query}&registry_checkpoint={size + 2}")).status_code == 404


async def test_a_redacted_export_gives_the_report_of_its_audience_byte_for_byte(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    # The fixture restricts item 5 by no entry; as the entries tell it, it is for the parties.
    await (await world.connect()).execute("UPDATE commitment SET confidentiality = 'parties' WHERE id = $1", item(5))
    await confirmed(world, item(8), DONE)
    await said(world, 7, level="limited")
    await world.sequence()
    for audience in Audience:
        await to_directory(world.pool, "PK-AZ", tmp_path / audience, 0, audience=audience)
    for what, option in (
        (f"/v1/sessions/{SESSION_8}/report?", ["--session", "PK-AZ/08"]),
        (f"/v1/commissions/{COMMISSION}/report?since=2025-01-25&", ["--since", "2025-01-25"]),
    ):
        for made, wanted in (("public", "public"), ("parties", "parties"), ("parties", "public")):
            served = await world.as_("PK").get(f"{what}as_of=2026-11-01&audience={wanted}")
            assert _made(tmp_path / made, *option, "--audience", wanted, "--as-of", "2026-11-01") == 0
            assert capsysbinary.readouterr().out == served.content
    assert _made(tmp_path / "public", "--audience", "parties") == 64
    assert b"redacted for the audience public, and has no report for parties" in capsysbinary.readouterr().err
    (tmp_path / "public" / "audience").unlink()
    assert _made(tmp_path / "public", "--audience", "public") == 65
    assert b"does not say for whom" in capsysbinary.readouterr().err


async def test_a_report_is_not_made_from_what_is_shown_in_part(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    await confirmed(world, item(8), DONE)
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0, audience=Audience.PUBLIC)
    (file,) = [one for one in (tmp_path / "redacted").rglob("*") if one.is_file()]
    (bundle,) = bundles_of(ENTRIES + 2)
    found = decode_bundle(bundle, file.read_bytes())
    place = max(at for at, one in enumerate(found) if one and b"transition.proposed" in one)
    file.write_bytes(encode_bundle([*found[:place], b"", *found[place + 1 :]]))
    assert _made(tmp_path, "--audience", "public") == 65
    assert b"(transition.confirmed) follows one that is withheld" in capsysbinary.readouterr().err


async def test_a_report_is_not_made_where_the_end_of_what_is_shown_is_withheld(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """What is restricted replaces what all may see: of that move the audience is told nothing, and nothing follows it."""
    replaced = {"action": "supersede", "successors": ["PK-AZ/08/005"], "reason": "R"}
    await confirmed(world, item(8), replaced)
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0, audience=Audience.PUBLIC)
    assert _made(tmp_path, "--audience", "public") == 65
    assert f"of {item(8)}, its newest, is withheld".encode() in capsysbinary.readouterr().err
    # As of the releases that did not tell where anything ends.
    (tmp_path / "newest").unlink()
    assert _made(tmp_path, "--audience", "public") == 65
    assert b"which tells where the end of something is withheld" in capsysbinary.readouterr().err


NEWER = b'{"of_tomorrow":{},"v":%d}' % (VERSIONS[-1] + 1)
TAKE = b"has version %d, which this pacta does not know: take a newer one" % (VERSIONS[-1] + 1)


@pytest.mark.parametrize(("last", "why"), [(NEWER, TAKE), (b"{}", b"is no export"), (b"[", b"is no export")])
async def test_a_report_is_not_made_of_an_entry_of_a_version_to_come_or_of_what_is_none(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], last: bytes, why: bytes
) -> None:
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    (file,) = [one for one in (tmp_path / "tile" / "entries").rglob("*") if one.is_file()]
    (bundle,) = bundles_of(ENTRIES)
    *older, _ = decode_bundle(bundle, file.read_bytes())
    file.write_bytes(encode_bundle([*older, last]))
    assert _made(tmp_path) == 65
    assert why in capsysbinary.readouterr().err


async def test_a_report_is_not_made_where_a_name_is_told_by_a_version_to_come(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    named = {"name": "Customs Authority (sample)", "since": "2026-01-01"}
    assert (await world.as_("PK").post(f"/v1/organisations/{organisation(103)}/names", json=named)).status_code == 201
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    next(one for one in (tmp_path / "registry").iterdir() if one.suffix == ".json").write_bytes(NEWER)
    assert _made(tmp_path) == 65
    assert TAKE in capsysbinary.readouterr().err


@pytest.mark.parametrize("damaged", [b"%s x", b"%s", b"%s " + b"9" * 5000, b"\xff 1"])
async def test_where_the_file_that_tells_the_ends_is_damaged_its_line_is_named_with_what_to_do(
    world: World, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], damaged: bytes
) -> None:
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0, audience=Audience.PUBLIC)
    first, second, *rest = (tmp_path / "newest").read_bytes().splitlines()
    line = damaged.replace(b"%s", second[:36])
    (tmp_path / "newest").write_bytes(b"\n".join([first, line, *rest]))
    assert _made(tmp_path, "--audience", "public") == 65
    said = capsysbinary.readouterr().err
    assert b"its file `newest` is damaged: line 2 is not the id of a subject" in said
    assert b"export again" in said


def _made(*arguments: object) -> int:
    """Run `pacta report` in this process and return its exit status."""
    with pytest.raises(SystemExit) as ended:
        proofs.proofs(["report", *map(str, arguments)])
    return int(str(ended.value.code or 0))
