"""What was so in the world on a day, as far as it is known: the state a commitment was in, and what each party had reported. Pure.

A date that is reduced to a month or a year counts from its last day; until then what it begins is uncertain, and said to be.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.party_facts import undone
from service.register.commitments.rules.reporting import last_of, tells_of
from service.register.history.rules.known import FOLLOWED
from service.register.history.rules.lives import Known, Life, Move, Proposal
from service.values import end, start

AGREED: Final = State.AGREED.value


@dataclass(slots=True)
class Span:
    """From which day on a commitment was in a state; it ends where the next begins."""

    leaf: str
    fact: str
    """The name of the day among the evidence of the move that brought it, by which it is corrected."""
    day: str | None
    state: str
    known_on: date
    """The day on which the record heard of it: it was so by then, if nothing else is known."""

    @property
    def begins(self) -> date:
        """Return the day from which it counts."""
        return min(end(self.day), self.known_on) if self.day else self.known_on

    def is_uncertain(self, day: date) -> bool:
        """Return whether it may have begun by this day, and is not counted yet."""
        return day < self.begins and (self.day is None or start(self.day) <= day)


class Then(NamedTuple):
    """A commitment on a day: its state, None if it was not agreed by then, and whether that may have been otherwise."""

    state: str | None
    uncertain: tuple[str, ...]
    """States that it may have reached by then: their dates are not known well enough."""


def state_on(life: Life, day: date) -> str | None:
    """Return the state of a session or working group on a day, as far as it is known; None: it was not there yet."""
    reached = [move for move in life.moves if "state" in move.after]
    if not reached:
        return str(life.members["state"]) if life.recorded_at[:10] <= str(day) else None
    begun = [one for one in reached if (end(one.on) if one.on else date.fromisoformat(one.at[:10])) <= day]
    return str(begun[-1].after["state"]) if begun else None


def spans(life: Life) -> list[Span]:
    """Return the states of a commitment in turn, by the days that are known now: corrected ones as they were put right."""
    found: list[Span] = []
    same: dict[str, str] = {}
    for move in life.moves:
        if move.action == Action.CORRECT:
            # A correction of a correction is one of the same fact.
            named = str(move.proposal.evidence["corrects"])
            brought = same[move.leaf] = same.get(named, named)
            for span in found:
                if (span.leaf, span.fact) == (brought, move.proposal.evidence["fact"]):
                    span.day = move.proposal.evidence["value"]
        elif move.action == Action.REINSTATE and not move.proposal.evidence.get("effective_on"):
            # It was undone without a day: it never was so. What is revived says since when.
            undone = move.proposal.evidence["undoes"]
            found = [span for span in found if span.leaf != undone]
        elif move.action == FOLLOWED and "effective_on" in move.after and "state" not in move.after and found:
            # The day was put right where the move was made.
            found[-1].day = move.after["effective_on"]
        else:
            found += _begun(move)
    return found


def _begun(move: Move) -> list[Span]:
    given, known_on = move.proposal.evidence, date.fromisoformat(move.at[:10])
    if move.action != Action.AGREE:
        if "state" not in move.after:
            return []
        return [Span(move.leaf, "effective_on", move.on, move.after["state"], known_on)]
    days = [Span(move.leaf, "agreed_on", given.get("agreed_on"), AGREED, known_on)]
    if (found_in := given.get("found_in", AGREED)) == AGREED:
        return days
    # What was found through an instrument of the register has its days from there.
    signed_on = given.get("signed_on") or (move.after.get("instrument") or {}).get("signed_on")
    if found_in == State.IMPLEMENTED and signed_on:
        days.append(Span(move.leaf, "signed_on", signed_on, State.SIGNED.value, known_on))
    days.append(Span(move.leaf, "effective_on", given.get("effective_on") or move.on, found_in, known_on))
    # What is not known of the day of agreement: it was agreed before what came of it.
    later = [one.day for one in days if one.day]
    if later and not days[0].day:
        days[0].known_on = min(known_on, *map(end, later))
    return days


def on(turns: Iterable[Span], day: date) -> Then:
    """Return the state in which a commitment was at the end of a day, given its states in turn."""
    state: str | None = None
    uncertain: list[str] = []
    for span in turns:
        begins = span.begins
        if span.state == AGREED and state is None and day < begins:
            # What was signed before a session took it up is a commitment from then on.
            return Then(None, (span.state,) if span.is_uncertain(day) else ())
        if begins <= day:
            state, uncertain = span.state, []
        elif span.is_uncertain(day):
            uncertain.append(span.state)
    return Then(state, tuple(dict.fromkeys(uncertain)))


def party_facts(life: Life, day: date) -> Mapping[str, Mapping[str, Any]]:
    """Return what each party says of its own side, with those who led on the day: what was handed on later was theirs still."""
    facts: Mapping[str, Mapping[str, Any]] = life.members["party_facts"]
    for _, data in reversed(life.handed_on):
        if start(data["since"]) > day:
            facts = undone(facts, data)
    return facts


def awaited(known: Known, life: Life, day: date) -> Proposal | None:
    """Return the proposal that awaited an answer at the end of a day, if there was one."""
    departed, turns = known.charter["departed"], (life.open, *reversed(life.over))
    return next((one for one in turns if one and one.was_open(day, departed)), None)


def carried_over(life: Life, day: date) -> list[str]:
    """Return the sessions to which a commitment had been carried over by a day; one of which no day is known was before."""
    heard = {move.seq: date.fromisoformat(move.at[:10]) for move in life.moves}

    def begins(told: Mapping[str, Any]) -> date:
        days = [end(told["on"])] if told["on"] else []
        days += [heard[told["entry"]]] if told["entry"] in heard else []
        return min(days, default=day)

    return [session for session, told in (life.members["carried_over"] or {}).items() if begins(told) <= day]


def reported(life: Life, day: date) -> dict[str, Mapping[str, Any]]:
    """Return the last report of each party that speaks of this day or an earlier one."""
    last: dict[str, Mapping[str, Any]] = {}
    for one in life.reports:
        told = tells_of(one["period_end"], date.fromisoformat(one["recorded_at"][:10]))
        if told <= day:
            last[one["party"]] = last_of(last.get(one["party"]), {**one, "on": str(told)})
    return last
