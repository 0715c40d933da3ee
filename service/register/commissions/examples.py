"""Examples that prefill Swagger UI; the ids are those of the pilot."""

from fastapi.openapi.models import Example

COMMISSIONS: dict[str, Example] = {
    "a_second_commission": {
        "summary": "A second commission of the same parties (201)",
        "value": {
            "titles": {"en": "Joint Commission on Culture (sample)"},
            "parties": ["PK", "AZ"],
            "languages": ["en"],
            "suffix": "CULTURE",
        },
    },
}
CHARTER_PROPOSALS: dict[str, Example] = {
    "amend": {
        "summary": "It gets another language (201 as PK)",
        "value": {
            "action": "amend",
            "changes": {"languages": ["en", "az"], "titles": {"az": "Birgə komissiya (sample)"}},
            "reason": "The minutes are in both languages (sample).",
        },
    },
    "set_step_template": {
        "summary": "Which steps at home a protocol needs, said by a secretariat alone (201 as AZ)",
        "value": {
            "action": "set_step_template",
            "kind": "protocol",
            "steps": [{"step": "legal_vetting"}, {"step": "parliamentary_approval", "note": "By law (sample)"}],
            "source": "Law on treaties (sample)",
        },
    },
    "name_secretariat": {
        "summary": "The one that it has: nothing would change (422 as PK)",
        "value": {"action": "name_secretariat", "secretariat_id": "01940000-0000-7000-8000-000000000101"},
    },
}
SESSIONS: dict[str, Example] = {
    "a_planned_session": {
        "summary": "The 10th session, planned by its host (201 as PK)",
        "value": {"action": "plan", "ordinal": 10, "starts_on": "2029"},
    },
    "one_of_before": {
        "summary": "A session of before the register, with the proposal that it was held (201 as PK)",
        "value": {
            "action": "record",
            "ordinal": 7,
            "host_party": "AZ",
            "held": {"ends_on": "2019", "venue": "Baku"},
        },
    },
}
SESSION_PATCHES: dict[str, Example] = {
    "a_co_chair": {
        "summary": "Who heads one's own delegation (200 as AZ)",
        "value": {"co_chair": {"name": "A. Name (sample)", "title": "Minister (sample)"}},
    },
}
SESSION_PROPOSALS: dict[str, Example] = {
    "move": {
        "summary": "The host moves it, alone (201 as AZ)",
        "value": {"action": "move", "starts_on": "2027-05", "reason": "An election (sample)."},
    },
    "record_step": {
        "summary": "A step at home for the minutes is needed, said by a party alone (201 as AZ)",
        "value": {"action": "record_step", "step": "cabinet_approval", "status": "needed", "effective_on": "2025-02"},
    },
    "cancel": {
        "summary": "It does not meet (201 as PK)",
        "value": {"action": "cancel", "reason": "The item is settled (sample)."},
    },
}
