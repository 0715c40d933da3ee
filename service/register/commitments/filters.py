"""What a list of commitments may be asked for: each filter, and the condition that it is in SQL."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import table
from service.database.statement import is_among
from service.register.commitments.by_words import ASKED, QUESTION, found
from service.register.commitments.models import LACKS, Commitment
from service.register.commitments.rules.kinds import CommitmentKind
from service.register.commitments.rules.late import Requirable
from service.register.commitments.rules.lifecycle import State
from service.register.commitments.rules.reporting import Level
from service.register.commitments.statements import (
    disputed,
    dormant,
    due_soon,
    live,
    one_sided,
    overdue,
    unknown,
)
from service.register.commitments.visibility import Condition, mine
from service.values import AskedDay, PartyCode, Sector, limited
from service.values.codes import CommissionId, SessionId, WorkingGroupId
from service.values.questions import Question

_commitment = table(Commitment)
SESSION: Final = "session_id"
CARRIED: Final = "carried"
STATE: Final = "state"
SEVERAL: Final = re.compile("[,;|]")


def _one(said: str) -> str:
    if SEVERAL.search(said):
        raise PydanticCustomError("several_references", "is one reference; for several repeat it")
    return said


OneReference: TypeAlias = Annotated[limited(80), AfterValidator(_one)]  # type: ignore[valid-type]


class Filter(BaseModel):
    """What to list: members are joined by AND, repeated values of one member by OR."""

    model_config = ConfigDict(frozen=True)

    commission_id: list[CommissionId] = Field(
        default_factory=list, max_length=50, description="Of one of these commissions."
    )
    session_id: list[SessionId] = Field(
        default_factory=list, max_length=50, description="Agreed at, or carried over to, one of these sessions."
    )
    carried: bool | None = Field(
        None, description="With `session_id`: carried over to it from an earlier session (or agreed there)."
    )
    working_group_id: list[WorkingGroupId] = Field(
        default_factory=list, max_length=50, description="Owned by one of these working groups."
    )
    state: list[State] = Field(
        default_factory=list,
        max_length=20,
        description="What was retracted is listed where it is asked for, and only there.",
    )
    kind: list[CommitmentKind] = Field(default_factory=list, max_length=5, description="Of one of these kinds.")
    sector: list[Sector] = Field(default_factory=list, max_length=50, description="Of one of these areas.")
    awaiting: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="An open proposal awaits one of these parties."
    )
    awaiting_step_of: list[PartyCode] = Field(
        default_factory=list, max_length=20, description="A step of one of these parties is missing."
    )
    overdue: bool | None = Field(None, description="Open, and past its due date (or not).")
    due_soon: bool | None = Field(None, description="Open, and due within 30 days (or not).")
    dormant: bool | None = Field(
        None, description="Open, and for six months nothing has happened in the world or was reported (or not)."
    )
    disputed: bool | None = Field(
        None, description="A proposal was refused and nothing has taken effect since (or not)."
    )
    one_sided: bool | None = Field(
        None,
        description="Recorded or moved without a party that joined later and has not acknowledged it, or disputes it (or not).",
    )
    unknown: bool | None = Field(None, description="Found late, and something of it is not known (or not).")
    unknown_fact: list[Requirable] = Field(
        default_factory=list, max_length=20, description="One of these facts is not known: `signatories`, say."
    )
    level: list[Level] = Field(
        default_factory=list, max_length=5, description="Some party's last progress report says one of these levels."
    )
    reported_before: AskedDay | None = Field(
        None,
        description="No party's last progress report speaks of this day or a later one; there may be none.",
        examples=["2026-01-01"],
    )
    mine: bool | None = Field(None, description="Led by the organisation for which the caller acts (or not).")
    q: Question | None = Field(
        None,
        description="Words of titles and texts in any language, of bodies and groups, or their beginnings, however they are typed; "
        '"quoted phrases", `or` and `-not` are understood. What is misspelt, `/v1/search` finds.',
        examples=["pipeline or gas"],
    )
    reference: list[OneReference] = Field(
        default_factory=list,
        max_length=20,
        description="Of one of these references, or parts of them that end them, however they are typed: `pk-az/8/4`, `08/004`.",
        examples=[["08/004"]],
    )


FLAGS: Mapping[str, Condition] = {
    "overdue": overdue,
    "due_soon": due_soon,
    "dormant": dormant,
    "disputed": disputed,
    "unknown": unknown,
    "mine": mine,
    "one_sided": one_sided,
}


def _given(name: str, kind: Any) -> Any:  # noqa: ANN401 -- SQLAlchemy's types and operators
    return sa.bindparam(name, type_=kind)


_TEXTS: Final[Any] = ARRAY(sa.Text())
# The partial indexes are spelled as they are.
_reported = _commitment.c.levels != sa.literal_column("'{}'")


_OTHERS: Final[Mapping[str, Condition]] = {
    "awaiting": live & _commitment.c.awaiting.overlap(_given("awaiting", _TEXTS)),
    "awaiting_step_of": LACKS.op("?|")(_given("awaiting_step_of", _TEXTS)),
    "unknown_fact": unknown & _commitment.c.unknown.op("?|")(_given("unknown_fact", _TEXTS)),
    "level": _reported & _commitment.c.levels.overlap(_given("level", _TEXTS)),
    "reported_before": _commitment.c.reported_on.is_(None)
    | (_commitment.c.reported_on < _given("reported_before", sa.Date())),
    QUESTION: found(ASKED),
    "reference": found(sa.func.ending_so(_given("reference", _TEXTS))),
}
"""Filters that are no mere equality with the column of their name; of those that may be repeated, all values are asked at once."""


def condition(name: str, said: bool) -> Condition:  # noqa: FBT001 -- a member of the shape
    """Return what holds of the rows that a filter leaves; `said`: of a flag its value, of any other whether it is a single value."""
    if name in FLAGS:
        return FLAGS[name] if said else sa.not_(FLAGS[name])
    return _OTHERS[name] if name in _OTHERS else among(_commitment.c[name], name, single=said)


def is_single(name: str, value: object) -> bool:
    """Return whether one value is asked for, of a filter by the column of its name."""
    return name not in _OTHERS and isinstance(value, list) and len(value) == 1


def among(column: sa.ColumnElement[Any], name: str, *, single: bool) -> Condition:
    """Return that `column` is the one value, or one of those, that are bound as `name`."""
    # A single value by `=`: only then does an index that begins with it also give the order.
    if single:
        return column == sa.bindparam(name, type_=column.type)
    return is_among(column, name)
