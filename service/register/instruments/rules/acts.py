"""Who has acted, and when enough of them had: notifications, deposits, signatures. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from service.register.instruments.rules.clauses import Anchor, Fact, FactKind, Of, PlainRule, Threshold
from service.values.sentences import Sentence

KINDS: Final = {
    Anchor.LAST_NOTIFICATION: FactKind.NOTIFICATION,
    Anchor.LAST_RECEIPT: FactKind.NOTIFICATION,
    Anchor.SIGNATURE: FactKind.SIGNATURE,
    Anchor.EXCHANGE_OF_RATIFICATIONS: FactKind.EXCHANGE_OF_RATIFICATIONS,
    Anchor.EXCHANGE_OF_NOTES: FactKind.EXCHANGE_OF_NOTES,
    Anchor.NTH_DEPOSIT: FactKind.DEPOSIT,
    Anchor.ALL_DEPOSITS: FactKind.DEPOSIT,
    Anchor.OWN_DEPOSIT: FactKind.DEPOSIT,
    Anchor.OTHER_INSTRUMENT: FactKind.OTHER,
}
"""What is counted from, where it is not a day that the clause names itself."""
CALLED: Final = {
    FactKind.NOTIFICATION: Sentence("notification"),
    FactKind.DEPOSIT: Sentence("deposit"),
    FactKind.SIGNATURE: Sentence("signature"),
    FactKind.EXCHANGE_OF_RATIFICATIONS: Sentence("exchange of ratifications"),
    FactKind.EXCHANGE_OF_NOTES: Sentence("exchange of notes"),
    FactKind.OTHER: Sentence("entry into force of the other instrument"),
}
"""How what happened is called in a sentence."""
NOTE: Final = Sentence("note")
ONE_ACT: Final = {Anchor.EXCHANGE_OF_RATIFICATIONS, Anchor.OTHER_INSTRUMENT}
"""What happens once, for all."""
ALL: Final = Threshold(of=Of.ALL)
BOTH: Final = 2


@dataclass(frozen=True, slots=True)
class Act:
    """A fact, and the day of it that counts."""

    day: date
    fact: Fact


@dataclass(frozen=True, slots=True)
class Need:
    """What is missing, and whose it is (`party`; None: of nobody by name)."""

    party: str | None
    kind: str
    detail: str


def called(kind: FactKind, party: str | None) -> Sentence:
    """Return how a sentence calls what happened: of an exchange of notes, the part of one party is its note."""
    return NOTE if party and kind is FactKind.EXCHANGE_OF_NOTES else CALLED[kind]


def acts(rule: PlainRule, facts: Sequence[Fact]) -> list[Act]:
    """Return the acts that a rule counts, oldest first: of each party its first."""
    received = rule.anchor is Anchor.LAST_RECEIPT
    days = [
        Act(day, one)
        for one in facts
        if one.kind is KINDS.get(rule.anchor) and (day := one.received_on if received else one.on)
    ]
    found: dict[str | int, Act] = {}
    for number, act in enumerate(sorted(days, key=lambda one: one.day)):
        found.setdefault(act.fact.party or number, act)
    return list(found.values())


def counting(rule: PlainRule, facts: Sequence[Fact], parties: Sequence[str] | None) -> list[Act]:
    """Return the acts that bring entry into force nearer, oldest first: of the parties that are named, or of a class."""
    if rule.anchor in ONE_ACT or (rule.anchor is Anchor.OWN_DEPOSIT and not rule.measured):
        return []
    done = acts(rule, facts)
    named = [one for one in done if not (one.fact.party and parties) or one.fact.party in parties]
    met = [named if one.of is Of.ALL else counted(one, done) for one in thresholds(rule)]
    ids = {id(one.fact) for some in met for one in some}
    return [one for one in done if id(one.fact) in ids]


def thresholds(rule: PlainRule) -> list[Threshold]:
    """Return what must be met: what the rule says, else that all have acted."""
    return rule.measured or [ALL]


def decisive(rule: PlainRule, done: Sequence[Act], parties: Sequence[str] | None) -> list[Act] | None:
    """Return the acts by which each threshold was met; None while one is not."""
    if rule.anchor in ONE_ACT:
        return [done[-1]] if done else None
    met = [_met(one, done, parties) for one in thresholds(rule)]
    return None if None in met else [one for one in met if one]


def _met(threshold: Threshold, done: Sequence[Act], parties: Sequence[str] | None) -> Act | None:
    if threshold.of is Of.ALL:
        return _all(done, parties)
    total, wanted = 0, threshold.n or threshold.at_least or 0
    for act in counted(threshold, done):
        total += act.fact.weighs(threshold.weight) or 0 if threshold.of is Of.WEIGHT else 1
        if total >= wanted:
            return act
    return the_last(threshold, done)


def counted(threshold: Threshold, done: Sequence[Act]) -> list[Act]:
    """Return the acts of the class that a threshold counts."""
    return [one for one in done if threshold.of_class in {None, one.fact.of_class}]


def the_last(threshold: Threshold, done: Sequence[Act]) -> Act | None:
    """Return the only act without a party, if there is one: it is told as the one that met the threshold."""
    nameless = [one for one in done if one.fact.party is None]
    weighs = threshold.of is Of.WEIGHT and any(one.fact.weighs(threshold.weight) is not None for one in nameless)
    return nameless[0] if len(nameless) == 1 and not weighs else None


def _all(done: Sequence[Act], parties: Sequence[str] | None) -> Act | None:
    if any(one.fact.party is None for one in done):
        return done[-1]
    named = {one.fact.party for one in done}
    if not (named >= set(parties) if parties else len(named) >= BOTH):
        return None
    return next(one for one in reversed(done) if not parties or one.fact.party in parties)


def missing(rule: PlainRule, facts: Sequence[Fact], parties: Sequence[str] | None) -> list[Need]:
    """Return what is missing for a rule to have a day, and whose it is; the other instrument of `not_before` aside."""
    kind = KINDS.get(rule.anchor)
    if kind is None:
        agreed = Need(None, "mutually_agreed", Sentence("The parties must agree on the day."))
        return [agreed] if rule.anchor is Anchor.MUTUALLY_AGREED and rule.on is None else []
    done = acts(rule, facts)
    if rule.anchor is Anchor.OWN_DEPOSIT:
        # Each party counts for itself: where none is named, nothing is missing of who is not heard of.
        if done and not parties:
            return []
    elif decisive(rule, done, parties):
        return []
    if rule.anchor in ONE_ACT:
        return [Need(None, kind, Sentence("The day of this act is missing."))]
    return [need for one in thresholds(rule) for need in _lacking(rule, one, facts, done, parties)]


def _lacking(
    rule: PlainRule, threshold: Threshold, facts: Sequence[Fact], done: Sequence[Act], parties: Sequence[str] | None
) -> list[Need]:
    kind = str(KINDS[rule.anchor])
    if threshold.of is Of.ALL:
        return _lacking_of_all(rule, facts, done, parties)
    if _met(threshold, done, parties):
        return []
    mine = counted(threshold, done)
    if threshold.of is Of.WEIGHT:
        weight = sum(one.fact.weighs(threshold.weight) or 0 for one in mine)
        return [Need(None, kind, _weighing(threshold, weight))]
    lacking = (threshold.n or 0) - len(mine)
    so_far = {"done": len(mine), "all": threshold.n, "lacking": lacking}
    if of_class := threshold.of_class:
        detail = Sentence(
            "{done} of {all} of class {name} have acted; still needed: {lacking}.", name=of_class, **so_far
        )
    else:
        detail = Sentence("{done} of {all} have acted; still needed: {lacking}.", **so_far)
    return [Need(None, kind, detail)]


def _lacking_of_all(
    rule: PlainRule, facts: Sequence[Fact], done: Sequence[Act], parties: Sequence[str] | None
) -> list[Need]:
    kind = KINDS[rule.anchor]
    have = {one.fact.party for one in done}
    told = {one.party for one in facts if one.kind is kind} - have
    if None in told:
        return [Need(None, kind, Sentence("The day on which the {kind} was received is missing.", kind=CALLED[kind]))]
    if parties:
        return [_of_party(rule, party, facts, parties) for party in parties if party not in have]
    if told:
        sides = sorted(party for party in told | have if party)
        return [_of_party(rule, party, facts, sides) for party in sorted(filter(None, told))]
    if not have:
        return [Need(None, kind, Sentence("No {kind} is known yet.", kind=CALLED[kind]))]
    return [Need(None, kind, Sentence("The {kind} of the other side is missing.", kind=CALLED[kind]))]


def _weighing(threshold: Threshold, weight: int) -> Sentence:
    known = {"weight": weight, "least": threshold.at_least}
    if name := threshold.weight:
        return Sentence("Those who have acted weigh {weight} by {name}; {least} are needed.", name=name, **known)
    return Sentence("Those who have acted weigh {weight}; {least} are needed.", **known)


def _of_party(rule: PlainRule, party: str, facts: Sequence[Fact], parties: Sequence[str]) -> Need:
    """A receipt is a fact of the receiver: where there are two, it is the other's to tell."""
    kind = KINDS[rule.anchor]
    sent = rule.anchor is Anchor.LAST_RECEIPT and any(one.kind is kind and one.party == party for one in facts)
    if not sent:
        return Need(party, kind, Sentence("The {kind} of {party} is missing.", kind=called(kind, party), party=party))
    others = [one for one in parties if one != party]
    receiver = others[0] if len(others) == 1 else None
    return Need(
        receiver,
        kind,
        Sentence(
            "The day on which the {kind} of {party} was received is missing.",
            kind=CALLED[KINDS[rule.anchor]],
            party=party,
        ),
    )
