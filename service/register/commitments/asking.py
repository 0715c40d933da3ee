"""What recording a commitment asks of the register: for one, or once for many that one transaction records one after the other."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from typing_extensions import override

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.permissions import Caller
from service.register.commitments import queries
from service.register.commitments.models import Commitment
from service.register.commitments.rules.numbering import drafts
from service.register.decisions.engine.matter import Row
from service.register.groups.matter import lock_active
from service.register.parties.models import Organisation

BATCH: Final = 200
"""So many are recorded on what was asked once: then it is asked anew, and who was deactivated meanwhile records nothing more."""
_organisation, _commitment = table(Organisation), table(Commitment)
_of_party = Query(
    sa.select(_organisation.c.id).where(
        is_among(_organisation.c.id, "wanted"),
        _organisation.c.party == sa.bindparam("party"),
        _organisation.c.closed_on.is_(None),
    ),
    UUID,
)
_taken = Query(sa.select(_commitment.c.draft_reference).where(is_among(_commitment.c.draft_reference, "wanted")), str)


class _Next(NamedTuple):
    new_id: UUID
    transition_id: UUID
    at: datetime


_several: Final = sa.func.generate_series(sa.literal_column("1"), sa.bindparam("several", type_=sa.Integer())).alias()
_next = Query(
    sa.select(
        sa.func.uuidv7().label("new_id"),
        sa.func.uuidv7().label("transition_id"),
        sa.func.clock_timestamp().label("at"),
    ).select_from(_several),
    _Next,
)


class Ask:
    """Who asks for one."""

    async def place(
        self, connection: Connection, caller: Caller, commission: UUID, session: UUID | None, group: UUID | None
    ) -> Row | None:
        """Return where it is recorded, with the ids and the moment of its first entry; nobody moves session and group meanwhile."""
        if group and not await lock_active(connection, group, commission):
            group = None
        return await queries.place(connection, caller, commission, session, group)

    async def own(self, connection: Connection, party: str | None, wanted: Sequence[UUID]) -> Collection[UUID]:
        """Return which of these are organisations of the party that are not closed."""
        return await _of_party.rows(connection, wanted=wanted, party=party)

    async def draft(self, connection: Connection, stem: str, commitment_id: UUID) -> str:
        """Return the draft reference of the commitment: the first that is free."""
        possible = drafts(stem, str(commitment_id))
        taken = await _taken.rows(connection, wanted=possible)
        return next(one for one in possible if one not in taken)


class AskOnce(Ask):
    """Who asks for many: of `BATCH` of them each thing once, all their ids and moments too.

    What was found holds until the transaction ends: it is locked, or it is no fact that recording is decided on under a lock.
    """

    def __init__(self) -> None:
        self._recorded, self._stamps = 0, list[_Next]()
        self._places = dict[tuple[UUID, UUID | None, UUID | None], Row | None]()
        self._own = dict[UUID, bool]()
        self._drafts = dict[str, set[str]]()

    @override
    async def place(
        self, connection: Connection, caller: Caller, commission: UUID, session: UUID | None, group: UUID | None
    ) -> Row | None:
        """Return it with the next of the ids and moments that were asked for together, under its locks."""
        key = (commission, session, group)
        if self._recorded == BATCH:
            self._recorded = 0
            self._places.clear()
            self._own.clear()
        self._recorded += 1
        if key not in self._places:
            self._places[key] = await super().place(connection, caller, *key)
            # A moment that was read before this lock would be too early.
            self._stamps = (await _next.rows(connection, several=BATCH))[::-1]
            self._drafts.clear()
        found, stamp = self._places[key], self._stamps.pop()
        return found and {**found, **stamp._asdict()}

    @override
    async def own(self, connection: Connection, party: str | None, wanted: Sequence[UUID]) -> Collection[UUID]:
        """Return it, asking for those that nobody named before."""
        if asked := [one for one in wanted if one not in self._own]:
            own = {*await super().own(connection, party, asked)}
            self._own |= {one: one in own for one in asked}
        return {one for one in wanted if self._own[one]}

    @override
    async def draft(self, connection: Connection, stem: str, commitment_id: UUID) -> str:
        """Return it, asking for all that are still to come as soon as one has this stem."""
        possible = drafts(stem, str(commitment_id))
        if stem not in self._drafts:
            ids = [commitment_id, *(one.new_id for one in self._stamps)]
            wanted = [one for key in ids for one in drafts(stem, str(key))]
            self._drafts[stem] = {*await _taken.rows(connection, wanted=wanted)}
        taken = self._drafts[stem]
        draft = next(one for one in possible if one not in taken)
        taken.add(draft)
        return draft
