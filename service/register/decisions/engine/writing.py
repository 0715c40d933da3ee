"""The one way in which a matter changes: together with the entry of its trail that tells of it, in one statement.

`take_effect` is the only place that decides a matter's state, and `save` and `insert` are the only writers of its row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from service.database.statement import Connection
from service.permissions import Caller
from service.register.decisions.engine.locking import Locked
from service.register.decisions.engine.matter import Matter, Row
from service.register.decisions.engine.moves import CLOSED, Move, end, opened
from service.register.decisions.rules.beside import Opening
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.matter import Case
from service.trail.append import EntryChange, append
from service.trail.entry import Author, Entry, Head
from service.trail.stamp import Stamp

_ID: Final = "the_matter"
ALONE: Final = "moved_alone_at"
"""Where it is kept when a move of all took effect that awaited nobody, of matters of which that matters."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move changes: as its entry says it, before and after, and as columns."""

    told: dict[str, Any]
    columns: dict[str, Any]
    beside: tuple[EntryChange, ...] = ()
    """What changes with it elsewhere: the series in which a number was given."""
    opening: Opening | None = None
    """What it opens."""


def take_effect(matter: Matter, step: Step, evidence: Mapping[str, Any], case: Case) -> Effect:
    """Decide what the matter becomes. What a party does alone leaves an open proposal as it is."""
    told = matter.rules.effective(step, evidence, case)
    decided = {**CLOSED, "refused_transition_id": None} if step.who is Who.ALL or step.takes_back else {}
    joined = {"is_joint": True} if step.action in matter.rules.joining else {}
    numbering, numbers = matter.numbering, case.numbers
    reference = told["after"].get("reference")
    given = (numbering.change(numbers, reference),) if numbering and numbers and reference else ()
    happened = matter.happened(step, told, case.at)
    columns = matter.columns(told["after"]) | happened | decided | joined
    return Effect(told, columns, given, matter.rules.opening(step, evidence, case))


def proposed(matter: Matter, move: Move, case: Case) -> Effect:
    """Return what a proposal tells and changes: it is open from now, or takes effect at once where it awaits nobody."""
    told: dict[str, Any] = {"proposal": move.described()}
    if move.awaits:
        return Effect(told, move.opened())
    effect = take_effect(matter, move.judged.step, move.judged.evidence, replace(case, party=move.proposed_by))
    if move.judged.step.who is Who.ALL and ALONE in matter.table.c:
        effect.columns[ALONE] = case.at
    return Effect({**told, "effective": effect.told}, effect.columns, effect.beside, effect.opening)


async def insert(
    connection: Connection,
    matter: Matter,
    caller: Caller,
    row: Row,
    move: Move | None,
    case: Case,
    effect: Effect | None = None,
    *,
    is_stored: bool = False,
) -> Entry:
    """Store a new matter with the proposal that comes with it, if one does, and return the first entry of its trail.

    `effect` is what the proposal tells and changes, where that is known already; `is_stored`: its row is there, without a trail.
    """
    effect, at = effect or (proposed(matter, move, case) if move else Effect({}, {})), case.at
    data = {matter.kind: case.members, **effect.told}
    author = Author(caller.principal_id, caller.party)
    entry = Stamp(row["id"], at, Head()).entry(
        row["commission_id"], row["id"], author, f"{matter.kind}.recorded", data, matter.rules.version
    )
    new = {**row, **CLOSED, **effect.columns, **head_of(entry)}
    if is_stored:
        recorded = EntryChange(_changing(matter, tuple(new)), {_ID: row["id"], **_values(new)})
    else:
        recorded = EntryChange(_inserting(matter, tuple(new)), _values(new))
    moves = [opened(move.row(row["id"], row["commission_id"], caller, at))] if move else []
    follows = matter.follows({"id": row["id"], "at": at}, new)
    await append(connection, entry, [recorded, *moves, *follows, *effect.beside])
    return entry


async def save(
    connection: Connection,
    caller: Caller,
    locked: Locked,
    kind: str,
    data: dict[str, Any],
    changes: Mapping[str, Any],
    others: Sequence[EntryChange] = (),
) -> Entry:
    """Change a locked matter, with the other changes that its entry tells of, and write and return the next entry of its trail.

    A proposal that ended by itself, and that no entry has named yet, is named by this one, whatever else it says.
    """
    if locked.over:
        over: UUID = locked.row["open_transition_id"]
        data[str(locked.over)] = str(over)
        await end(connection, over, locked.over, locked.stamp.at)
        changes = {**CLOSED, **changes}
    row = locked.row
    author = Author(caller.principal_id, caller.party)
    entry = locked.stamp.entry(row["commission_id"], row["id"], author, kind, data, locked.matter.rules.version)
    after = {**changes, **head_of(entry)}
    changed = EntryChange(_changing(locked.matter, tuple(after)), {_ID: row["id"], **_values(after)})
    await append(connection, entry, [changed, *locked.matter.follows(row, changes), *others])
    return entry


def head_of(entry: Entry) -> dict[str, Any]:
    """Return the columns by which a row tells the end of its trail."""
    return {"seq": entry.seq, "leaf": entry.leaf, "changed_at": entry.recorded_at}


# Each statement is made once for the columns that it writes: making it would cost more than running it.
@cache
def _inserting(matter: Matter, names: tuple[str, ...]) -> sa.CTE:
    return sa.insert(matter.table).values(_bound(matter, names)).cte("recorded")


@cache
def _changing(matter: Matter, names: tuple[str, ...]) -> sa.CTE:
    return (
        sa.update(matter.table)
        .where(matter.table.c.id == sa.bindparam(_ID))
        .values(_bound(matter, names) | _grown(matter, names))
        .cte("changed")
    )


def _bound(matter: Matter, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: sa.bindparam(f"new_{name}", type_=matter.table.c[name].type) for name in names}


def _grown(matter: Matter, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns that never fall, as the later of what is there and what is given."""
    bound = _bound(matter, tuple(name for name in names if name in matter.growing))
    return {name: sa.func.greatest(matter.table.c[name], value) for name, value in bound.items()}


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in row.items()}
