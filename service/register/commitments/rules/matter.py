"""A commitment as a matter that parties decide on: its table and its rules, as the engine takes them. Pure."""

from typing import Final

from service.register.commitments.rules.effect import effect
from service.register.commitments.rules.evidence import MODELS
from service.register.commitments.rules.fitness import unfit
from service.register.commitments.rules.lifecycle import LIFECYCLE
from service.register.commitments.rules.naming import names, wrong_name
from service.register.commitments.rules.requirements import Facts, impossible, missing
from service.register.decisions.rules.matter import Rules

COMMITMENT: Final = Rules[Facts](
    kind="commitment",
    lifecycle=LIFECYCLE,
    evidence=MODELS,
    missing=missing,
    impossible=impossible,
    unfit=unfit,
    effect=effect,
    names=names,
    wrong_name=wrong_name,
)
