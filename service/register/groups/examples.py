"""Examples that prefill Swagger UI; the ids are those of the pilot."""

from fastapi.openapi.models import Example

GROUPS: dict[str, Example] = {
    "a_group": {
        "summary": "A group on education, which AZ has to confirm (201 as PK)",
        "value": {
            "commission_id": "01940000-0000-7000-8000-000000000001",
            "titles": {"en": "Joint Working Group on Education (sample)"},
            "sector": "education",
            "founded_at_session_id": "01940000-0000-7000-8000-000000000008",
            "co_lead_organisation_id": "01940000-0000-7000-8000-000000000101",
        },
    },
}
MEMBERS: dict[str, Example] = {"a_member": {"summary": "As a member (200)", "value": {"role": "member"}}}
GROUP_PROPOSALS: dict[str, Example] = {
    "rename": {
        "summary": "It has another title (201 as PK)",
        "value": {
            "action": "rename",
            "titles": {"en": "Joint Working Group on Trade, Customs and Transit (sample)"},
            "effective_on": "2025-06",
        },
    },
    "hand_over": {
        "summary": "Another group takes over one of its commitments (201 as PK)",
        "value": {
            "action": "hand_over",
            "commitments": ["01940000-0000-7000-8000-000000000403"],
            "receiver_id": "01940000-0000-7000-8000-000000000302",
        },
    },
    "name_contacts": {
        "summary": "Whom the others call, said by a party alone (201 as PK)",
        "value": {"action": "name_contacts", "contacts": {"main": "A. Name (sample)"}},
    },
}
