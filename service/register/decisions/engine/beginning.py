"""The trail of a matter of which another one alone told, before there were such: its first move begins it.

What stands then is written first, as it follows from the other one's entries, and names the last of these; from then on the other one
follows, as any that is carried. Like what a move opens, it has its number by that entry.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from service.database.statement import Connection
from service.errors import Conflict
from service.permissions import Caller
from service.register.decisions.engine.following import followers, lock_following, lock_rows
from service.register.decisions.engine.locking import Locked
from service.register.decisions.engine.matter import Matters, Row
from service.register.decisions.engine.moves import Move
from service.register.decisions.engine.taking import change_companions
from service.register.decisions.engine.writing import head_of, insert, proposed
from service.register.decisions.rules.beside import Opening
from service.register.decisions.rules.judging import Judged
from service.register.decisions.rules.matter import Case
from service.trail.entry import Entry, Head
from service.trail.stamp import Stamp

NO_TRAIL: Final = Head().seq
"""The number of its last entry, of a matter that has none."""


async def with_trail(connection: Connection, matters: Matters, caller: Caller, locked: Locked) -> Locked:
    """Return the matter as it stands once it has a trail of its own; almost every one has.

    `Conflict` by name where what the other one tells would be none today.
    """
    matter, row = locked.matter, locked.row
    of = followers(matters, matter)
    if row["seq"] != NO_TRAIL or of is None:
        return locked
    tellers = await lock_rows(connection, of, [UUID(one) for one in matter.rules.carries(locked.case.members)])
    if not tellers:
        raise Conflict("Nothing tells of it any more: it is no matter of its own, and begins no trail.")
    (teller,) = tellers
    told = of.rules.alone(str(teller["id"]), of.members(teller), row)
    if told is None:
        raise Conflict(
            f"{teller['reference']} alone tells of it, in words or days that are no longer taken. Correct them there first."
        )
    begun, case = await _begun(connection, caller, locked, told)
    move, by = _entering(caller, told), {"kind": of.kind, "id": str(teller["id"]), "leaf": teller["leaf"].hex()}
    effect = proposed(matter, move, case)
    effect.told["told_by"] = by
    before = replace(locked, row={**row, **begun})
    companions = await lock_following(connection, matters, before, effect.told["effective"])
    entry = await insert(connection, matter, caller, begun, move, case, effect, is_stored=True)
    now = _as_written(locked, {**row, **begun, **effect.columns}, entry)
    if companions:
        await change_companions(connection, caller, companions, now, entry)
    return now


async def _begun(connection: Connection, caller: Caller, locked: Locked, told: Opening) -> tuple[dict[str, Any], Case]:
    """Return its row, and what it is entered by: its series is locked."""
    matter, row = locked.matter, locked.row
    draft: Mapping[str, Any] = {"reference": row["draft_reference"], "draft_reference": row["draft_reference"]}
    members = {**told.members, "reference": row["draft_reference"]}
    kept = {"id": row["id"], "commission_id": row["commission_id"], "recorded_by": caller.party, "is_joint": False}
    begun = {**matter.columns(members), **draft, **kept}
    assert matter.numbering is not None
    numbers = await matter.numbering.lock(connection, begun)
    facts = matter.rules.facts({**row, **begun}, row["parties"], row["languages"])
    return begun, Case(members, facts, locked.stamp.at, {}, seq=0, party=caller.party, numbers=numbers)


def _entering(caller: Caller, told: Opening) -> Move:
    judged = Judged(told.step, told.step.target, dict(told.evidence), None)
    return Move(UUID(told.transition), told.kind, judged, str(told.step.target), caller.party, [])


def _as_written(locked: Locked, row: Row, entry: Entry) -> Locked:
    """Return the matter as its first entry has left it."""
    stamp = Stamp(locked.stamp.id, locked.stamp.at, Head(entry.seq, entry.leaf))
    return replace(locked, row={**row, **head_of(entry)}, stamp=stamp)
