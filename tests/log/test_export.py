"""The export: a directory or an archive that proves itself without the service, resumable, in flat memory."""

import asyncio
import gc
import io
import tarfile
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from typer.testing import CliRunner

from service import telemetry
from service.cli.__main__ import app
from service.database.statement import Connection
from service.log import queries as log_queries
from service.log.export.directory import ExportDirectory, ExportRefused, to_directory
from service.log.proofs import LogUnprovable
from service.tlog.checkpoint import open_checkpoint
from service.tlog.merkle import leaf_hash, root
from service.tlog.policy_file import parse_policy
from service.tlog.proof import parse_proof
from service.tlog.tiles import Bundle, Tile, bundles_of, decode_bundle, parse_path, tiles_of
from service.verify.export import open_directory
from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.conftest import COMMISSION, ENTRIES, World, item
from tests.log.large import grow
from tests.log.test_log_api import LOG, key, policy, stored
from tests.register.commitments.test_journey import RECORD, SIGN, confirm, confirmed
from tests.serving import served_here
from tests.tampering import tamper

Tree = dict[str, bytes]


def tree(directory: Path) -> Tree:
    return {str(file.relative_to(directory)): file.read_bytes() for file in directory.rglob("*") if file.is_file()}


async def check(world: World, found: Tree) -> int:
    """Verify an export as a reader does who has only the key; return the size of its checkpoint."""
    checkpoint = open_checkpoint(found["checkpoint"], [key(world)]).checkpoint
    size = checkpoint.size
    entries = [one for bundle in bundles_of(size) for one in decode_bundle(bundle, found[bundle.path])]
    leaves = [leaf_hash(entry) for entry in entries]
    assert root(leaves) == checkpoint.root
    for tile in tiles_of(size):
        span = 256**tile.level
        hashes = [root(leaves[n * span : (n + 1) * span]) for n in range(tile.first, tile.first + tile.width)]
        assert found[tile.path] == b"".join(hashes)
    pieces = {tile.path for tile in tiles_of(size)} | {bundle.path for bundle in bundles_of(size)}
    proofs = {path for path in found if path.startswith("proofs/")}
    names = {path for path in found if path.startswith("registry/")}
    assert found.keys() == pieces | proofs | names | {"README.md", "checkpoint"}
    for path in proofs:
        proof = parse_proof(found[path])
        proof.verify(leaves[proof.index], policy(world))
        assert proof.checkpoint == found["checkpoint"]
    return size


async def test_an_export_holds_the_whole_log_and_a_proof_of_each_commitment(world: World, tmp_path: Path) -> None:
    await world.sequence()
    await confirmed(world, item(4), SIGN)
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path / "a" / "b", 0)
    found = tree(tmp_path / "a" / "b")
    assert await check(world, found) == ENTRIES + 2
    assert {path for path in found if path.startswith("proofs/")} == {
        f"proofs/PK-AZ/08/{number:03d}.tlog-proof" for number in range(1, 15)
    }
    assert parse_proof(found["proofs/PK-AZ/08/004.tlog-proof"]).index == ENTRIES + 1
    assert b"pacta verify" in found["README.md"]
    assert b"Take no key from here" in found["README.md"]
    assert key(world).vkey.encode() not in found["README.md"]
    assert any(item(5).encode() in entry for entry in await stored(world))


async def test_a_draft_has_its_proof_under_its_own_reference_and_what_is_agreed_under_its_number(
    world: World, tmp_path: Path
) -> None:
    made = (await world.as_("PK").post("/v1/commitments", json=RECORD)).json()
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    draft, number = (f"proofs/{name}.tlog-proof" for name in (made["reference"], "PK-AZ/08/015"))
    assert (draft in tree(tmp_path), number in tree(tmp_path)) == (True, False)
    await confirm(world, made["open_transition"]["id"])
    # Its number is not signed yet: an export tells what the log tells.
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    assert (draft in tree(tmp_path), number in tree(tmp_path)) == (True, False)
    assert await check(world, tree(tmp_path)) == ENTRIES + 1
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    assert (draft in tree(tmp_path), number in tree(tmp_path)) == (False, True)
    assert await check(world, tree(tmp_path)) == ENTRIES + 2


async def test_exporting_again_fetches_what_is_new_and_drops_what_was_outgrown(world: World, tmp_path: Path) -> None:
    await world.sequence()
    await to_directory(world.pool, COMMISSION, tmp_path, 0)
    await grow(world, 500)
    await to_directory(world.pool, COMMISSION, tmp_path, 0)
    assert await check(world, tree(tmp_path)) == ENTRIES + 500
    inode = (tmp_path / "tile/entries/001").stat().st_ino
    (tmp_path / "tile/0/001").write_bytes(b"cut off")
    (tmp_path / "tile/entries/000").write_bytes(tree(tmp_path)["tile/entries/000"][:-1])
    (tmp_path / "tile/0/.001.0123456789abcdef.draft").write_bytes(b"left by one that was killed")
    await grow(world, 250)
    await to_directory(world.pool, COMMISSION, tmp_path, 0)
    assert await check(world, tree(tmp_path)) == ENTRIES + 750
    assert (tmp_path / "tile/entries/001").stat().st_ino == inode
    for damaged in ("tile/0/000", "tile/entries/001"):
        content = bytearray((tmp_path / damaged).read_bytes())
        content[100] ^= 1
        (tmp_path / damaged).write_bytes(content)
    await to_directory(world.pool, COMMISSION, tmp_path, 0)
    assert await check(world, tree(tmp_path)) == ENTRIES + 750


async def test_an_interrupted_export_has_no_new_checkpoint_and_is_taken_up_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    before = tree(tmp_path)
    await grow(world, 500)
    await to_directory(world.pool, "PK-AZ", tmp_path / "whole", 0)
    whole = tree(tmp_path / "whole")
    believed = parse_policy(f"log {key(world).vkey}\nquorum none\n".encode())
    write = ExportDirectory.write
    for files in range(len(whole)):
        directory = tmp_path / str(files)
        for path, content in before.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_bytes(content)
        written: list[str] = []

        def break_off(self: ExportDirectory, path: str, content: bytes) -> None:
            if len(written) == files:  # noqa: B023 -- called in this round only
                raise KeyboardInterrupt
            written.append(path)  # noqa: B023
            write(self, path, content)

        monkeypatch.setattr(ExportDirectory, "write", break_off)
        with pytest.raises(KeyboardInterrupt):
            await to_directory(world.pool, "PK-AZ", directory, 0)
        monkeypatch.setattr(ExportDirectory, "write", write)
        assert verify(open_directory(directory), believed).findings.outcome is Severity.UNPROVEN
        (directory / ".checkpoint-of-before").write_bytes(
            before["checkpoint"].replace(b"%d" % ENTRIES, b"%d" % (ENTRIES + 1))
        )
        with pytest.raises(ExportRefused, match="keep that directory as evidence"):
            await to_directory(world.pool, "PK-AZ", directory, 0)
        (directory / ".checkpoint-of-before").write_bytes(before["checkpoint"])
        await to_directory(world.pool, "PK-AZ", directory, 0)
        assert tree(directory) == whole


async def test_a_directory_of_another_or_a_newer_or_a_changed_log_is_refused(world: World, tmp_path: Path) -> None:
    await world.sequence()
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    file = tmp_path / "checkpoint"
    kept = file.read_bytes()
    for old, new, said in [
        (kept.split(b"\n")[1], b"%d" % (ENTRIES + 1), f"holds {ENTRIES + 1} entries"),
        (kept.split(b"\n")[0], b"elsewhere.example/log", "elsewhere.example"),
        (kept.split(b"\n")[2], b"A" * 43 + b"=", "keep that directory as evidence"),
        (b"\n\n", b"\n", "cannot be read"),
    ]:
        file.write_bytes(kept.replace(old, new, 1))
        with pytest.raises(ExportRefused, match=said):
            await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    file.write_bytes(kept)
    with ExportDirectory(tmp_path).locked(), pytest.raises(ExportRefused, match="another export"):
        await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    (tmp_path / "occupied").write_text("")
    with pytest.raises(ExportRefused, match="cannot be written"):
        await to_directory(world.pool, "PK-AZ", tmp_path / "occupied", 0)


async def test_a_tile_that_is_no_longer_what_was_signed_replaces_no_older_one(world: World, tmp_path: Path) -> None:
    await grow(world, 300)
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    before = tree(tmp_path)
    await tamper(
        await world.connect(),
        f"UPDATE log_entry SET leaf = sha256(leaf) WHERE log_id = '{COMMISSION}' AND \"index\" = 7",
    )
    with pytest.raises(LogUnprovable):
        await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    after = tree(tmp_path)
    assert after.pop(".checkpoint-of-before") == before.pop("checkpoint")
    assert after == before


async def test_the_archive_is_the_same_tree_and_the_same_bytes_each_time(world: World, tmp_path: Path) -> None:
    await world.sequence()
    await grow(world, 300)
    answers = [await world.as_(who).get(f"{LOG}/export") for who in ("auditor", "AZ")]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["content-type"] == "application/x-tar"
    assert answers[0].headers["content-disposition"] == f'attachment; filename="PK-AZ-log-{ENTRIES + 300}.tar"'
    with tarfile.open(fileobj=io.BytesIO(answers[0].content)) as archive:
        members = archive.getmembers()
        found = {one.name: taken.read() for one in members if (taken := archive.extractfile(one))}
    assert members[-1].name == "checkpoint"
    assert {(one.uid, one.gid, one.mode) for one in members} == {(0, 0, 0o644)}
    told = (await world.as_("PK").get(LOG)).json()["checkpoint"]["signed_at"]
    assert {one.mtime for one in members} == {members[0].mtime}
    assert told.startswith(datetime.fromtimestamp(members[0].mtime, UTC).isoformat()[:19])
    await to_directory(world.pool, "PK-AZ", tmp_path, 0)
    assert found == tree(tmp_path)
    assert await check(world, found) == ENTRIES + 300
    assert (await world.as_("PK").get(f"{LOG}/export?witnesses=1")).status_code == 404


async def activity(world: World) -> list[tuple[str, datetime]]:
    """Return the state of each of the service's connections and when its last query began; a superuser alone sees it."""
    rows = await (await world.connect("postgres")).fetch(
        "SELECT state, query_start FROM pg_stat_activity WHERE application_name IN ('pacta', 'pacta-reading') AND datname = current_database()"
    )
    return [(row["state"], row["query_start"]) for row in rows]


async def settled(world: World) -> list[tuple[str, datetime]]:
    """Wait until nothing has been asked of the database for a while."""
    async with asyncio.timeout(60):
        before = await activity(world)
        while True:
            await asyncio.sleep(0.5)
            now = await activity(world)
            if now == before:
                return now
            before = now


@pytest.mark.long
async def test_a_client_that_is_slow_or_goes_away_holds_no_transaction_and_ends_the_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.sequence()
    await grow(world, 60_000)
    read: list[object] = []
    content = log_queries.content

    async def counted(connection: Connection, log_id: UUID, wanted: Tile | Bundle) -> bytes:
        read.append(wanted)
        return await content(connection, log_id, wanted)

    monkeypatch.setattr(log_queries, "content", counted)
    token = world.as_("auditor").headers["Authorization"]
    async with served_here(world.app) as origin, httpx.AsyncClient(headers={"Authorization": token}) as client:
        async with client.stream("GET", f"{origin}{LOG}/export") as answer:
            assert answer.status_code == 200
            pieces = answer.aiter_raw()
            await anext(pieces)
            assert {state for state, _ in await settled(world)} == {"idle"}
            assert world.service.readers.lent == 0
            waiting = len(read)
        assert {state for state, _ in await settled(world)} <= {"idle"}
        assert world.service.readers.lent == 0
        assert 0 < waiting <= len(read) <= waiting + 1 < 470
        assert (await client.get(f"{origin}{LOG}")).json()["size"] == 60_000 + ENTRIES


async def peak(world: World, place: Path) -> int:
    """Return the most memory, in bytes, that exporting the log to a new directory takes."""
    gc.collect()
    tracemalloc.start()
    try:
        await to_directory(world.pool, "PK-AZ", place, 0)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.long
async def test_memory_does_not_grow_with_the_log(world: World, tmp_path: Path) -> None:
    await world.sequence()
    peaks = []
    for more in (3_000, 27_000):
        await grow(world, more)
        await to_directory(world.pool, "PK-AZ", tmp_path / "warm", 0)
        # What else this process does meanwhile only adds: the least of three is the export's own.
        peaks.append(min([await peak(world, tmp_path / f"{more}{again}") for again in ("", "-b", "-c")]))
    assert peaks[1] < 1.25 * peaks[0] + 200_000, peaks
    assert parse_path(f"tile/entries/117.p/{ENTRIES + 48}").path in tree(tmp_path / "27000")


async def test_the_command_says_what_it_wrote_and_what_was_wrong(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.sequence()
    monkeypatch.setenv("PACTA_DATABASE_URL", world.server.url("pacta_app", world.database))
    # The command would log to the output that is caught here, and later tests with it.
    monkeypatch.setattr(telemetry, "configure", lambda _: None)
    run = CliRunner()
    done = await asyncio.to_thread(run.invoke, app, ["export", "PK-AZ", str(tmp_path / "x")])
    assert (done.exit_code, done.output) == (0, f"PK-AZ: {ENTRIES} entries in {tmp_path / 'x'}, restricted ones too.\n")
    assert await check(world, tree(tmp_path / "x")) == ENTRIES
    for arguments, said in [
        (["PK-XX"], "There is no commission 'PK-XX'"),
        (["PK-AZ", "--witnesses", "2"], "2 witness"),
    ]:
        name, *options = arguments
        wrong = await asyncio.to_thread(run.invoke, app, ["export", name, str(tmp_path / "y"), *options])
        assert said in str(wrong.exception)
    assert not (tmp_path / "y" / "checkpoint").exists()
