"""The sentences that a lawyer follows: the clause, each fact it counts from, each step with the day it leads to. Pure, in English first."""

from collections.abc import Sequence
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
        return Sentence("{days} days after, the first day counted", days=step.days)
    if step.days is not None:
        return Sentence("{days} days after", days=step.days) if step.days != 1 else Sentence("the day after")
    if step.months == 1:
        return Sentence("one month after, clamped to the month's end")
    if step.months is not None:
        return Sentence("{months} months after, clamped to the month's end", months=step.months)
    number = step.first_of_month or 0
    return Sentence("the first day of the {ordinal} month following", ordinal=ordinal(number), number=number)


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
        steps = step_in_words(rule.steps[0])
        for one in rule.steps[1:]:
            steps = Sentence("{steps}; then {step}", steps=steps, step=step_in_words(one))
        text = Sentence("{clause}: {steps}", clause=text, steps=steps)
    if rule.on and not rule.is_dated:
        text = Sentence("on {day} where all of it is done by then, otherwise {clause}", day=rule.on, clause=text)
    return Sentence("{clause}, not before {day}", clause=text, day=rule.not_before) if rule.not_before else text


def told(act: Act) -> Sentence:
    """Return a fact as a sentence names it."""
    kind = acts.CALLED[act.fact.kind]
    if act.fact.party:
        return Sentence("{kind} of {party} on {day}", kind=kind, party=act.fact.party, day=act.day)
    return Sentence("{kind} on {day}", kind=kind, day=act.day)


def explained(
    asked: EntryIntoForceCalculationCreate,
    anchor: date | None,
    between: Sequence[date],
    day: date | None,
    decided: Sequence[Act],
    needs: Sequence[Need],
    window: tuple[date, date] | None,
    provisional: date | None,
) -> Sentence:
    """Return how the day was found, or why there is none yet."""
    parts = [Sentence("Entry into force is {clause}.", clause=clause(asked.rule))]
    if decided:
        facts, more = joined(map(told, decided[:SHOWN]), ", "), len(decided) - SHOWN
        several = Sentence("{facts} and {more} more", facts=facts, more=more) if more > 0 else facts
        parts.append(Sentence("Decided by: {facts}.", facts=several))
    if day and asked.rule.on and not asked.rule.is_dated and anchor and anchor <= asked.rule.on:
        parts.append(
            Sentence("It was done by then, on {anchor}: it enters into force on {day}.", anchor=anchor, day=day)
        )
    elif day:
        parts.append(_counted(anchor, between, day))
    else:
        lacking = joined(one.detail for one in needs[:SHOWN])
        parts.append(Sentence("No day can be computed yet: {lacking}", lacking=lacking))
    if window:
        parts.append(
            Sentence(
                "As it is recorded to have entered into force on {day}, "
                "the fact that decides lies between {first} and {last}, both included.",
                day=asked.in_force_on,
                first=window[0],
                last=window[1],
            )
        )
    if provisional:
        parts.append(Sentence("It is applied provisionally from {day}.", day=provisional))
    if asked.rule.later_parties:
        parts.append(Sentence("For those that act later it is {clause}.", clause=clause(asked.rule.later_parties)))
    return joined(parts)


def _counted(anchor: date | None, between: Sequence[date], day: date) -> Sentence:
    if between:
        over = joined(map(str, between), ", ")
        return Sentence(
            "Counted from {anchor} by way of {between}, it enters into force on {day}.",
            anchor=anchor,
            between=over,
            day=day,
        )
    return Sentence("Counted from {anchor}, it enters into force on {day}.", anchor=anchor, day=day)


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
        found.append(Sentence("Provisional application has no day yet: {lacking}", lacking=lacking))
    return found
