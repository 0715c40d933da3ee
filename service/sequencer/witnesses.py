"""Collecting cosignatures: each witness is asked on its own, so that one that is away or slow delays nobody else."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from service.database.columns import table
from service.log.models import LogCosignature
from service.log.reading import consistency
from service.sequencer import asking as witnessing
from service.sequencer.asking import WitnessAway, WitnessRefused
from service.tlog.cosignature import timestamp_of
from service.tlog.policy import Witness
from service.tlog.policy_file import parse_policy
from service.trail.models import REGISTRY

log = structlog.get_logger("pacta.witnesses")
LOOK_SECONDS = 1.0
LONGEST_SECONDS = 60.0
_cosignature = table(LogCosignature)
# The newest checkpoint of each log that the witness has not cosigned, and the last size that it has.
_wanted = sa.text(
    "SELECT c.log_id, c.size, c.note, coalesce(s.size, 0) AS cosigned"
    " FROM (SELECT id AS log_id FROM commission UNION ALL SELECT CAST(:registry AS uuid)) logs"
    " CROSS JOIN LATERAL (SELECT * FROM log_checkpoint WHERE log_id = logs.log_id ORDER BY size DESC LIMIT 1) c"
    " LEFT JOIN LATERAL (SELECT max(size) AS size FROM log_cosignature WHERE log_id = logs.log_id AND vkey = :vkey) s"
    " ON true WHERE c.size > coalesce(s.size, 0) ORDER BY c.log_id"
)


class WitnessesMalformed(ValueError):
    """The witnesses' file cannot be used; the message says which line, or which witness."""


def load(file: Path | None) -> dict[str, Witness]:
    """Return the witnesses in PACTA_WITNESSES_FILE by their names there; `WitnessesMalformed` if one cannot be asked."""
    if file is None:
        return {}
    try:
        witnesses = dict(parse_policy(file.read_bytes()).witnesses)
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

    engine: AsyncEngine
    name: str
    witness: Witness
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
            await asyncio.sleep(self.away.seconds if self.away else LOOK_SECONDS)

    async def collect(self) -> None:
        """Ask for a cosignature under the newest checkpoint of each log that lacks one; `WitnessAway` ends it."""
        vkey = self.witness.key.vkey
        async with self.engine.begin() as connection:
            wanted = (await connection.execute(_wanted, {"registry": REGISTRY, "vkey": vkey})).all()
        for found in wanted:
            refusal = self.refused.get(found.log_id)
            if refusal is None or time.monotonic() >= refusal.until:
                await self._ask(found)

    async def _ask(self, found: sa.Row[Any]) -> None:
        async def prove(old_size: int, size: int) -> Sequence[bytes]:
            async with self.engine.begin() as connection:
                return await consistency(connection, found.log_id, old_size, size)

        try:
            signature = await witnessing.ask(self.witness, bytes(found.note), found.cosigned, prove)
            at = datetime.fromtimestamp(timestamp_of(signature), UTC)
        except (WitnessRefused, ValueError, OverflowError) as refusal:
            # Also a note or a tree of ours that cannot be shown: it is this log's trouble, not the witness's.
            if self.refused.setdefault(found.log_id, Patience()).fail():
                log.warning("witness_refuses", witness=self.name, log_id=str(found.log_id), reason=str(refusal))
            return
        stored = {"log_id": found.log_id, "size": found.size, "signature": signature.signature, "cosigned_at": at}
        await self._store(stored)
        if self.refused.pop(found.log_id, None):
            log.info("witness_cosigns_again", witness=self.name, log_id=str(found.log_id))

    async def _store(self, cosignature: Mapping[str, Any]) -> None:
        new = {**cosignature, "vkey": self.witness.key.vkey}
        async with self.engine.begin() as connection:
            await connection.execute(insert(_cosignature).values(new).on_conflict_do_nothing())

    def _is_away(self, wrong: Exception) -> None:
        self.away = self.away or Patience()
        if self.away.fail():
            reason = str(wrong) if isinstance(wrong, WitnessAway) else type(wrong).__name__
            log.warning("witness_away", witness=self.name, reason=reason)

    def _is_back(self) -> None:
        if self.away:
            log.info("witness_back", witness=self.name)
        self.away = None


@dataclass(frozen=True, slots=True)
class Collector:
    """Asks every witness; beside another collector it is harmless, since a witness answers both and one row is kept."""

    engine: AsyncEngine
    witnesses: Mapping[str, Witness]

    async def run(self) -> None:
        """Ask until cancelled, each witness in a task of its own."""
        async with asyncio.TaskGroup() as tasks:
            for name, witness in self.witnesses.items():
                tasks.create_task(Asking(self.engine, name, witness).run())
