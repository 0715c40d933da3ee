"""A register of any size: commitments with the trails that lead to their states, by COPY in the order of their keys."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from service.database.columns import table
from service.database.connection import Address
from service.database.pool import Pool
from service.demo.postgres import Server
from service.permissions import Confidentiality
from service.register.commitments.models import Commitment
from service.register.commitments.rules.lifecycle import Action
from service.register.decisions.models import Confirmation, Transition
from service.sequencer.directory import LogDirectory
from service.sequencer.sequencer import Sequencer
from service.settings import Settings
from tests.benchmarks.histories import Plan, play
from tests.benchmarks.rows import Draft, Rows, print_rows
from tests.benchmarks.scene import MUTUAL, UNILATERAL, Scene, build

BATCH = 5_000
"""Commitments per transaction of the fill."""
AGREED, AMENDED = Plan(), Plan((Action.AMEND, Action.AMEND))
LONG = Plan((Action.AMEND,) * 4)
_usual = [
    (10, Plan(waits=True)),
    (22, AGREED),
    (12, Plan((Action.AMEND,) * 3)),
    (8, Plan((Action.AMEND,), waits=True)),
    (10, Plan((Action.DRAFT_MOU,), target_date=None)),
    (15, Plan((Action.AMEND, Action.DRAFT_MOU, Action.SIGN))),
    (13, Plan((Action.AMEND, Action.DRAFT_MOU, Action.SIGN, Action.IMPLEMENT))),
    (5, Plan((Action.AMEND, Action.SUSPEND))),
    (5, Plan((Action.AMEND, Action.SUSPEND, Action.RESUME, Action.WITHDRAW))),
]
"""In a hundred, so long that a million commitments have five million entries and some."""
ORDINARY = [plan for weight, plan in _usual for _ in range(weight)]
SEEN_BY = [Confidentiality.PARTIES] * 7 + [Confidentiality.PUBLIC] * 2 + [Confidentiality.RESTRICTED]


@dataclass(slots=True)
class Filled:
    """What the load may touch: rows for reading, and rows for writing, those of the service apart from the limit's."""

    scene: Scene
    size: int
    mutual: int
    entries: int = 0
    seconds: float = 0.0
    rows: dict[str, list[UUID]] = field(default_factory=dict)

    @property
    def listed(self) -> tuple[UUID, ...]:
        """Return the groups whose lists are read."""
        return self.scene.places[0].groups[:4]


def shares(size: int) -> dict[str, int]:
    """Return how many of `size` commitments are of each kind; the rest is ordinary."""
    mutual = min(size * 18 // 100, max(180, size // 50), 10_000)
    return {
        "listed": min(size * 24 // 100, 240),
        "trail": max(1, min(size // 50, 16)),
        "mutual service": mutual,
        "mutual limit": mutual,
        "unilateral service": mutual // 2,
        "unilateral limit": mutual // 2,
    }


async def fill(
    server: Server,
    size: int,
    log_dir: Path,
    database: str = "pacta",
    mutual: int = MUTUAL,
    unilateral: int = UNILATERAL,
) -> Filled:
    """Fill the migrated, empty `database` with `size` commitments, sign their logs, and gather statistics."""
    started = time.monotonic()
    settings = Settings()
    pool = Pool.of(settings, Address.parse(server.url("pacta_app", database)))
    indexing = Pool.of(settings, Address.parse(server.url("pacta_sequencer", database)))
    filled = Filled(await build(pool, mutual, unilateral), size, mutual)
    sequencer = Sequencer(indexing, LogDirectory.open(log_dir, "pacta.test"))
    while await sequencer.step():
        pass
    await pool.close()
    connection = await asyncpg.connect(server.url("postgres", database))
    try:
        await connection.execute("SET synchronous_commit = off")
        await _copy(connection, filled)
        await sequencer.sign()
        await indexing.close()
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    filled.seconds = time.monotonic() - started
    return filled


async def _copy(connection: Any, filled: Filled) -> None:
    found = await connection.fetch('SELECT log_id, max("index") + 1 AS next FROM log_entry GROUP BY log_id')
    indexes = Counter({row["log_id"]: row["next"] for row in found})
    columns = {
        "commitment": [column.name for column in table(Commitment).c if column.name != "words"],
        "transition": list(table(Transition).c.keys()),
        "confirmation": list(table(Confirmation).c.keys()),
        "audit_entry": ["subject", "seq", "log_id", "leaf", "canonical", "kind", "recorded_at"],
        "log_entry": ["log_id", "index", "subject", "seq", "leaf"],
    }
    drafts, writing = _drafts(filled), asyncio.create_task(asyncio.sleep(0))
    # The next batch is printed while PostgreSQL stores this one.
    while batch := [draft for _, draft in zip(range(BATCH), drafts, strict=False)]:
        rows = await asyncio.to_thread(print_rows, batch, indexes, columns)
        filled.entries += len(rows["audit_entry"])
        await writing
        writing = asyncio.create_task(_store(connection, rows, columns))
    await writing


async def _store(connection: Any, rows: Rows, columns: Mapping[str, Sequence[str]]) -> None:
    async with connection.transaction():
        for name, names in columns.items():
            await connection.copy_records_to_table(name, records=rows[name], columns=names)


def _drafts(filled: Filled) -> Iterator[Draft]:
    scene = filled.scene
    kinds = [kind for kind, count in shares(filled.size).items() for _ in range(count)]
    kinds += ["ordinary"] * (filled.size - len(kinds))
    chance = random.Random(20250124)
    chance.shuffle(kinds)
    numbers: Counter[tuple[UUID, int]] = Counter()
    histories = cache(lambda place, group, plan: play(scene, scene.places[place], group, plan))
    for number, kind in enumerate(kinds):
        place, group, plan = _choose(kind, number, (filled.mutual, len(scene.places)), chance)
        history = histories(place, group, plan)
        session = chance.randrange(len(history.place.sessions))
        numbers[history.place.id, session] += 1
        draft = Draft(history, number, filled.size, session, numbers[history.place.id, session], chance.getrandbits(60))
        filled.rows.setdefault(kind, []).append(draft.id)
        if kind == "listed" or (kind == "ordinary" and place == 0):
            filled.rows.setdefault("read", []).append(draft.id)
        yield draft


def _choose(kind: str, number: int, places: tuple[int, int], chance: random.Random) -> tuple[int, int, Plan]:
    mutual, most = places
    if kind == "listed":
        return 0, number % 4, AMENDED
    if kind == "trail":
        return 0, 4, LONG
    if kind.startswith("mutual"):
        return 0, 4 + number % 2, AMENDED
    if kind.startswith("unilateral"):
        return mutual, number % 6, AMENDED
    plan, place = chance.choice(ORDINARY), chance.randrange(most)
    waits = plan.waits and place < mutual
    return place, chance.randrange(6), Plan(plan.moves, waits, chance.choice(SEEN_BY), plan.target_date)
