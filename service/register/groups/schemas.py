"""What goes over the wire about working groups."""

from uuid import UUID

from service.register.commissions.models import GroupRole
from service.values import Read, Sector, Strict, Titles
from service.values.codes import CommissionId, OrganisationId, SessionId


class WorkingGroupCreate(Strict):
    """A joint working group to found; the caller names its own party's co-lead, the other parties theirs."""

    commission_id: CommissionId
    titles: Titles
    sector: Sector
    founded_at_session_id: SessionId | None = None
    co_lead_organisation_id: OrganisationId


class MemberPut(Strict):
    """What an organisation is to be in the group."""

    role: GroupRole


class MemberRead(Read):
    """An organisation in a working group."""

    organisation_id: UUID
    party: str
    role: GroupRole


class WorkingGroupRead(Read):
    """A joint working group with those who are in it now."""

    id: UUID
    commission_id: UUID
    titles: dict[str, str]
    sector: str
    founded_at_session_id: UUID | None
    members: list[MemberRead]
