"""What the clauses of an instrument and what happened lead to: from when it is in force, and until when. Pure.

It stands beside what the parties recorded and never overwrites it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

import orjson

from service.errors import InvalidContent
from service.register.instruments.rules import entry, periods
from service.register.instruments.rules.acts import Need
from service.register.instruments.rules.calculations import EntryIntoForceCalculationCreate, PeriodsCalculationCreate
from service.register.instruments.rules.calendar import days_after
from service.register.instruments.rules.clauses import FactKind
from service.register.instruments.rules.durations import Periods
from service.register.instruments.rules.entry import EntryIntoForce
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.terms import DurationKind, Then
from service.register.instruments.rules.texts import Manner
from service.values import start

Members = Mapping[str, Any]
Deciding = Callable[[Members], date | None]
"""Returns when the notice was received that ends an instrument for all."""
WHOLE: Final = len("2024-07-09")
_S: Final = InstrumentState
SIGNED: Final = frozenset({_S.SIGNED, _S.TERMINATED, _S.SUPERSEDED})
"""States of an instrument that was signed."""
_COUNTED: Final = (
    *("entry_into_force", "contracting_parties", "manner", "signatures", "acts", "later_acts", "sent", "received"),
    *("facts", "in_force_on"),
)
"""From what it is computed when an instrument enters into force."""
_KINDS: Final[Mapping[str, FactKind]] = {
    Manner.NOTES_EXCHANGED: FactKind.EXCHANGE_OF_NOTES,
    Manner.ACCEDED: FactKind.DEPOSIT,
}
"""What an act is as a fact, by its manner; a signature, where it is none of these."""


def day_of(said: str | None) -> date | None:
    """Return the day that a date says; None where it is known by its month or year alone."""
    return date.fromisoformat(said) if said and len(said) == WHOLE else None


def _facts(members: Members) -> list[Members]:
    """Return what happened, each as a `Fact` says it, as far as its day is known: of each party's own side, in acts, and what all of them recorded."""
    known = (one for one in (*_acted(members), *_notified(members)) if day_of(one["on"]))
    return [*known, *(members["facts"] or ())]


def _acted(members: Members) -> Iterator[Members]:
    """Yield what parties did by acts, as a `Fact` says it; of some the day is not known, or not whole."""
    for party, one in (members["signatures"] or {}).items():
        yield {"kind": _kind(members["manner"]), "party": party, "on": one["on"]}
    for act in [*(members["acts"] or ()), *(members["later_acts"] or ())]:
        kind = _kind(act.get("manner") or members["manner"])
        yield from ({"kind": kind, "party": party, "on": act.get("on")} for party in act["parties"])


def _kind(manner: str | None) -> FactKind:
    return _KINDS.get(manner or "", FactKind.SIGNATURE)


def _awaited(members: Members) -> list[str]:
    """Return the parties for which its entry into force waits: not those that acceded to what others had made."""
    later = [act["parties"] for act in members["later_acts"] or () if act.get("manner") == Manner.ACCEDED]
    return [one for one in members["contracting_parties"] if not any(one in parties for parties in later)]


def _notified(members: Members) -> Iterator[Members]:
    """Yield what parties notified or deposited, in the same way."""
    for party, one in (members["sent"] or {}).items():
        came = [told[party]["on"] for told in (members["received"] or {}).values() if party in told]
        received = max(filter(day_of, came), default=None)
        yield {"kind": one["what"], "party": party, "on": one["on"], "received_on": received}


def entry_of(members: Members) -> EntryIntoForce | None:
    """Return when it enters into force by its clause, or what is missing; None where no clause is known."""
    return _computed(_counted(members))[0] if members["entry_into_force"] else None


def lacking_of(members: Members) -> tuple[Need, ...]:
    """Return what its clause still needs: of what has happened on a day that is not known whole, nothing."""
    return _computed(_counted(members))[1] if members["entry_into_force"] else ()


def _counted(members: Members) -> bytes:
    return orjson.dumps([members[name] for name in _COUNTED])


@lru_cache(maxsize=4096)  # lists tell of the same ones again and again, and who reads one asks several times
def _computed(counted: bytes) -> tuple[EntryIntoForce | None, tuple[Need, ...]]:
    members = dict(zip(_COUNTED, orjson.loads(counted), strict=True))
    asked = {
        "rule": members["entry_into_force"],
        "parties": _awaited(members) or members["contracting_parties"],
        "facts": _facts(members),
        "in_force_on": members["in_force_on"] if day_of(members["in_force_on"]) else None,
    }
    try:
        found = entry.compute(EntryIntoForceCalculationCreate.model_validate_json(orjson.dumps(asked)))
    except InvalidContent:
        # Its counts lead out of the calendar.
        return None, ()
    return found, () if found.on else _lacking(members, found)


def _lacking(members: Members, found: EntryIntoForce) -> tuple[Need, ...]:
    happened = {(one["kind"], one["party"]) for one in (*_acted(members), *_notified(members)) if not day_of(one["on"])}
    return tuple(one for one in found.needs if (one.kind, one.party) not in happened)


def in_force_from(members: Members) -> date | None:
    """Return the day that counts: the one that the parties recorded, else the one that is computed."""
    if members["in_force_on"]:
        return day_of(members["in_force_on"])
    found = entry_of(members)
    return found.on if found else None


def deciding_notice(members: Members) -> date | None:
    """Return when the notice was received that leaves fewer than two parties bound: of two the first, of three the second.

    By each other one it ends for the party that gave it, and goes on between the rest.
    """
    if not members["notices"]:
        return None
    bound, given = _bound(members), _given(members)
    leaving = sorted(day for party, day in given.items() if party in bound)
    return leaving[len(bound) - 2] if len(leaving) > len(bound) - 2 else None


def first_notice(members: Members) -> date | None:
    """Return when the first notice was received: by entries up to version 6 it ended an instrument for all of its parties."""
    return min(_given(members).values(), default=None)


def _given(members: Members) -> dict[str, date]:
    """Return when each notice that stands was received, by the party that gave it, as far as its day is known."""
    standing = {party: one for party, one in (members["notices"] or {}).items() if not one["revoked_on"]}
    return {party: day for party, one in standing.items() if (day := _received(one))}


def _received(notice: Members) -> date | None:
    return day_of(notice["received_on"]) or day_of(notice["sent_on"])


def _bound(members: Members) -> Sequence[str]:
    """Return the parties that it binds, by its clause; all of them, where that is not known."""
    parties: Sequence[str] = members["contracting_parties"]
    found = entry_of(members)
    bound = [party for party in parties if found and found.by_party.get(party)]
    return bound if len(bound) > 1 else parties


def periods_of(
    members: Members, in_force_on: date | None, today: date, deciding: Deciding = deciding_notice
) -> Periods | None:
    """Return the period in which today lies, and the days for notice; None where no duration is known."""
    if not members["duration"]:
        return None
    return _periods(members, in_force_on, today, deciding(members))


def ends_for(members: Members, party: str) -> date | None:
    """Return the first day on which a party's notice has ended it for that party; None where that cannot be computed."""
    given = (members["notices"] or {}).get(party)
    return _ends_by(members, _received(given)) if given else None


def ends_by_notice(members: Members) -> date | None:
    """Return the first day on which notice has ended it for all; None where it goes on, or that cannot be computed."""
    return _ends_by(members, deciding_notice(members))


def _ends_by(members: Members, received: date | None) -> date | None:
    if received is None or not members["duration"]:
        return None
    return _periods(members, in_force_from(members), received, received).ends_by_notice_before


def _periods(members: Members, in_force_on: date | None, as_of: date, received: date | None) -> Periods:
    asked = {
        "duration": members["duration"],
        "notice": members["notice"] or {"kind": "none"},
        "in_force_on": in_force_on and in_force_on.isoformat(),
        "as_of": as_of.isoformat(),
        "notice_received_on": received and received.isoformat(),
    }
    return periods.compute(PeriodsCalculationCreate.model_validate(asked))


def ended_on(members: Members, begun: date | None, today: date, deciding: Deciding = deciding_notice) -> date | None:
    """Return the first day on which it is no longer in force: terminated, superseded, by notice, or since its period is over.

    None where no such day is fixed; the first day of the calendar where it has ended, and nobody knows when.
    """
    said = members["ended_on"] or (members["effective_on"] if members["state"] == _S.SUPERSEDED else None)
    if members["state"] in {_S.TERMINATED, _S.SUPERSEDED} and not said:
        return date.min
    days = [start(said)] if said else []
    if found := periods_of(members, begun, today, deciding):
        days += [found.ends_by_notice_before] if found.ends_by_notice_before else []
        last = found.ends_before
        renewed = members["duration"].get("then") in {Then.TACIT, Then.INDEFINITE}
        days += [last] if last and members["duration"]["kind"] != DurationKind.INDEFINITE and not renewed else []
    return min(days, default=None)


def said_end(members: Members) -> date | None:
    """Return the day after the one until which it is concluded: that is said, and follows from no entry into force.

    None where no such day is said, or something renews it.
    """
    duration = members["duration"] or {}
    renewed = duration.get("then") in {Then.TACIT, Then.INDEFINITE}
    if members["state"] not in SIGNED or duration.get("kind") != DurationKind.UNTIL or renewed:
        return None
    return days_after(date.fromisoformat(duration["on"]), 1)
