"""Names beside an export: the registry's entries of the organisations that it names, each proven, and none of who acts for them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from service.log import proofs
from service.log import queries as log_queries
from service.log.export.audience import Audience
from service.log.export.directory import to_directory
from service.reports import kept
from service.reports.kept import Kept
from service.tlog.beside import NOTE, entry_path, proof_path
from service.tlog.checkpoint import Checkpoint, sign_checkpoint
from service.tlog.keys import Signer
from service.tlog.merkle import leaf_hash, root
from service.tlog.policy import Policy
from service.tlog.policy_file import parse_policy
from service.tlog.proof import Proof
from service.tlog.tiles import Bundle, decode_bundle
from service.trail.models import REGISTRY
from service.verify.export import open_directory
from service.verify.finding import Severity
from service.verify.judgement import Verdict, verify
from service.verify.report import lines
from tests.conftest import COMMISSION, World, item, organisation
from tests.log.test_log_api import key
from tests.tampering import tamper

CUSTOMS = organisation(103)


def policy(world: World, *logs: str) -> Policy:
    """Return a policy that believes the commission's log, and these."""
    keys = [key(world), *(key(world, one) for one in logs)]
    return parse_policy("".join(f"log {one.vkey}\n" for one in keys).encode() + b"quorum none\n")


def judged(world: World, directory: Path, *logs: str) -> Verdict:
    return verify(open_directory(directory), policy(world, *logs))


def numbers(directory: Path) -> list[int]:
    """Return the indexes of the entries that are there."""
    return sorted(int(file.stem) for file in directory.glob("registry/*.json"))


def told(directory: Path) -> dict[str, list[str]]:
    """Return by organisation the names that the entries tell, the oldest first."""
    found: dict[str, list[str]] = {}
    for index in numbers(directory):
        data = json.loads((directory / entry_path(index)).read_bytes())["data"]
        found.setdefault(data["id"], []).append(data["name"])
    return found


async def led(world: World, number: int, organisation_id: str) -> None:
    """Let an organisation of Pakistan lead a commitment."""
    url = f"/v1/commitments/{item(number)}"
    tag = (await world.as_("PK").get(url)).headers["etag"]
    changed = await world.as_("PK").patch(
        url, json={"lead_organisation_id": organisation_id}, headers={"If-Match": tag}
    )
    assert changed.status_code == 200, changed.text


async def test_an_export_tells_by_proven_entries_what_organisations_were_called(world: World, tmp_path: Path) -> None:
    await led(world, 8, CUSTOMS)
    before = (await world.as_("PK").get(f"/v1/organisations/{CUSTOMS}")).json()["name"]
    named = {"name": "Customs Authority (sample)", "since": "2026-01-01"}
    assert (await world.as_("PK").post(f"/v1/organisations/{CUSTOMS}/names", json=named)).status_code == 201
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    assert told(tmp_path)[CUSTOMS] == [before, "Customs Authority (sample)"]
    verdict = judged(world, tmp_path, str(REGISTRY))
    assert (verdict.findings.listed, verdict.findings.outcome) == ([], Severity.PROVEN)
    assert (verdict.called.believed, verdict.called.entries) == (True, len(numbers(tmp_path)))
    assert "no later name was left out only the registry's whole log can tell" in " ".join(lines(verdict, None))
    assert b"registry/checkpoint" in (tmp_path / "README.md").read_bytes()
    # Whoever knows the commission's key alone is told that names are not judged, and of the record that it is proven.
    alone = judged(world, tmp_path)
    assert (alone.findings.outcome, alone.called.believed) == (Severity.PROVEN, False)
    assert "not judged, since the policy names no key of that log" in " ".join(lines(alone, None))


async def test_who_acts_for_an_organisation_is_in_no_export_of_a_commission(world: World, tmp_path: Path) -> None:
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    # The secretariats are the registrars too: they have entries of their own.
    assert told(tmp_path).keys() >= {organisation(101), organisation(201)}
    everything = b"".join((tmp_path / entry_path(index)).read_bytes() for index in numbers(tmp_path))
    assert b"client_id" not in everything
    assert b"registrar" not in everything


async def test_a_redacted_export_names_no_organisation_that_only_what_is_withheld_names(
    world: World, tmp_path: Path
) -> None:
    lead = (await world.as_("PK").post("/v1/organisations", json={"party": "PK", "name": "Quiet (sample)"})).json()[
        "id"
    ]
    await led(world, 5, lead)
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path / "whole", 0)
    await to_directory(world.pool, "PK-AZ", tmp_path / "public", 0, audience=Audience.PUBLIC)
    assert lead in told(tmp_path / "whole")
    assert told(tmp_path / "public").keys() == told(tmp_path / "whole").keys() - {lead}
    assert judged(world, tmp_path / "public", str(REGISTRY)).called.believed


async def test_names_of_an_older_export_do_not_stay_beside_a_newer_one(world: World, tmp_path: Path) -> None:
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    before = told(tmp_path)
    stray = tmp_path / entry_path(900)
    stray.write_bytes(b"{}")
    await world.as_("PK").post("/v1/organisations", json={"party": "PK", "name": "New (sample)"})
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    assert (stray.exists(), told(tmp_path)) == (False, before)
    assert judged(world, tmp_path, str(REGISTRY)).findings.outcome is Severity.PROVEN


@pytest.mark.parametrize("damage", ["'{}'", "replace(encode(canonical, 'escape'), '\"v\":1', '\"v\":2')::bytea"])
async def test_a_registry_that_proves_nothing_keeps_no_commission_from_its_export(
    world: World, tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What was read before it was damaged would still be told.
    monkeypatch.setattr(kept, "KEPT", Kept())
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    place = numbers(tmp_path)[0]
    owner = await world.connect()
    seq = await owner.fetchval('SELECT seq FROM log_entry WHERE log_id = $1 AND "index" = $2', REGISTRY, place)
    await tamper(
        owner,
        f"UPDATE audit_entry SET canonical = {damage} WHERE subject = '{REGISTRY}' AND seq = {seq}",
    )
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    assert (numbers(tmp_path), (tmp_path / NOTE).exists()) == ([], False)
    if damage == "'{}'":
        made = await world.as_("PK").get(f"/v1/commissions/{COMMISSION}/report?format=json&as_of=2026-11-02")
        assert (made.status_code, made.json()["registry"]) == (200, None)
        returned = await world.as_("PK").get("/v1/returns/instruments?format=json&as_of=2026-11-02")
        assert (returned.status_code, "does not prove" in returned.text) == (500, True)
    assert judged(world, tmp_path, str(REGISTRY)).findings.outcome is Severity.PROVEN


FORGERIES = {
    "another name": (Severity.TAMPERED, "is not proven to be in the registry's log"),
    "no proof": (Severity.UNPROVEN, "stands with its proof"),
    "no entry": (Severity.UNPROVEN, "stands with its proof"),
    "another's proof": (Severity.MALFORMED, "is not the proof of entry"),
    "another note": (Severity.TAMPERED, "which is no registry's log"),
    "another's registry": (Severity.UNPROVEN, "no key that we know has signed"),
    "no note": (Severity.UNPROVEN, "nothing says which tree"),
    "a note of no log": (Severity.MALFORMED, "is no signed checkpoint"),
    "a stranger": (Severity.MALFORMED, "is no entry of the registry and no proof of one"),
}


def of_ones_own(directory: Path) -> None:
    """Put entries with other names there, in a tree and under a note of a registry of one's own, all proven."""
    paths = [directory / entry_path(index) for index in numbers(directory)[:2]]
    entries = [path.read_bytes().replace(b'"name":"', b'"name":"X') for path in paths]
    for file in (directory / "registry").iterdir():
        file.unlink()
    leaves = [leaf_hash(one) for one in entries]
    origin = f"evil.example/v1/commissions/{REGISTRY}/log"
    note = sign_checkpoint(Checkpoint(origin, 2, root(leaves)), Signer(origin, b"x" * 32))
    (directory / NOTE).write_bytes(note)
    for index, entry in enumerate(entries):
        (directory / entry_path(index)).write_bytes(entry)
        (directory / proof_path(index)).write_bytes(bytes(Proof(index, (leaves[1 - index],), note)))


@pytest.mark.parametrize("forged", FORGERIES)
async def test_a_name_that_is_not_proven_is_found(still: World, tmp_path: Path, forged: str) -> None:
    await still.sequence()
    await to_directory(still.pool, "PK-AZ", tmp_path, 0)
    first, second, *_ = numbers(tmp_path)
    entry, proof, note = tmp_path / entry_path(first), tmp_path / proof_path(first), tmp_path / NOTE
    ways: dict[str, Callable[[], object]] = {
        "another name": lambda: entry.write_bytes(entry.read_bytes().replace(b'"name":"', b'"name":"X')),
        "no proof": proof.unlink,
        "no entry": entry.unlink,
        "another's proof": lambda: proof.write_bytes((tmp_path / proof_path(second)).read_bytes()),
        "another note": lambda: note.write_bytes((tmp_path / "checkpoint").read_bytes()),
        "another's registry": lambda: of_ones_own(tmp_path),
        "no note": note.unlink,
        "a note of no log": lambda: note.write_bytes(b"X"),
        "a stranger": lambda: (tmp_path / "registry" / "01.json").write_bytes(b"{}"),
    }
    ways[forged]()
    severity, rule = FORGERIES[forged]
    found = judged(still, tmp_path, str(REGISTRY)).findings
    assert (found.outcome, any(rule in one.message for one in found.listed)) == (severity, True), found.listed


async def test_a_proven_entry_that_tells_of_people_is_no_name(world: World, tmp_path: Path) -> None:
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    async with world.pool.connection() as connection:
        signed = await proofs.newest(connection, REGISTRY)
        bundle = await log_queries.content(connection, REGISTRY, Bundle(0, signed.checkpoint.size))
        stored = decode_bundle(Bundle(0, signed.checkpoint.size), bundle)
        place = next(index for index, one in enumerate(stored) if b"principal.registered" in one)
        (proven,) = await proofs.inclusions(connection, REGISTRY, signed, [place])
    (tmp_path / entry_path(place)).write_bytes(stored[place])
    (tmp_path / proof_path(place)).write_bytes(bytes(proven.proof))
    found = judged(world, tmp_path, str(REGISTRY)).findings
    assert found.outcome is Severity.TAMPERED
    assert [one.message for one in found.listed] == ["is no entry of a registry that tells a name"]
