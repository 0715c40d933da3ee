"""Under which names a party's facts tell which of its organisations lead a commitment. Pure."""

from typing import Final

FIRST: Final = "lead_organisation_id"
FURTHER: Final = "further_lead_organisation_ids"
