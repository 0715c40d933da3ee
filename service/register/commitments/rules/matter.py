"""A commitment as a matter that parties decide on: its table and its rules, as the engine takes them. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from service.register.commitments.rules import version_1
from service.register.commitments.rules.alone import alone
from service.register.commitments.rules.amendment import SHARED, Verb
from service.register.commitments.rules.carried import (
    followed,
    followed_before,
    followed_by_day,
    followed_by_first,
    followed_in_part,
)
from service.register.commitments.rules.chronology import evident, odd
from service.register.commitments.rules.effect import (
    day_of,
    effect,
    effect_by_confirmation,
    kept_to_itself,
    opens,
    unopened,
)
from service.register.commitments.rules.evidence import MODELS
from service.register.commitments.rules.fitness import unfit
from service.register.commitments.rules.kinds import UNTOLD
from service.register.commitments.rules.lifecycle import LIFECYCLE, Action
from service.register.commitments.rules.naming import carrier, names, wrong_name
from service.register.commitments.rules.opening import opening
from service.register.commitments.rules.read_there import reads, reads_by_confirmation
from service.register.commitments.rules.requirements import Facts, facts, impossible, missing
from service.register.commitments.rules.sided import ACCEDE, unacknowledged
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Rules, every_other

MEMBERS: Final = (
    "reference", "session_id", "carried_over", "working_group_id", "item_number", "paragraph", "annex", "verb", "sector", "titles", "texts",
    "confidentiality", "target_date", "instrument_required", "no_instrument_reason", "instrument", "party_facts", "state",
    "agreed_on", "effective_on", "suspended_from", "review_on", "successors", "outcome", "modification", "subject_to", "corrected", "unknown",
    "acknowledged", "steps", *UNTOLD,
)  # fmt: skip
"""What an entry says of a commitment; the row's other columns follow from these, or from the proposals."""


def awaits(step: Step, evidence: Mapping[str, Any], facts: Mapping[str, Any], party: str | None) -> list[str]:
    """Return whom a proposal awaits: every other party but one that acceded later and has not acknowledged the commitment."""
    others, late = every_other(step, evidence, facts, party), unacknowledged(facts)
    return [one for one in others if late.get(one) != ACCEDE] if late else others


COMMITMENT: Final = Rules[Facts](
    kind="commitment",
    version=7,
    frees=True,
    lifecycle=LIFECYCLE,
    members=MEMBERS,
    evidence=MODELS,
    facts=facts,
    missing=missing,
    impossible=impossible,
    unfit=unfit,
    evident=evident,
    effect=effect,
    naming=frozenset({Action.SUPERSEDE, Action.MERGE, Action.CORRECT, Action.REINSTATE}),
    names=names,
    wrong_name=wrong_name,
    joining=frozenset({Action.AGREE}),
    shared=SHARED,
    odd=odd,
    day=day_of,
    awaits=awaits,
    following={"instrument": followed},
    reads=reads,
    opening=opens,
    alone=alone,
    carrier=carrier,
    carried_by="instrument_id",
)
COMMITMENT_6: Final = replace(COMMITMENT, version=6, following={"instrument": followed_by_first})
"""The rules of entries of version 6: of an instrument that one of its parties left, it told that it ended for all."""
COMMITMENT_5: Final = replace(COMMITMENT_6, version=5, following={"instrument": followed_by_day})
"""The rules of entries of version 5: of what an instrument that it came to follow did not know, it listed the day alone."""
COMMITMENT_4: Final = replace(
    COMMITMENT_5,
    version=4,
    effect=effect_by_confirmation,
    reads=reads_by_confirmation,
    following={"instrument": followed_in_part},
    carrier=lambda _: None,
)
"""The rules of entries of version 4: of what an instrument knew no more, or in part, a commitment listed nothing."""
COMMITMENT_3: Final = replace(
    COMMITMENT_4, version=3, effect=kept_to_itself, opening=opening, following={"instrument": followed_before}
)
"""The rules of entries of version 3: of what was found in a later state, the commitment alone told what was known."""
COMMITMENT_2: Final = replace(COMMITMENT_3, version=2, effect=unopened, opening=lambda *_: None)
"""The rules of entries of version 2: a draft was told by the commitment alone, unless it was put on an instrument."""
COMMITMENT_1: Final = replace(
    COMMITMENT_2,
    version=1,
    frees=False,
    lifecycle=replace(LIFECYCLE, steps=version_1.STEPS, takes_up=LIFECYCLE.open),
    members=version_1.MEMBERS,
    evidence=version_1.EVIDENCE,
    unfit=version_1.unfit,
    effect=version_1.effect,
    day=None,
)
"""The rules of entries of version 1: nothing could be corrected, undone or retracted, a proposal could stand for ever, and who had
confirmed could only wait."""


def recorded(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a commitment as the entry that recorded it tells them: of what it is silent, what was meant before, or null."""
    return {**dict.fromkeys(MEMBERS), **UNTOLD, **members}


def upgraded(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a commitment of version 1 as those of today; what it never told is not known."""
    successor, session = members["successor"], members["carried_to_session_id"]
    return {
        **dict.fromkeys(MEMBERS),
        **UNTOLD,
        "corrected": {},
        "verb": Verb.AGREED.value,
        **{name: value for name, value in members.items() if name in MEMBERS},
        "successors": [successor] if successor else None,
        "carried_over": {session: {"on": None, "entry": None}} if session else None,
    }
