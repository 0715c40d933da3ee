"""Holding an entry's `data`, and a proposal's evidence, to their shapes. Pure."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError

from service.commitments.evidence import MODELS, given
from service.commitments.lifecycle import Action
from service.verify import commitment_shapes, shapes
from service.verify.finding import Severity

COMMISSION_KINDS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "commission.founded": TypeAdapter(shapes.Founded),
    "auditor.appointed": TypeAdapter(shapes.Appointed),
    "session.recorded": TypeAdapter(shapes.SessionRecorded),
    "session.changed": TypeAdapter(shapes.SessionChanged),
    "working_group.founded": TypeAdapter(shapes.GroupFounded),
    "working_group.member_changed": TypeAdapter(shapes.MemberChanged),
}
COMMITMENT_KINDS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "commitment.recorded": TypeAdapter(commitment_shapes.Recorded),
    "commitment.changed": TypeAdapter(commitment_shapes.Changed),
    "transition.proposed": TypeAdapter(commitment_shapes.Proposed),
    "transition.confirmed": TypeAdapter(commitment_shapes.Confirmed),
    "transition.refused": TypeAdapter(commitment_shapes.Refused),
    "transition.withdrawn": TypeAdapter(commitment_shapes.Withdrawn),
}
_EVIDENCE: Final = {action: TypeAdapter(model) for action, model in MODELS.items()}


class Broken(Exception):
    """An entry breaks a rule of the commission's life; the message says which, in words of that life."""

    def __init__(self, message: str, severity: Severity = Severity.TAMPERED) -> None:
        super().__init__(message)
        self.severity = severity


def spelled(value: object) -> bytes:
    """Return JSON bytes in which equal means equal: 1, 1.0 and true are three values."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def require(holds: object, message: str) -> None:
    """Raise `Broken` unless the rule holds."""
    if not holds:
        raise Broken(message)


def hold_to_shape(kinds: Mapping[str, TypeAdapter[Any]], kind: str, data: dict[str, Any]) -> None:
    """Raise `Broken` unless the subject knows entries of this kind, and `data` is just what such an entry holds."""
    if kind not in kinds:
        message = f"this subject has no entries of the kind {kind!r}"
        raise Broken(message)
    try:
        same = kinds[kind].validate_python(data) == data
    except ValidationError as wrong:
        message = f"its data is not what {kind} holds: {_first(wrong)}"
        raise Broken(message) from wrong
    require(same, f"its data is not what {kind} holds: a text is not trimmed")


def hold_evidence_to_model(action: Action, evidence: Mapping[str, Any]) -> None:
    """Raise `Broken` unless the evidence is just what the action's model writes."""
    try:
        read: BaseModel = _EVIDENCE[action].validate_python({**evidence, "action": action})
    except ValidationError as wrong:
        message = f"the evidence of '{action}' is not as it must be: {_first(wrong)}"
        raise Broken(message) from wrong
    require(
        spelled(given(read)) == spelled(evidence), f"the evidence of '{action}' is not spelled as the service writes it"
    )


def _first(wrong: ValidationError) -> str:
    first = wrong.errors(include_url=False, include_context=False)[0]
    return f"{'/'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"
