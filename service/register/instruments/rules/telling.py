"""The sentences that a lawyer follows: the clause, each fact it counts from, each step with the day it leads to. Pure, in English."""

from collections.abc import Sequence
from datetime import date

from service.register.instruments.rules import acts
from service.register.instruments.rules.acts import Act, Need
from service.register.instruments.rules.clauses import Anchor, EntryIntoForceCalculationCreate, PlainRule, Step

ANCHORS = {
    Anchor.LAST_NOTIFICATION: "the last notification given",
    Anchor.LAST_RECEIPT: "the receipt of the last notification",
    Anchor.SIGNATURE: "signature",
    Anchor.EXCHANGE_OF_RATIFICATIONS: "the exchange of instruments of ratification",
    Anchor.EXCHANGE_OF_NOTES: "the last of the notes exchanged",
    Anchor.NTH_DEPOSIT: "the deposit by which the threshold was met",
    Anchor.ALL_DEPOSITS: "the last deposit",
    Anchor.OWN_DEPOSIT: "each party's own deposit",
    Anchor.OTHER_INSTRUMENT: "entry into force of the other instrument",
    Anchor.FIXED: "the day that the clause names",
    Anchor.MUTUALLY_AGREED: "the day on which the parties agreed",
}


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `13th`."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def step_in_words(step: Step) -> str:
    """Return a step as a clause says it."""
    if step.days is not None:
        return f"{step.days} days after{', the first day counted' if step.counting_first else ''}"
    if step.months is not None:
        return f"{step.months} months after, clamped to the month's end"
    return f"the first day of the {ordinal(step.first_of_month or 0)} month following"


def clause(rule: PlainRule) -> str:
    """Return a rule as a clause says it."""
    text = f"counted from {ANCHORS[rule.anchor]}"
    if rule.steps:
        text += f": {'; then '.join(map(step_in_words, rule.steps))}"
    return f"{text}, not before {rule.not_before}" if rule.not_before else text


def told(act: Act) -> str:
    """Return a fact as a sentence names it."""
    return f"{act.fact.kind.replace('_', ' ')}{f' of {act.fact.party}' if act.fact.party else ''} on {act.day}"


def explained(
    asked: EntryIntoForceCalculationCreate,
    anchor: date | None,
    day: date | None,
    decided: Sequence[Act],
    needs: Sequence[Need],
    window: tuple[date, date] | None,
    provisional: date | None,
) -> str:
    """Return how the day was found, or why there is none yet."""
    parts = [f"Entry into force is {clause(asked.rule)}."]
    if decided:
        some = decided[:5]
        more = f" and {len(decided) - len(some)} more" if len(decided) > len(some) else ""
        parts.append(f"Decided by: {', '.join(map(told, some))}{more}.")
    if day:
        parts.append(f"Counted from {anchor}, it enters into force on {day}.")
    else:
        parts.append(f"No day can be computed yet: {' '.join(one.detail for one in needs[:5])}")
    if window:
        parts.append(
            f"As it is recorded to have entered into force on {asked.in_force_on}, "
            f"the fact that decides lies between {window[0]} and {window[1]}, both included."
        )
    if provisional:
        parts.append(f"It is applied provisionally from {provisional}.")
    return " ".join(parts)


def warnings(
    asked: EntryIntoForceCalculationCreate,
    day: date | None,
    window: tuple[date, date] | None,
    done: Sequence[Act],
    provisional: Sequence[Need],
) -> list[str]:
    """Return what a lawyer should look at again."""
    recorded, found = asked.in_force_on, []
    if day and recorded and day != recorded:
        found.append(f"Recorded as in force on {recorded}, computed as {day}.")
    if recorded and not day and asked.rule.anchor in acts.KINDS and window is None:
        found.append(f"With these facts nothing that is missing leads to {recorded}.")
    if window and any(window[0] <= one.day for one in done) and not asked.rule.measured:
        found.append("What has happened lies in the window as well, so that what is missing may be earlier.")
    if (
        not asked.parties
        and asked.rule.anchor in acts.KINDS
        and day
        and all(one.fact.party for one in done)
        and not asked.rule.measured
    ):
        found.append("No parties are named: those of the facts are taken for all.")
    if any(one.fact.weight is None for one in done) and any(one.at_least for one in asked.rule.measured):
        found.append("What has no weight adds nothing to the weight that is needed.")
    if provisional:
        found.append(f"Provisional application has no day yet: {' '.join(one.detail for one in provisional[:3])}")
    return found
