"""What the `data` of a commission's entries holds; a member that is not listed has no business there. Pure.

Shapes are checked by pydantic's compiled validators, strictly: nothing is converted, and what a validator would trim or
complete was not written by the service.
"""

from typing import Annotated, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import with_config
from typing_extensions import TypedDict

from service.values import Language, Name, PartyCode, ReducedDate, Sector, Titles
from service.verify.canonical import UUID, is_time

Id = Annotated[str, StringConstraints(pattern=f"^{UUID}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z]{2})+(\.[A-Z0-9]{1,8})?$")]
Rule = Literal["mutual", "unilateral"]
Status = Literal["planned", "postponed", "held", "cancelled"]
GroupRole = Literal["co_lead", "member"]
strict = with_config(ConfigDict(extra="forbid", strict=True))


def _moment(text: str) -> str:
    if not is_time(text):
        raise ValueError("must be a time as YYYY-MM-DDTHH:MM:SS.ffffffZ")
    return text


Time = Annotated[str, AfterValidator(_moment)]


@strict
class Secretariat(TypedDict):
    """A party, and its organisation that speaks for it in the commission."""

    party: PartyCode
    secretariat_id: Id


@strict
class Founded(TypedDict):
    """A commission was founded, in entries of version 1."""

    id: Id
    code: Code
    titles: Titles
    parties: Annotated[list[Secretariat], Field(min_length=2, max_length=20)]
    languages: Annotated[list[Language], Field(min_length=1, max_length=10)]
    rule: Rule
    founded_on: ReducedDate | None


@strict
class Appointed(TypedDict):
    """An auditor was appointed."""

    principal_id: Id


@strict
class CoChair(TypedDict):
    """Who heads one party's delegation."""

    name: Name
    title: Name


@strict
class SessionRecorded(TypedDict):
    """A session was recorded, with its facts."""

    id: Id
    commission_id: Id
    ordinal: Annotated[int, Field(ge=1, le=999)]
    status: Status
    host_party: PartyCode
    venue: Name | None
    starts_on: ReducedDate | None
    ends_on: ReducedDate | None
    minutes_reference: Name | None
    co_chairs: dict[PartyCode, CoChair]


@strict
class SessionFacts(TypedDict, total=False):
    """Those facts of a session that may change."""

    status: Status
    venue: Name | None
    starts_on: ReducedDate | None
    ends_on: ReducedDate | None
    minutes_reference: Name | None
    co_chairs: dict[PartyCode, CoChair]


@strict
class SessionChanged(TypedDict):
    """A session was changed."""

    id: Id
    before: SessionFacts
    after: SessionFacts
    if_match: NotRequired[Literal["*"]]


@strict
class GroupFounded(TypedDict):
    """A working group was founded, with the founder's own co-lead."""

    id: Id
    commission_id: Id
    titles: Titles
    sector: Sector
    founded_at_session_id: Id | None
    co_lead_organisation_id: Id


@strict
class MemberChanged(TypedDict):
    """An organisation's role in a working group before and after, null where it has none."""

    id: Id
    organisation_id: Id
    before: GroupRole | None
    after: GroupRole | None
