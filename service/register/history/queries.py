"""Matters as they were: today's rows, which say what the caller may see, with what their entries tell laid over them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.errors import NotFound
from service.permissions import Caller
from service.register.commissions.charter import CHARTERS
from service.register.commitments.matter import columns as commitment_columns
from service.register.commitments.models import Commitment
from service.register.commitments.naming import asked
from service.register.commitments.queries import NAMED
from service.register.commitments.rules.activity import DORMANT_MONTHS, SOON_DAYS, happened_on
from service.register.commitments.rules.alone import alone, as_it_stands, tellers
from service.register.commitments.rules.kinds import linked
from service.register.commitments.rules.lifecycle import OPEN, State
from service.register.commitments.schemas import ProgressRead
from service.register.decisions.called import Asked, called
from service.register.decisions.engine.matter import Row
from service.register.decisions.unseen import unnamed
from service.register.history.rules import past, world
from service.register.history.rules.known import FOLLOWED
from service.register.history.rules.past import Past, Told
from service.register.instruments.answers import asked as asked_of_instrument
from service.register.instruments.matter import columns as instrument_columns
from service.register.instruments.rules.calendar import before
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.matter import INSTRUMENT
from service.register.instruments.rules.reckoning import reckoned
from service.trail.entry import timestamp
from service.trail.models import AuditEntry

_entry, _commitment = table(AuditEntry), table(Commitment)
_TEXT_IN: Final[Mapping[str, str]] = {State.MOU_DRAFTED: InstrumentState.DRAFTED, State.SIGNED: InstrumentState.SIGNED}
"""By the state of a commitment, that of a text of which it alone tells."""


class _Entry(NamedTuple):
    subject: UUID
    leaf: bytes
    canonical: bytes


_entries = Query(
    sa.select(_entry.c.subject, _entry.c.leaf, _entry.c.canonical)
    .where(is_among(_entry.c.subject, "subjects"))
    .order_by(_entry.c.subject, _entry.c.seq),
    _Entry,
)

_commissions = Query(sa.select(_commitment.c.commission_id).where(is_among(_commitment.c.id, "ids")).distinct(), UUID)


@dataclass(frozen=True, slots=True)
class When:
    """Of which day, and by what was known at which moment; None: today, now."""

    as_of: date | None
    known_at: datetime | None

    @property
    def until(self) -> str | None:
        """Return the moment as entries spell it."""
        return timestamp(self.known_at) if self.known_at else None

    @property
    def day(self) -> date:
        """Return the day of which it is told: of what was known earlier, the day of that moment."""
        return self.as_of or (self.known_at or datetime.now(UTC)).astimezone(UTC).date()


async def commissions_of(connection: Connection, commitments: Iterable[UUID]) -> list[UUID]:
    """Return the commissions of these commitments, whoever may see them."""
    return await _commissions.rows(connection, ids=list(commitments))


async def told(connection: Connection, subjects: Iterable[UUID]) -> Mapping[UUID, Told]:
    """Return the entries of each of these matters, in turn."""
    found: dict[UUID, list[tuple[str, dict[str, Any]]]] = {}
    for one in await _entries.rows(connection, subjects=list(subjects)):
        found.setdefault(one.subject, []).append((one.leaf.hex(), orjson.loads(one.canonical)))
    return found


async def then(
    connection: Connection,
    caller: Caller,
    rows: Iterable[Row],
    when: When,
    shape: Callable[[Row, Told, When], Row | None],
) -> list[Row | None]:
    """Return each of the rows as it was, without the names of what the caller may not see today; None for one that was not there."""
    listed = list(rows)
    subjects = {row["id"]: [*map(UUID, tellers(str(row["id"]))), row["id"]] for row in listed}
    entries = await told(connection, [one for each in subjects.values() for one in each])
    found = [shape(row, [said for one in subjects[row["id"]] for said in entries.get(one, ())], when) for row in listed]
    found = await _linked(connection, found, when)
    seen = await unnamed(connection, NAMED, caller, [row for row in found if row])
    # What it carries today may be others; of those of then, what the caller may see.
    seen = [{**row, "carried": row["commitment_ids"]} if "carried" in row else row for row in seen]
    known = iter(await called(connection, (CHARTERS, *NAMED), caller, seen, _asked))
    return [row and next(known) for row in found]


def _asked(rows: Sequence[Row]) -> Asked:
    return asked(rows) if any("package_items" in row for row in rows) else asked_of_instrument(rows)


async def _linked(connection: Connection, rows: Iterable[Row | None], when: When) -> list[Row | None]:
    """Return the rows, commitments with the states of the groups and sessions that they name as they were then."""
    listed = list(rows)
    named = {one for row in listed if row and "kind" in row for one in linked(row) if "package_items" in row}
    if not named:
        return listed
    entries = await told(connection, map(UUID, named))
    states = {one: _state(entries.get(UUID(one), ()), when) for one in named}
    return [row and {**row, "linked_states": {one: said for one, said in states.items() if said}} for row in listed]


def _state(entries: Told, when: When) -> str | None:
    life = past.known_of(entries, when.until)
    return world.state_on(life, when.day) if life else None


async def one_then(
    connection: Connection, caller: Caller, row: Row, when: When, shape: Callable[[Row, Told, When], Row | None]
) -> Row:
    """Return the row as it was; `NotFound` if it was not there."""
    (found,) = await then(connection, caller, [row], when, shape)
    if found is None:
        raise NotFound("It was not there on that day, or not known at that moment.")
    return found


def commitment(row: Row, entries: Told, when: When) -> Row | None:
    """Return the row of a commitment as it was; None if it was not there."""
    found = past.commitment(entries, when.as_of, when.until)
    if found is None:
        return None
    life, day = found.life, when.day
    reports = world.reported(life, day)
    members = commitment_columns(found.members)
    due, is_open = members["due_on"], found.members["state"] in OPEN
    last = max(
        [*_happened(found, day), *(date.fromisoformat(one["on"]) for one in reports.values())],
        default=date.fromisoformat(life.changed_at[:10]),
    )
    return {
        **row, **members, **_chain(found, row, when), "progress": {party: {name: one[name] for name in ProgressRead.model_fields} for party, one in reports.items()},
        "moved_alone_at": life.moved_alone_at and datetime.fromisoformat(life.moved_alone_at),
        "overdue": bool(is_open and due and due < day), "due_soon": bool(is_open and due and 0 <= (due - day).days <= SOON_DAYS),
        "dormant": is_open and last < (before(day, DORMANT_MONTHS, 0) or date.min), "charter": _came(row["charter"], when.until), "same_item": [],
    }  # fmt: skip


def instrument(row: Row, entries: Told, when: When) -> Row | None:
    """Return the row of an instrument as it was; None if it was not there. `entries`: first those of a commitment that alone told of it."""
    key = str(row["id"])
    found = past.instrument([one for one in entries if one[1]["subject"] == key], when.as_of, when.until)
    if found is None:
        return _told_alone(row, [one for one in entries if one[1]["subject"] != key], when)
    members = instrument_columns(found.members)
    is_joint = any(move.action in INSTRUMENT.joining for move in found.life.moves)
    told = {"is_joint": is_joint, "today": when.day}
    return {**row, **members, **reckoned(found.members), **_chain(found, row, when), **told}


def _told_alone(row: Row, entries: Told, when: When) -> Row | None:
    """Return the row of an instrument as a commitment alone told of it; None where none did, or it had begun its own trail."""
    found, until = past.commitment(entries, when.as_of, when.until), when.until
    carried = any(one["kind"] == FOLLOWED and (until is None or one["recorded_at"] <= until) for _, one in entries)
    opening = alone(found.life.id, found.members, row) if found and not carried else None
    if found is None or opening is None:
        return None
    members = instrument_columns(as_it_stands(opening)) | {"reference": row["draft_reference"]}
    nothing = dict.fromkeys(("open_transition_id", "proposed_by", "expires_at"))
    uncertain = [_TEXT_IN[one] for one in found.uncertain if one in _TEXT_IN]
    return {
        **row, **members, **reckoned(members), **nothing, "version": 0, "changed_at": datetime.fromisoformat(found.life.changed_at),
        "disputed": False, "live": False, "awaiting": [], "is_joint": True, "today": when.day,
        "past": {"as_of": when.day, "known_at": when.known_at, "uncertain": uncertain},
    }  # fmt: skip


def _chain(found: Past, row: Row, when: When) -> dict[str, Any]:
    """Return what the row of a matter tells of its trail, and of what was open then."""
    life, opened = found.life, found.life.open
    is_live = bool(
        opened
        and opened.at[:10] <= str(when.day)
        and (not opened.expires_at or (when.until or timestamp(datetime.now(UTC))) < opened.expires_at)
    )
    if when.known_at is None and not row["live"]:
        # A party that left, or an end that nobody has recorded yet, closed it.
        is_live = False
    refused = life.refusal is not None and life.refusal["refused_at"][:10] <= str(when.day)
    return {
        "version": life.seq, "changed_at": datetime.fromisoformat(life.changed_at), "disputed": refused, "live": is_live,
        "open_transition_id": opened and UUID(opened.transition), "proposed_by": opened and opened.by,
        "awaiting": opened.awaiting if opened else [], "expires_at": opened and opened.expires_at,
        "past": {"as_of": when.day, "known_at": when.known_at, "uncertain": list(found.uncertain)},
    }  # fmt: skip


def _happened(found: Past, day: date) -> Iterable[date]:
    """Return the days on which something happened, as far as that is known and had come."""
    for move in found.life.moves:
        on = happened_on(move.action, {"on": move.on, "after": move.after}, datetime.fromisoformat(move.at))
        if on and on <= day:
            yield on


def _came(charter: Mapping[str, Any] | None, until: str | None) -> Mapping[str, Any] | None:
    """Return the charter with the parties that had come and gone by the moment; who takes part is told as of today."""
    if charter is None or until is None:
        return charter
    return {**charter} | {
        name: {party: one for party, one in (charter[name] or {}).items() if one["at"] <= until}
        for name in ("entered", "departed")
    }
