"""The instrument that a move of a commitment opens: recorded and entered by the confirmation with which the move takes effect. Pure.

What the move says of a text is said of the instrument, and from then on told by the commitment as by any that an instrument carries.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from service.register.commitments.rules.carried import followed, instrument_of
from service.register.commitments.rules.lifecycle import Action
from service.register.decisions.rules.judging import step_of
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case, Opening
from service.register.instruments.rules.lifecycle import InstrumentAction
from service.register.instruments.rules.matter import BEGUN, INSTRUMENT

Members = Mapping[str, Any]
_INSTRUMENT, _ENTERING = 1, 2
"""By what the ids of the instrument, and of the move that enters it, differ from that of the move that opens it."""
ENGLISH: Final = "en"


def opening(step: Step, evidence: Members, case: Case) -> Opening | None:
    """Return what the move opens: a draft of which no instrument of the register tells yet. None: nothing.

    Its parties and languages are those of the commission, its confidentiality that of the commitment; `amend` changes them.
    """
    if step.action is not Action.DRAFT_MOU or case.made is None or instrument_of(case.members):
        return None
    languages = list(case.facts.languages)
    members = {
        **BEGUN,
        "kind": evidence["instrument_kind"],
        "titles": {ENGLISH if ENGLISH in languages else languages[0]: evidence["instrument_title"]},
        "contracting_parties": list(case.facts.parties),
        "authentic_languages": languages,
        "confidentiality": case.members["confidentiality"],
        "text_reference": evidence.get("text_reference"),
        "commitment_ids": [case.made.matter_id],
    }
    entering = {name: evidence[name] for name in ("drafting_party", "effective_on")}
    known = INSTRUMENT.facts(members, case.facts.parties, case.facts.languages)
    entered = step_of(INSTRUMENT, known, {**entering, "action": InstrumentAction.ENTER})
    made = case.made.transition
    return Opening(INSTRUMENT.kind, _beside(made, _INSTRUMENT), _beside(made, _ENTERING), members, entered, entering)


def _beside(key: str, by: int) -> str:
    """Return an id that follows from another one, of the same version and moment: what is opened twice would have it twice."""
    return str(UUID(int=UUID(key).int ^ by))


def told_of(opened: Opening, commitment: Members, case: Case) -> dict[str, Any]:
    """Return what the commitment, as the move leaves it, tells of the instrument that the move opens."""
    facts = INSTRUMENT.facts(opened.members, case.facts.parties, case.facts.languages)
    entered = INSTRUMENT.effective(opened.step, opened.evidence, Case(opened.members, facts, case.at, {}, seq=0))
    (mine,) = opened.members["commitment_ids"]
    return followed(opened.id, mine, {**opened.members, **entered["after"]}, commitment, entered["on"])
