"""An instrument as a matter that parties decide on: its table and its rules, as the engine takes them. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from service.register.decisions.rules.matter import Rules
from service.register.decisions.rules.numbers import is_apart
from service.register.instruments.rules.carrying import carries, may_carry, too_open
from service.register.instruments.rules.effect import day, effect
from service.register.instruments.rules.evidence import MODELS
from service.register.instruments.rules.facts import SHARED
from service.register.instruments.rules.fitness import unfit, unfit_by_first
from service.register.instruments.rules.lifecycle import JOINT, LIFECYCLE, InstrumentAction, InstrumentState
from service.register.instruments.rules.naming import names, wrong_name
from service.register.instruments.rules.requirements import Facts, awaits, facts, impossible, missing

SIDES: Final = ("signatures", "steps", "sent", "received", "notices", "publications", "objections")
"""What each party says of its own side, by party."""
MEMBERS: Final = (
    "reference", *SHARED, "drafting_party", "drafted_on", "texts", "text_agreed_on", "text_agreed_at", "initialled_on",
    "initialled_at", "manner", "acts", "signed_on", *SIDES, "ended_on", "ground", "successor_id", "state", "effective_on", "corrected",
)  # fmt: skip
"""What an entry says of an instrument; the row's other columns follow from these, or from the proposals."""

BEGUN: Final[Mapping[str, Any]] = {
    **dict.fromkeys(MEMBERS),
    **{name: {} for name in SIDES},
    "commitment_ids": [],
    "corrected": {},
    "state": InstrumentState.PROPOSED.value,
}
"""The members of one of which nothing is known yet."""

INSTRUMENT: Final = Rules[Facts](
    kind="instrument",
    version=7,
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
    shared=SHARED,
    naming=frozenset(
        {
            InstrumentAction.SUPERSEDE,
            InstrumentAction.AMEND,
            InstrumentAction.CORRECT,
            InstrumentAction.REINSTATE,
        }
    ),
    names=names,
    wrong_name=wrong_name,
    awaits=awaits,
    carries=carries,
    may_carry=may_carry,
    too_open=too_open,
    day=day,
    apart=is_apart,
)
INSTRUMENT_6: Final = replace(INSTRUMENT, version=6, unfit=unfit_by_first)
"""The rules of entries of version 6: the first notice ended an instrument for all of its parties, also where two others were left."""
INSTRUMENT_5: Final = replace(INSTRUMENT_6, version=5, apart=lambda _: False)
"""The rules of entries of version 5: what is restricted was numbered among the others."""
INSTRUMENT_4: Final = replace(INSTRUMENT_5, version=4)
"""The rules of entries of version 4: what comes to be carried listed no more than an unknown day."""
INSTRUMENT_3: Final = replace(INSTRUMENT_5, version=3)
"""The rules of entries of version 3: what is carried listed nothing of what it knows no more, or in part."""
INSTRUMENT_2: Final = replace(INSTRUMENT_5, version=2)
"""The rules of entries of version 2: what is carried told no end of one of which nobody knew since when it is in force."""
