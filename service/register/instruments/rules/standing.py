"""How an instrument stands on a day: in force or not, whose step is missing, what is not known, what to look at again. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from service.register.decisions.rules import steps
from service.register.instruments.rules.acts import Need
from service.register.instruments.rules.computed import (
    SIGNED,
    day_of,
    ended_on,
    ends_by_notice,
    ends_for,
    entry_of,
    in_force_from,
    lacking_of,
    said_end,
)
from service.register.instruments.rules.entry import EntryIntoForce
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.texts import Manner
from service.values import end, start
from service.values.sentences import Sentence, joined

Members = Mapping[str, Any]
_S: Final = InstrumentState
BROUGHT: Final[Mapping[str, tuple[str, ...]]] = {
    _S.DRAFTED: ("drafting_party", "drafted_on"),
    _S.TEXT_AGREED: ("text_agreed_at", "text_agreed_on"),
    _S.INITIALLED: ("initialled_at", "initialled_on"),
    _S.TERMINATED: ("ended_on", "ground"),
    _S.SUPERSEDED: ("effective_on",),
}
"""What the move to a state brings; a correction may say that nobody knows it."""
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


def force(members: Members, today: date) -> Force:
    """Return whether it is in force today, as far as it is known.

    Of one whose text is agreed the parties may have agreed that it is applied before it is signed (Vienna Convention, article 25, 1).
    """
    if members["state"] not in SIGNED:
        agreed = members["state"] in {_S.TEXT_AGREED, _S.INITIALLED}
        return Force.PROVISIONAL if agreed and _is_provisional(members, today) else Force.NOT_SIGNED
    begun = in_force_from(members)
    ended = ended_on(members, begun, today) or said_end(members)
    if ended and ended <= today:
        return Force.EXPIRED if members["state"] == _S.SIGNED else Force.ENDED
    said = members["in_force_on"]
    # Known by its month or year alone: it is sure once that is over.
    sure = begun or (end(said) if said else None)
    if sure and sure <= today:
        return Force.IN_FORCE
    if _is_provisional(members, today):
        return Force.PROVISIONAL
    is_ahead = start(said) > today if said else begun or lacking_of(members)
    return Force.NOT_YET if is_ahead else Force.NOT_KNOWN


def _is_provisional(members: Members, today: date) -> bool:
    found = entry_of(members)
    return bool(found and found.provisional_on and found.provisional_on <= today)


def missing_steps(members: Members) -> list[steps.Missing]:
    """Return whose step is missing, and since when: what the clause still needs, and what parties said is needed at home."""
    told = steps.missing(members["steps"]) if members["steps"] else []
    if members["state"] == _S.SIGNED and not members["in_force_on"]:
        told += [steps.Missing(one.party, one.kind, one.detail, _since(one, members)) for one in lacking_of(members)]
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
    is_signed = members["manner"] in {None, Manner.SIGNED}
    if not acts or not all(one.get("on") and (one.get("place") or not is_signed) for one in acts):
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
    if members["entry_into_force"] and not found:
        told.append(Sentence("The clause on entry into force leads out of the calendar."))
    return [*told, *_noticed(members)]


def _noticed(members: Members) -> Iterator[Sentence]:
    """Yield of each notice what is odd: received before it was given; it ends for one party alone; no end can be computed of it."""
    has_end = members["state"] != _S.SIGNED or ends_by_notice(members) is not None
    for party, one in sorted((members["notices"] or {}).items()):
        if one["received_on"] and end(one["received_on"]) < start(one["sent_on"]):
            given = Sentence("{kind} of {party} on {day}", kind=Sentence("notice"), party=party, day=one["sent_on"])
            yield Sentence("Received before it was given: {facts}.", facts=given)
        if one["revoked_on"] or has_end:
            continue
        if day := ends_for(members, party):
            yield Sentence(
                "By its notice it ends for {party} before {end}, and goes on between the others.", party=party, end=day
            )
        else:
            yield Sentence("A notice of {party} stands, of which no end can be computed.", party=party)
