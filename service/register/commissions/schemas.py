"""What goes over the wire about commissions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from service.register.commissions.models import Rule
from service.register.commissions.rules.charter.evidence import FoundingAct, Openness
from service.register.commissions.rules.charter.lifecycle import CharterAction, CharterState
from service.register.decisions.schemas import Missing, OpenTransition
from service.register.parties.schemas import Named
from service.values import Language, ModernDate, PartyCode, Read, ReducedDate, Strict, Titles

Suffix = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")]


class CommissionCreate(Strict):
    """A commission to found. What of it changes later is decided by its parties."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "code": "the service makes it of the parties and the suffix",
        "state": "it is founded; it is in force, or kept where kept_by names who keeps it alone, once its secretariats are named",
        "secretariats": "each party's registrar names its own: name_secretariat, by POST /v1/commissions/{commission_id}/transitions",
    }
    titles: Titles
    parties: list[PartyCode] = Field(
        min_length=2,
        max_length=20,
        description="Each party's registrar names its secretariat then: until all have, nothing is proposed.",
        examples=[["PK", "AZ"]],
    )
    languages: list[Language] = Field(min_length=1, max_length=10, description="Languages of its authentic texts.")
    rule: Rule | None = Field(
        None, description="`unilateral` where one party keeps it alone, as `kept_by` says; else `mutual`."
    )
    kept_by: PartyCode | None = Field(
        None, description="The party that keeps it alone, until another joins: what it does awaits nobody."
    )
    founded_on: ModernDate | None = None
    founding_act: FoundingAct | None = None
    confidentiality: Openness = Field(
        Openness.PARTIES,
        description="`public`: whoever opens the pages under /read/ sees it, and of what is decided there what is public too.",
    )
    suffix: Suffix | None = Field(
        None, description="Tells a second commission of the same parties apart: `PK-AZ.DEF`.", examples=["DEF"]
    )


class CommissionPartyRead(Read):
    """A party of a commission."""

    party: str
    secretariat_id: UUID | None
    secretariat: Named | None


class Entered(Read):
    """How, and since when, a party takes part."""

    by: CharterAction = Field(description="The move by which it began to.")
    on: ReducedDate | None = Field(description="Since when; null: nobody knows.")
    at: datetime = Field(
        description="The moment at which it took effect: what was recorded before was not confirmed by it."
    )


class Departed(Read):
    """Since when a party takes part no more."""

    on: ReducedDate | None = Field(description="Since when; null: nobody knows.")
    at: datetime = Field(
        description="The moment at which it took effect: what it had proposed or was to answer is over."
    )
    notified_on: ReducedDate | None = Field(description="When it told the others; null: nobody knows.")


class ReopenedLog(Read):
    """That the log could not be signed any more and was reopened: the old one is never signed again."""

    number: int = Field(description="2 for the first log that follows the one of the beginning.")
    origin: str = Field(description="The new log's name; whoever follows it names its key in their own policy.")
    continues: int = Field(description="So many entries are proven to be the first of the old log.")
    missing: int = Field(description="So many more the old log had, as far as witnesses and parties know.")
    because: str
    at: datetime
    awaits: list[str] = Field(description="Parties that have not acknowledged it.")
    notice: str | None = Field(
        description="What every answer, report and verifier says until all have.",
        examples=["log reopened, not acknowledged by AZ"],
    )


class PlannedStepRead(Read):
    """A step of a template."""

    step: str
    note: str | None


class StepTemplateRead(Read):
    """Which steps at home something of a kind needs, as the secretariat of a party says."""

    party: str
    kind: str
    steps: list[PlannedStepRead]
    source: str | None = Field(description="By which law or rule.")
    entry: int = Field(description="Number of the entry in the commission's trail that set it.")


class CommissionRead(Read):
    """A commission, as its charter says."""

    id: UUID
    code: str
    version: int = Field(description="The number in its ETag.")
    state: CharterState
    titles: dict[str, str]
    parties: list[CommissionPartyRead]
    languages: list[str]
    rule: Rule
    kept_by: str | None = Field(description="The party that keeps it alone, or kept it alone until it was dissolved.")
    awaits_secretariats: list[str] = Field(
        description="Of one that is founded: parties whose registrar has yet to name the secretariat (`name_secretariat`)."
    )
    outside: list[str] = Field(description="Parties that take no part in the register: they neither read nor decide.")
    founded_on: ReducedDate | None
    founding_act: str | None
    confidentiality: Openness = Field(description="`public`: it can be read under /read/ without signing in.")
    effective_on: ReducedDate | None = Field(description="Since when, in the world, it has been in this state.")
    entered: dict[str, Entered] = Field(description="By party, who began to take part after the founding.")
    departed: dict[str, Departed] = Field(description="By party, who left.")
    successor: str | None = Field(description="Of one that is dissolved: the code of the commission that follows it.")
    unknown: list[str] = Field(
        description="What is not known: of its founding, of the days in `entered` and `departed`, when it was dissolved."
    )
    corrected: dict[str, int] = Field(
        description="Facts that had been written down wrongly, and the number of the entry that put each right."
    )
    auditors: list[UUID] = Field(
        description="Principals that read everything here: appointed by every party, dismissed by any."
    )
    named_auditors: list[Named] = Field(
        description="What these are called: told to the parties that appointed them and to the auditors, and to nobody else."
    )
    step_templates: list[StepTemplateRead] = Field(
        description="Steps at home by party and kind, which `apply_template` takes as needed for a matter."
    )
    reopened: ReopenedLog | None = Field(description="That its log was reopened, if it was.")
    open_transition: OpenTransition | None


class AllowedCommissionAction(Read):
    """A move that the caller may propose, or make, now."""

    action: CharterAction
    missing: list[Missing] = Field(description="The evidence that a proposal must bring.")
    awaits: list[str] = Field(description="Parties that would have to confirm it.")


class CommissionDetail(CommissionRead):
    """A commission, with what the caller may do next."""

    allowed_actions: list[AllowedCommissionAction] = Field(description="Empty for callers who may not propose.")
