"""Instruments as reports tell them: what each was on the day, what its clauses lead to, and whose step is missing. Pure.

Most stand in the register of instruments; of some a commitment alone tells.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from service.register.decisions.rules import naming
from service.register.decisions.rules.titles import title_of
from service.register.history.rules import past
from service.register.history.rules.lives import INSTRUMENT, Known, Life
from service.register.history.rules.past import Past
from service.register.instruments.rules import computed, standing
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.reckoning import next_notice_day, reckoned
from service.register.instruments.rules.terms import DurationKind
from service.reports.rules.audience import Shown
from service.reports.rules.counting import Item

Data = dict[str, Any]
Members = Mapping[str, Any]
_CLAUSES: Final = ("force", "in_force_on", "expires_on", "renewal", "notice_by")
_PLAIN: Final = ("kind", "state", "signed_on")


def there(among: Iterable[Life], day: date, shown: Shown) -> list[Past]:
    """Return the instruments that are shown, as they were on the day, by their references; no clause names another."""
    found = [
        _unnamed(one, shown)
        for life in among
        if life.id in shown and life.members["state"] != InstrumentState.RETRACTED
        if (one := past.instrument(life.told, day))
    ]
    return sorted(found, key=lambda one: (str(one.members["reference"]), one.life.id))


def _unnamed(one: Past, shown: Shown) -> Past:
    """Return an instrument without the names of matters that its clause awaits and that are not told."""
    clause = one.members[naming.CLAUSE]
    hidden = {name for name in naming.awaited(clause) if name not in shown and not shown.names(name)}
    return replace(one, members={**one.members, naming.CLAUSE: naming.unnamed(clause, hidden)}) if hidden else one


def listed(known: Known, every: Iterable[Item], day: date, shown: Shown, *, of_all: bool) -> list[Data]:
    """Return the instruments of these commitments, and, `of_all`, those that carry none of them."""
    items = {one.life.id: one for one in every}
    # What never carried one of these is not looked at: of an instrument all entries are read again.
    carrying = {life.id: life for key in items for life in known.carriers.get(key, ())}
    registered = [
        registered_row(one, day, [named(known, key) for key in carried(one, shown)])
        for one in there(known.of(INSTRUMENT) if of_all else carrying.values(), day, shown)
        if of_all or not items.keys().isdisjoint(carried(one, shown))
    ]
    alone = (alone_row(told, [one.told]) for one in items.values() if one.then.state and (told := told_alone(one, day)))
    return [*registered, *alone]


def carried(one: Past, shown: Shown) -> list[str]:
    """Return the ids of the commitments that it carried, of those that are shown."""
    return [key for key in one.members["commitment_ids"] if key in shown]


def named(known: Known, key: str) -> Data:
    """Return how a matter is named in a list."""
    return {"id": key, "reference": known.lives[key].members["reference"]}


def told_alone(one: Item, day: date) -> Members | None:
    """Return what a commitment told on the day of an instrument that is not in the register; None where there was none."""
    life, found = one.life, one.members["instrument"]
    if not found and not any("instrument" in move.after for move in life.moves):
        return None
    if later := past.later_of(life, one.turns, day):
        told = [
            move.after["instrument"] for move in life.moves if move.leaf not in later and "instrument" in move.after
        ]
        found = told[-1] if told else None
    return None if not found or found.get("id") else found


def registered_row(one: Past, day: date, commitments: list[Data]) -> Data:
    """Return an instrument of the register as a row, given the commitments that it carries."""
    members = one.members
    places = [act["place"] for act in members["acts"] or () if act.get("place")]
    return {
        "id": one.life.id,
        "reference": members["reference"],
        "commitments": commitments,
        **{name: members[name] for name in _PLAIN},
        "title": title_of(members["titles"]),
        "titles": members["titles"],
        "place": places[-1] if places else None,
        **clauses(members, day),
        "missing_steps": [step._asdict() for step in standing.missing_steps(members)],
        "uncertain": list(one.uncertain),
    }


def alone_row(told: Members, commitments: list[Data]) -> Data:
    """Return an instrument of which a commitment alone tells as a row: of its clauses nothing is known."""
    return {
        "id": None,
        "reference": None,
        "commitments": commitments,
        **{name: told.get(name) for name in (*_PLAIN, "title", "place")},
        "titles": {},
        **dict.fromkeys(_CLAUSES),
        "in_force_on": told.get("enters_into_force_on"),
        "expires_on": told.get("expires_on"),
        "missing_steps": [],
        "uncertain": [],
    }


def clauses(members: Members, day: date) -> Data:
    """Return what the clauses of an instrument lead to on a day: in force, until when, what then, the last safe day for notice."""
    found, duration = reckoned(members), members["duration"] or {}
    begun, ends = found["in_force_from"], found["ends_before"]
    if begun and ends is None and (period := computed.periods_of(members, computed.in_force_from(members), day)):
        ends = period.ends_before
    notice = next_notice_day(found, day)
    return {
        "force": str(standing.force(members, day)),
        "in_force_on": members["in_force_on"] or (begun and begun.isoformat()),
        "expires_on": (ends - timedelta(days=1)).isoformat() if ends and ends > date.min else None,
        "renewal": duration.get("then")
        or (duration["kind"] if duration.get("kind") == DurationKind.INDEFINITE else None),
        "notice_by": notice and notice.isoformat(),
    }
