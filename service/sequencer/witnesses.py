"""Collecting cosignatures: each witness is asked on its own, so that one that is away or slow delays nobody else."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import table
from service.database.pool import Pool
from service.database.statement import Change, Query, given
from service.errors.operator import OperatorMistake
from service.identity.outward import Away
from service.log.models import LogCheckpoint, LogCosignature
from service.log.reading import consistency
from service.sequencer import asking
from service.sequencer.asking import WitnessAhead, WitnessRefused
from service.sequencer.heard import Heard
from service.sequencer.stored import LOGS
from service.tlog.checkpoint import parse_checkpoint
from service.tlog.cosignature import timestamp_of
from service.tlog.encoding import as_written
from service.tlog.note import parse_note
from service.tlog.policy import Witness
from service.tlog.policy_file import parse_policy

log = structlog.get_logger("pacta.witnesses")
LOOK_SECONDS = 1.0
LONGEST_SECONDS = 60.0
_checkpoint, _cosignature = table(LogCheckpoint), table(LogCosignature)


class Wanted(NamedTuple):
    """The newest checkpoint of a log, and the last size that a witness has cosigned, 0 if none."""

    log_id: UUID
    size: int
    note: bytes
    cosigned: int


_newest = (
    sa.select(_checkpoint.c.size, _checkpoint.c.note)
    .where(_checkpoint.c.log_id == LOGS.c.log_id)
    .order_by(_checkpoint.c.size.desc())
    .limit(1)
    .lateral("newest")
)
_theirs = (
    sa.select(sa.func.coalesce(sa.func.max(_cosignature.c.size), 0).label("size"))
    .where(_cosignature.c.log_id == LOGS.c.log_id, _cosignature.c.vkey == sa.bindparam("vkey"))
    .lateral("theirs")
)
_wanted = Query(
    sa.select(LOGS.c.log_id, _newest.c.size, _newest.c.note, _theirs.c.size.label("cosigned"))
    .select_from(LOGS.join(_newest, sa.true()).join(_theirs, sa.true()))
    .where((_newest.c.size > _theirs.c.size) | sa.bindparam("every", type_=sa.Boolean()))
    .order_by(LOGS.c.log_id),
    Wanted,
)
_keep = Change(
    insert(_cosignature)
    .values(given(_cosignature, "log_id", "size", "vkey", "signature", "cosigned_at"))
    .on_conflict_do_nothing()
)


class WitnessesMalformed(OperatorMistake):
    """The witnesses' file cannot be used; the message says which line, or which witness."""


def load(file: Path | None) -> dict[str, Witness]:
    """Return the witnesses in PACTA_WITNESSES_FILE by their names there; `WitnessesMalformed` if one cannot be asked."""
    if file is None:
        return {}
    try:
        witnesses = dict(parse_policy(as_written(file.read_bytes())).witnesses)
    except (OSError, ValueError) as wrong:
        raise WitnessesMalformed(f"{file} cannot be read as a file of witnesses: {wrong}") from wrong
    for name, witness in witnesses.items():
        if not (witness.url or "").startswith(("https://", "http://")):
            raise WitnessesMalformed(f"{file} says no address of witness {name!r}: witness <name> <vkey> <url>")
    return witnesses


@dataclass(slots=True)
class Patience:
    """How long to wait for one that does not do what it is asked, twice as long each time."""

    seconds: float = 0.0
    until: float = float("-inf")

    def fail(self) -> bool:
        """Wait longer; return whether this is the first failure."""
        first = self.seconds == 0
        self.seconds = min(2 * self.seconds or LOOK_SECONDS, LONGEST_SECONDS)
        self.until = time.monotonic() + self.seconds
        return first


@dataclass(slots=True)
class Asking:
    """One witness: whether it is away, and which logs it refuses to cosign."""

    pool: Pool
    name: str
    witness: Witness
    heard: Heard = field(default_factory=Heard)
    away: Patience | None = None
    refused: dict[UUID, Patience] = field(default_factory=dict)

    async def run(self) -> None:
        """Ask until cancelled, at most once a second; whatever goes wrong is waited for."""
        while True:
            try:
                await self.collect()
                self._is_back()
            except Exception as wrong:  # noqa: BLE001 -- a collector that ended in silence would collect nothing any more
                self._is_away(wrong)
            finally:
                self.heard.unasked.discard(self.name)
            await asyncio.sleep(self.away.seconds if self.away else LOOK_SECONDS)

    async def collect(self) -> None:
        """Ask for a cosignature under the newest checkpoint of each log that lacks one; `Away` ends it.

        At the start every log is asked for, also one of which it has cosigned all that is here: it may have cosigned more.
        """
        async with self.pool.connection() as connection:
            every = self.name in self.heard.unasked
            wanted = await _wanted.rows(connection, vkey=self.witness.key.vkey, every=every)
        for one in wanted:
            refusal = self.refused.get(one.log_id)
            if refusal is None or time.monotonic() >= refusal.until:
                await self._ask(one)

    async def _ask(self, wanted: Wanted) -> None:
        async def prove(old_size: int, size: int) -> Sequence[bytes]:
            async with self.pool.connection() as connection:
                return await consistency(connection, wanted.log_id, old_size, size)

        try:
            signature = await asking.ask(self.witness, wanted.note, wanted.cosigned, prove)
            at = datetime.fromtimestamp(timestamp_of(signature), UTC)
        except (WitnessRefused, ValueError, OverflowError) as refusal:
            if isinstance(refusal, WitnessAhead):
                self.heard.tell(parse_checkpoint(parse_note(wanted.note).text).origin, refusal.size, self.name)
            # Also a note or a tree of ours that cannot be shown: it is this log's trouble, not the witness's.
            if self.refused.setdefault(wanted.log_id, Patience()).fail():
                log.warning("witness_refuses", witness=self.name, log_id=str(wanted.log_id), reason=str(refusal))
            return
        async with self.pool.transaction() as connection:
            await _keep.run(
                connection,
                log_id=wanted.log_id,
                size=wanted.size,
                vkey=self.witness.key.vkey,
                signature=signature.signature,
                cosigned_at=at,
            )
        if self.refused.pop(wanted.log_id, None):
            log.info("witness_cosigns_again", witness=self.name, log_id=str(wanted.log_id))

    def _is_away(self, wrong: Exception) -> None:
        self.away = self.away or Patience()
        if self.away.fail():
            reason = str(wrong) if isinstance(wrong, Away) else type(wrong).__name__
            log.warning("witness_away", witness=self.name, reason=reason)

    def _is_back(self) -> None:
        if self.away:
            log.info("witness_back", witness=self.name)
        self.away = None


@dataclass(frozen=True, slots=True)
class Collector:
    """Asks every witness; beside another collector it is harmless, since a witness answers both and one row is kept."""

    pool: Pool
    witnesses: Mapping[str, Witness]
    heard: Heard = field(default_factory=Heard)

    def __post_init__(self) -> None:
        """Until each was asked once, the sequencer waits for them."""
        self.heard.unasked.update(self.witnesses)

    async def run(self) -> None:
        """Ask until cancelled, each witness in a task of its own."""
        async with asyncio.TaskGroup() as tasks:
            for name, witness in self.witnesses.items():
                tasks.create_task(Asking(self.pool, name, witness, self.heard).run())
