"""A redacted export: what the audience sees in the feed is in it, of all else the hashes alone; the verifier holds it to the same root."""

import asyncio
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service import telemetry
from service.cli.__main__ import app
from service.log.export.audience import Audience
from service.log.export.directory import ExportRefused, to_directory
from service.tlog.redaction import redacted_path
from service.tlog.tiles import bundles_of, decode_bundle
from service.verify.export import open_directory
from service.verify.finding import Severity
from service.verify.judgement import Verdict, verify
from service.verify.report import lines
from tests.conftest import COMMISSION, ENTRIES, World, item, organisation
from tests.log.test_export import tree
from tests.log.test_log_api import LOG, key, policy
from tests.register.commitments.test_journey import SIGN, confirmed
from tests.three_parties import in_force, record_in


def entries_in(directory: Path, size: int) -> list[bytes]:
    return [
        one
        for bundle in bundles_of(size)
        for one in decode_bundle(bundle, (directory / redacted_path(bundle)).read_bytes())
    ]


def judged(world: World, directory: Path) -> Verdict:
    return verify(open_directory(directory), policy(world))


def assert_but_item_14(verdict: Verdict) -> None:
    """Assert that all is proven but the item that names the 9th session, of which the public knows nothing while one side plans it."""
    (found,) = verdict.findings.listed
    assert found.severity is Severity.WITHHELD
    assert item(14) in found.where
    assert "not judged, since an entry that is withheld may be the cause: it names a session" in found.message


async def fed(world: World, who: str) -> set[int]:
    """Return the indexes of the entries that the caller's feed has."""
    found: set[int] = set()
    query = "limit=200"
    while query:
        page = (await world.as_(who).get(f"/v1/commissions/{COMMISSION}/audit-trail?{query}")).json()
        found |= {one["index"] for one in page["items"]}
        query = page["next_cursor"] and f"limit=200&cursor={page['next_cursor']}"
    return found


@pytest.mark.parametrize(("audience", "who"), [(Audience.PUBLIC, "observer"), (Audience.PARTIES, "pk-customs")])
async def test_an_audience_is_shown_what_its_feed_shows_and_the_root_is_that_of_all(
    world: World, tmp_path: Path, audience: Audience, who: str
) -> None:
    await world.second_principal("pk-customs", organisation_id=organisation(103))
    await confirmed(world, item(4), SIGN)
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0, audience=audience)
    found = entries_in(tmp_path, ENTRIES + 2)
    shown = {place for place, one in enumerate(found) if one}
    # A body of a party that is in a group sees what is kept to that group too.
    assert shown <= await fed(world, who)
    assert await fed(world, who) - shown <= await restricted(world)
    verdict = judged(world, tmp_path)
    assert verdict.withheld.count == ENTRIES + 2 - len(shown) > 0
    if audience is Audience.PUBLIC:
        assert_but_item_14(verdict)
    else:
        assert verdict.findings.listed == []
        assert "PROVEN, AS FAR AS IT IS SHOWN" in " ".join(lines(verdict, policy(world)))
    everything = b"".join(tree(tmp_path).values())
    assert item(5).encode() not in everything
    assert (item(6).encode() in everything) is (audience is Audience.PARTIES)
    assert not (tmp_path / "proofs").exists()
    assert b"It is redacted" in (tmp_path / "README.md").read_bytes()


async def restricted(world: World) -> set[int]:
    """Return the indexes of the entries of what is restricted."""
    owner = await world.connect()
    rows = await owner.fetch(
        'SELECT "index" FROM log_entry JOIN commitment ON commitment.id = subject WHERE confidentiality = $1',
        "restricted",
    )
    return {row["index"] for row in rows}


async def test_what_is_withheld_where_it_is_for_the_audience_is_told(world: World, tmp_path: Path) -> None:
    await confirmed(world, item(4), SIGN)
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0, audience=Audience.PUBLIC)
    (bundle,) = bundles_of(ENTRIES + 2)
    file = tmp_path / redacted_path(bundle)
    found = decode_bundle(bundle, file.read_bytes())
    # The proposal between the first entries of the item and the confirmation of its signing.
    place = max(at for at, one in enumerate(found) if one and json.loads(one)["kind"] == "transition.proposed")
    file.write_bytes(b"".join(len(one).to_bytes(2) + one for one in [*found[:place], b"", *found[place + 1 :]]))
    verdict = judged(world, tmp_path)
    assert (verdict.findings.outcome, verdict.withheld.gaps) == (Severity.WITHHELD, 1)
    assert any("seq 3" in one.where and "1 before it are withheld" in one.message for one in verdict.findings.listed)
    tile = tmp_path / "tile" / "0" / "000.p" / str(ENTRIES + 2)
    content = bytearray(tile.read_bytes())
    content[place * 32] ^= 1
    tile.write_bytes(content)
    assert judged(world, tmp_path).findings.outcome is Severity.TAMPERED


async def test_whoever_may_see_as_much_downloads_it_and_the_whole_is_for_who_reads_the_log(
    world: World, tmp_path: Path
) -> None:
    await world.second_principal("pk-customs", organisation_id=organisation(103))
    await world.sequence()
    answers = {
        (who, audience): await world.as_(who).get(f"{LOG}/export{f'?audience={audience}' if audience else ''}")
        for who in ("observer", "pk-customs", "PK")
        for audience in ("", "public", "parties")
    }
    codes = {asked: answer.status_code for asked, answer in answers.items()}
    assert codes == {
        ("observer", ""): 403, ("observer", "public"): 200, ("observer", "parties"): 403,
        ("pk-customs", ""): 403, ("pk-customs", "public"): 200, ("pk-customs", "parties"): 200,
        ("PK", ""): 200, ("PK", "public"): 200, ("PK", "parties"): 200,
    }  # fmt: skip
    one = answers["PK", "public"]
    # The secretariat's own eyes see more; the file shows what is public.
    assert one.content == answers["observer", "public"].content
    assert "PK-AZ-log-" in one.headers["content-disposition"]
    assert "-public.tar" in one.headers["content-disposition"]
    with tarfile.open(fileobj=io.BytesIO(one.content)) as archive:
        archive.extractall(tmp_path, filter="data")
    assert_but_item_14(judged(world, tmp_path))
    refused = await world.as_("PK").get(f"{LOG}/export?audience=restricted")
    assert refused.status_code == 422


async def test_a_party_that_takes_no_part_downloads_what_is_public_alone(world: World) -> None:
    offices = {"PK": organisation(101), "AZ": organisation(201)}
    made = await in_force(
        world, offices, titles={"en": "K (sample)"}, kept_by="PK", suffix="KEPT", confidentiality="public"
    )
    where = f"/v1/commissions/{made['id']}"
    closed = await record_in(world, made["id"], 1)
    await world.sequence()
    assert (made["outside"], closed["confidentiality"]) == (["AZ"], "parties")
    codes = {
        (who, audience): (await world.as_(who).get(f"{where}/log/export?audience={audience}")).status_code
        for who in ("PK", "AZ")
        for audience in ("public", "parties")
    }
    assert codes == {("PK", "public"): 200, ("PK", "parties"): 200, ("AZ", "public"): 200, ("AZ", "parties"): 403}
    assert (await world.as_("AZ").get(f"{where}/report?audience=parties")).json()["audience"] == "public"


async def test_a_party_that_has_left_downloads_what_is_public_alone(world: World) -> None:
    leave = {"action": "leave", "reason": "R", "notified_on": "2025-12", "effective_on": "2025-03-01"}
    left = await world.as_("AZ").post(f"/v1/commissions/{COMMISSION}/transitions", json=leave)
    assert (left.status_code, left.json()["status"]) == (201, "effective")
    await world.sequence()
    codes = [
        (await world.as_("AZ").get(f"{LOG}/export{asked}")).status_code
        for asked in ("", "?audience=parties", "?audience=public")
    ]
    assert codes == [403, 403, 200]


async def test_nothing_of_a_commission_that_is_not_public_is_for_everybody(world: World) -> None:
    await world.sequence()
    owner = await world.connect()
    await owner.execute("UPDATE commission SET confidentiality = 'parties' WHERE id = $1", COMMISSION)
    answer = await world.as_("PK").get(f"{LOG}/export?audience=public")
    assert (answer.status_code, "is not public" in answer.json()["detail"]) == (409, True)
    assert (await world.as_("observer").get(f"{LOG}/export?audience=public")).status_code == 404
    assert (await world.as_("PK").get(f"{LOG}/export?audience=parties")).status_code == 200


async def test_a_redacted_export_is_brought_up_to_date_and_lies_beside_no_whole_one(
    world: World, tmp_path: Path
) -> None:
    await world.sequence()
    mine, whole = tmp_path / "mine", tmp_path / "whole"
    await to_directory(world.pool, "PK-AZ", mine, 0, audience=Audience.PUBLIC)
    await to_directory(world.pool, "PK-AZ", whole, 0)
    for directory, audience in ((mine, None), (whole, Audience.PUBLIC)):
        with pytest.raises(ExportRefused, match="Choose another directory"):
            await to_directory(world.pool, "PK-AZ", directory, 0, audience=audience)
    # What is public today may be kept closer tomorrow.
    kept = {"action": "amend", "reason": "R", "changes": {"confidentiality": "parties"}}
    await confirmed(world, item(1), kept)
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", mine, 0, audience=Audience.PUBLIC)
    files = [file for file in (mine / "redacted").rglob("*") if file.is_file()]
    assert [file.name for file in files] == [str(ENTRIES + 2)]
    assert item(1).encode() not in files[0].read_bytes()
    assert_but_item_14(judged(world, mine))


async def test_the_commands_make_it_and_judge_it(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.sequence()
    monkeypatch.setattr(telemetry, "configure", lambda _: None)
    monkeypatch.setenv("PACTA_DATABASE_URL", world.server.url("pacta_app", world.database))
    (tmp_path / "policy").write_text(f"log {key(world).vkey}\nquorum none\n")
    asked: list[Any] = ["export", "PK-AZ", str(tmp_path / "export")]

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(app, list(arguments))

    made = await asyncio.to_thread(run, *asked, "--audience", "parties")
    assert (made.exit_code, "redacted for the audience parties" in made.output) == (0, True), made.output
    told = await asyncio.to_thread(run, "verify", str(tmp_path / "export"), "--policy", str(tmp_path / "policy"))
    assert (told.exit_code, "entries are withheld" in told.output) == (0, True), told.output
    assert (await asyncio.to_thread(run, *asked, "--audience", "everybody")).exit_code == 2
    assert (await asyncio.to_thread(run, *asked, "--audience", "public", "--documents")).exit_code == 2
