"""What of the pilot examples show, and what they do not."""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]
PILOT: Final[Mapping[str, str | int]] = {
    "import_id": "01940000-0000-7000-8000-000000000901",
    "restoration_id": "01940000-0000-7000-8000-000000000902",
    "commission_id": "01940000-0000-7000-8000-000000000001",
    "session_id": "01940000-0000-7000-8000-000000000009",
    "working_group_id": "01940000-0000-7000-8000-000000000301",
    "organisation_id": "01940000-0000-7000-8000-000000000103",
    "principal_id": "01940000-0000-7000-8000-000000000504",
    "commitment_id": "01940000-0000-7000-8000-000000000404",
    "instrument_id": "01940000-0000-7000-8000-000000000701",
    "document_id": "01940000-0000-7000-8000-000000000801",
    "transition_id": "01940000-0000-7000-8000-000000000604",
    "party": "PK",
    "level": "0",
    "place": "000.p/4",
    "index": 7,
    "reference": "pk-az/8/4",
}
"""Path parameters of the pilot, which prefill Swagger UI."""
IRREVERSIBLE: Final = frozenset({"create_deactivation", "create_objection"})
"""Operations that nothing undoes, or of what the pilot has none: no real id prefills them."""
NOBODYS: Final = "01940000-0000-7000-8000-000000000000"
