"""The sentences that a lawyer follows: the clause, each fact it counts from, each step with the day it leads to. Pure, in English first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from service.register.instruments.rules import acts
from service.register.instruments.rules.acts import Act, Need
from service.register.instruments.rules.calculations import EntryIntoForceCalculationCreate
from service.register.instruments.rules.clauses import Anchor, Of, PlainRule, Step, Threshold
from service.values.sentences import Sentence, joined

ANCHORS = {
    Anchor.LAST_NOTIFICATION: Sentence("the last notification given"),
    Anchor.LAST_RECEIPT: Sentence("the receipt of the last notification"),
    Anchor.SIGNATURE: Sentence("signature"),
    Anchor.EXCHANGE_OF_RATIFICATIONS: Sentence("the exchange of instruments of ratification"),
    Anchor.EXCHANGE_OF_NOTES: Sentence("the last of the notes exchanged"),
    Anchor.ALL_DEPOSITS: Sentence("the last deposit"),
    Anchor.OWN_DEPOSIT: Sentence("each party's own deposit"),
    Anchor.OTHER_INSTRUMENT: Sentence("entry into force of the other instrument"),
    Anchor.FIXED: Sentence("the day that the clause names"),
    Anchor.MUTUALLY_AGREED: Sentence("the day on which the parties agreed"),
}

SHOWN = 5
"""So many facts, or so much that is missing, one sentence tells."""


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `13th`."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def step_in_words(step: Step) -> Sentence:
    """Return a step as a clause says it."""
    if step.days is not None and step.counting_first:
        return Sentence("{days} days after, that day itself counted as the first", days=step.days)
    if step.days is not None:
        return Sentence("{days} days after", days=step.days) if step.days != 1 else Sentence("the day after")
    if step.months == 1:
        return Sentence("one month after")
    if step.months is not None:
        return Sentence("{months} months after", months=step.months)
    number = step.first_of_month or 0
    if number == 1:
        return Sentence("the first day of the month following")
    return Sentence("the first day of the {ordinal} month following", ordinal=ordinal(number), number=number)


def steps_in_words(steps: Sequence[Step]) -> Sentence:
    """Return one or more steps as a clause says them."""
    said = step_in_words(steps[0])
    for one in steps[1:]:
        said = Sentence("{steps}; then {step}", steps=said, step=step_in_words(one))
    return said


def measure_in_words(threshold: Threshold) -> Sentence:
    """Return what must be reached."""
    if threshold.of is Of.ALL:
        return Sentence("those of all parties")
    if threshold.of is Of.WEIGHT and threshold.weight:
        return Sentence("a weight of {least} by {name}", least=threshold.at_least, name=threshold.weight)
    if threshold.of is Of.WEIGHT:
        return Sentence("a weight of {least}", least=threshold.at_least)
    if threshold.of_class:
        return Sentence("{least} of class {name}", least=threshold.n, name=threshold.of_class)
    return Sentence("{least} in all", least=threshold.n)


def anchor_in_words(rule: PlainRule) -> Sentence:
    """Return what is counted from, with the threshold that must be met."""
    kind = acts.KINDS.get(rule.anchor)
    if kind is None or rule.anchor in acts.ONE_ACT or not rule.measured:
        return ANCHORS[rule.anchor]
    measures = joined(map(measure_in_words, rule.measured), " + ")
    if rule.anchor is Anchor.LAST_RECEIPT:
        return Sentence(
            "the receipt of the notification by which the threshold was met ({measures})", measures=measures
        )
    return Sentence("the {kind} by which the threshold was met ({measures})", kind=acts.CALLED[kind], measures=measures)


def clause(rule: PlainRule) -> Sentence:
    """Return a rule as a clause says it."""
    text = Sentence("counted from {anchor}", anchor=anchor_in_words(rule))
    if rule.steps:
        text = Sentence("{clause}: {steps}", clause=text, steps=steps_in_words(rule.steps))
    if rule.on and not rule.is_dated:
        text = Sentence("on {day} where all of it is done by then, otherwise {clause}", day=rule.on, clause=text)
    if rule.earliest:
        return Sentence("{clause}, not before {day}", clause=text, day=rule.earliest)
    if rule.not_before:
        return Sentence("{clause}, not before {name} has entered into force", clause=text, name=rule.not_before)
    return text


def told(act: Act) -> Sentence:
    """Return a fact as a sentence names it."""
    kind = acts.called(act.fact.kind, act.fact.party)
    if act.fact.party:
        return Sentence("{kind} of {party} on {day}", kind=kind, party=act.fact.party, day=act.day)
    return Sentence("{kind} on {day}", kind=kind, day=act.day)


@dataclass(frozen=True, slots=True)
class Way:
    """By which way a day was found, or why there is none yet."""

    day: date | None
    anchor: date | None
    path: Sequence[date]
    """The day to which each step leads."""
    decided: Sequence[Act]
    beside: Sequence[Act]
    """What was counted as well, and decided nothing."""
    needs: Sequence[Need]
    window: tuple[date, date] | None
    provisional: date | None


def explained(asked: EntryIntoForceCalculationCreate, way: Way) -> Sentence:
    """Return how the day was found, or why there is none yet."""
    rule, day, anchor = asked.rule, way.day, way.anchor
    parts = [Sentence("Entry into force is {clause}.", clause=clause(rule))]
    if way.decided:
        parts.append(Sentence("Decided by: {facts}.", facts=_several(way.decided)))
    if way.beside and way.decided:
        parts.append(Sentence("Counted as well: {facts}.", facts=_several(way.beside)))
    elif way.beside:
        parts.append(Sentence("So far there is: {facts}.", facts=_several(way.beside)))
    if day and rule.on and not rule.is_dated and anchor and anchor <= rule.on:
        parts.append(
            Sentence("It was done by then, on {anchor}: it enters into force on {day}.", anchor=anchor, day=day)
        )
    elif day:
        parts += _counted(rule, anchor or day, way.path, day)
    else:
        lacking = joined(one.detail for one in way.needs[:SHOWN])
        parts.append(Sentence("No day can be computed yet. {lacking}", lacking=lacking))
        if (more := len(way.needs) - SHOWN) > 0:
            parts.append(Sentence("Beside these {more} more are missing.", more=more))
    if way.window:
        parts.append(_within(asked.in_force_on, *way.window))
    if way.provisional:
        parts.append(_provisionally(way.provisional, is_ending=day is not None))
    if rule.later_parties:
        parts.append(Sentence("For those that act later it is {clause}.", clause=clause(rule.later_parties)))
    return joined(parts)


def _several(listed: Sequence[Act]) -> Sentence:
    facts, more = joined(map(told, listed[:SHOWN]), ", "), len(listed) - SHOWN
    return Sentence("{facts} and {more} more", facts=facts, more=more) if more > 0 else facts


def _within(recorded: date | None, first: date, last: date) -> Sentence:
    if first == date.min:
        lies = Sentence("on {last} or earlier", last=last)
    elif first == last:
        lies = Sentence("on {day}", day=first)
    else:
        lies = Sentence("between {first} and {last}, both included", first=first, last=last)
    return Sentence(
        "As it is recorded to have entered into force on {day}, the fact that decides lies {lies}.",
        day=recorded,
        lies=lies,
    )


def _provisionally(begun: date, *, is_ending: bool) -> Sentence:
    if is_ending:
        return Sentence("Until then it is applied provisionally, from {day} on.", day=begun)
    return Sentence("It is applied provisionally from {day} on.", day=begun)


def _counted(rule: PlainRule, anchor: date, path: Sequence[date], day: date) -> list[Sentence]:
    """Return how the steps lead to the day, and what else had to be waited for."""
    reached, between = path[-1] if path else anchor, joined(map(str, path[:-1]), ", ")
    if day > reached:
        early = {"anchor": anchor, "reached": reached, "day": day}
        said = Sentence(
            "Counted from {anchor}, that would be {reached}; it enters into force on {day}, not earlier.", **early
        )
    elif not path:
        said = Sentence("It enters into force on {day}.", day=day)
    elif between:
        said = Sentence(
            "Counted from {anchor} by way of {between}, it enters into force on {day}.",
            anchor=anchor,
            between=between,
            day=day,
        )
    else:
        said = Sentence("Counted from {anchor}, it enters into force on {day}.", anchor=anchor, day=day)
    is_short = any(
        step.months and end.day < begin.day for step, begin, end in zip(rule.steps, (anchor, *path), path, strict=False)
    )
    return [said, Sentence("A month without such a day counts to its last.")] if is_short else [said]


def warnings(
    asked: EntryIntoForceCalculationCreate,
    day: date | None,
    window: tuple[date, date] | None,
    done: Sequence[Act],
    provisional: Sequence[Need],
) -> list[str]:
    """Return what a lawyer should look at again."""
    recorded, found = asked.in_force_on, list[str]()
    if day and recorded and day != recorded:
        found.append(Sentence("Recorded as in force on {recorded}, computed as {day}.", recorded=recorded, day=day))
    found += _contradicting(asked, day)
    if recorded and not day and asked.rule.anchor in acts.KINDS and window is None:
        found.append(Sentence("With these facts nothing that is missing leads to {day}.", day=recorded))
    if window and any(window[0] <= one.day for one in done) and not asked.rule.measured:
        found.append(Sentence("What has happened lies in the window as well, so that what is missing may be earlier."))
    if (
        not asked.parties
        and asked.rule.anchor in acts.KINDS
        and day
        and all(one.fact.party for one in done)
        and not asked.rule.measured
    ):
        found.append(Sentence("No parties are named: those of the facts are taken for all."))
    weighing = [one.weight for one in asked.rule.measured if one.at_least]
    if any(one.fact.weighs(name) is None for one in done for name in weighing):
        found.append(Sentence("What has no weight adds nothing to the weight that is needed."))
    if provisional:
        lacking = joined(one.detail for one in provisional[:3])
        found.append(Sentence("Provisional application has no day yet. {lacking}", lacking=lacking))
    return found


def _contradicting(asked: EntryIntoForceCalculationCreate, day: date | None) -> Iterator[Sentence]:
    """Yield what cannot all be so among the facts that the rule counts."""
    kind = acts.KINDS.get(asked.rule.anchor)
    counted = [one for one in asked.facts if one.kind is kind]
    early = [told(Act(one.on, one)) for one in counted if one.received_on and one.received_on < one.on]
    if early:
        yield Sentence("Received before it was given: {facts}.", facts=joined(early[:SHOWN], ", "))
    days: dict[str, set[date]] = {}
    for one in counted:
        if one.party:
            days.setdefault(one.party, set()).add(one.on)
    if again := [party for party, said in days.items() if len(said) > 1]:
        yield Sentence(
            "Acted more than once, so that the first time counts: {parties}.", parties=", ".join(again[:SHOWN])
        )
    strange = [party for party in days if party not in (asked.parties or days)]
    if strange and day is None and not asked.rule.measured:
        yield Sentence(
            "None of the parties that are named, and not counted: {parties}.", parties=", ".join(strange[:SHOWN])
        )
