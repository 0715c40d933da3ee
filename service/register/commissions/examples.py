"""Examples that prefill Swagger UI; the ids are those of the pilot."""

from fastapi.openapi.models import Example

COMMISSIONS: dict[str, Example] = {
    "a_second_commission": {
        "summary": "A second commission of the same parties (201)",
        "value": {
            "titles": {"en": "Joint Commission on Culture (sample)"},
            "parties": [
                {"party": "PK", "secretariat_id": "01940000-0000-7000-8000-000000000101"},
                {"party": "AZ", "secretariat_id": "01940000-0000-7000-8000-000000000201"},
            ],
            "languages": ["en"],
            "rule": "mutual",
            "suffix": "CULTURE",
        },
    },
}
SESSIONS: dict[str, Example] = {
    "a_planned_session": {
        "summary": "The 10th session, planned by its host (201 as PK)",
        "value": {"ordinal": 10, "status": "planned", "host_party": "PK", "starts_on": "2029"},
    },
}
SESSION_PATCHES: dict[str, Example] = {
    "a_venue": {"summary": "The venue, by the host's secretariat (200 as AZ)", "value": {"venue": "Baku"}},
}
