"""What the clauses of an instrument and what happened lead to on a day: in force or not, until when, whose step is missing. Pure.

It stands beside what the parties recorded and never overwrites it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import orjson

from service.errors import InvalidContent
from service.register.decisions.rules import steps
from service.register.instruments.rules import entry, periods
from service.register.instruments.rules.acts import Need
from service.register.instruments.rules.calculations import EntryIntoForceCalculationCreate, PeriodsCalculationCreate
from service.register.instruments.rules.calendar import days_after
from service.register.instruments.rules.clauses import DurationKind, FactKind, Then
from service.register.instruments.rules.durations import Periods
from service.register.instruments.rules.entry import EntryIntoForce
from service.register.instruments.rules.evidence import Manner
from service.register.instruments.rules.lifecycle import InstrumentState
from service.values import end, start
from service.values.sentences import Sentence, joined

Members = Mapping[str, Any]
WHOLE: Final = len("2024-07-09")
_S: Final = InstrumentState
SIGNED: Final = frozenset({_S.SIGNED, _S.TERMINATED, _S.SUPERSEDED})
"""States of an instrument that was signed."""
BROUGHT: Final[Mapping[str, tuple[str, ...]]] = {
    _S.DRAFTED: ("drafting_party", "drafted_on"),
    _S.TEXT_AGREED: ("text_agreed_at", "text_agreed_on"),
    _S.INITIALLED: ("initialled_at", "initialled_on"),
    _S.TERMINATED: ("ended_on", "ground"),
    _S.SUPERSEDED: ("effective_on",),
}
"""What the move to a state brings; a correction may say that nobody knows it."""
_COUNTED: Final = (
    *("entry_into_force", "contracting_parties", "manner", "signatures", "acts", "later_acts", "sent", "received"),
    *("facts", "in_force_on"),
)
"""From what it is computed when an instrument enters into force."""
AGREED: Final = ("duration", "notice", "legal_character", "manner")
"""What is known of one that is signed, beside its clause on entry into force, its acts and its texts."""


class Force(StrEnum):
    """Whether an instrument is in force on a day."""

    NOT_SIGNED = "not_signed"
    NOT_KNOWN = "not_known"
    NOT_YET = "not_yet"
    PROVISIONAL = "provisional"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    ENDED = "ended"


def day_of(said: str | None) -> date | None:
    """Return the day that a date says; None where it is known by its month or year alone."""
    return date.fromisoformat(said) if said and len(said) == WHOLE else None


def _facts(members: Members) -> list[Members]:
    """Return what happened, each as a `Fact` says it, as far as its day is known: of each party's own side, in acts, and what all of them recorded."""
    known = (one for one in (*_acted(members), *_notified(members)) if day_of(one["on"]))
    return [*known, *(members["facts"] or ())]


def _acted(members: Members) -> Iterator[Members]:
    kind = FactKind.SIGNATURE
    if members["manner"] == Manner.NOTES_EXCHANGED:
        kind = FactKind.EXCHANGE_OF_NOTES
    elif members["manner"] == Manner.ACCEDED:
        kind = FactKind.DEPOSIT
    for party, one in (members["signatures"] or {}).items():
        yield {"kind": kind, "party": party, "on": one["on"]}
    for act in [*(members["acts"] or ()), *(members["later_acts"] or ())]:
        yield from ({"kind": kind, "party": party, "on": act.get("on")} for party in act["parties"])


def _notified(members: Members) -> Iterator[Members]:
    for party, one in (members["sent"] or {}).items():
        came = [told[party]["on"] for told in (members["received"] or {}).values() if party in told]
        received = max(filter(day_of, came), default=None)
        yield {"kind": one["what"], "party": party, "on": one["on"], "received_on": received}


def _lacking(members: Members, found: EntryIntoForce) -> list[Need]:
    """Return what the clause still needs: of what has happened on a day that is not known whole, nothing."""
    happened = {(one["kind"], one["party"]) for one in (*_acted(members), *_notified(members)) if not day_of(one["on"])}
    return [one for one in found.needs if (one.kind, one.party) not in happened]


def entry_of(members: Members) -> EntryIntoForce | None:
    """Return when it enters into force by its clause, or what is missing; None where no clause is known."""
    return _computed(orjson.dumps([members[name] for name in _COUNTED])) if members["entry_into_force"] else None


@lru_cache(maxsize=4096)  # lists tell of the same ones again and again, and who reads one asks several times
def _computed(counted: bytes) -> EntryIntoForce | None:
    members = dict(zip(_COUNTED, orjson.loads(counted), strict=True))
    asked = {
        "rule": members["entry_into_force"],
        "parties": members["contracting_parties"],
        "facts": _facts(members),
        "in_force_on": members["in_force_on"] if day_of(members["in_force_on"]) else None,
    }
    try:
        return entry.compute(EntryIntoForceCalculationCreate.model_validate_json(orjson.dumps(asked)))
    except InvalidContent:
        # Its counts lead out of the calendar.
        return None


def in_force_from(members: Members) -> date | None:
    """Return the day that counts: the one that the parties recorded, else the one that is computed."""
    if members["in_force_on"]:
        return day_of(members["in_force_on"])
    found = entry_of(members)
    return found.on if found else None


def periods_of(members: Members, in_force_on: date | None, today: date) -> Periods | None:
    """Return the period in which today lies, and the days for notice; None where no duration is known."""
    if not members["duration"]:
        return None
    given = [_received(one) for one in (members["notices"] or {}).values() if not one["revoked_on"]]
    return _periods(members, in_force_on, today, min((day for day in given if day), default=None))


def ends_by_notice(members: Members, party: str) -> date | None:
    """Return the first day on which a party's notice has ended it; None where that cannot be computed."""
    notice, begun = (members["notices"] or {}).get(party), in_force_from(members)
    received = _received(notice) if notice else None
    if received is None or not members["duration"]:
        return None
    return _periods(members, begun, received, received).ends_by_notice_before


def _periods(members: Members, in_force_on: date | None, as_of: date, received: date | None) -> Periods:
    asked = {
        "duration": members["duration"],
        "notice": members["notice"] or {"kind": "none"},
        "in_force_on": in_force_on and in_force_on.isoformat(),
        "as_of": as_of.isoformat(),
        "notice_received_on": received and received.isoformat(),
    }
    return periods.compute(PeriodsCalculationCreate.model_validate(asked))


def _received(notice: Members) -> date | None:
    return day_of(notice["received_on"]) or day_of(notice["sent_on"])


def ended_on(members: Members, begun: date | None, today: date) -> date | None:
    """Return the first day on which it is no longer in force: terminated, superseded, by notice, or since its period is over.

    None where no such day is fixed; the first day of the calendar where it has ended, and nobody knows when.
    """
    said = members["ended_on"] or (members["effective_on"] if members["state"] == _S.SUPERSEDED else None)
    if members["state"] in {_S.TERMINATED, _S.SUPERSEDED} and not said:
        return date.min
    days = [start(said)] if said else []
    if found := periods_of(members, begun, today):
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


def force(members: Members, today: date) -> Force:
    """Return whether it is in force today, as far as it is known."""
    if members["state"] not in SIGNED:
        return Force.NOT_SIGNED
    begun = in_force_from(members)
    ended = ended_on(members, begun, today) or said_end(members)
    if ended and ended <= today:
        return Force.EXPIRED if members["state"] == _S.SIGNED else Force.ENDED
    if begun is None:
        return _not_begun(members, today)
    return Force.IN_FORCE if begun <= today else Force.NOT_YET


def _not_begun(members: Members, today: date) -> Force:
    found = entry_of(members)
    if found and found.provisional_on and found.provisional_on <= today:
        return Force.PROVISIONAL
    if said := members["in_force_on"]:
        # Known by its month or year alone: it is sure once that is over.
        return Force.IN_FORCE if end(said) <= today else Force.NOT_KNOWN if start(said) <= today else Force.NOT_YET
    return Force.NOT_YET if found and _lacking(members, found) else Force.NOT_KNOWN


def missing_steps(members: Members) -> list[steps.Missing]:
    """Return whose step is missing, and since when: what the clause still needs, and what parties said is needed at home."""
    told = steps.missing(members["steps"]) if members["steps"] else []
    if members["state"] == _S.SIGNED and not members["in_force_on"] and (found := entry_of(members)) and not found.on:
        lacking = _lacking(members, found)
        told += [steps.Missing(one.party, one.kind, one.detail, _since(one, members)) for one in lacking]
    return told


def _since(need: Need, members: Members) -> str | None:
    """Return since when it is missing: a receipt since the other side sent, all else since the signature."""
    sent: list[str] = [one["on"] for party, one in (members["sent"] or {}).items() if party != need.party]
    signed: str | None = members["signed_on"]
    return max(sent) if sent and "received" in need.detail else signed


def unknown(members: Members) -> list[str]:
    """Return what is not known of an instrument: of one that is signed, or has ended, by the name under which it is supplied.

    Of one that is not signed, what its state has brought.
    """
    brought = BROUGHT.get(members["state"], ())
    if members["state"] not in SIGNED:
        return [name for name in brought if not members[name]]
    lacking = [name for name in (*brought, *AGREED) if not members[name]]
    if not members["entry_into_force"] and not members["in_force_on"]:
        lacking += ["entry_into_force", "in_force_on"]
    acts = members["acts"] or ()
    if not acts or not all(one.get("on") and one.get("place") for one in acts):
        lacking.append("acts")
    known = {one["language"] for one in members["texts"] or () if one.get("reference") or one.get("sha256")}
    return sorted([*lacking, *(["texts"] if not known.issuperset(members["authentic_languages"]) else [])])


def warnings(members: Members, found: EntryIntoForce | None) -> list[str]:
    """Return what a lawyer should look at again: the recorded day beside the computed one, days in an odd order."""
    told = list(found.warnings) if found else []
    signed, begun = members["signed_on"], members["in_force_on"]
    if signed and begun and end(begun) < start(signed):
        told.append(
            Sentence("Recorded as in force on {day}, before it was signed on {signed}.", day=begun, signed=signed)
        )
    vague = [
        sentence
        for sentence, said in (
            (Sentence("entry into force ({day})", day=begun), begun),
            (Sentence("signature ({day})", day=signed), signed),
        )
        if said and not day_of(said)
    ]
    if vague:
        days = joined(vague, ", ")
        told.append(Sentence("Known by month or year alone, so that nothing is counted from it: {days}.", days=days))
    return told
