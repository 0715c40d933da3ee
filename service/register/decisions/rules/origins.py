"""Which entry of a matter's trail brought which fact: read from the entries alone. Pure.

The service reads them when a correction is proposed or confirmed, the verifier when an entry tells of one; whoever does neither
pays nothing for it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from service.register.decisions.rules.lifecycle import BACK, Step
from service.register.decisions.rules.matter import Brought, Found, Members, Name, Path, Rules, said
from service.register.decisions.rules.mending import OWN, STRUCTURE, landed
from service.register.decisions.rules.paths import changed, flat

ENTRY: Final = "entry"
"""The kind of a name that is the leaf hash of an entry."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, as far as it tells of a move: its leaf hash (hex), number and moment, its data, and for which party it was written."""

    leaf: str
    seq: int
    at: datetime
    data: Members
    party: str | None = None


def find(rules: Rules[Any], entries: Iterable[Told], leaf: str) -> Found | None:
    """Return what stands under a leaf hash in the trail with these `entries`, in their order; None: there is no such entry."""
    origins = Origins(rules)
    for entry in entries:
        origins.add(entry)
    return origins.find(leaf)


def entry_named(body: Members, pointer: str) -> list[Name]:
    """Return the entry that `body` names there, if it is spelled as a leaf hash is."""
    leaf = body.get(pointer[1:])
    return [Name(pointer, ENTRY, leaf)] if isinstance(leaf, str) and re.fullmatch("[0-9a-f]{64}", leaf) else []


def wrong_entry(found: Found | None, noun: str) -> str | None:
    """Return why an entry of the trail of this `noun` cannot be corrected or undone."""
    if found is None:
        return f"there is no entry with this leaf hash in the trail of this {noun}"
    if found.elsewhere:
        return f"this entry tells of a move of /v1/{found.elsewhere}; put right, or undo, what it brought there"
    said = "this entry brought no fact; name the one that recorded it, or by which a move took effect"
    return None if found.entry else said


class Origins:
    """What each entry brought, and of each present fact the entry that brought it."""

    def __init__(self, rules: Rules[Any]) -> None:
        self.rules = rules
        self.leaves: dict[int, str] = {}
        self.brought: dict[str, Brought] = {}
        self.of: dict[Path, int] = {}
        self.was: dict[str, dict[Path, int]] = {}
        """Of each entry, which entries had brought what its move then changed."""
        self.members: dict[str, Any] = {}
        self.evidence: dict[str, dict[str, Any]] = {}
        """Of each entry, the evidence of the move that it tells of, or corrects, as it is put right by now."""
        self.corrects: dict[str, int] = {}
        """Of each correction, the number of the entry of the move that it corrects, directly or through another one."""
        self.elsewhere: dict[str, str] = {}
        """Of each entry that tells of another matter's move, the address of that."""
        self.open: dict[str, Members] = {}

    def find(self, leaf: str) -> Found | None:
        """Return what the entry brought, beside the origin of each present fact."""
        if leaf not in self.leaves.values():
            return None
        return Found(
            entry=self.brought.get(leaf), origins=self.of, leaves=self.leaves, elsewhere=self.elsewhere.get(leaf)
        )

    def add(self, entry: Told) -> None:
        """Add what the next entry of the trail tells."""
        self.leaves[entry.seq] = entry.leaf
        data = entry.data
        if recorded := data.get(self.rules.kind):
            self._recorded(entry, recorded)
        if noted := data.get("changed"):
            self._changed(entry, noted["before"], noted["after"])
        if by := data.get("by"):
            self._went_along(entry, by)
        if proposal := data.get("proposal"):
            self.open[proposal["transition"]] = proposal
        if effective := data.get("effective"):
            made = self.open[(proposal or data)["transition"]]
            self._took_effect(entry, made, effective)

    def _recorded(self, entry: Told, members: Members) -> None:
        self.members = {**dict.fromkeys(self.rules.members), "corrected": {}, **members}
        facts = {name: members[name] for name in self.rules.shared if name in members}
        self.brought[entry.leaf] = Brought(
            entry.leaf, entry.seq, entry.at, None, None, {}, facts, frozenset(facts), {}, {}
        )
        self.of |= {(name,): entry.seq for name in facts}

    def _changed(self, entry: Told, before: Members, after: Members) -> None:
        """Add what one party changed before there were moves for it."""
        self.members |= after
        facts = {name: value for name, value in after.items() if name in self.rules.shared}
        self.brought[entry.leaf] = Brought(
            entry.leaf, entry.seq, entry.at, None, None, {}, facts, frozenset(facts), before, after
        )
        self.of |= dict.fromkeys(changed(before, after, self.rules.shared), entry.seq)

    def _went_along(self, entry: Told, by: Members) -> None:
        """Add what another matter's move made of it: that is put right, and undone, there."""
        before, after = entry.data["before"], entry.data["after"]
        self.members |= after
        self.elsewhere[entry.leaf] = f"{by['kind'].replace('_', '-')}s/{by['id']}"
        self.of |= dict.fromkeys(changed(before, after, self.rules.shared), entry.seq)

    def _took_effect(self, entry: Told, made: Members, effective: Members) -> None:
        evidence, before, after = {**said(made["evidence"])}, effective["before"], effective["after"]
        day = {"effective_on": on} if (on := effective.get("on")) else {}
        self.members |= after
        fresh = changed(before, after, self.rules.shared)
        step = self._row(made)
        state = type(step.source)
        origin = entry.seq
        self.evidence[entry.leaf] = evidence
        one = Brought(
            entry.leaf,
            entry.seq,
            entry.at,
            step,
            state(made["target"]),
            evidence,
            _plain(evidence) | day,
            frozenset(),
            before,
            after,
            party=entry.party,
        )
        if corrected := self.brought.get(evidence.get("corrects", "")):
            one = self._corrected(one, corrected, evidence)
            # What a correction writes comes from the move that it corrects: the next correction of that may go on from there.
            origin = self.corrects[one.leaf] = self.corrects.get(corrected.leaf, corrected.seq)
        elif "undoes" not in evidence:
            one, fresh = self._moved(one, evidence)
        if recorded := self.brought.get(entry.leaf):
            # It was recorded and took effect at once.
            one = replace(one, facts={**recorded.facts, **one.facts}, shared=recorded.shared | one.shared)
        self.brought[entry.leaf] = one
        self.was[entry.leaf] = {path: self.of[path] for path in fresh if path in self.of}
        self.of |= {path: origin for path in fresh if path[0] != "corrected"}
        if undone := self.was.get(evidence.get("undoes", "")):
            # What is as it was before comes from where it came from: that move can be corrected, or undone, next.
            self.of |= {path: seq for path, seq in undone.items() if path in fresh}

    def _corrected(self, one: Brought, corrected: Brought, evidence: Members) -> Brought:
        fact, value = evidence["fact"], evidence["value"]
        corrected.corrected[fact] = one.leaf
        # A move and all its corrections have one evidence: the next one, of another fact, starts from what this one says.
        known = self.evidence[one.leaf] = self.evidence.setdefault(corrected.leaf, {})
        if fact not in OWN and fact not in corrected.shared:
            known[fact] = value
        own = {f"own_{name}": said for name, said in one.facts.items() if f"own_{name}" in OWN}
        return replace(
            one,
            at=corrected.at,
            step=corrected.step,
            target=corrected.target,
            party=corrected.party,
            evidence=known,
            facts={**own, fact: value},
            shared=corrected.shared & {fact},
            is_correction=True,
        )

    def _moved(self, one: Brought, evidence: Members) -> tuple[Brought, dict[Path, Any]]:
        """Return what an ordinary move brought, and where all of it stands: also what was the same before."""
        if changes := evidence.get("changes"):
            names = [name for name in changes if name in self.rules.shared]
            facts = {**one.facts, **{name: self.members[name] for name in names}}
            return replace(one, facts=facts, shared=frozenset(names)), {(name,): None for name in names}
        known = self.rules.facts(self.members, (), ())
        whole, present = self.rules.shared, flat(self.members, self.rules.shared)
        made = flat(landed(self.rules.effect, one, evidence, self.rules.members, known), whole)
        stands = {path: value for path, value in made.items() if present.get(path) == value}
        return one, stands | changed(one.before, one.after, whole)

    def _row(self, made: Members) -> Step:
        """Return the row that the move followed."""
        rows = self.rules.lifecycle.steps_from(made["source"])
        return next(row for row in rows if row.action == made["action"] and row.target in {made["target"], BACK})


def _plain(evidence: Members) -> dict[str, Any]:
    return {name: value for name, value in evidence.items() if name not in STRUCTURE}
