"""Steps that one government takes at home, of any matter: its own fact, confirmed by nobody, each change an entry. Pure.

What needs doing at home stands by party: `{"AZ": {"ratification": {"status": "needed", "on": "2025-03", "note": null}}}`.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field

from service.errors import Fault, fault
from service.register.decisions.rules.evidence import Evidence
from service.register.decisions.rules.matter import Case
from service.trail.entry import canonical
from service.values import Name, Number, Strict
from service.values.sentences import Sentence

RECORD_STEP: Final = "record_step"
APPLY_TEMPLATE: Final = "apply_template"
MOST_BYTES: Final = 25_000
"""Of the steps of all parties: so that before and after fit one entry."""
Steps = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""By party, and by step: its status, since when, a note."""


class DomesticStep(StrEnum):
    """A step that one government takes at home."""

    DRAFT_APPROVAL = "draft_approval"
    LEGAL_VETTING = "legal_vetting"
    CABINET_APPROVAL = "cabinet_approval"
    FULL_POWERS = "full_powers"
    PARLIAMENTARY_APPROVAL = "parliamentary_approval"
    RATIFICATION = "ratification"
    HEAD_OF_STATE = "head_of_state"
    PUBLICATION = "publication"
    NOTIFICATION = "notification"
    OTHER = "other"


class StepStatus(StrEnum):
    """How far a step is."""

    NEEDED = "needed"
    DONE = "done"
    NOT_NEEDED = "not_needed"


APPROVALS: Final = (
    DomesticStep.CABINET_APPROVAL,
    DomesticStep.PARLIAMENTARY_APPROVAL,
    DomesticStep.RATIFICATION,
    DomesticStep.HEAD_OF_STATE,
)
"""Steps by which a government approves what was agreed."""
APPROVAL: Final = "approval"
"""What is missing of a party to whose approval something is subject: by which step, is that party's to say."""


class StepAtHome(Evidence):
    """A party says how far a step at home is. It says so anew where that was wrong, or has changed."""

    step: DomesticStep = Field(description="`other`: none of these; the note says which.")
    status: StepStatus | None = Field(
        description="null: nothing is said of it any more. `effective_on` says since when."
    )
    note: Name | None = None


class PlannedStep(Strict):
    """A step of a template."""

    step: DomesticStep
    note: Name | None = None


class TemplateKind(StrEnum):
    """For what a template is: a kind of instrument, commitments, or the minutes of sessions."""

    MOU = "mou"
    MEMORANDUM_OF_AGREEMENT = "memorandum_of_agreement"
    AGREEMENT = "agreement"
    TREATY = "treaty"
    PROTOCOL = "protocol"
    EXCHANGE_OF_NOTES = "exchange_of_notes"
    EXECUTIVE_PROGRAMME = "executive_programme"
    ACTION_PLAN = "action_plan"
    PLAN = "plan"
    ARRANGEMENT = "arrangement"
    DECISION = "decision"
    ACCESSION = "accession"
    COMMITMENT = "commitment"
    MINUTES = "minutes"


PlannedSteps = Annotated[list[PlannedStep], Field(min_length=1, max_length=len(DomesticStep))]


class StepsOfTemplate(Evidence):
    """A party takes the steps of a template of its own as needed here; those of which it said something already stay as they are."""

    template: TemplateKind = Field(description="Which of the caller's party's templates; the commission tells them.")
    steps: PlannedSteps | None = Field(
        None, description="What the template says: the service supplies it, and what is said otherwise is refused."
    )
    template_entry: Number | None = Field(
        None,
        ge=0,
        le=2**53 - 1,
        description="Number of the entry, in the commission's trail, that set the template: the service supplies it. It changes "
        "nothing here when the template changes later.",
    )


class Missing(NamedTuple):
    """A step that is missing, whose it is (None: nobody's by name), and since when."""

    party: str | None
    step: str
    detail: str
    since: str | None


def recorded(evidence: Mapping[str, Any], case: Case, on: str | None) -> dict[str, Any]:
    """Return what changes of the steps when a party says how far one is, on a day in the world."""
    known = dict(_mine(case))
    known.pop(evidence["step"], None)
    if evidence["status"]:
        known[evidence["step"]] = {"status": evidence["status"], "on": on, "note": evidence.get("note")}
    return _said(known, case)


def applied(evidence: Mapping[str, Any], case: Case, on: str | None) -> dict[str, Any]:
    """Return what changes of the steps when a party takes a template's as needed since a day in the world."""
    needed = {
        one["step"]: {"status": str(StepStatus.NEEDED), "on": on, "note": one.get("note")} for one in evidence["steps"]
    }
    return _said({**needed, **_mine(case)}, case)


def moved(action: StrEnum, evidence: Mapping[str, Any], case: Case, on: str | None) -> dict[str, Any]:
    """Return what changes of the steps by a move of this action, on a day in the world; nothing by one that tells of no steps."""
    if action == RECORD_STEP:
        return recorded(evidence, case, on)
    return applied(evidence, case, on) if action == APPLY_TEMPLATE else {}


def _mine(case: Case) -> Mapping[str, Any]:
    mine: Mapping[str, Any] = (case.members["steps"] or {}).get(case.party, {})
    return mine


def _said(mine: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return the steps with those of the party that makes the move; of matters where nothing was said, nothing."""
    before, party = case.members["steps"], str(case.party)
    if not mine and party not in (before or {}):
        return {"steps": before}
    others = {code: one for code, one in (before or {}).items() if code != party}
    return {"steps": {**others, party: mine} if mine else others}


def unfit(action: StrEnum, after: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with a move that tells of steps, given what it would change."""
    if action not in {RECORD_STEP, APPLY_TEMPLATE}:
        return []
    if not after:
        return [fault("", "nothing would change: this is what it says already")]
    length = len(canonical(after))
    said = f"the steps of all parties would have {length} bytes together; at most {MOST_BYTES} fit the audit trail"
    return [fault("", said)] if length > MOST_BYTES else []


def missing(steps: Steps | None) -> list[Missing]:
    """Return the steps that parties said are needed at home, and since when."""
    return [
        Missing(party, step, Sentence("{party} said that it is needed at home.", party=party), one["on"])
        for party, known in sorted((steps or {}).items())
        for step, one in sorted(known.items())
        if one["status"] == StepStatus.NEEDED
    ]


def approval_missing(party: str, since: str | None) -> Missing:
    """Return that the approval at home is missing to which something is subject."""
    said = Sentence("It is subject to the approval at home of {party}, which is not there yet.", party=party)
    return Missing(party, APPROVAL, said, since)


def has_approved(steps: Steps | None, party: str) -> bool:
    """Return whether a party recorded that some approval at home is done."""
    mine = (steps or {}).get(party, {})
    return any(step in mine and mine[step]["status"] == StepStatus.DONE for step in APPROVALS)


def parties_of(lacking: Iterable[Missing]) -> list[str]:
    """Return the parties of which a step is missing."""
    return sorted({one.party for one in lacking if one.party})


def listed(steps: Steps | None) -> list[dict[str, Any]]:
    """Return the steps one after another, each with its party."""
    return [
        {"party": party, "step": step, **one}
        for party, known in sorted((steps or {}).items())
        for step, one in sorted(known.items())
    ]


def told(steps: Steps | None, lacking: list[Missing]) -> dict[str, Any]:
    """Return what a reading of a matter tells of its steps: each, whose is missing, since when."""
    return {
        "steps": listed(steps),
        "steps_missing_of": parties_of(lacking),
        "missing_steps": [one._asdict() for one in lacking],
    }
