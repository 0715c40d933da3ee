"""Witnesses in processes of their own are asked over HTTP; one that is away, lies or refuses stops nothing."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from service.log import reading as log
from service.sequencer import witnesses as collecting
from service.sequencer.start import create_collector
from service.sequencer.witnesses import LONGEST_SECONDS, Collector, Patience, WitnessesMalformed, load
from service.tlog.checkpoint import open_checkpoint
from service.tlog.cosignature import Cosigner
from service.trail.models import REGISTRY
from tests.conftest import COMMISSION, Maker, World, item, settings_for
from tests.register.commitments.test_journey import SIGN
from tests.sequencer.filling import fill
from tests.sequencer.test_sequencer import until
from tests.tampering import tamper
from tests.witness.running import Running

LOG = UUID(COMMISSION)
NAMES = ("az.example/witness", "pk.example/witness")


def start(world: World, place: Path, name: str, *options: str, watched: tuple[UUID, ...] = (LOG, REGISTRY)) -> Running:
    """Start a witness of the register's logs."""
    directory = world.sequencer.directory
    lines = [f"log {directory.signer(log_id).verifier.vkey}\n" for log_id in watched]
    place.with_suffix(".policy").write_text("".join(lines) + "quorum none\n")
    return Running(place, "--name", name, *options)


def collector(world: World, tmp_path: Path, *witnesses: tuple[str, str, str]) -> Collector:
    """Return the collector for these witnesses: name, vkey and address of each."""
    file = tmp_path / "witnesses"
    file.write_text("".join(f"witness {' '.join(one)}\n" for one in witnesses) + "quorum none\n")
    return create_collector(settings_for(world.server, world.database, witnesses_file=file))


async def cosigned(world: World, witness: Running, log_id: UUID = LOG) -> bool:
    """Tell whether the newest checkpoint of a log carries this witness's cosignature, and it holds."""
    async with world.pool.transaction() as connection:
        newest = await log.newest(connection, log_id)
    assert newest
    opened = open_checkpoint(newest.note, [world.sequencer.directory.signer(log_id).verifier], [witness.key])
    return opened.signed_by(witness.key)


async def grow(world: World) -> None:
    """Append to the log and sign it."""
    await fill(await world.connect(), {LOG: 3})
    await world.sequence()


@pytest.mark.long
async def test_both_cosign_and_one_that_was_away_catches_up(world: World, tmp_path: Path, said: Any) -> None:
    await world.sequence()
    witnesses = [start(world, tmp_path / str(place), name) for place, name in enumerate(NAMES)]
    first, second = witnesses
    port = str(first.port)
    asked = collector(world, tmp_path, ("first", first.key.vkey, first.url), ("second", second.key.vkey, second.url))
    collecting_ = asyncio.create_task(asked.run())
    try:
        for witness in (first, second):
            for log_id in (LOG, REGISTRY):
                await until(partial(cosigned, world, witness, log_id))
        first.process.kill()
        first.process.wait()
        made = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
        assert made.status_code == 201
        for _ in range(3):
            await grow(world)
            await until(lambda: cosigned(world, second))
        assert not await cosigned(world, first)
        witnesses.append(start(world, tmp_path / "0", NAMES[0], "--port", port))
        await until(lambda: cosigned(world, first))
        await until(lambda: cosigned(world, second))
    finally:
        collecting_.cancel()
        await asyncio.gather(collecting_, return_exceptions=True)
        await asked.pool.close()
        for witness in witnesses:
            witness.end()
    heard = [(line["event"], line["witness"]) for line in said if line["event"].startswith("witness_")]
    assert heard == [("witness_away", "first"), ("witness_back", "first")]


async def test_a_log_that_a_witness_does_not_watch_delays_no_other(world: World, tmp_path: Path, said: Any) -> None:
    await world.sequence()
    with start(world, tmp_path / "one", NAMES[0], watched=(LOG,)) as witness:
        asked = collector(world, tmp_path, ("one", witness.key.vkey, witness.url))
        one = collecting.Asking(asked.pool, "one", asked.witnesses["one"])
        await one.collect()
        await one.collect()
        assert await cosigned(world, witness)
        assert not await cosigned(world, witness, REGISTRY)
        await asked.pool.close()
    assert [(line["event"], line["log_id"]) for line in said] == [("witness_refuses", str(REGISTRY))]
    assert "404" in said[0]["reason"]


async def test_a_witness_that_lies_is_not_believed_and_nothing_of_it_is_kept(
    world: World, tmp_path: Path, said: Any
) -> None:
    await world.sequence()
    liar = Cosigner("liar.example", bytes(32))
    with start(world, tmp_path / "one", NAMES[0]) as witness:
        asked = collector(world, tmp_path, ("liar", liar.verifier.vkey, witness.url))
        await collecting.Asking(asked.pool, "liar", asked.witnesses["liar"]).collect()
        await asked.pool.close()
    assert await (await world.connect()).fetchval("SELECT count(*) FROM log_cosignature") == 0
    assert {line["event"] for line in said} == {"witness_refuses"}


async def test_a_log_without_witnesses_is_a_log(world: World) -> None:
    async with asyncio.timeout(60):
        await create_collector(settings_for(world.server, world.database)).run()


def test_the_wait_grows_up_to_a_minute_and_only_the_first_failure_is_said() -> None:
    patience = Patience()
    assert [patience.fail() for _ in range(9)] == [True, *[False] * 8]
    assert patience.seconds == LONGEST_SECONDS == 60


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("quorum none\nwitness one nonsense https://w.example\n", "line 2: "),
        ("witness one {vkey}\nquorum none\n", "no address of witness 'one'"),
        ("witness one {vkey} ftp://w.example\nquorum none\n", "no address of witness 'one'"),
        ("witness one {vkey} https://w.example\n", "no line defines the quorum"),
    ],
)
def test_a_file_of_witnesses_that_is_wrong_is_no_start(tmp_path: Path, content: str, sentence: str) -> None:
    file = tmp_path / "witnesses"
    file.write_text(content.format(vkey=Cosigner("w.example", bytes(32)).verifier.vkey))
    with pytest.raises(WitnessesMalformed, match=sentence):
        load(file)


def test_a_file_of_witnesses_that_is_not_there_is_no_start(make_world: Maker, tmp_path: Path) -> None:
    settings = settings_for(make_world.server, "pilot", witnesses_file=tmp_path / "nowhere")
    with pytest.raises(WitnessesMalformed, match="nowhere"):
        create_collector(settings)


async def test_a_database_that_was_restored_with_its_notes_is_told_by_a_witness_before_anything_is_signed(
    make_world: Maker, tmp_path: Path
) -> None:
    world = await make_world(log_dir=tmp_path / "log")
    owner, sequencer = await world.connect(), world.sequencer
    await world.sequence()
    note = sequencer.directory.last_note(LOG)
    assert note is not None
    with start(world, tmp_path / "one", NAMES[0]) as witness:
        told = ("one", witness.key.vkey, witness.url)
        before = collector(world, tmp_path, told)
        await grow(world)
        await collecting.Asking(before.pool, "one", before.witnesses["one"]).collect()
        assert await cosigned(world, witness)
        # The database and the note become what they were before that: as a machine that is put back whole.
        size = await owner.fetchval("SELECT min(size) FROM log_checkpoint WHERE log_id = $1", LOG)
        for table, what in (("log_cosignature", "size"), ("log_checkpoint", "size"), ("log_entry", '"index" + 1')):
            await forget(owner, table, f"log_id = '{LOG}' AND {what} > {size}")
        sequencer.directory._note(LOG).write_bytes(note)
        await fill(owner, {LOG: 4})
        asked = collector(world, tmp_path, told)
        sequencer.heard, sequencer.checked = asked.heard, False
        running = [asyncio.create_task(one.run()) for one in (sequencer, asked)]
        try:
            await until(lambda: owner.fetchval("SELECT count(*) > 0 FROM log_alarm WHERE log_id = $1", LOG))
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await before.pool.close()
            await asked.pool.close()
    reason = await owner.fetchval("SELECT reason FROM log_alarm WHERE log_id = $1", LOG)
    assert "the witness one has cosigned " in reason
    assert await owner.fetchval("SELECT max(size) FROM log_checkpoint WHERE log_id = $1", LOG) == size


async def forget(owner: Any, table: str, where: str) -> None:
    """Delete rows that nobody may delete, as a restore of an older state does."""
    await tamper(owner, f"DELETE FROM {table} WHERE {where}")
