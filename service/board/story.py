"""The story of a commitment: its trail, told in sentences, with the day in the world and the moment of the record apart. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from service.values import end

TOLD: Final = {
    "commitment.recorded": "Recorded by {party}",
    "commitment.changed": "{party} changed facts of its own side",
    "commitment.reported": "{party} reported on its own side",
    "commitment.followed": "It went along with the instrument that carries it",
    "commitment.reassigned": "It went along with its working group",
    "document.attached": "{party} attached a document",
    "document.withdrawn": "{party} withdrew a document",
    "transition.proposed": "{party} proposed {what}",
    "transition.confirmed": "{party} confirmed {what}",
    "transition.refused": "{party} refused {what}",
    "transition.withdrawn": "{party} took back its proposal {what}",
    "acknowledge": "{party} acknowledged it",
    "dispute": "{party} disputed it",
    "record_step": "{party} told how far a step at home is",
    "apply_template": "{party} takes the steps of a template as needed",
}
"""What each kind of entry says, or what a party does alone and asks nobody for."""
LATER: Final = "{what}"
"""What an entry says of a kind that only a later release knows, which may write beside this one."""
CLAIMED, EFFECTIVE, REFUSED, PLAIN = "claimed", "effective", "refused", "plain"
_LEFT_OUT: Final = frozenset({"action", "move", "reason", "effective_on", "expires_at"})


@dataclass(frozen=True, slots=True)
class Event:
    """One entry, as a reader is told of it."""

    says: str
    """A sentence with places for `party` and `what`."""
    party: str
    action: str
    standing: str
    """Whether it was only claimed, took effect, or was refused."""
    recorded_at: datetime
    effective_on: str | None
    """The day in the world: of a claim as it was claimed."""
    reason: str | None
    before: str | None
    after: str | None
    """The state that it left, and that to which it led, where that changed."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    corrected: Sequence[Mapping[str, Any]] = ()
    """Of a proposal, which of its facts corrections have put right since, as they are now, and by which entry."""
    seq: int = 0
    index: int | None = None
    in_checkpoint: bool = False
    leaf_hash: str = ""

    @property
    def day(self) -> date:
        """Return the day in the world, of a reduced one the last; where none is told, that of the record."""
        return end(self.effective_on) if self.effective_on else self.recorded_at.astimezone(UTC).date()


def told(entries: Iterable[Mapping[str, Any]], transitions: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Return the entries as events, oldest first; `transitions` say of what an answer speaks."""
    moves = {str(one["id"]): one if not one.get("unseen") else {**one, "corrected": ()} for one in transitions}
    return [_event(entry, moves) for entry in entries]


def _event(entry: Mapping[str, Any], moves: Mapping[str, Mapping[str, Any]]) -> Event:
    data, kind = entry["data"], str(entry["kind"])
    proposal, effective = data.get("proposal") or {}, data.get("effective") or {}
    evidence = proposal.get("evidence") or {}
    # What it went along with, the entry tells without a move of its own.
    changed = data if "by" in data else effective
    before, after = changed.get("before") or {}, changed.get("after") or {}
    alone = str(proposal.get("action", ""))
    return Event(
        says=TOLD.get(alone) or TOLD.get(kind, LATER),
        party=str(entry["party"] or ""),
        action=proposal.get("action")
        or moves.get(str(data.get("transition")), {}).get("action")
        or kind.rpartition(".")[2],
        standing=_standing(kind, is_effective=bool(effective)),
        recorded_at=entry["recorded_at"],
        effective_on=effective.get("on") or evidence.get("effective_on") or evidence.get("agreed_on"),
        reason=data.get("reason") or evidence.get("reason"),
        before=before.get("state"),
        after=after.get("state"),
        facts=_facts(kind, data, evidence),
        corrected=moves.get(str(proposal.get("transition")), {}).get("corrected", ()),
        **{name: entry[name] for name in ("seq", "index", "in_checkpoint", "leaf_hash")},
    )


def _standing(kind: str, *, is_effective: bool) -> str:
    if is_effective:
        return EFFECTIVE
    if kind in {"transition.refused", "transition.withdrawn"}:
        return REFUSED
    return CLAIMED if kind in {"commitment.recorded", "transition.proposed", "transition.confirmed"} else PLAIN


def _facts(kind: str, data: Mapping[str, Any], evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Return the evidence of a proposal, or the facts that a party changed of its own side."""
    if kind == "commitment.changed":
        own = next(iter(data["after"].values()), None) or {}
        return {name: value for name, value in own.items() if value is not None}
    told = data["report"] if kind == "commitment.reported" else evidence
    return {name: value for name, value in told.items() if name not in _LEFT_OUT and value is not None}
