"""What follows a matter of another kind: told by it, and changed with it, each with an entry in its own trail.

The rules say what becomes of each (`Rules.following`). They are locked before the entry of the move is written, by ascending id: what
they are then, is what the verifier finds before that entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from service.database.statement import Connection, Query, is_among
from service.errors import Conflict
from service.register.decisions.engine.locking import Locked, lock_all
from service.register.decisions.engine.matter import Matter, Matters, Row

FOLLOWED: Final = "followed"


@dataclass(frozen=True, slots=True)
class Companions:
    """What a move changes with it: which kind of matter, its locked rows, and which of their members change."""

    matter: Matter
    rows: Sequence[tuple[Row, Mapping[str, Any]]]
    event: str


async def to_follow(
    connection: Connection, matters: Matters, matter: Matter, matter_id: UUID, body: Mapping[str, Any]
) -> tuple[Matter, list[UUID]] | None:
    """Return the kind of what may follow the matter once the body's move takes effect, and their ids; None: nothing does."""
    if not (of := followers(matters, matter)):
        return None
    row = await _one(matter).one(connection, matter_id=matter_id)
    return of, [UUID(one) for one in matter.rules.may_carry(matter.members(row), body)]


async def lock_followers(connection: Connection, matters: Matters, locked: Locked, evidence: Mapping[str, Any]) -> None:
    """Lock all that may follow the matter, by ascending id, where a move is to give it its number: the series is locked last.

    Whoever opens an instrument holds a commitment, and waits for the series; so nobody who holds the series waits for a commitment.
    """
    matter = locked.matter
    if not (of := followers(matters, matter)) or locked.row["is_joint"]:
        return
    if named := matter.rules.may_carry(locked.case.members, evidence):
        await lock_all(connection, of, sorted(map(UUID, named)))


async def lock_following(
    connection: Connection,
    matters: Matters,
    locked: Locked,
    effective: Mapping[str, Any],
) -> Companions | None:
    """Lock what follows the matter, which a move changes as `effective` tells; None: nothing does that changes.

    `Conflict` by name where one would come to another state and has a proposal open, or was closed in meanwhile.
    """
    matter, before, key = locked.matter, locked.case.members, str(locked.row["id"])
    of, now = followers(matters, matter), {**before, **effective["after"]}
    ids = {*matter.rules.carries(before), *matter.rules.carries(now)}
    if of is None or not ids:
        return None
    rows = await lock_rows(connection, of, sorted(map(UUID, ids)))
    require_as_close(matter, before, effective["after"], rows)
    follow = of.rules.following[matter.kind]
    becomes = [(row, follow(key, str(row["id"]), now, of.members(row), effective.get("on"))) for row in rows]
    changed = [(row, after) for row, after in becomes if after]
    _require_free([row for row, after in changed if "state" in after])
    return Companions(of, changed, FOLLOWED) if changed else None


def require_as_close(matter: Matter, before: Mapping[str, Any], after: Mapping[str, Any], rows: Sequence[Row]) -> None:
    """Raise `Conflict` by name where one is kept closer than what is to carry it: it may have been closed in since that was judged."""
    kept = {str(row["id"]): str(row["confidentiality"]) for row in rows}
    if found := matter.rules.too_open(before, after, kept):
        named = ", ".join(row["reference"] for row in rows if str(row["id"]) in found)
        raise Conflict(
            f"It cannot take effect: {named} is kept closer than what is to carry it, and whoever reads that would learn of it. "
            "Keep it as close, or let it carry the others alone."
        )


def _require_free(rows: Sequence[Row]) -> None:
    held = [row["reference"] for row in rows if is_held(row)]
    if held:
        raise Conflict(
            f"It cannot take effect: a proposal is open for {', '.join(held)}, which would come to another state with it. "
            "Answer that first, or have it taken back."
        )


async def lock_rows(connection: Connection, matter: Matter, keys: Sequence[UUID]) -> list[Row]:
    """Lock rows of one kind, in the order of these ids, and return them as they then are, with the moment as `at`."""
    return [*await _rows(matter).rows(connection, keys=keys)]


def is_held(row: Row) -> bool:
    """Return whether a proposal is open for the matter with this locked row, judged now."""
    return row["open_transition_id"] is not None and not (row["expires_at"] and row["expires_at"] <= row["at"])


def followers(matters: Matters, matter: Matter) -> Matter | None:
    """Return the kind of what follows matters of this kind; None: nothing does."""
    return next((one for one in matters if matter.kind in one.rules.following), None)


@cache
def _one(matter: Matter) -> Query[dict[str, Any]]:
    members = [matter.table.c[name] for name in matter.rules.members]
    return Query(sa.select(*members).where(matter.table.c.id == sa.bindparam("matter_id")), dict)


@cache
def _rows(matter: Matter) -> Query[dict[str, Any]]:
    at = sa.func.greatest(sa.func.clock_timestamp(), matter.table.c.changed_at).label("at")
    asked = sa.select(*(one for one in matter.table.c if one.computed is None), at)
    asked = asked.where(is_among(matter.table.c.id, "keys")).order_by(matter.table.c.id)
    return Query(asked.with_for_update(key_share=True), dict)
