"""Putting right what was written down wrongly, and undoing a move: for any matter, in every state. Pure.

Nothing is edited. A correction is a move like any other: it names, by its leaf hash, the entry that brought the fact; what of the
matter's present members came from there changes with it, and what a later move wrote stays.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final

import orjson
from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from service.errors import Fault, fault, shapes
from service.register.decisions.rules.evidence import Evidence, LeafHash
from service.register.decisions.rules.lifecycle import BACK, Step, each
from service.register.decisions.rules.matter import UNDOES, Brought, Case, Facts, Found, Members, Path, said
from service.register.decisions.rules.paths import changed, flat, forgotten, put
from service.trail.entry import NotCanonical, canonical
from service.values import ModernDate, Reason


def _recordable(value: object) -> object:
    """Return `value`; `ValueError` if no entry can hold it."""
    try:
        canonical(value)
    except NotCanonical as wrong:
        raise PydanticCustomError(
            "value_unrecordable", "holds what no entry can: {wrong}", {"wrong": str(wrong)}
        ) from None
    return value


FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$"), Field(examples=["effective_on"])]
CORRECTS: Final = "/corrects"
CORRECT: Final = "correct"
REINSTATE: Final = "reinstate"
STRUCTURE: Final = frozenset({"action", "found_in", "expires_at", "corrects", "fact", "value", "undoes", "changes"})
"""Of what is sent, what decides which move it is; a wrong move is undone, not corrected."""


OWN: Final[Mapping[str, TypeAdapter[Any]]] = {
    "own_reason": TypeAdapter(Reason),
    "own_remark": TypeAdapter(Reason | None),
    "own_effective_on": TypeAdapter(ModernDate | None),
}
"""What a correction brings of its own, by other names than the fact that it corrects: that may be a reason too."""


class Correct(Evidence):
    """What every correction needs."""

    corrects: LeafHash = Field(description="Leaf hash of the entry that brought the fact.")
    fact: FactName = Field(
        description="Name of the fact, as the evidence of that move, or the record, spells it.",
        examples=["effective_on"],
    )
    value: Annotated[Any, AfterValidator(_recordable)] = Field(
        description="What it should have been, whole; null: it is not known."
    )
    reason: Reason


class Reinstate(Evidence):
    """What every undoing needs."""

    undoes: LeafHash = Field(description="Leaf hash of the entry by which the last move took effect.")
    reason: Reason


def mending(
    correct: StrEnum, states: Iterable[StrEnum], reinstate: StrEnum, undone: Iterable[StrEnum]
) -> tuple[Step, ...]:
    """Return the rows by which any table puts right what is wrong: a correction in each state, a way back from those `undone`."""
    return (*each(correct, None, states), *(Step(reinstate, state, BACK) for state in undone))


Judge = Callable[[Step, Members, Case], list[Fault]]
"""Returns what is wrong with a move of this row and evidence."""


@dataclass(frozen=True, slots=True)
class Mending:
    """Mending for one kind of matter."""

    moved: Callable[[Step, Members, Case], dict[str, Any]]
    """The effect of its other moves."""
    models: Mapping[StrEnum, type[Evidence]]
    shared: Mapping[str, TypeAdapter[Any]]
    derived: frozenset[str] = frozenset()
    """Members that follow from other facts: they change with these, and are not told as corrected."""
    kept: frozenset[str] = frozenset()
    """Members that stay what a move made of them also where it is undone: a number, say."""
    unsure: Mapping[StrEnum, Mapping[str, type[Evidence] | None]] = field(default_factory=dict)
    """By the move: facts that it needs and of which it may turn out that nobody knows them (null), or a part alone: that is read by
    the model beside it, if there is one. No move leads to more than is known of it."""
    own: Mapping[StrEnum, str] = field(default_factory=dict)
    """Moves that bring one party's own facts, and what these are: that party names them anew, and nobody corrects them."""

    def judging(self, value: Judge, move: Judge) -> Judge:
        """Return what judges every move: a correction's value, where all else of it is right, by `value`, other moves by `move`."""

        def unfit(step: Step, evidence: Members, case: Case) -> list[Fault]:
            if step.action == REINSTATE:
                return self.wrong_undoing(case)
            if step.action != CORRECT:
                return move(step, evidence, case)
            there = named(case, CORRECTS).entry
            return (self.wrong(evidence, case) or value(step, evidence, case)) if there else []

        return unfit

    def effect_of(self, step: Step, evidence: Members, case: Case) -> dict[str, Any]:
        """Return the members that change, as JSON values, when `step` takes effect with `evidence`.

        What is written anew is no longer told as corrected.
        """
        if step.action == CORRECT:
            return self.correction(evidence, case)
        if step.action == REINSTATE:
            return self.reinstatement(case)
        after = self.moved(step, said(evidence), case)
        return after | forgotten(after, case.members, self.shared)

    def facts(self, entry: Brought) -> list[str]:
        """Return the facts that the entry brought, or could have brought: one that was not known is supplied later."""
        known = [*entry.facts]
        if entry.is_correction:
            known += OWN
        elif entry.step:
            known += self.models[entry.step.action].model_fields
        return sorted({*known} - (STRUCTURE - {*entry.facts}))

    def may_be_unknown(self, entry: Brought, fact: str) -> bool:
        """Return whether the entry's move needs the fact, and it may turn out all the same that it is not known, or in part."""
        return entry.step is not None and fact not in entry.shared and fact in self.unsure.get(entry.step.action, ())

    def read(self, entry: Brought, fact: str, value: object, context: object) -> tuple[Any, list[Fault]]:
        """Return the value as an entry spells it, and all that makes it none of that fact.

        What stands beside it is not read: it may be what is wrong and is to be corrected next, or older than today's model.
        """
        shape = OWN.get(fact) or (self.shared[fact] if fact in entry.shared else None)
        if shape is None:
            assert entry.step
            if value is None and self.may_be_unknown(entry, fact):
                return None, []
            known_in_part = self.unsure.get(entry.step.action, {}).get(fact)
            shape = _shape_of(known_in_part or self.models[entry.step.action], fact)
        try:
            known = shape.validate_python(value, context=context)
            return shape.dump_python(known, mode="json", exclude_unset=True), []
        except ValidationError as wrong:
            listed = shapes.faults(wrong.errors(include_url=False), shape.json_schema())
            return None, [fault(f"/value{one['pointer']}", one["detail"]) for one in listed]

    def wrong(self, evidence: Members, case: Case) -> list[Fault]:
        """Return what is wrong with a correction whose entry was found."""
        entry = named(case, CORRECTS).entry
        assert entry
        return self._wrong_fact(entry, evidence["fact"]) or self._wrong_value(entry, evidence, case)

    def _wrong_fact(self, entry: Brought, fact: str) -> list[Fault]:
        if entry.step and (mine := self.own.get(entry.step.action)):
            return [fault("/fact", f"is one party's own fact, which that party puts right by naming {mine} anew")]
        if fact not in self.facts(entry):
            return [fault("/fact", f"is none of what this entry brought: {', '.join(self.facts(entry)) or 'nothing'}")]
        if fact in entry.corrected:
            return [fault(CORRECTS, f"that fact was corrected since; name the entry that did: {entry.corrected[fact]}")]
        return []

    def _wrong_value(self, entry: Brought, evidence: Members, case: Case) -> list[Fault]:
        fact = evidence["fact"]
        value, refused = self.read(entry, fact, evidence["value"], case.context)
        if refused:
            return refused
        if _spelled(value) != _spelled(evidence["value"]):
            return [fault("/value", f"is to be written as {_spelled(value)[:200].decode()}")]
        if entry.facts.get(fact) == value:
            return [fault("/value", "nothing would change: this is what it says already")]
        return []

    def correction(self, evidence: Members, case: Case) -> dict[str, Any]:
        """Return the members that a correction changes: those that came from the entry, and which are told as corrected."""
        found, fact, value = named(case, CORRECTS), evidence["fact"], evidence["value"]
        entry, present = found.entry, flat(case.members, self.shared)
        assert entry
        after: dict[str, Any] = {}
        paths = []
        for path, (old, new) in self._landing(entry, fact, value, case).items():
            # Nothing was written there since: also not where this move left it as it was, or empty.
            if found.origins.get(path, entry.seq) <= entry.seq and present.get(path) == old:
                put(after, case.members, path, new)
                paths += [] if path[0] in self.derived else [".".join(path)]
        action = "correct" if fact in OWN else entry.action
        told = dict.fromkeys(paths or [f"{action}.{fact.removeprefix('own_')}"], case.seq)
        return {**after, "corrected": {**case.members["corrected"], **told}}

    def _landing(self, entry: Brought, fact: str, value: object, case: Case) -> dict[Path, tuple[Any, Any]]:
        """Return where the fact stands among the members, with what the move made of it and what it would have made."""
        if fact in OWN:
            return {}
        if fact in entry.shared:
            return {(fact,): (entry.facts.get(fact), value)}
        made = [
            self.landed(entry, evidence, case.members, case.facts)
            for evidence in (entry.evidence, {**entry.evidence, fact: value})
        ]
        return {path: (made[0].get(path), made[1].get(path)) for path in {**made[0], **made[1]}
                if made[0].get(path) != made[1].get(path)}  # fmt: skip

    def landed(self, entry: Brought, evidence: Members, names: Iterable[str], facts: Facts) -> dict[Path, Any]:
        """Return all that the entry's move brings to a matter of which nothing is known."""
        return flat(landed(self.moved, entry, evidence, names, facts), self.shared)

    def wrong_undoing(self, case: Case) -> list[Fault]:
        """Return why a move cannot be undone that was found: another one led to the present state."""
        found = named(case, UNDOES)
        last = found.origins.get(_STATE)
        if found.entry is None or found.entry.seq == last:
            return []
        leaf = found.leaves.get(last) if last is not None else None
        which = f"; name the entry that did: {leaf}" if leaf else ""
        return [fault(UNDOES, f"is not the move that led to the present state{which}")]

    def reinstatement(self, case: Case) -> dict[str, Any]:
        """Return the members that undoing a move changes: as they were before it, unless something was written since."""
        found, present = named(case, UNDOES), flat(case.members, self.shared)
        entry = found.entry
        assert entry
        was = flat(entry.before, self.shared)
        after: dict[str, Any] = {}
        for path, made in changed(entry.before, entry.after, self.shared).items():
            written_since = present.get(path) != made or found.origins.get(path, 0) > entry.seq
            if not written_since and path[0] not in self.kept:
                put(after, case.members, path, was.get(path))
        return after | forgotten(after, case.members, self.shared)


def landed(
    effect: Callable[[Step, Members, Case], Members],
    entry: Brought,
    evidence: Members,
    names: Iterable[str],
    facts: Facts,
) -> Members:
    """Return the members that the entry's move, with this evidence, makes of a matter of which nothing else is known."""
    assert entry.step
    blank: dict[str, Any] = {**dict.fromkeys(names), "state": str(entry.step.source), "corrected": {}}
    known = replace(facts, state=entry.step.source, left=entry.target)
    return effect(entry.step, evidence, Case(blank, known, entry.at, {}, entry.seq, party=entry.party))


_STATE: Final[Path] = ("state",)


def named(case: Case, pointer: str) -> Found:
    """Return what was found where a proposal names an entry; if there was none, or it brought nothing, it has no `entry`."""
    return next((one for name, one in case.found.items() if name.pointer == pointer and one), Found())


@cache
def _shape_of(model: type[Evidence], fact: str) -> TypeAdapter[Any]:
    """Return the shape of one fact of a model."""
    field = model.model_fields[fact]
    shape: Any = Annotated[(field.annotation, Field(), *field.metadata)]
    return TypeAdapter(shape)


def _spelled(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
