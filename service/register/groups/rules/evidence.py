"""What each move of a working group needs as evidence: one model per action, shared by the wire, the audit entry and the verifier. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter
from typing_extensions import TypeAliasType

from service.register.commissions.rules.group_role import GroupRole
from service.register.decisions.rules import mending
from service.register.decisions.rules.evidence import Evidence
from service.register.groups.rules.lifecycle import GroupAction
from service.values import Name, Reason, Sector, Strict, Titles
from service.values.codes import CommitmentId, OrganisationId, WorkingGroupId

MOST: Final = 500
"""How many commitments go along with one move."""


class FoundGroup(Evidence):
    """It was founded; on which day, `effective_on` says."""

    action: Literal[GroupAction.FOUND]


class RenameGroup(Evidence):
    """It has other titles, from the day that `effective_on` says."""

    action: Literal[GroupAction.RENAME]
    titles: Titles


class MergeInto(Evidence):
    """It becomes part of another group, which owns its commitments from then on, closed ones too."""

    action: Literal[GroupAction.MERGE_INTO]
    receiver_id: WorkingGroupId = Field(description="The other group, of the same commission.")
    reason: Reason | None = None


class HandOver(Evidence):
    """Another group owns some of its commitments from now on."""

    action: Literal[GroupAction.HAND_OVER]
    commitments: list[CommitmentId] = Field(
        min_length=1, max_length=MOST, description="Commitments of this group, closed ones too, each by its id."
    )
    receiver_id: WorkingGroupId = Field(description="The group that owns them from then on.")
    reason: Reason | None = None


class DissolveGroup(Evidence):
    """There is no such group any more."""

    action: Literal[GroupAction.DISSOLVE]
    reason: Reason
    receiver_id: WorkingGroupId | None = Field(
        description="The group that owns its commitments from then on; null: no group does."
    )


class NameOrganisation(Evidence):
    """A party names one of its organisations co-lead or member, or releases it."""

    action: Literal[GroupAction.NAME_ORGANISATION]
    organisation_id: OrganisationId
    role: GroupRole | None = Field(description="What it is in the group; null: nothing any more.")


class Contacts(Strict):
    """Whom the others call on this party's side."""

    main: Name | None = None
    alternate: Name | None = None
    validator: Name | None = None


class NameContacts(Evidence):
    """A party says whom the others call; what it leaves out it does not have."""

    action: Literal[GroupAction.NAME_CONTACTS]
    contacts: Contacts | None = Field(description="Of the caller's own party; null: nobody.")


class CorrectGroup(mending.Correct):
    """A fact had been written down wrongly; it is put right, and the old value stays in the trail."""

    action: Literal[GroupAction.CORRECT]


class ReinstateGroup(mending.Reinstate):
    """The last move was a mistake, or is revived: it goes back to the state that this move left, its commitments stay where they are."""

    action: Literal[GroupAction.REINSTATE]


class RetractGroup(Evidence):
    """Who recorded it takes it back."""

    action: Literal[GroupAction.RETRACT]
    reason: Reason | None = None


AnyEvidence = (
    FoundGroup
    | RenameGroup
    | MergeInto
    | HandOver
    | DissolveGroup
    | NameOrganisation
    | NameContacts
    | CorrectGroup
    | ReinstateGroup
    | RetractGroup
)
GroupProposal = TypeAliasType(
    "GroupProposal",
    Annotated[
        AnyEvidence,
        Field(
            discriminator="action", description="A move of a working group with its evidence, told apart by `action`."
        ),
    ],
)
"""A move of a working group with its evidence, told apart by `action`; published under this name."""

MODELS: Final[Mapping[StrEnum, type[Evidence]]] = {
    GroupAction.FOUND: FoundGroup,
    GroupAction.RENAME: RenameGroup,
    GroupAction.MERGE_INTO: MergeInto,
    GroupAction.HAND_OVER: HandOver,
    GroupAction.DISSOLVE: DissolveGroup,
    GroupAction.NAME_ORGANISATION: NameOrganisation,
    GroupAction.NAME_CONTACTS: NameContacts,
    GroupAction.CORRECT: CorrectGroup,
    GroupAction.REINSTATE: ReinstateGroup,
    GroupAction.RETRACT: RetractGroup,
}
SHARED: Final[Mapping[str, TypeAdapter[Any]]] = {
    "titles": TypeAdapter(Titles),
    "sector": TypeAdapter(Sector),
    "founded_at_session_id": TypeAdapter(UUID | None),
    "founding_act": TypeAdapter(Name | None),
}
"""Facts that are recorded as they are, and the shape of each."""
