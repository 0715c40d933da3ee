"""Examples that prefill Swagger UI; the ids are those of the pilot."""

from fastapi.openapi.models import Example

GROUPS: dict[str, Example] = {
    "a_group": {
        "summary": "A group on education (201 as PK)",
        "value": {
            "commission_id": "01940000-0000-7000-8000-000000000001",
            "titles": {"en": "Joint Working Group on Education (sample)"},
            "sector": "education",
            "co_lead_organisation_id": "01940000-0000-7000-8000-000000000101",
        },
    },
}
MEMBERS: dict[str, Example] = {"a_member": {"summary": "As a member (200)", "value": {"role": "member"}}}
