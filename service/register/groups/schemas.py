"""What goes over the wire about working groups."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from service.register.commissions.rules.group_role import GroupRole
from service.register.decisions.schemas import KeptBy, Missing, OpenTransition
from service.register.groups.rules.evidence import FoundGroup
from service.register.groups.rules.lifecycle import GroupAction, GroupState
from service.register.parties.schemas import Named
from service.values import Name, Read, ReducedDate, Sector, Strict, Titles
from service.values.codes import CommissionId, OrganisationId, SessionId

ShortCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40),
    Field(description="What the group's code ends with; its sector, if nothing is said.", examples=["customs"]),
]


class Founding(FoundGroup):
    """That it was founded, as is proposed together with the record."""

    action: Literal[GroupAction.FOUND] = GroupAction.FOUND


class WorkingGroupCreate(Strict):
    """A joint working group that was founded; every other party confirms it.

    The caller names its own party's co-lead, the other parties theirs. A session or an act founded it.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "state": "it is proposed by this, and active once every other party has confirmed",
        "founded_on": "the day stands in founding, as effective_on",
    }
    commission_id: CommissionId
    titles: Titles
    sector: Sector
    code: ShortCode | None = None
    founded_at_session_id: SessionId | None = None
    founding_act: Name | None = Field(None, description="The act that founded it, if no session did.")
    co_lead_organisation_id: OrganisationId
    founding: Founding | None = Field(None, description="Evidence of the move `found`, which is proposed with it.")


class MemberPut(Strict):
    """What an organisation is to be in the group."""

    role: GroupRole


class MemberRead(Read):
    """An organisation in a working group."""

    organisation_id: UUID
    organisation: Named | None
    party: str
    role: GroupRole


class ContactsRead(Read):
    """Whom the others call on one party's side."""

    main: str | None
    alternate: str | None
    validator: str | None


class WorkingGroupRead(Read):
    """A joint working group with those who are in it now."""

    id: UUID
    reference: str = Field(description="Its code: `PK-AZ/JWG/customs`.")
    version: int = Field(description="The number in its ETag.")
    commission_id: UUID
    commission: Named | None
    kept_by: KeptBy
    titles: dict[str, str]
    sector: str
    state: GroupState
    founded_at_session_id: UUID | None
    founded_at_session: Named | None
    founding_act: str | None
    members: list[MemberRead]
    without_co_lead: list[str] = Field(description="Parties that have no co-lead in it.")
    contacts: dict[str, ContactsRead] = Field(description="By party code; each party names its own.")
    merged_into_id: UUID | None = Field(description="The group of which it became part.")
    merged_into: Named | None
    effective_on: ReducedDate | None = Field(description="Since when, in the world, it has been in this state.")
    unknown: list[str] = Field(
        description="Of one that was founded: what is not known, of the move to its state and of its founding."
    )
    corrected: dict[str, int] = Field(
        description="Facts that had been written down wrongly, and the number of the entry that put each right."
    )
    recorded_by: str
    is_joint: bool = Field(
        description="Whether every party has confirmed anything of it; until then they alone see it."
    )
    open_transition: OpenTransition | None


class AllowedGroupAction(Read):
    """A move that the caller may propose, or make, now."""

    action: GroupAction
    missing: list[Missing] = Field(description="The evidence that a proposal must bring.")
    awaits: list[str] = Field(description="Parties that would have to confirm it.")


class WorkingGroupDetail(WorkingGroupRead):
    """A working group, with what the caller may do next."""

    allowed_actions: list[AllowedGroupAction] = Field(description="Empty for callers who may not propose.")
