"""What goes along with a move: matters of another kind that belong to the one that is moved, each with an entry in its own trail.

They are locked after it, by ascending id; open proposals on them stay as they are. The entry of the move does not list them:
it is read by those too who may not read each of them.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from service.database.statement import Connection, Query, is_among
from service.permissions import Caller
from service.register.decisions.engine.following import Companions, to_follow
from service.register.decisions.engine.locking import Locked
from service.register.decisions.engine.matter import Matter, Matters, plain
from service.register.decisions.engine.opening import Beside, open_beside
from service.register.decisions.engine.writing import save
from service.register.decisions.rules.beside import Taking
from service.register.decisions.rules.paths import forgotten
from service.trail.entry import Entry, Head
from service.trail.stamp import Stamp

REASSIGNED: Final = "reassigned"
_NEEDED: Final = (
    "id", "commission_id", "seq", "leaf", "changed_at", "open_transition_id", "expires_at", "corrected"
)  # fmt: skip


async def going_along(
    connection: Connection, matters: Matters, matter: Matter, matter_id: UUID, body: Mapping[str, Any]
) -> tuple[Matter, list[UUID]] | None:
    """Return what would go along with a move: the kind, and the ids as they stand now; None: nothing would."""
    if follow := await to_follow(connection, matters, matter, matter_id, body):
        return follow
    if not (taking := matter.rules.taking(body)):
        return None
    of = _matter(matters, taking)
    return of, await _ids(of, taking.member, only=taking.only is not None).rows(connection, **_asked(taking, matter_id))


async def lock_companions(
    connection: Connection, matters: Matters, locked: Locked, body: Mapping[str, Any]
) -> Companions | None:
    """Lock what goes along with the move of a locked matter, by ascending id; None: nothing does."""
    if not (taking := locked.matter.rules.taking(body)):
        return None
    of = _matter(matters, taking)
    asked = _asked(taking, locked.row["id"])
    rows = await _rows(of, taking.member, only=taking.only is not None).rows(connection, **asked)
    return Companions(of, [(row, {taking.member: taking.receiver}) for row in rows], REASSIGNED)


async def write_beside(
    connection: Connection,
    caller: Caller,
    locked: Locked,
    by: Entry,
    beside: Beside | None,
    companions: Companions | None,
) -> None:
    """Write what changes elsewhere with a move that took effect: what it opened, and what goes along with it."""
    if beside:
        await open_beside(connection, caller, locked, beside, by)
    if companions:
        await change_companions(connection, caller, companions, locked, by)


async def change_companions(
    connection: Connection, caller: Caller, companions: Companions, locked: Locked, by: Entry
) -> None:
    """Change what goes along with the matter; each entry names the one that told of the move, by its leaf hash."""
    matter = companions.matter
    told = {"kind": locked.matter.kind, "id": str(locked.row["id"]), "leaf": by.leaf.hex()}
    for row, changes in companions.rows:
        members = {**{name: plain(row[name]) for name in changes}, "corrected": row["corrected"]}
        after = {**changes, **forgotten(changes, members, matter.rules.shared)}
        data = {"by": told, "before": {name: members[name] for name in after}, "after": after}
        one = Locked(matter, row, locked.standing, Stamp(row["id"], row["at"], Head(row["seq"], row["leaf"])))
        columns = matter.columns(after) | ({"refused_transition_id": None} if "state" in after else {})
        await save(connection, caller, one, f"{matter.kind}.{companions.event}", data, columns)


def _matter(matters: Matters, taking: Taking) -> Matter:
    return next(one for one in matters if one.kind == taking.kind)


def _asked(taking: Taking, matter_id: UUID) -> dict[str, Any]:
    only = {} if taking.only is None else {"only": [UUID(one) for one in taking.only]}
    return {"belongs_to": matter_id, **only}


def _belonging(matter: Matter, member: str, only: bool) -> list[sa.ColumnElement[bool]]:  # noqa: FBT001 -- of two statements
    mine = matter.table.c[member] == sa.bindparam("belongs_to", type_=sa.Uuid())
    return [mine, *([is_among(matter.table.c.id, "only")] if only else [])]


@cache
def _ids(matter: Matter, member: str, *, only: bool) -> Query[UUID]:
    return Query(sa.select(matter.table.c.id).where(*_belonging(matter, member, only)), UUID)


@cache
def _rows(matter: Matter, member: str, *, only: bool) -> Query[dict[str, Any]]:
    at = sa.func.greatest(sa.func.clock_timestamp(), matter.table.c.changed_at).label("at")
    asked = sa.select(*(matter.table.c[name] for name in (*_NEEDED, member)), at)
    asked = asked.where(*_belonging(matter, member, only)).order_by(matter.table.c.id)
    return Query(asked.with_for_update(key_share=True), dict)
