"""A matter as it was in the world on a day, by what is known: the same that reports count by, of one matter. Pure.

What changes the record alone (an amendment, a correction) counts as known; what happened in the world counts from its day.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from service.register.commitments.rules.activity import NOTHING_HAPPENED
from service.register.commitments.rules.lifecycle import Action, State
from service.register.history.rules import world
from service.register.history.rules.known import known
from service.register.history.rules.lives import Life, Move
from service.values import end, start

Told = Sequence[tuple[str, dict[str, Any]]]
"""Entries of one matter in turn: leaf hash and members."""
TIMELESS: Final = frozenset({*NOTHING_HAPPENED, Action.AMEND, Action.ACKNOWLEDGE, Action.DISPUTE})
"""Moves that change what is known, whatever the day."""
NOT_AGREED: Final = (State.PROPOSED, State.RETRACTED)


@dataclass(frozen=True, slots=True)
class Past:
    """A matter on a day: what it was, what was reported of it, and in which states it may have been instead."""

    life: Life
    members: Mapping[str, Any]
    uncertain: tuple[str, ...] = ()


def known_of(told: Told, until: str | None) -> Life | None:
    """Return the matter whose entries these are, as it was known at a moment; None if it was not recorded by then."""
    lives = known(told, until).lives
    return next(iter(lives.values()), None)


def commitment(told: Told, day: date | None, until: str | None = None) -> Past | None:
    """Return a commitment as it was on `day` (None: on the last day that is known), None if it was not there."""
    life = known_of(told, until)
    if life is None or day is None:
        return Past(life, life.members) if life else None
    handed_on = {leaf for leaf, data in life.handed_on if start(data["since"]) > day}
    if life.members["state"] in NOT_AGREED:
        told_then = known(told, until, handed_on).lives[life.id].members if handed_on else life.members
        return Past(life, told_then) if life.recorded_at[:10] <= str(day) else None
    turns = world.spans(life)
    then = world.on(turns, day)
    if then.state is None:
        return None
    later = {*later_of(life, turns, day), *handed_on}
    if not later and then.state == life.members["state"]:
        return Past(life, life.members, then.uncertain)
    found = known(told, until, later).lives[life.id]
    since = [span for span in turns if span.begins <= day and span.state == then.state]
    return Past(life, {**found.members, "state": then.state, "effective_on": since[-1].day}, then.uncertain)


def later_of(life: Life, turns: Sequence[world.Span], day: date) -> Collection[str]:
    """Return the moves of a commitment (leaf hashes) that had not happened on the day, with what mends them; `turns`: its states."""
    return _later(life.moves, {span.leaf: span.begins for span in reversed(turns)}, day)


def instrument(told: Told, day: date | None, until: str | None = None) -> Past | None:
    """Return an instrument as it was on `day` (None: on the last day that is known), None if it was not there."""
    life = known_of(told, until)
    if life is None or day is None:
        return Past(life, life.members) if life else None
    first = next((move.leaf for move in life.moves if "state" in move.after and move.action not in TIMELESS), None)
    if first is None:
        return Past(life, life.members) if life.recorded_at[:10] <= str(day) else None
    days = _days(life.moves)
    later = _later(
        life.moves, {move.leaf: _begins(move, days[move.leaf]) for move in life.moves if "state" in move.after}, day
    )
    if first in later:
        return None
    uncertain = [
        move.after["state"]
        for move in life.moves
        if move.leaf in later and "state" in move.after and _may_be(days[move.leaf], day)
    ]
    return Past(life, known(told, until, later).lives[life.id].members, tuple(uncertain))


def _days(moves: Iterable[Move]) -> dict[str, str | None]:
    """Return the day of each move, as corrections have put it right."""
    found: dict[str, str | None] = {}
    for move in moves:
        found[move.leaf] = move.on
        if move.action == Action.CORRECT and move.proposal.evidence["fact"] == "effective_on":
            found[str(move.proposal.evidence["corrects"])] = move.proposal.evidence["value"]
    return found


def _begins(move: Move, day: str | None) -> date:
    heard = date.fromisoformat(move.at[:10])
    return min(end(day), heard) if day else heard


def _may_be(said: str | None, day: date) -> bool:
    return said is None or start(said) <= day


def _later(moves: Sequence[Move], begun: Mapping[str, date], day: date) -> Collection[str]:
    """Return the moves that had not happened on the day, with what mends them."""
    later: set[str] = set()
    for move in moves:
        given = move.proposal.evidence
        if str(given.get("corrects") or given.get("undoes") or "") in later or (
            move.action not in TIMELESS and begun.get(move.leaf, _begins(move, move.on)) > day
        ):
            later.add(move.leaf)
    return later
