"""Holding an entry's `data` to its shape. Pure."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

import orjson
from pydantic import TypeAdapter, ValidationError

from service.trail.reopening import REOPENED, Reopened
from service.values import AS_RECORDED
from service.verify.finding import Severity
from service.verify.replay import (
    charter_shapes,
    commitment_shapes,
    document_shapes,
    group_shapes,
    instrument_shapes,
    registry_shapes,
    session_shapes,
)
from service.verify.replay import commission_shapes as shapes

OF_COMMISSIONS: Final[Mapping[str, type]] = {
    "commission.founded": shapes.Founded,
    "auditor.appointed": shapes.Appointed,
    "session.recorded": shapes.SessionRecorded,
    "session.changed": shapes.SessionChanged,
    "working_group.founded": shapes.GroupFounded,
    "working_group.member_changed": shapes.MemberChanged,
}
OF_COMMITMENTS: Final[Mapping[str, type]] = {
    "commitment.recorded": commitment_shapes.Recorded,
    "commitment.changed": commitment_shapes.Changed,
    "transition.proposed": commitment_shapes.Proposed,
    "transition.confirmed": commitment_shapes.Confirmed,
    "transition.refused": commitment_shapes.Refused,
    "transition.withdrawn": commitment_shapes.Withdrawn,
}
OF_MOVES: Final[Mapping[str, type]] = {
    kind: shape for kind, shape in OF_COMMITMENTS.items() if kind.startswith("transition.")
}
OF_DOCUMENTS: Final[Mapping[str, type]] = {
    "document.attached": document_shapes.Attached,
    "document.withdrawn": document_shapes.Withdrawn,
}
"""Entries that stand in the trail of any matter."""
OF_SESSIONS: Final[Mapping[str, type]] = {"session.recorded": session_shapes.Begun, **OF_MOVES, **OF_DOCUMENTS}
OF_INSTRUMENTS: Final[Mapping[str, type]] = {
    "instrument.recorded": instrument_shapes.InstrumentRecorded,
    "instrument.extended": instrument_shapes.Extended,
    **OF_MOVES,
    **OF_DOCUMENTS,
}
OF_CHARTERS: Final[Mapping[str, type]] = {
    "commission.founded": charter_shapes.Founded2,
    REOPENED: Reopened,
    **OF_MOVES,
    **OF_DOCUMENTS,
}
OF_COMMITMENTS_2: Final[Mapping[str, type]] = {
    "commitment.reassigned": commitment_shapes.Reassigned,
    "commitment.followed": commitment_shapes.Reassigned,
    "commitment.reported": commitment_shapes.Reported,
    **OF_DOCUMENTS,
}
"""Entries of a commitment that there are of version 2 alone."""
OF_GROUPS: Final[Mapping[str, type]] = {
    "working_group.recorded": group_shapes.GroupRecorded,
    **OF_MOVES,
    **OF_DOCUMENTS,
}
OF_THE_REGISTRY: Final[Mapping[str, type]] = {
    "party.registered": registry_shapes.Party,
    "organisation.registered": registry_shapes.Organisation,
    "organisation.renamed": registry_shapes.Renamed,
    "organisation.closed": registry_shapes.Closed,
    "registrar.named": registry_shapes.Registrar,
    "principal.registered": registry_shapes.Principal,
    "principal.secret_rotated": registry_shapes.Changed,
    "principal.deactivated": registry_shapes.Changed,
    "party.credentials_ruled": registry_shapes.Ruled,
    "access.announced": registry_shapes.Announced,
    "access.stopped": registry_shapes.Stopped,
    "access.restored": registry_shapes.Restored,
    REOPENED: Reopened,
}
COMMITMENT_KINDS: Final[Mapping[str, type]] = {**OF_COMMITMENTS, "commitment.recorded": commitment_shapes.Recorded1}
COMMITMENT_KINDS_2: Final[Mapping[str, type]] = {
    **OF_COMMITMENTS,
    "commitment.recorded": commitment_shapes.Recorded2,
    **OF_COMMITMENTS_2,
}


class Broken(Exception):
    """An entry breaks a rule of the commission's life; the message says which, in words of that life."""

    def __init__(self, message: str, severity: Severity = Severity.TAMPERED, *, by_itself: bool = False) -> None:
        super().__init__(message)
        self.severity = severity
        self.by_itself = by_itself
        """Whether the entry is wrong whatever other entries say."""


def spelled(value: object) -> bytes:
    """Return JSON bytes in which equal means equal: 1, 1.0 and true are three values."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def require(holds: object, message: str) -> None:
    """Raise `Broken` unless the rule holds."""
    if not holds:
        raise Broken(message)


@cache
def _validator(shape: type) -> Callable[[Any], Any]:
    """Return what holds to a shape; made when the first entry has it, since a start of the service needs none."""
    return partial(TypeAdapter(shape).validator.validate_python, context=AS_RECORDED)


def hold_to_shape(kinds: Mapping[str, type], kind: str, data: dict[str, Any]) -> None:
    """Raise `Broken` unless the subject knows entries of this kind, and `data` is just what such an entry holds."""
    if kind not in kinds:
        raise Broken(f"this subject has no entries of the kind {kind!r}", by_itself=True)
    try:
        if _validator(kinds[kind])(data) == data:
            return
        wrong = "a text is not trimmed"
    except ValidationError as invalid:
        wrong = _first(invalid)
    raise Broken(f"its data is not what {kind} holds: {wrong}", by_itself=True)


def held_reopening(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return what an entry tells by which a log was reopened; `Broken` unless it has the shape of one."""
    hold_to_shape({REOPENED: Reopened}, kind, data)
    return data


def _first(invalid: ValidationError) -> str:
    first = invalid.errors(include_url=False, include_context=False)[0]
    return f"{'/'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"
