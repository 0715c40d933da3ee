"""What a move changes beside its own matter: what goes along with it, and what it opens. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.register.decisions.rules.lifecycle import Step

Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taking:
    """What goes along with a move: matters of another kind that belong to this one, by one of their members."""

    kind: str
    member: str
    """Their member that names this matter; it names `receiver` from then on."""
    receiver: str | None
    only: frozenset[str] | None = None
    """Ids of those that go along; None: all do."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A matter of another kind that a move records and enters by the same confirmation: with which facts, and by which move of its own."""

    kind: str
    id: str
    transition: str
    members: Members
    """All but its reference, which is that of a draft."""
    step: Step
    evidence: Members
