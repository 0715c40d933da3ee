"""The locked read with which a proposal of the first kind is answered: one by one, or many that one transaction answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from typing_extensions import override

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.permissions import Caller, Kind
from service.register.decisions.engine import attached
from service.register.decisions.engine.locking import Locked, locked_row, locking
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.decisions.models import Transition

_transition = table(Transition)
_MOVE: Final = "move_"
# What never changes of a proposal: after a wait only the locked row is read anew.
_PROPOSED: Final = [
    column.label(f"{_MOVE}{column.name}") for column in _transition.c if column.name not in {"status", "closed_at"}
]


class Proposals:
    """Reads proposals one by one, each with its matter, which it locks."""

    async def row(self, connection: Connection, matter: Matter, caller: Caller, transition_id: UUID) -> Row | None:
        """Return the row of a proposal and its matter; None if it is of another kind, not there, or names others to lock first."""
        wanted = {"transition_id": transition_id, **matter.bound(caller)}
        return await _by_transition(matter, caller.kind).row(connection, **wanted)

    def others_changed(self) -> None:
        """Know that more may be changed than the matter of the proposal that is answered."""


class ReadTogether(Proposals):
    """Proposals whose matters are locked, read by one statement; what was changed since then is read anew."""

    def __init__(self, rows: Sequence[Row]) -> None:
        # Who answers two of one matter answers the second of what the first left.
        times = Counter(row["id"] for row in rows)
        self._rows = {row[f"{_MOVE}id"]: row for row in rows if times[row["id"]] == 1}

    @override
    async def row(self, connection: Connection, matter: Matter, caller: Caller, transition_id: UUID) -> Row | None:
        """Return the row, which is read once."""
        return self._rows.pop(transition_id, None) or await super().row(connection, matter, caller, transition_id)

    @override
    def others_changed(self) -> None:
        """Read whatever comes from now on anew."""
        self._rows.clear()


ONE_BY_ONE: Final = Proposals()


async def read_together(
    connection: Connection, matters: Matters, caller: Caller, transition_ids: Sequence[UUID]
) -> Proposals:
    """Read many proposals of one commission with their matters, which are locked."""
    matter = matters[0]
    wanted = {"transition_ids": transition_ids, **matter.bound(caller)}
    return ReadTogether(await _by_transition(matter, caller.kind, several=True).rows(connection, **wanted))


async def lock_proposed(
    connection: Connection, matters: Matters, caller: Caller, transition_id: UUID, proposals: Proposals
) -> tuple[Row, Locked] | None:
    """Lock the matter of a proposal of the first kind, and return the proposal, as it was made, with it: one round trip, and one more for its documents.

    None if it is of another kind, not there for the caller, or names others of its kind, or what is to carry it, to lock first.
    """
    matter = matters[0]
    row = await proposals.row(connection, matter, caller, transition_id)
    if row is None:
        proposals.others_changed()
        return None
    proposed = {name.removeprefix(_MOVE): value for name, value in row.items() if name.startswith(_MOVE)}
    locked = await locked_row(connection, matter, caller, row)
    return proposed, replace(locked, found=await attached.of_proposal(connection, row, proposed["evidence"]))


@cache
def _by_transition(matter: Matter, kind: Kind, *, several: bool = False) -> Query[dict[str, Any]]:
    alone = _transition.c.action.not_in([sa.literal_column(f"'{action}'") for action in matter.rules.naming])
    if named := matter.rules.carried_by:
        alone &= sa.not_(_transition.c.evidence.has_key(sa.literal_column(f"'{named}'")))
    kind_of: sa.ColumnElement[str] = sa.literal_column(f"'{matter.kind}'")
    own = _transition.alias("own")
    wanted, its_own = (
        is_among(one.c.id, "transition_ids") if several else one.c.id == sa.bindparam("transition_id")
        for one in (_transition, own)
    )
    mine = (wanted, _transition.c.matter_kind == kind_of, _transition.c.matter_id == matter.table.c.id)
    # Of another kind, nothing is locked: a charter is not to be locked FOR SHARE before it is locked for itself.
    charter = sa.select(own.c.commission_id).where(its_own, own.c.matter_kind == kind_of).limit(1 if several else None)
    return Query(locking(matter, kind, charter.scalar_subquery(), *_PROPOSED).where(*mine, alone), dict)
