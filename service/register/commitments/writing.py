"""The one way in which a commitment changes: together with the entry of its trail that tells of it, in one statement.

`take_effect` is the only place that decides a commitment's state, and `save` and `insert` are the only writers of its row.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.permissions import Caller
from service.register.commitments.models import Commitment
from service.register.commitments.moves import CLOSED, Move, expire, opened
from service.register.commitments.queries import Locked, members
from service.register.commitments.rules.effect import effect
from service.register.decisions.rules.lifecycle import Step
from service.trail.append import Along, append
from service.trail.entry import Author, Entry
from service.trail.stamp import Stamp
from service.values import end

_commitment = table(Commitment)
ID: Final = "the_commitment"


def take_effect(
    step: Step, evidence: Mapping[str, Any], row: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Decide what the commitment becomes; return the entry's `effective` member, and the columns to write."""
    before = members(row)
    after = effect(step, evidence, before)
    return {"before": {name: before[name] for name in after}, "after": after}, columns(after) | CLOSED | {
        "refused_transition_id": None
    }


def columns(after: Mapping[str, Any]) -> dict[str, Any]:
    """Return changed members as column values; the due date follows the target date."""
    found = {name: UUID(value) if value and name.endswith("_id") else value for name, value in after.items()}
    if "target_date" in after:
        found["due_on"] = end(after["target_date"]) if after["target_date"] else None
    return found


async def insert(
    connection: AsyncConnection,
    caller: Caller,
    stamped: Stamp,
    row: Mapping[str, Any],
    data: dict[str, Any],
    move: Move,
) -> None:
    """Store a new commitment with the proposal that comes with it, and the first entry of its trail."""
    author = Author(caller.principal_id, caller.party)
    entry = stamped.entry(row["commission_id"], row["id"], author, "commitment.recorded", data)
    new = {**row, **_head(entry)}
    recorded = Along(_inserting(tuple(new)), _values(new))
    await append(connection, entry, [recorded, opened(move.row(row["id"], caller, stamped.at))])


async def save(
    connection: AsyncConnection,
    caller: Caller,
    locked: Locked,
    kind: str,
    data: dict[str, Any],
    changes: Mapping[str, Any],
    along: Sequence[Along] = (),
) -> None:
    """Change a locked commitment, with the statements that go `along`, and write the next entry of its trail.

    An expired proposal that no entry has named yet is named by this one, whatever else it says.
    """
    if locked.expired:
        data["expired"] = str(locked.expired)
        await expire(connection, locked.expired, locked.stamp.at)
        changes = {**CLOSED, **changes}
    row = locked.row
    author = Author(caller.principal_id, caller.party)
    entry = locked.stamp.entry(row["commission_id"], row["id"], author, kind, data)
    after = {**changes, **_head(entry)}
    changed = Along(_changing(tuple(after)), {ID: row["id"], **_values(after)})
    await append(connection, entry, [changed, *along])


def _head(entry: Entry) -> dict[str, Any]:
    return {"seq": entry.seq, "leaf": entry.leaf, "changed_at": entry.recorded_at}


# Each statement is made once for the columns that it writes: making it would cost more than running it.
@cache
def _inserting(names: tuple[str, ...]) -> sa.CTE:
    return sa.insert(_commitment).values(_bound(names)).cte("recorded")


@cache
def _changing(names: tuple[str, ...]) -> sa.CTE:
    return sa.update(_commitment).where(_commitment.c.id == sa.bindparam(ID)).values(_bound(names)).cte("changed")


def _bound(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: sa.bindparam(f"new_{name}", type_=_commitment.c[name].type) for name in names}


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in row.items()}
