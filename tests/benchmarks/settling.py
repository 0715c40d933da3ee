"""Between measurements: every entry that was written gets its index and its log a checkpoint, before anybody is measured.

All sides write into one queue, which one sequencer empties. While a side is measured, the sequencer runs beside it, as
in production; what it has not done by then it does before the next side's turn, so that nobody pays for another's.
"""

import asyncio
from typing import Any

from service.trail.models import REGISTRY
from tests.benchmarks.processes import Side

LIMIT_SECONDS, LOOK_SECONDS = 60, 0.02
_left = """SELECT EXISTS (SELECT FROM audit_pending) AS waiting,
 (SELECT count(*) FROM (SELECT id FROM commission UNION ALL SELECT $1) logs (id)
  WHERE coalesce((SELECT max(l.index) + 1 FROM log_entry l WHERE l.log_id = logs.id), 0)
   <> coalesce((SELECT max(c.size) FROM log_checkpoint c WHERE c.log_id = logs.id), 0)) AS unsigned,
 (SELECT count(*) FROM log_alarm) AS refused"""


class Unsettled(RuntimeError):
    """The sequencer does not do its work: it would not be measured beside the service."""


async def settled(connection: Any, *sides: Side) -> None:
    """Wait until the queue is empty and every log signed to its end; `Unsettled` if not within a minute, or refused.

    Every process of the sides must be running.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + LIMIT_SECONDS
    programs = [one for side in sides for one in (*side.workers, *side.beside)]
    while True:
        for one in programs:
            one.require_running()
        left = await connection.fetchrow(_left, REGISTRY)
        if left["refused"] or loop.time() > until:
            words = "\n".join(one.last_words for side in sides for one in side.beside)
            message = f"the sequencer has not done its work: {dict(left)}. Its last words:\n{words}"
            raise Unsettled(message)
        if not left["waiting"] and not left["unsigned"]:
            return
        await asyncio.sleep(LOOK_SECONDS)
