"""What goes over the wire about commissions."""

from collections.abc import Mapping
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from service.register.commissions.models import Rule
from service.values import Language, ModernDate, PartyCode, Read, ReducedDate, Strict, Titles
from service.values.codes import OrganisationId


class PartyIn(Strict):
    """A party that takes part, and its organisation that is its secretariat."""

    party: PartyCode
    secretariat_id: OrganisationId


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
