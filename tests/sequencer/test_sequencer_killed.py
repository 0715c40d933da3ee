"""The sequencer is killed between every two of its statements, and around every step of writing a note."""

import asyncio
import json
import sys
from pathlib import Path
from uuid import UUID

import pytest

from service.tlog.tiles import WIDTH
from service.trail.models import REGISTRY
from tests.conftest import COMMISSION, Maker
from tests.sequencer.filling import fill
from tests.tlog.soundness import Leaves, finished, sound

pytestmark = pytest.mark.long

BIG = UUID(COMMISSION)
SMALL = UUID(int=7)


async def test_the_sequencer_may_be_killed_before_any_of_its_statements(make_world: Maker, tmp_path: Path) -> None:
    world = await make_world(log_dir=tmp_path / "log")
    owner = await world.connect()
    sequencer = world.sequencer
    await owner.execute(
        "INSERT INTO commission SELECT (jsonb_populate_record(commission, $2)).* FROM commission WHERE id <> $1",
        SMALL,
        json.dumps({"id": str(SMALL), "code": "SMALL", "seq": -1}),
    )
    killed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.sequencer.killed"),
        *(world.server.url("pacta_sequencer", world.database), str(tmp_path / "log")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert killed.stdin
    assert killed.stdout
    died: list[str] = []
    known: dict[UUID, Leaves] = {BIG: (), SMALL: (), REGISTRY: ()}
    while died[-1:] != ["ended"]:
        # One subtree of 256 becomes complete in each round, so that every run has every statement.
        await fill(owner, {BIG: WIDTH, SMALL: 1, REGISTRY: 2})
        killed.stdin.write(f"{len(died) + 1}\n".encode())
        died.append((await killed.stdout.readline()).decode().strip())
        for log_id, leaves in known.items():
            await sound(owner, sequencer.directory, log_id, leaves)
        sequencer.checked = False
        async with asyncio.timeout(60):
            # The database may need a moment to notice that the dead one's connection, and with it its lock, is gone.
            while not sequencer.checked:
                await world.sequence()
        for log_id, leaves in known.items():
            known[log_id] = await finished(owner, sequencer.directory, log_id, leaves)
    killed.stdin.close()
    await killed.wait()
    assert sequencer.failing is None
    assert await owner.fetchval("SELECT count(*) FROM log_alarm") == 0
    for log_id in known:
        await finished(owner, sequencer.directory, log_id, last=9)
    assert {name.split()[0] for name in died} >= {"BEGIN;", "INSERT", "COMMIT;", "fsync", "replace"}
    assert sum(name.startswith("INSERT INTO log_checkpoint") for name in died) == 3
