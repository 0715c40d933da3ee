"""What a move of a session still lacks, and what no session can be. Pure: the day is given."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from typing_extensions import override

from service.errors import Fault, fault
from service.register.commissions.rules.evidence import MODELS
from service.register.commissions.rules.lifecycle import MET, SessionAction, SessionState
from service.register.decisions.rules import matter
from service.register.decisions.rules.evidence import absent, always_needed
from service.values import end, start

NEEDED: Final = always_needed(MODELS)
GIVEN: Final = ("value", "co_chair", "status")
"""What may be null or false, and must be said all the same."""
DAYS: Final = ("starts_on", "ends_on")


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Facts(matter.Facts):
    """What the rules of evidence look at: the session's state, and whether a place is to be asked for."""

    needs_venue: bool = False

    @override
    def conditions(self, body: Mapping[str, Any]) -> dict[str, object]:
        """Return whether it is joint; of what is moved whether days are given, of what was held whether minutes are."""
        known: dict[str, object] = {"is_joint": self.is_joint}
        if body.get("action") == SessionAction.MOVE:
            known["with_dates"] = any(body.get(name) for name in DAYS)
        if body.get("action") == SessionAction.HOLD:
            known["with_minutes"] = bool(body.get("minutes"))
        return known


def facts(members: Mapping[str, Any], parties: Sequence[str], languages: Sequence[str]) -> Facts:
    """Return what the rules look at, from a session's members and the commission's parties and languages."""
    state = SessionState(members["state"])
    return Facts(
        state=state,
        parties=tuple(parties),
        languages=tuple(languages),
        is_joint=members.get("is_joint", False),
        # Of a session from before the register it is enough to know what is known.
        needs_venue=state is not SessionState.PROPOSED and not members["virtual"] and not members["venue"],
    )


def missing(action: StrEnum, given: Mapping[str, Any], facts: Facts) -> list[Fault]:
    """Return every piece of evidence that `action` needs here and that `given` (the body) does not hold."""
    gaps = absent(NEEDED[action], given, GIVEN)
    if action is SessionAction.HOLD and not any(given.get(name) for name in DAYS):
        gaps.append(fault("/ends_on", "is needed, or starts_on: the day, month or year in which it met"))
    if action is SessionAction.HOLD and facts.needs_venue and not given.get("venue"):
        gaps.append(fault("/venue", "is needed: where it met"))
    return gaps


def impossible(given: Mapping[str, Any], facts: Facts, today: date) -> list[Fault]:
    """Return what cannot be so, whatever the session: days in the wrong order, a party that is none here, a language twice."""
    wrong = [fault(f"/{name}", detail) for name, detail in _wrong(given, facts)]
    if given.get("effective_on") and start(given["effective_on"]) > today:
        wrong.append(fault("/effective_on", _ahead(today)))
    return wrong


def not_met_yet(members: Mapping[str, Any], today: date) -> Iterator[tuple[str, str]]:
    """Yield each day of a session that met which lies ahead, with what is wrong with it."""
    if members["state"] in MET:
        yield from ((name, _ahead(today)) for name in DAYS if members[name] and start(members[name]) > today)


def wrong_members(members: Mapping[str, Any], facts: Facts, today: date) -> list[tuple[str, str]]:
    """Return which members no session can have, with what is wrong with each."""
    return [*_wrong(members, facts), *not_met_yet(members, today)]


def _wrong(given: Mapping[str, Any], facts: Facts) -> Iterator[tuple[str, str]]:
    first, last = (given.get(name) for name in DAYS)
    if first and last and start(first) > end(last):
        yield "ends_on", f"lies before the first day, {first}"
    no_party = f"is not a party here; these are: {', '.join(facts.parties)}"
    if (host := given.get("host_party")) and host not in facts.parties:
        yield "host_party", no_party
    for name in ("subject_to", "minutes"):
        listed = given.get(name) or ()
        keys = [one["language"] if isinstance(one, Mapping) and "language" in one else one for one in listed]
        if twice := [str(key) for key, times in Counter(map(str, keys)).items() if times > 1]:
            yield name, f"names {', '.join(twice)} more than once"
    for place, party in enumerate(given.get("subject_to") or ()):
        if party not in facts.parties:
            yield f"subject_to/{place}", no_party


def _ahead(today: date) -> str:
    return f"lies in the future; today is {today} (UTC)"
