"""The rules by which entries of each kind and version are replayed: what a version meant, it means for good. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from service.register.commissions.rules.charter.matter import CHARTER
from service.register.commissions.rules.matter import SESSION
from service.register.commitments.rules.matter import (
    COMMITMENT,
    COMMITMENT_1,
    COMMITMENT_2,
    COMMITMENT_3,
    COMMITMENT_4,
    COMMITMENT_5,
    COMMITMENT_6,
)
from service.register.decisions.rules.matter import Rules
from service.register.groups.rules.matter import GROUP
from service.register.instruments.rules.matter import (
    INSTRUMENT,
    INSTRUMENT_2,
    INSTRUMENT_3,
    INSTRUMENT_4,
    INSTRUMENT_5,
    INSTRUMENT_6,
)

RULES: Final[Mapping[tuple[str, int], Rules[Any]]] = {
    ("commitment", 1): COMMITMENT_1,
    ("commitment", 2): COMMITMENT_2,
    ("commitment", 3): COMMITMENT_3,
    ("commitment", 4): COMMITMENT_4,
    ("commitment", 5): COMMITMENT_5,
    ("commitment", 6): COMMITMENT_6,
    ("commitment", 7): COMMITMENT,
    ("session", 2): SESSION,
    ("commission", 2): CHARTER,
    ("working_group", 2): GROUP,
    ("instrument", 2): INSTRUMENT_2,
    ("instrument", 3): INSTRUMENT_3,
    ("instrument", 4): INSTRUMENT_4,
    ("instrument", 5): INSTRUMENT_5,
    ("instrument", 6): INSTRUMENT_6,
    ("instrument", 7): INSTRUMENT,
}
FOLLOWED: Final[Mapping[int, int]] = {2: 3, 3: 4, 4: 5, 5: 6, 6: 6, 7: 7}
"""Of each version of instruments: that of commitments with which it came, by which what it carries follows it."""
