"""What corrections have put right of a move since: read from the moves of its matter and the entries that corrections name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.register.decisions.engine.matter import Row
from service.register.decisions.models import Transition, TransitionStatus
from service.register.decisions.rules.mending import CORRECT, OWN
from service.trail.models import AuditEntry, said

_transition, _entry = table(Transition), table(AuditEntry)
_OF_ITSELF: Final = "own_"


class _Correction(NamedTuple):
    id: UUID
    matter_id: UUID
    evidence: dict[str, Any]


class _Effect(NamedTuple):
    leaf: bytes
    seq: int
    transition: str


_corrections = Query(
    sa.select(*(_transition.c[name] for name in _Correction._fields))
    .where(
        is_among(_transition.c.matter_id, "matters"),
        _transition.c.action == sa.literal_column(f"'{CORRECT}'"),
        _transition.c.status == sa.literal_column(f"'{TransitionStatus.EFFECTIVE}'"),
    )
    .order_by(_transition.c.closed_at, _transition.c.id),
    _Correction,
)
_data: Any = said(_entry)["data"]
_effects = Query(
    sa.select(
        _entry.c.leaf,
        _entry.c.seq,
        sa.func.coalesce(_data["transition"].astext, _data["proposal"]["transition"].astext).label("transition"),
    ).where(is_among(_entry.c.subject, "matters"), _data.has_key("effective")),
    _Effect,
)


async def put_right(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Return rows of transitions with what was `corrected` of each: what it says now, and by which entry, in the order of the facts."""
    moved = {row["matter_id"] for row in rows if row["status"] == TransitionStatus.EFFECTIVE}
    made = await _corrections.rows(connection, matters=sorted(moved)) if moved else []
    if not made:
        return list(rows)
    matters = sorted({one.matter_id for one in made})
    known = told(made, await _effects.rows(connection, matters=matters))
    return [{**row, "corrected": [*known.get(str(row["id"]), {}).values()]} for row in rows]


def told(made: Iterable[_Correction], effects: Sequence[_Effect]) -> Mapping[str, dict[str, dict[str, Any]]]:
    """Return of each move that was corrected, by its id, each fact as it is now, by its name. Pure.

    A correction that is corrected in turn puts right the move that both are about.
    """
    moves = {one.leaf.hex(): one.transition for one in effects}
    entries = {one.transition: one.seq for one in effects}
    about: dict[str, str] = {}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for one in made:
        key, fact = str(one.id), str(one.evidence["fact"])
        # What was recorded, and no move brought, is told by the matter itself.
        if (move := moves.get(one.evidence["corrects"])) is None:
            continue
        if fact in OWN:
            fact = fact.removeprefix(_OF_ITSELF)
        else:
            move = about.get(move, move)
            about[key] = move
        present = {"fact": fact, "value": one.evidence["value"], "entry": entries[key], "transition": one.id}
        found.setdefault(move, {})[fact] = present
    return {move: dict(sorted(facts.items())) for move, facts in found.items()}
