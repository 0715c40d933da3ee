"""The sequencer beside others of its kind, on a disk that is full, and its speed against the clock."""

import asyncio
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from service.cli import __main__ as cli
from service.sequencer.directory import LogDirectory
from service.sequencer.sequencer import POLL_SECONDS, SIGN_SECONDS, Sequencer
from service.tlog.merkle import leaf_hash
from service.tlog.policy_file import parse_policy
from service.trail.entry import Entry, Head, compose
from tests.conftest import COMMISSION, Command, Maker, World, item
from tests.register.commitments.test_journey import SIGN
from tests.sequencer.filling import AUTHOR, append_raw, fill, found
from tests.tlog.soundness import finished, sound

LOG = UUID(COMMISSION)
_size = "SELECT coalesce(max(size), 0) FROM log_checkpoint WHERE log_id = $1"
_entries = "SELECT count(*) FROM audit_entry WHERE log_id = $1"


async def until(true: Callable[[], Any], seconds: float = 120) -> None:
    """Wait until `true` is, at most so long."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 -- it becomes so in the database
            await asyncio.sleep(0.02)


async def all_signed(owner: Any) -> bool:
    """Tell whether every entry of the log is signed."""
    return bool(await owner.fetchval(_size, LOG) == await owner.fetchval(_entries, LOG))


async def started(world: World, directory: Path) -> asyncio.subprocess.Process:
    """Start `pacta sequencer`."""
    settings = {
        "PACTA_SEQUENCER_DATABASE_URL": world.server.url("pacta_sequencer", world.database),
        "PACTA_LOG_DIR": str(directory),
        "PACTA_PUBLIC_URL": "https://pacta.example",
    }
    arguments = (sys.executable, "-m", "service.cli", "sequencer")
    return await asyncio.create_subprocess_exec(*arguments, env={**os.environ, **settings})


@pytest.mark.long
async def test_two_sequencers_at_once_are_harmless_and_one_goes_on_when_the_other_is_killed(
    make_world: Maker, tmp_path: Path
) -> None:
    directory = LogDirectory.open(tmp_path / "log", "pacta.example")
    world = await make_world(log_dir=directory.path)
    owner = await world.connect()
    sequencers = [await started(world, directory.path) for _ in range(2)]
    try:
        for _ in range(10):
            await fill(owner, {LOG: 50})
            await asyncio.sleep(0.1)
        await until(lambda: all_signed(owner))
        await fill(owner, {LOG: 300})
        sequencers[0].kill()
        await fill(owner, {LOG: 300})
        await until(lambda: all_signed(owner))
    finally:
        for one in sequencers:
            if one.returncode is None:
                one.kill()
            await one.wait()
    await finished(owner, directory, LOG, last=10)
    assert await owner.fetchval("SELECT count(*) FROM log_alarm") == 0


async def test_after_a_restart_of_the_queues_sequence_each_chain_is_indexed_in_its_own_order(world: World) -> None:
    owner, pk, az = await world.connect(), world.as_("PK"), world.as_("AZ")
    await world.sequence()
    made = await pk.post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    # As a restore without the values of sequences leaves it: what comes later has a lower number.
    await owner.execute("ALTER SEQUENCE audit_pending_id_seq RESTART WITH 1")
    answered = await az.post(f"/v1/transitions/{made.json()['id']}/confirmations", json={"decision": "confirm"})
    assert made.status_code == answered.status_code == 201
    numbers = [row["seq"] for row in await owner.fetch("SELECT seq FROM audit_pending ORDER BY id")]
    assert numbers == sorted(numbers, reverse=True)
    await world.sequence()
    await finished(owner, world.sequencer.directory, LOG)


async def test_a_log_in_which_an_entry_is_missing_is_stopped_before_anything_is_signed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, sequencer = await world.connect(), world.sequencer
    monkeypatch.setattr("service.sequencer.sequencer.LOOK_SECONDS", 0)
    await world.sequence()
    (other,) = await found(owner, 1)
    await fill(owner, {LOG: 3, other: 3})
    before = await owner.fetchval(_size, LOG)
    await owner.execute("CREATE TEMPORARY TABLE lost AS SELECT * FROM audit_pending WHERE log_id = $1 AND seq = 1", LOG)
    await owner.execute("DELETE FROM audit_pending WHERE log_id = $1 AND seq = 1", LOG)
    await world.sequence()
    reason = await owner.fetchval("SELECT reason FROM log_alarm WHERE log_id = $1", LOG)
    assert "entry 2 of subject" in reason
    assert "the one before it is nowhere" in reason
    assert (await owner.fetchval(_size, LOG), await owner.fetchval(_size, other)) == (before, 3)
    # Neither does another sequencer, which knows nothing of it, nor the same one later.
    for one in (Sequencer(sequencer.pool, sequencer.directory), sequencer):
        await one.step()
        await one.sign()
        assert await owner.fetchval(_size, LOG) == before
        assert await owner.fetchval("SELECT count(*) FROM log_alarm") == 1
    await owner.execute("INSERT INTO audit_pending OVERRIDING SYSTEM VALUE SELECT * FROM lost")
    await world.sequence()
    await world.sequence()
    assert await owner.fetchval("SELECT count(*) FROM log_alarm") == 0
    await finished(owner, sequencer.directory, LOG)


BREAKS: dict[str, tuple[dict[str, Any], str]] = {
    "another predecessor": ({"leaf": bytes(32)}, "does not name the hash of the subject's entry before it"),
    "an earlier moment": ({"recorded_at": datetime(2020, 1, 1, tzinfo=UTC)}, "was recorded before the subject's entry"),
    "another commission": ({"log_id": UUID(int=77)}, "belongs to the log of another commission"),
}


@pytest.mark.parametrize("name", list(BREAKS))
async def test_what_the_verifier_would_refuse_is_not_signed(world: World, name: str) -> None:
    change, reason = BREAKS[name]
    owner = await world.connect()
    await world.sequence()
    before = await owner.fetchval(_size, LOG)
    last = await owner.fetchrow(
        "SELECT seq, leaf FROM audit_entry WHERE subject = $1 ORDER BY seq DESC LIMIT 1", UUID(item(4))
    )
    right = {"seq": last["seq"], "leaf": last["leaf"], "log_id": LOG, "recorded_at": datetime.now(UTC)}
    facts = right | change
    entry = compose(
        Head(facts["seq"], facts["leaf"]), log_id=facts["log_id"], subject=UUID(item(4)), kind="commitment.amended",
        recorded_at=facts["recorded_at"], author=AUTHOR, data={},
    )  # fmt: skip
    await append_raw(owner, [entry], LOG)
    await world.sequence()
    assert reason in await owner.fetchval("SELECT reason FROM log_alarm WHERE log_id = $1", LOG)
    assert await owner.fetchval(_size, LOG) == before


@pytest.mark.parametrize("stored", [b"xx", b"\xff\xff", b"77", b"[]", b'{"seq":0}'])
async def test_bytes_that_are_no_entry_stop_their_log_and_no_other(world: World, stored: bytes) -> None:
    owner = await world.connect()
    await world.sequence()
    before = await owner.fetchval(_size, LOG)
    (other,) = await found(owner, 1)
    entry = Entry(LOG, UUID(int=78), 0, "commitment.recorded", datetime.now(UTC), stored, leaf_hash(stored))
    await append_raw(owner, [entry], LOG)
    await fill(owner, {other: 1})
    await world.sequence()
    assert "no entry of an audit trail" in await owner.fetchval("SELECT reason FROM log_alarm WHERE log_id = $1", LOG)
    assert (await owner.fetchval(_size, LOG), await owner.fetchval(_size, other)) == (before, 1)


async def test_a_sequencer_that_was_slow_does_not_undo_what_another_signed(world: World) -> None:
    sequencer, owner = world.sequencer, await world.connect()
    await world.sequence()
    directory: LogDirectory = sequencer.directory
    note = directory.last_note(LOG)
    await fill(owner, {LOG: 1})
    await world.sequence()
    with pytest.raises(OSError, match="another sequencer"):
        directory.keep_note(LOG, b"an older note", note)
    await finished(owner, directory, LOG)


async def test_what_is_written_is_signed_within_a_second(world: World) -> None:
    owner = await world.connect()
    working = asyncio.create_task(world.sequencer.run())
    await until(lambda: all_signed(owner))
    made = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    assert made.status_code == 201
    begun = time.monotonic()
    await until(lambda: all_signed(owner))
    spent = time.monotonic() - begun
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    # A second where nothing else runs; here other tests do.
    assert spent < 5


def test_by_the_clock_signing_is_due_within_a_second(still: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sequencer = type(still.sequencer)(still.pool, still.sequencer.directory)
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    sequencer.looked_at, sequencer.checked, sequencer.unsigned = now[0], True, True
    assert not sequencer._due()
    now[0] += SIGN_SECONDS
    assert sequencer._due()
    assert SIGN_SECONDS + 2 * POLL_SECONDS < 1


async def test_many_entries_share_few_checkpoints(world: World) -> None:
    owner = await world.connect()
    await world.sequence()
    before = await owner.fetchval("SELECT count(*) FROM log_checkpoint WHERE log_id = $1", LOG)
    begun = time.monotonic()
    working = asyncio.create_task(world.sequencer.run())
    for _ in range(30):
        await fill(owner, {LOG: 100})
    await until(lambda: all_signed(owner))
    spent = time.monotonic() - begun
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    after = await owner.fetchval("SELECT count(*) FROM log_checkpoint WHERE log_id = $1", LOG)
    assert 1 <= after - before <= 2 + spent / SIGN_SECONDS
    await finished(owner, world.sequencer.directory, LOG)


def full(_: int) -> None:
    """Sync a file to a disk that is full."""
    raise OSError(28, "No space left on device")


async def test_while_the_disk_is_full_nothing_is_published_and_then_it_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, sequencer = await world.connect(), world.sequencer
    await world.sequence()
    before = await owner.fetchval(_size, LOG)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        await fill(owner, {LOG: 3})
        working = asyncio.create_task(sequencer.run())

        async def failing() -> bool:
            return bool(sequencer.failing)

        await until(failing)
        ready = await world.as_("").get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "late")
        assert ready.json()["checks"]["sequencer"] == "waits (OSError); its log says what for"
        assert await owner.fetchval(_size, LOG) == before
        await sound(owner, sequencer.directory, LOG)
    await until(lambda: all_signed(owner))

    async def mended() -> bool:
        return sequencer.failing is None

    await until(mended)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await finished(owner, sequencer.directory, LOG)


NOBODY_THERE = "postgresql+asyncpg://pacta_sequencer@127.0.0.1:1/pacta"


@pytest.mark.parametrize(
    ("command", "missing", "sentence"),
    [
        (["sequencer"], "PACTA_LOG_DIR", "The sequencer needs PACTA_LOG_DIR"),
        (["serve", "--with-sequencer"], "PACTA_LOG_DIR", "The sequencer needs PACTA_LOG_DIR"),
        (["sequencer"], "PACTA_SEQUENCER_DATABASE_URL", "Set PACTA_SEQUENCER_DATABASE_URL"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    pacta: Command, tmp_path: Path, command: list[str], missing: str, sentence: str
) -> None:
    environment = {"PACTA_LOG_DIR": str(tmp_path / "log"), "PACTA_SEQUENCER_DATABASE_URL": NOBODY_THERE}
    del environment[missing]
    status, said = pacta(*command, **environment)
    assert (status, sentence in said) == (os.EX_CONFIG, True)


def test_a_key_that_others_can_read_is_no_start(pacta: Command, tmp_path: Path) -> None:
    LogDirectory.open(tmp_path, "pacta.example").key.chmod(0o644)
    status, said = pacta("sequencer", PACTA_LOG_DIR=str(tmp_path), PACTA_SEQUENCER_DATABASE_URL=NOBODY_THERE)
    assert status == os.EX_CONFIG
    assert re.search(r"others can read the log key .* chmod 600", said)


def test_the_policy_that_is_handed_out_names_each_log_that_was_signed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = LogDirectory.open(tmp_path, "pacta.example")
    directory.keep_note(LOG, b"a note", None)
    monkeypatch.setenv("PACTA_LOG_DIR", str(tmp_path))
    for arguments, log_id in (([], LOG), ([str(UUID(int=7))], UUID(int=7))):
        monkeypatch.setattr(sys, "argv", ["pacta", "policy", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        (known,) = parse_policy(capsys.readouterr().out.encode()).logs
        assert known.key == directory.signer(log_id).verifier


def test_no_policy_is_printed_of_a_key_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["pacta", "policy"])
    for place in ("", str(tmp_path)):
        monkeypatch.setenv("PACTA_LOG_DIR", place or str(tmp_path / "nowhere"))
        with pytest.raises(SystemExit, match=str(os.EX_CONFIG)):
            cli.main()
        told = capsys.readouterr()
        assert ("Set PACTA_LOG_DIR" in told.err, told.out) == (True, "")
    assert not list(tmp_path.iterdir())
