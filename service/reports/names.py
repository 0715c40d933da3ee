"""What codes of the register are called on the pages of a report. Pure."""

from typing import Final

_CALLED: Final = {
    "mou": "Memorandum of understanding", "mou_drafted": "Draft sent", "draft_mou": "Send a draft", "redraft": "Draft anew",
    "later": "Agreed later", "not_confirmed": "Not confirmed by every party", "parties": "The parties",
}  # fmt: skip
SECTORS: Final = (
    "trade", "customs", "energy", "agriculture", "health", "defence", "institutional", "transport", "education", "culture",
    "tourism", "science", "environment", "finance", "security",
)  # fmt: skip
"""Sectors that have translations; a commission may name others."""


def name_of(code: str) -> str:
    """Return, in English, how a code is called: one without a name of its own is read as words."""
    return _CALLED.get(code) or code.replace("_", " ").strip().capitalize()
