"""A session as a matter that parties decide on: its table and its rules, as the engine takes them. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from service.register.commissions.rules.effect import day, effect
from service.register.commissions.rules.evidence import MODELS, SHARED
from service.register.commissions.rules.fitness import unfit
from service.register.commissions.rules.lifecycle import JOINT, LIFECYCLE, SessionAction
from service.register.commissions.rules.naming import names, wrong_name
from service.register.commissions.rules.requirements import Facts, facts, impossible, missing
from service.register.decisions.rules.matter import Rules

MEMBERS: Final = (
    "ordinal", "working_group_id", "host_party", "virtual", "venue", "starts_on", "ends_on", "co_chairs", "minutes",
    "minutes_reference", "subject_to", "steps", "state", "effective_on", "corrected",
)  # fmt: skip
"""What an entry says of a session; the row's other columns follow from these, or from the proposals."""

SESSION: Final = Rules[Facts](
    kind="session",
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
    naming=frozenset({SessionAction.HOLD, SessionAction.CORRECT, SessionAction.REINSTATE}),
    names=names,
    wrong_name=wrong_name,
    shared=SHARED,
    day=day,
)


def recorded(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a session as the entry with which it begins tells them; those of before are silent of steps at home."""
    return {"steps": None, **members}
