"""What goes over the wire about commissions and their sessions."""

from collections.abc import Mapping
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from service.register.commissions.models import Rule, SessionStatus
from service.values import Language, ModernDate, Name, Number, PartyCode, Read, ReducedDate, Strict, Titles


class PartyIn(Strict):
    """A party that takes part, and its organisation that is its secretariat."""

    party: PartyCode
    secretariat_id: UUID


Suffix = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")]


class CommissionCreate(Strict):
    """A commission to found. Parties, rule, languages and secretariats are fixed from then on."""

    elsewhere: ClassVar[Mapping[str, str]] = {"code": "the service makes it of the parties and the suffix"}
    titles: Titles
    parties: list[PartyIn] = Field(min_length=2, max_length=20)
    languages: list[Language] = Field(min_length=1, max_length=10, description="Languages of its authentic texts.")
    rule: Rule = Field(description="`mutual` between governments; `unilateral` for bodies inside one government.")
    founded_on: ModernDate | None = None
    suffix: Suffix | None = Field(None, description="Tells a second commission of the same parties apart: `PK-AZ.DEF`.")


class CommissionPartyRead(Read):
    """A party of a commission."""

    party: str
    secretariat_id: UUID


class CommissionRead(Read):
    """A commission."""

    id: UUID
    code: str
    titles: dict[str, str]
    parties: list[CommissionPartyRead]
    languages: list[str]
    rule: Rule
    founded_on: ReducedDate | None


class AuditorRead(Read):
    """An auditor's appointment."""

    commission_id: UUID
    principal_id: UUID


class CoChair(Strict):
    """Who heads one party's delegation."""

    name: Name
    title: Name


class SessionCreate(Strict):
    """A meeting to record; the host party's secretariat does it, and names its own co-chair."""

    ordinal: Number = Field(ge=1, le=999)
    status: SessionStatus
    host_party: PartyCode
    venue: Name | None = None
    starts_on: ModernDate | None = Field(None, description="Needed once it was held.")
    ends_on: ModernDate | None = None
    co_chair: CoChair | None = Field(None, description="The co-chair of the caller's own party.")
    minutes_reference: Name | None = None


class SessionPatch(Strict):
    """Changes to a meeting (RFC 7396): the host's secretariat changes all, any other its own co-chair alone."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "ordinal": "it stays as it was recorded",
        "host_party": "it stays as it was recorded",
        "co_chairs": "a secretariat names its own, as co_chair",
    }
    status: SessionStatus | None = None
    venue: Name | None = None
    starts_on: ModernDate | None = None
    ends_on: ModernDate | None = None
    co_chair: CoChair | None = None
    minutes_reference: Name | None = None


class CoChairRead(Read):
    """Who heads one party's delegation."""

    name: str
    title: str


class SessionRead(Read):
    """A meeting of a commission."""

    id: UUID
    commission_id: UUID
    ordinal: int
    status: SessionStatus
    host_party: str
    venue: str | None
    starts_on: ReducedDate | None
    ends_on: ReducedDate | None
    co_chairs: dict[str, CoChairRead]
    minutes_reference: str | None
