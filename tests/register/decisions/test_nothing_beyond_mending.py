"""Nothing that two sides can confirm is beyond mending: of every matter, every fact of every move, and every state."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

import pytest

from service.register.commissions.rules import effect as sessions
from service.register.commissions.rules.charter import effect as charters
from service.register.commitments.rules import effect as commitments
from service.register.decisions.engine.matter import Matter
from service.register.decisions.rules.lifecycle import BACK, Step, Who
from service.register.decisions.rules.matter import Brought, Case, Found, Name
from service.register.decisions.rules.mending import CORRECTS, STRUCTURE
from service.register.decisions.rules.origins import ENTRY
from service.register.groups.rules import effect as groups
from service.register.instruments.rules import effect as instruments
from service.register.matters import MATTERS

LEAF: Final = "0" * 64
AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


FOUNDED: Final = "founded"
"""A commission that awaits its secretariats: nobody could confirm a correction; once it is in force its founding is corrected."""


def joint(matter: Matter) -> list[Step]:
    """Return the rows by which all decide; what a party did alone it puts right alone."""
    return [step for step in matter.rules.lifecycle.steps if step.who is Who.ALL]


def moves() -> Iterator[Any]:
    """Give each row of each matter's table by which all decide, whose evidence can bring facts."""
    for matter in MATTERS:
        for step in joint(matter):
            if facts(matter, step):
                yield pytest.param(matter, step, id=f"{matter.kind}-{step.source}-{step.action}-{step.target}")


def facts(matter: Matter, step: Step) -> list[str]:
    """Return each fact that the evidence of this row can bring."""
    return sorted(matter.rules.evidence[step.action].model_fields.keys() - STRUCTURE)


def corrected(matter: Matter, step: Step, state: str, fact: str, *, is_correction: bool = False) -> list[str]:
    """Return what is wrong with naming `fact` in a correction, in `state`, of the entry by which `step` took effect."""
    rules = matter.rules
    (correct,) = [row for row in rules.lifecycle.steps_from(type(step.source)(state)) if row.action == "correct"]
    members: dict[str, Any] = {**dict.fromkeys(rules.members), "state": state, "corrected": {}}
    members |= {name: {} for name in ("titles", "texts", "party_facts") if name in members}
    members |= {name: [] for name in ("outside",) if name in members}
    brought = {fact: "x"} if is_correction else {}
    entry = Brought(LEAF, 1, AT, step, None, {}, brought, frozenset(), members, {}, is_correction=is_correction)
    found = {Name(CORRECTS, ENTRY, LEAF): Found(entry=entry)}
    case = Case(members, rules.facts(members, ("PK", "AZ"), ("en",)), AT, found, 2)
    body = {"corrects": LEAF, "fact": fact, "value": None, "reason": "R"}
    return [one["detail"] for one in rules.unfit(correct, body, case) if one["pointer"] == "/fact"]


@pytest.mark.parametrize(("matter", "step"), list(moves()))
def test_each_fact_that_a_move_brings_can_be_corrected_in_every_state(matter: Matter, step: Step) -> None:
    for fact, state in product(facts(matter, step), matter.rules.lifecycle.meaning):
        assert state == FOUNDED or corrected(matter, step, state, fact) == [], (fact, state)
    assert corrected(matter, step, step.source, "colour")


MENDINGS: Final = {
    "commitment": commitments.MENDING,
    "session": sessions.MENDING,
    "instrument": instruments.MENDING,
    "working_group": groups.MENDING,
    "commission": charters.MENDING,
}
ALWAYS_KNOWN: Final = {
    "reason": "who moved it said it, here",
    "undoes": "it names an entry of this trail",
    "changes": "what was agreed anew is corrected fact by fact",
    "titles": "it is called so here",
    "target": "it is the matter of this register that took it up",
    "receiver_id": "it is the group of this register that took it up",
    "commitments": "they went along here",
    "successor_id": "it is the instrument of this register that took its place",
    "host_party": "who is to host is agreed here; another one is by change_host",
    "modification": "they said here what was done otherwise",
    "party": "it takes part here",
    "principal_id": "it reads here",
    "approved": "that party says so here",
}
"""What the parties did in this register, and so know; of the world's days, places, people and papers nobody need know any."""


@pytest.mark.parametrize(("matter", "step"), list(moves()))
def test_of_each_fact_of_the_world_it_may_turn_out_that_nobody_knows_it(matter: Matter, step: Step) -> None:
    mending = MENDINGS[matter.kind]
    members: dict[str, Any] = dict.fromkeys(matter.rules.members)
    for fact in facts(matter, step):
        entry = Brought(LEAF, 1, AT, step, None, {}, {fact: "x"}, frozenset(), members, {})
        value, refused = mending.read(entry, fact, None, None)
        assert value is None, fact
        assert bool(refused) <= (fact in ALWAYS_KNOWN), (matter.kind, step.action, fact)


@pytest.mark.parametrize("own", ["own_reason", "own_remark", "own_effective_on"])
def test_what_a_correction_says_of_itself_can_be_corrected(own: str) -> None:
    for matter in MATTERS:
        for step in joint(matter):
            if step.action != "correct":
                assert corrected(matter, step, step.source, own, is_correction=True) == []


def test_from_each_state_that_a_move_brings_a_move_leads_back() -> None:
    for matter in MATTERS:
        for step in matter.rules.lifecycle.steps:
            if step.target not in {step.source, BACK}:
                back = [row for row in matter.rules.lifecycle.steps_from(step.target) if leads_back(row, step)]
                assert back, f"nothing leads back from {step.target} of a {matter.kind}"


def leads_back(row: Step, step: Step) -> bool:
    """Return whether the row undoes the step: by all, or, of what a party did alone, by that party.

    A party that entered leaves by itself, and enters again with the others' consent.
    """
    if step.source == FOUNDED:
        # No founding is undone: a commission is dissolved.
        return row.action == "dissolve"
    if {row.action, step.action} in ({"join", "leave"}, {"accede", "leave"}):
        return True
    return row.target is BACK or (step.who is row.who is Who.OWN and row.by == step.by and row.target == step.source)


def test_what_a_party_did_alone_it_puts_right_alone() -> None:
    for matter in MATTERS:
        for step in matter.rules.lifecycle.steps:
            if step.who is Who.OWN and step.target == step.source:
                rows = matter.rules.lifecycle.steps_from(step.target)
                assert any(row.action == step.action and row.who is Who.OWN for row in rows)


OF_ALL: Final = {"approve", "move", "leave", "retract", "terminate", "dismiss_auditor"}
"""What one party does alone and all put right: it moves the matter, or stands in what all agreed."""


def test_what_is_one_partys_own_fact_is_nobody_elses_to_correct() -> None:
    for matter in MATTERS:
        for step in matter.rules.lifecycle.steps:
            if step.who is Who.OWN and step.action not in OF_ALL and step.source != FOUNDED:
                for fact in matter.rules.evidence[step.action].model_fields.keys() - STRUCTURE:
                    (said,) = corrected(matter, step, step.source, fact)
                    assert said.startswith("is one party's own fact"), (matter.kind, step.action, fact)


def test_nobody_is_held_by_a_proposal_of_any_matter() -> None:
    for matter in MATTERS:
        # Every proposal ends, and who has confirmed may refuse: test_freeing tries it row by row.
        assert matter.rules.frees
        alone = {row.source for row in matter.rules.lifecycle.steps if row.who is Who.OWN}
        assert set(matter.rules.lifecycle.begins.values()) <= alone | {matter.rules.lifecycle.spine[0]}
