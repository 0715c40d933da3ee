"""Entry into force: `compute(asked)` is a day for each party, or what is still missing and whose it is. Pure.

Without a clause for those who come later, each is bound from the day of its own act (Vienna Convention, article 24, 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from service.register.instruments.rules import acts, telling
from service.register.instruments.rules.acts import Act, Need
from service.register.instruments.rules.calculations import EntryIntoForceCalculationCreate
from service.register.instruments.rules.calendar import days_after, days_leading_to, months_after, within
from service.register.instruments.rules.clauses import Anchor, Fact, FactKind, PlainRule, Step
from service.values.sentences import Sentence


@dataclass(frozen=True, slots=True)
class EntryIntoForce:
    """What the clause and the facts lead to. `window`: the first and the last day of the fact that decides."""

    on: date | None
    by_party: dict[str, date | None]
    needs: list[Need]
    window: tuple[date, date] | None
    decided_by: list[Fact]
    provisional_on: date | None
    explanation: str
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """What one rule leads to."""

    day: date | None
    anchor: date | None = None
    decided: list[Act] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)


def step_from(day: date, step: Step) -> date | None:
    """Return the day to which one step leads; None outside of the calendar."""
    if step.days is not None:
        return days_after(day, step.days - bool(step.counting_first))
    if step.months is not None:
        return months_after(day, step.months)
    return months_after(day.replace(day=1), step.first_of_month or 0)


def stepped(day: date, steps: Sequence[Step]) -> date | None:
    """Return the day to which the steps lead, taken left to right; None outside of the calendar."""
    reached: date | None = day
    for step in steps:
        reached = reached and step_from(reached, step)
    return reached


def led_to(rule: PlainRule, day: date) -> date | None:
    """Return the day to which it leads that the rule's anchor lies on a day: the one that the clause names, else by the steps."""
    return rule.on if rule.on and not rule.is_dated and day <= rule.on else stepped(day, rule.steps)


def compute(asked: EntryIntoForceCalculationCreate) -> EntryIntoForce:
    """Return the day of entry into force, and of each party; `InvalidContent` where it leaves the calendar."""
    rule, facts, recorded = asked.rule, asked.facts, asked.in_force_on
    general = reckon(rule, facts, asked.parties, recorded, "/rule")
    by_party = _by_party(asked, general)
    window = None if general.day or recorded is None else _window(rule, facts, recorded, general)
    provisional = _provisional(asked)
    begun = provisional.day if not (general.day and provisional.day and provisional.day >= general.day) else None
    return EntryIntoForce(
        on=general.day,
        by_party=by_party,
        needs=general.needs,
        window=window,
        decided_by=[one.fact for one in general.decided],
        provisional_on=begun,
        explanation=telling.explained(asked, _way(asked, general, window, begun)),
        warnings=telling.warnings(asked, general.day, window, acts.acts(rule, facts), provisional.needs),
    )


def _way(
    asked: EntryIntoForceCalculationCreate, general: _Reckoned, window: tuple[date, date] | None, begun: date | None
) -> telling.Way:
    rule, decided, anchor = asked.rule, general.decided, general.anchor
    other = joined(rule, asked.facts)
    done = [*acts.counting(rule, asked.facts, asked.parties), *([other] if other else [])]
    deciding = {id(one.fact) for one in decided}
    return telling.Way(
        general.day,
        anchor,
        _path(rule, anchor),
        decided,
        [one for one in done if id(one.fact) not in deciding and (anchor is None or one.day <= anchor or one is other)],
        general.needs,
        window,
        begun,
    )


def _provisional(asked: EntryIntoForceCalculationCreate) -> _Reckoned:
    rule = asked.rule.provisional
    return reckon(rule, asked.facts, asked.parties, None, "/rule/provisional") if rule else _Reckoned(None)


def _path(rule: PlainRule, anchor: date | None) -> list[date]:
    """Return the day to which each step leads."""
    if anchor is None:
        return []
    reached = (stepped(anchor, rule.steps[:number]) for number in range(1, len(rule.steps) + 1))
    return [day for day in reached if day]


def reckon(
    rule: PlainRule, facts: Sequence[Fact], parties: Sequence[str] | None, recorded: date | None, at: str
) -> _Reckoned:
    """Return the day to which one rule, that stands `at` a pointer, leads.

    `recorded` is the day on which the parties agreed, where the rule leaves it to them.
    """
    done, needs = acts.acts(rule, facts), acts.missing(rule, facts, parties)
    if rule.is_dated:
        anchor, decided = rule.on or recorded, []
        needs = [] if anchor else needs
    elif rule.anchor is Anchor.OWN_DEPOSIT and not rule.measured:
        decided = done[:1]
        anchor = decided[0].day if decided else None
    else:
        met = acts.decisive(rule, done, parties) or []
        anchor = max((one.day for one in met), default=None)
        needs = [] if met else needs
        decided = [one for one in done if one.day == anchor]
    other = joined(rule, facts)
    if rule.not_before and not rule.earliest and other is None:
        lacks = Sentence("The day on which {name} entered into force is missing.", name=rule.not_before)
        return _Reckoned(None, anchor, decided, [*needs, Need(None, FactKind.OTHER, lacks)])
    if anchor is None:
        return _Reckoned(None, needs=needs)
    day = within(led_to(rule, anchor), f"{at}/steps")
    if other and other.day >= day:
        day, decided = other.day, [other] if other.day > day else [*decided, other]
    return _Reckoned(max(day, rule.earliest or day), anchor, decided, needs)


def joined(rule: PlainRule, facts: Sequence[Fact]) -> Act | None:
    """Return when the other instrument that a rule waits for entered into force."""
    if not rule.not_before or rule.earliest:
        return None
    found = [Act(one.on, one) for one in facts if one.kind is FactKind.OTHER]
    return max(found, key=lambda one: one.day, default=None)


def _by_party(asked: EntryIntoForceCalculationCreate, general: _Reckoned) -> dict[str, date | None]:
    named = [*(asked.parties or []), *(one.party for one in asked.facts if one.party)]
    return {party: _of_party(asked, general, party) for party in dict.fromkeys(named)}


def _of_party(asked: EntryIntoForceCalculationCreate, general: _Reckoned, party: str) -> date | None:
    rule, own_facts = asked.rule, [one for one in asked.facts if one.party == party]
    own = next(iter(acts.acts(rule, own_facts)), None)
    if rule.anchor is Anchor.OWN_DEPOSIT and not rule.measured:
        shared = [one for one in asked.facts if one.kind is FactKind.OTHER]
        return reckon(rule, [*own_facts, *shared], [party], None, "/rule").day
    if general.day is None or general.anchor is None:
        return None
    if own and own.day <= general.anchor:
        return general.day
    if own is None and party in (asked.parties or []) and not _counts_each(rule) and not _later_acts(asked, own_facts):
        return general.day
    return _later(asked, general.day, own_facts)


def _counts_each(rule: PlainRule) -> bool:
    """Tell whether a party that has not acted itself may be left out."""
    return bool(rule.measured) or rule.anchor is Anchor.NTH_DEPOSIT


def _later_acts(asked: EntryIntoForceCalculationCreate, own_facts: Sequence[Fact]) -> list[Act]:
    by_own_act = PlainRule(anchor=Anchor.OWN_DEPOSIT)
    return acts.acts(asked.rule.later_parties or by_own_act, own_facts) or acts.acts(asked.rule, own_facts)


def _later(asked: EntryIntoForceCalculationCreate, begun: date, own_facts: Sequence[Fact]) -> date | None:
    """Return from when an instrument that began on a day binds a party that acted later."""
    rule, done = asked.rule.later_parties, _later_acts(asked, own_facts)
    if rule and rule.on and rule.is_dated:
        return max(begun, rule.on)
    if not done:
        return None
    shared = [one for one in asked.facts if one.kind is FactKind.OTHER]
    other = joined(rule, shared) if rule else None
    if rule and rule.not_before and not rule.earliest and other is None:
        return None
    own = within(led_to(rule, done[0].day) if rule else done[0].day, "/rule/later_parties/steps")
    days = [begun, own, rule.earliest if rule else None, other.day if other else None]
    return max(day for day in days if day)


def _window(rule: PlainRule, facts: Sequence[Fact], recorded: date, general: _Reckoned) -> tuple[date, date] | None:
    """Return between which days the deciding fact must lie if the instrument entered into force on the recorded one."""
    if rule.anchor not in acts.KINDS:
        return None
    other = joined(rule, facts)
    if general.anchor:
        reached = led_to(rule, general.anchor)
        return (recorded, recorded) if reached and reached < recorded else None
    least = max((day for day in (rule.earliest, other.day if other else None) if day), default=date.min)

    def leads(day: date) -> date | None:
        reached = led_to(rule, day)
        return reached and max(reached, least)

    found = days_leading_to(leads, recorded)
    done = acts.acts(rule, facts)
    return None if found and done and not rule.measured and done[-1].day > found[1] else found
