"""What the sequencer refuses to sign: said in the log, in /readyz and in the figures; everything else goes on."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from service.cli.__main__ import app
from service.sequencer.directory import LogDirectory
from service.sequencer.sequencer import BEGINNING, Sequencer
from service.sequencer.stored import STRETCH, hold
from service.tlog.checkpoint import Checkpoint, sign_checkpoint
from service.tlog.keys import Signer
from service.tlog.merkle import leaf_hash
from service.tlog.tiles import WIDTH
from service.trail.models import REGISTRY
from tests.conftest import COMMISSION, Maker, World, item
from tests.register.commitments.test_journey import SIGN
from tests.sequencer.filling import fill, found
from tests.tampering import tamper
from tests.tlog.soundness import finished

LOG = UUID(COMMISSION)
Mend = Callable[[], Awaitable[None]]
Damage = Callable[[World, Any], Awaitable[Mend]]


async def last(owner: Any) -> int:
    """Return the last index of the log."""
    return int(await owner.fetchval('SELECT max("index") FROM log_entry WHERE log_id = $1', LOG))


def flip(table: str, column: str, where: str) -> Damage:
    """Flip one bit of a column; flipped once more it is mended."""

    async def damage(_: World, owner: Any) -> Mend:
        flipped = f"set_bit({column}, 77, 1 - get_bit({column}, 77))"
        statement = f"UPDATE {table} SET {column} = {flipped} WHERE {where.format(last=await last(owner))}"
        await tamper(owner, statement)
        return lambda: tamper(owner, statement)

    return damage


def lose(table: str, where: str) -> Damage:
    """Delete one row; put back it is mended."""

    async def damage(_: World, owner: Any) -> Mend:
        which = where.format(last=await last(owner))
        (row,) = await owner.fetch(f"SELECT one::text FROM {table} one WHERE {which}")
        await tamper(owner, f"DELETE FROM {table} WHERE {which}")
        return lambda: tamper(owner, f"INSERT INTO {table} SELECT ($1::text::{table}).*", row[0])

    return damage


def keep(change: Callable[[bytes, LogDirectory], bytes]) -> Damage:
    """Keep another note than the last."""

    async def damage(world: World, _: Any) -> Mend:
        directory: LogDirectory = world.sequencer.directory
        file = directory._note(LOG)
        right = file.read_bytes()
        file.write_bytes(change(right, directory))

        async def mend() -> None:
            file.write_bytes(right)

        return mend

    return damage


def by_another_key(_: bytes, directory: LogDirectory) -> bytes:
    signer = Signer(directory.signer(LOG).name, bytes(32))
    return sign_checkpoint(Checkpoint(signer.name, 1, bytes(32)), signer)


def of_another_tree(_: bytes, directory: LogDirectory) -> bytes:
    signer = directory.signer(LOG)
    return sign_checkpoint(Checkpoint(signer.name, 1, bytes(32)), signer)


def of_more_entries(_: bytes, directory: LogDirectory) -> bytes:
    signer = directory.signer(LOG)
    return sign_checkpoint(Checkpoint(signer.name, 10_000, bytes(32)), signer)


async def gone(world: World, _: Any) -> Mend:
    """Lose the note."""
    file = world.sequencer.directory._note(LOG)
    right = file.read_bytes()
    file.unlink()

    async def mend() -> None:
        file.write_bytes(right)

    return mend


async def older(world: World, owner: Any) -> Mend:
    """Put the note of an earlier checkpoint back, as a backup of the directory holds it."""
    directory = world.sequencer.directory
    signer, file = directory.signer(LOG), directory._note(LOG)
    right = file.read_bytes()
    leaf = await owner.fetchval('SELECT leaf FROM log_entry WHERE log_id = $1 AND "index" = 0', LOG)
    file.write_bytes(sign_checkpoint(Checkpoint(signer.name, 1, leaf), signer))

    async def mend() -> None:
        file.write_bytes(right)

    return mend


LAST = f"log_id = '{LOG}' AND \"index\" = {{last}}"
BEFORE_LAST = f"log_id = '{LOG}' AND \"index\" = {{last}} - 1"
LAST_ENTRY = f"(subject, seq) = (SELECT subject, seq FROM log_entry WHERE {LAST})"
EDGE = f"log_id = '{LOG}' AND \"index\" = {WIDTH}"
FIRST = f"log_id = '{LOG}' AND \"index\" = 0"
NOTE = f"log_id = '{LOG}' AND size = (SELECT max(size) FROM log_checkpoint WHERE log_id = '{LOG}')"
DAMAGED = "the last note outside the database is damaged"
REFUSED: dict[str, tuple[Damage, str]] = {
    "a flipped bit in an entry": (flip("audit_entry", "canonical", LAST_ENTRY), "is not what was appended"),
    "an entry's flipped hash": (flip("audit_entry", "leaf", LAST_ENTRY), "is not what was appended"),
    "a flipped leaf": (flip("log_entry", "leaf", LAST), "is not what was appended"),
    "a flipped leaf that was signed": (flip("log_entry", "leaf", EDGE), "are not those that were signed"),
    "a flipped node": (flip("log_node", "hash", FIRST), "are not those that were signed"),
    "a missing entry": (lose("audit_entry", LAST_ENTRY), "is not what was appended"),
    "a missing index": (lose("log_entry", BEFORE_LAST), "no entry has the index"),
    "a missing leaf that was signed": (lose("log_entry", EDGE), "is no longer whole"),
    "a missing node": (lose("log_node", FIRST), "is no longer whole"),
    "a damaged published note": (flip("log_checkpoint", "note", NOTE), "the last note in the database"),
    "an empty note": (keep(lambda *_: b""), DAMAGED),
    "half a note": (keep(lambda right, _: right[: len(right) // 2]), DAMAGED),
    "a note of no characters": (keep(lambda *_: b"\xff\xfe\n\n"), DAMAGED),
    "a note with another signature": (keep(lambda right, _: right[:-9] + b"AAAA" + right[-5:]), DAMAGED),
    "a note by another key": (keep(by_another_key), "was not signed with this log key. Put the right key back"),
    "a note of another tree": (keep(of_another_tree), "are not those that were signed"),
    "a note of more entries": (keep(of_more_entries), "fewer than the 10000 entries .*was an older backup restored"),
    "no note": (gone, "its note in PACTA_LOG_DIR is not there"),
    "an older note": (older, "its note in PACTA_LOG_DIR speaks of 1 entries only"),
}


async def refused(world: World, reason: str) -> None:
    """Assert that one log is refused for this reason, and that whoever asks is told."""
    ready = await world.as_("").get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "alarm")
    assert str(LOG) in ready.json()["checks"]["log"]
    owner = await world.connect()
    assert str(await owner.fetchval("SELECT reason FROM log_alarm WHERE log_id = $1", LOG)) in ready.text
    await owner.close()
    assert re.search(reason, ready.json()["checks"]["log"])
    assert "\npacta_logs_refused 1.0\n" in (await world.as_("").get("/metrics")).text


async def signed(world: World, log_id: UUID) -> int:
    """Return how many entries of a log are signed."""
    owner = await world.connect()
    return int(await owner.fetchval("SELECT coalesce(max(size), 0) FROM log_checkpoint WHERE log_id = $1", log_id))


async def finish(sequencer: Sequencer) -> None:
    """Give everything that waits its index, and sign it."""
    while await sequencer.step():
        pass
    await sequencer.sign()


async def everything(sequencer: Sequencer) -> None:
    """Read once more all that was signed."""
    await sequencer.reread()
    while sequencer.place != BEGINNING:
        await sequencer.reread()


async def work_until_alarmed(sequencer: Sequencer, owner: Any) -> None:
    """Let the sequencer run by itself until it has raised an alarm."""
    working = asyncio.create_task(sequencer.run())
    async with asyncio.timeout(60):
        while not await owner.fetchval("SELECT count(*) FROM log_alarm"):  # noqa: ASYNC110 -- it comes in the database
            await asyncio.sleep(0.02)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


@pytest.mark.parametrize("name", list(REFUSED))
async def test_what_is_not_as_it_was_is_not_signed_until_it_is_mended(world: World, name: str, said: Any) -> None:
    damage, reason = REFUSED[name]
    owner, sequencer = await world.connect(), world.sequencer
    (other,) = await found(owner, 1)
    await fill(owner, {LOG: WIDTH + 3, other: 2})
    await world.sequence()
    before = await signed(world, LOG)
    await fill(owner, {LOG: 4, other: 1})
    await sequencer.step()
    mend = await damage(world, owner)
    await sequencer.sign()
    await refused(world, reason)
    # It is said once, however often it is looked at; recording goes on, and so do other logs.
    made = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    assert made.status_code == 201
    await fill(owner, {other: 1})
    await world.sequence()
    await refused(world, reason)
    assert [line["log_id"] for line in said if line["event"] == "signing_refused"] == [str(LOG)]
    assert await signed(world, LOG) == before
    assert await signed(world, other) == 4
    await mend()
    await sequencer.sign()
    assert (await world.as_("").get("/readyz")).json()["status"] == "ready"
    assert "\npacta_logs_refused 0.0\n" in (await world.as_("").get("/metrics")).text
    for log_id in (LOG, other):
        await finished(owner, sequencer.directory, log_id)


async def test_whoever_lost_the_notes_hands_over_the_newest_checkpoint_that_a_party_holds(
    make_world: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world(log_dir=tmp_path / "log")
    owner, sequencer = await world.connect(), world.sequencer
    directory: LogDirectory = sequencer.directory
    held = []
    for _ in range(2):
        await fill(owner, {LOG: 3})
        await world.sequence()
        held.append((await world.as_("PK").get(f"/v1/commissions/{LOG}/log/checkpoint")).content)
    directory._note(LOG).unlink()
    await fill(owner, {LOG: 1})
    await world.sequence()
    await refused(world, "its note in PACTA_LOG_DIR is not there")
    monkeypatch.setenv("PACTA_LOG_DIR", str(directory.path))
    monkeypatch.setenv("PACTA_SEQUENCER_DATABASE_URL", world.server.url("pacta_sequencer", world.database))

    async def hand(note: bytes) -> str:
        (tmp_path / "handed").write_bytes(note)
        done = await asyncio.to_thread(CliRunner().invoke, app, ["keep-note", str(tmp_path / "handed")])
        return str(done.exception) if done.exit_code else done.output

    signer = directory.signer(LOG)
    assert "a checkpoint over " in await hand(held[0])
    assert "no checkpoint of a log" in await hand(b"rubbish")
    assert "was not signed with this log key" in await hand(by_another_key(b"", directory))
    assert "are not those that were signed" in await hand(of_another_tree(b"", directory))
    assert "fewer than the 10000 entries" in await hand(of_more_entries(b"", directory))
    assert "is damaged" in await hand(held[1].replace(b"\n\n", b"\n"))
    assert not directory._note(LOG).exists()
    assert f"{signer.name}: the checkpoint over " in await hand(held[1])
    await sequencer.sign()
    assert (await world.as_("").get("/readyz")).json()["status"] == "ready"
    await finished(owner, directory, LOG)
    assert "is known here already" in await hand(held[1])


@pytest.fixture
async def restored(make_world: Maker, tmp_path: Path) -> AsyncIterator[tuple[World, World]]:
    """A register that went on after a backup of it was made, and the backup, restored beside the same directory."""
    world = await make_world(log_dir=tmp_path / "log")
    await world.sequence()
    backup = await world.backup()
    await fill(await world.connect(), {LOG: 3})
    await world.sequence()
    made = Maker(make_world.server, make_world.pilot, make_world.copies)
    yield world, made.on(backup, log_dir=tmp_path / "log")
    await made.close()


async def test_a_restored_backup_is_noticed_at_the_start_before_anything_is_added(
    restored: tuple[World, World],
) -> None:
    await restored[1].sequence()
    await refused(restored[1], "fewer than the .* entries that were signed: was an older backup restored")


async def test_a_restored_backup_that_has_outgrown_what_was_signed_is_a_fork_and_not_signed(
    restored: tuple[World, World],
) -> None:
    first, second = restored
    await fill(await second.connect(), {LOG: 5})
    await second.sequence()
    await refused(second, "the first .* entries are not those that were signed")
    assert await signed(second, LOG) < await signed(first, LOG)


async def test_a_note_that_cannot_be_read_holds_up_no_other_log(world: World) -> None:
    owner, sequencer = await world.connect(), world.sequencer
    await world.sequence()
    before = await signed(world, LOG)
    (sequencer.directory.path / f"{REGISTRY}.note").unlink()
    (sequencer.directory.path / f"{REGISTRY}.note").mkdir()
    await fill(owner, {REGISTRY: 1, LOG: 1})
    await sequencer.step()
    with pytest.raises(OSError, match="Is a directory"):
        await sequencer.sign()
    assert await signed(world, LOG) == before + 1


ENTRY = "(subject, seq) = (SELECT subject, seq FROM log_entry WHERE log_id = '{log}' AND \"index\" = {place})"
OLD_ENTRY = ENTRY.format(log=LOG, place=STRETCH + 3)
OLD: dict[str, tuple[Damage, str]] = {
    "a flipped bit in an entry": (
        flip("audit_entry", "canonical", OLD_ENTRY),
        f"entry {STRETCH + 3} is not what was appended",
    ),
    "a flipped leaf": (
        flip("log_entry", "leaf", f"log_id = '{LOG}' AND \"index\" = {STRETCH + 3}"),
        f"entry {STRETCH + 3} is not what was appended",
    ),
    "a lost entry": (lose("log_entry", f"log_id = '{LOG}' AND \"index\" = 7"), "no entry has the index 7"),
}


@pytest.mark.parametrize("name", list(OLD))
async def test_what_was_changed_long_after_it_was_signed_is_found_when_all_is_read_again(
    world: World, name: str, said: Any
) -> None:
    damage, reason = OLD[name]
    owner, sequencer = await world.connect(), world.sequencer
    await fill(owner, {LOG: 2 * STRETCH})
    await finish(sequencer)
    mend = await damage(world, owner)
    await fill(owner, {LOG: 1})
    await world.sequence()
    before = await signed(world, LOG)
    assert (await world.as_("").get("/readyz")).json()["status"] == "ready"
    await everything(sequencer)
    await refused(world, reason)
    # It stays refused: by this sequencer, and by one that knows nothing of where it was found.
    await fill(owner, {LOG: 1})
    for one in (sequencer, Sequencer(sequencer.pool, sequencer.directory)):
        await one.step()
        await one.sign()
        await everything(one)
        await refused(world, reason)
    assert [line["log_id"] for line in said if line["event"] == "signing_refused"] == [str(LOG)]
    assert await signed(world, LOG) == before
    await mend()
    await sequencer.sign()
    assert (await world.as_("").get("/readyz")).json()["status"] == "ready"
    await finished(owner, sequencer.directory, LOG)


@pytest.mark.long
async def test_a_subtree_that_no_edge_of_the_tree_shows_is_held_to_its_leaves(world: World) -> None:
    owner, sequencer = await world.connect(), world.sequencer
    await fill(owner, {LOG: WIDTH * WIDTH})
    await finish(sequencer)
    for level, reason in (
        (1, f"the entries 0 to {WIDTH - 1} are not"),
        (2, f"the entries 0 to {WIDTH**2 - 1} are not"),
    ):
        mend = await flip("log_node", "hash", f"log_id = '{LOG}' AND level = {level} AND \"index\" = 0")(world, owner)
        await everything(sequencer)
        await refused(world, reason)
        await mend()
        await sequencer.sign()
        assert (await world.as_("").get("/readyz")).json()["status"] == "ready"


async def test_a_quiet_log_that_was_computed_anew_is_found_without_a_new_entry(world: World) -> None:
    owner, sequencer = await world.connect(), world.sequencer
    await world.sequence()
    first = await owner.fetchrow(
        f"SELECT subject, seq, canonical FROM audit_entry WHERE {ENTRY.format(log=LOG, place=0)}"
    )
    changed = first["canonical"] + b" "
    leaf = leaf_hash(changed)
    where = f"(subject, seq) = ('{first['subject']}', {first['seq']})"
    await tamper(
        owner,
        f"UPDATE audit_entry SET leaf = '\\x{leaf.hex()}', canonical = '\\x{changed.hex()}' WHERE {where}",
    )
    await tamper(owner, f"UPDATE log_entry SET leaf = '\\x{leaf.hex()}' WHERE {where}")
    await everything(sequencer)
    await refused(world, "the first .* entries are not those that were signed")


async def test_reading_again_goes_through_all_logs_in_stretches_and_begins_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, sequencer = await world.connect(), world.sequencer
    (other,) = await found(owner, 1)
    await fill(owner, {LOG: 2 * STRETCH, other: 5})
    await finish(sequencer)
    held: list[tuple[UUID, int, int]] = []

    async def noted(connection: Any, log_id: UUID, first: int, end: int) -> None:
        held.append((log_id, first, end))
        await hold(connection, log_id, first, end)

    monkeypatch.setattr("service.sequencer.sequencer.hold", noted)
    await everything(sequencer)
    size = await signed(world, LOG)
    rest = [(one, 0, await signed(world, one)) for one in (REGISTRY, other)]
    stretches = [(LOG, 0, STRETCH), (LOG, STRETCH, 2 * STRETCH), (LOG, 2 * STRETCH, size)]
    assert held == sorted([*stretches, *rest])
    await everything(sequencer)
    assert held[len(held) // 2 :] == held[: len(held) // 2]


async def test_a_log_that_goes_on_growing_is_read_from_its_beginning_all_the_same(world: World) -> None:
    owner, sequencer = await world.connect(), world.sequencer
    # So many that its end is not read together with its beginning.
    await fill(owner, {LOG: 2 * WIDTH})
    await world.sequence()
    while sequencer.place[0] != LOG:
        await sequencer.reread()
    await flip("audit_entry", "canonical", ENTRY.format(log=LOG, place=0))(world, owner)
    for _ in range(2 * len(await owner.fetch("SELECT DISTINCT log_id FROM log_checkpoint")) + 2):
        await fill(owner, {LOG: 1, REGISTRY: 1})
        await world.sequence()
        await sequencer.reread()
    await refused(world, "entry 0 is not what was appended")


async def test_a_log_that_cannot_be_signed_keeps_no_other_from_being_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, sequencer = await world.connect(), world.sequencer
    await world.sequence()
    (sequencer.directory.path / f"{REGISTRY}.note").unlink()
    (sequencer.directory.path / f"{REGISTRY}.note").mkdir()
    await fill(owner, {REGISTRY: 1})
    await flip("audit_entry", "canonical", ENTRY.format(log=LOG, place=0))(world, owner)
    monkeypatch.setattr("service.sequencer.sequencer.REREAD_SECONDS", 0.01)
    monkeypatch.setattr("service.sequencer.sequencer.REST_SECONDS", 0.01)
    await work_until_alarmed(sequencer, owner)
    assert "entry 0 is not what was appended" in await owner.fetchval("SELECT reason FROM log_alarm")


async def test_the_sequencer_reads_again_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, sequencer = await world.connect(), world.sequencer
    await world.sequence()
    await flip("audit_entry", "canonical", ENTRY.format(log=LOG, place=0))(world, owner)
    monkeypatch.setattr("service.sequencer.sequencer.REREAD_SECONDS", 0.01)
    await work_until_alarmed(sequencer, owner)
    await refused(world, "entry 0 is not what was appended")
