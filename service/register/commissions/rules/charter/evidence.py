"""What each move of a charter needs as evidence: one model per action, shared by the wire, the audit entry and the verifier. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, model_validator
from typing_extensions import TypeAliasType

from service.register.commissions.rules.charter.lifecycle import CharterAction
from service.register.decisions.rules import mending
from service.register.decisions.rules.evidence import Evidence
from service.register.decisions.rules.patching import ChangedTexts
from service.register.decisions.rules.steps import PlannedSteps, TemplateKind
from service.values import Language, ModernDate, Name, PartyCode, Reason, Strict, Titles
from service.values.codes import OrganisationId


class Openness(StrEnum):
    """Who may read what is public of a commission."""

    PUBLIC = "public"
    PARTIES = "parties"


Languages = Annotated[list[Language], Field(min_length=1, max_length=10, description="Languages of authentic texts.")]
FoundingAct = Annotated[Name, Field(description="The agreement that set it up, as people cite it.")]
AuditorId = Annotated[UUID, Field(description="A principal of the kind `auditor`; it reads its id at GET /v1/me.")]
CommissionCode = Annotated[Name, Field(examples=["PK-AZ.CULTURE"])]


class CharterChanges(Strict):
    """What of a charter changes, as a merge patch (RFC 7396): null in the titles removes that language."""

    titles: ChangedTexts[Name] | None = None
    languages: Languages | None = None
    founded_on: ModernDate | None = None
    founding_act: FoundingAct | None = None
    confidentiality: Openness | None = None

    @model_validator(mode="after")
    def _something_changes(self) -> "CharterChanges":
        if not self.model_fields_set:
            raise ValueError("must name at least one fact to change")
        for name in sorted({"titles", "languages", "confidentiality"} & self.model_fields_set):
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be removed")
        return self


class Entering(Evidence):
    """Who begins to take part, and since when; its own registrar names its secretariat."""

    party: PartyCode
    effective_on: ModernDate = Field(description="Since when it takes part: not in the future.")
    secretariat_id: OrganisationId | None = Field(
        None,
        description="Of the party that begins to take part, where it proposes it itself; else it says so in its answer.",
    )


class JoinRegister(Entering):
    """A party joins the register of its commission, in which it took no part."""

    action: Literal[CharterAction.JOIN]


class AccedeToCommission(Entering):
    """A further state becomes a party."""

    action: Literal[CharterAction.ACCEDE]


class LeaveCommission(Evidence):
    """A party leaves; what was confirmed stays, and what it had proposed or was to answer is over."""

    action: Literal[CharterAction.LEAVE]
    reason: Reason
    notified_on: ModernDate = Field(description="When it told the others.")
    effective_on: ModernDate = Field(description="Since when it is no party: not in the future.")


class AmendCharter(Evidence):
    """Its titles, languages, founding act or confidentiality change."""

    action: Literal[CharterAction.AMEND]
    changes: CharterChanges
    reason: Reason


class DissolveCommission(Evidence):
    """It is no more; what is open in it stays as it is."""

    action: Literal[CharterAction.DISSOLVE]
    reason: Reason
    successor: CommissionCode | None = Field(
        None,
        description="Code or id of the commission that follows, if one does: another one, which the proposer sees.",
    )


class NameSecretariat(Evidence):
    """A party says which of its organisations is its secretariat here."""

    action: Literal[CharterAction.NAME_SECRETARIAT]
    secretariat_id: OrganisationId = Field(description="An organisation of the caller's own party.")


class AppointAuditor(Evidence):
    """An auditor reads everything in the commission from now on, what is restricted and proofs included."""

    action: Literal[CharterAction.APPOINT_AUDITOR]
    principal_id: AuditorId


class DismissAuditor(Evidence):
    """An auditor reads nothing more here than anybody does: any party says so, alone and at once."""

    action: Literal[CharterAction.DISMISS_AUDITOR]
    principal_id: AuditorId
    reason: Reason


class AcknowledgeLog(Evidence):
    """A party has seen that the log was reopened, and what is missing in it."""

    action: Literal[CharterAction.ACKNOWLEDGE_LOG]
    number: int = Field(ge=2, le=1000, description="Number of the log that it acknowledges, as `reopened` tells it.")


class SetStepTemplate(Evidence):
    """A party's secretariat says which steps at home something of a kind needs on its side; what was applied before stays as it is."""

    action: Literal[CharterAction.SET_STEP_TEMPLATE]
    kind: TemplateKind
    steps: PlannedSteps | None = Field(description="Each step once; null: there is no template of this kind any more.")
    source: Reason | None = Field(None, description="By which law or rule, as people cite it.")


class CorrectCharter(mending.Correct):
    """A fact had been written down wrongly; it is put right, and the old value stays in the trail."""

    action: Literal[CharterAction.CORRECT]


class ReinstateCommission(mending.Reinstate):
    """It had been dissolved by mistake, or sits again: it goes back to the state that the move left."""

    action: Literal[CharterAction.REINSTATE]


CommissionProposal = TypeAliasType(
    "CommissionProposal",
    Annotated[
        JoinRegister
        | AccedeToCommission
        | LeaveCommission
        | AmendCharter
        | DissolveCommission
        | NameSecretariat
        | AppointAuditor
        | DismissAuditor
        | AcknowledgeLog
        | SetStepTemplate
        | CorrectCharter
        | ReinstateCommission,
        Field(
            discriminator="action",
            description="A move of a commission's charter with its evidence, told apart by `action`.",
        ),
    ],
)
"""A move of a commission with its evidence, told apart by `action`; published under this name."""

MODELS: Final[Mapping[StrEnum, type[Evidence]]] = {
    CharterAction.JOIN: JoinRegister,
    CharterAction.ACCEDE: AccedeToCommission,
    CharterAction.LEAVE: LeaveCommission,
    CharterAction.AMEND: AmendCharter,
    CharterAction.DISSOLVE: DissolveCommission,
    CharterAction.NAME_SECRETARIAT: NameSecretariat,
    CharterAction.APPOINT_AUDITOR: AppointAuditor,
    CharterAction.DISMISS_AUDITOR: DismissAuditor,
    CharterAction.ACKNOWLEDGE_LOG: AcknowledgeLog,
    CharterAction.SET_STEP_TEMPLATE: SetStepTemplate,
    CharterAction.CORRECT: CorrectCharter,
    CharterAction.REINSTATE: ReinstateCommission,
}
SHARED: Final[Mapping[str, TypeAdapter[Any]]] = {
    "titles": TypeAdapter(Titles),
    "languages": TypeAdapter(Languages),
    "founded_on": TypeAdapter(ModernDate | None),
    "founding_act": TypeAdapter(FoundingAct | None),
    "confidentiality": TypeAdapter(Openness),
}
"""Facts that are recorded and amended as they are, and the shape of each."""
