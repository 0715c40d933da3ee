"""A commission's charter as a matter that its parties decide on: its table and its rules, as the engine takes them. Pure."""

from typing import Final

from service.register.commissions.rules.charter.effect import effect
from service.register.commissions.rules.charter.evidence import MODELS, SHARED
from service.register.commissions.rules.charter.fitness import unfit
from service.register.commissions.rules.charter.lifecycle import LIFECYCLE, CharterAction
from service.register.commissions.rules.charter.requirements import (
    Facts,
    asked,
    awaits,
    facts,
    impossible,
    missing,
    names,
    wrong_name,
)
from service.register.decisions.rules.matter import Rules

MEMBERS: Final = (
    "code", "titles", "parties", "outside", "secretariats", "languages", "founded_on", "founding_act", "entered", "departed",
    "successor", "state", "effective_on", "corrected", "confidentiality", "reopened", "auditors", "step_templates",
)  # fmt: skip
"""What an entry says of a charter; the row's other columns follow from these, or from the proposals."""

CHARTER: Final = Rules[Facts](
    kind="commission",
    version=2,
    frees=True,
    lifecycle=LIFECYCLE,
    members=MEMBERS,
    evidence=MODELS,
    facts=facts,
    missing=missing,
    impossible=impossible,
    unfit=unfit,
    effect=effect,
    joining=frozenset(),
    naming=frozenset({CharterAction.CORRECT, CharterAction.REINSTATE}),
    names=names,
    wrong_name=wrong_name,
    shared=SHARED,
    awaits=awaits,
    leaving=frozenset({CharterAction.LEAVE}),
    asked=asked,
)
