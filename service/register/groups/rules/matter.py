"""A working group as a matter that parties decide on: its table and its rules, as the engine takes them. Pure."""

from typing import Final

from service.register.decisions.rules.matter import Rules
from service.register.groups.rules.effect import effect, taking
from service.register.groups.rules.evidence import MODELS, SHARED
from service.register.groups.rules.fitness import unfit
from service.register.groups.rules.lifecycle import JOINT, LIFECYCLE, GroupAction
from service.register.groups.rules.naming import names, wrong_name
from service.register.groups.rules.requirements import Facts, facts, impossible, missing

MEMBERS: Final = (
    "code", "titles", "sector", "founded_at_session_id", "founding_act", "organisations", "contacts", "merged_into_id", "state",
    "effective_on", "corrected",
)  # fmt: skip
"""What an entry says of a working group; the row's other columns follow from these, or from the proposals."""

GROUP: Final = Rules[Facts](
    kind="working_group",
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
    joining=JOINT,
    naming=frozenset(
        {
            GroupAction.MERGE_INTO,
            GroupAction.HAND_OVER,
            GroupAction.DISSOLVE,
            GroupAction.NAME_ORGANISATION,
            GroupAction.CORRECT,
            GroupAction.REINSTATE,
        }
    ),
    names=names,
    wrong_name=wrong_name,
    taking=taking,
    shared=SHARED,
)
