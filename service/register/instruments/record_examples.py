"""Examples that prefill Swagger UI; the ids are those of the pilot."""

from fastapi.openapi.models import Example

RECORDED_INSTRUMENTS: dict[str, Example] = {
    "a_draft": {
        "summary": "A draft that was sent (201 as PK)",
        "value": {
            "commission_id": "01940000-0000-7000-8000-000000000001",
            "kind": "mou",
            "titles": {"en": "Memorandum of Understanding on Advance Electronic Data Interchange (sample)"},
            "contracting_parties": ["PK", "AZ"],
            "authentic_languages": ["en"],
            "commitment_ids": ["01940000-0000-7000-8000-000000000404"],
            "entry_into_force": {"anchor": "last_notification", "steps": [{"days": 30}]},
            "duration": {"kind": "period", "years": 5, "then": "tacit", "next_years": 5},
            "notice": {"kind": "before_period_end", "months": 6},
            "entering": {"drafting_party": "PK", "effective_on": "2025-02-01"},
        },
    },
    "found_late": {
        "summary": "One that was signed long ago, of which little is known (201 as PK)",
        "value": {
            "commission_id": "01940000-0000-7000-8000-000000000001",
            "kind": "agreement",
            "titles": {"en": "Agreement of which the date of signature is not known (sample)"},
            "contracting_parties": ["PK", "AZ"],
            "authentic_languages": ["en"],
            "entering": {"found_in": "signed"},
        },
    },
}
INSTRUMENT_PROPOSALS: dict[str, Example] = {
    "record_step": {
        "summary": "A step at home is done, said by a party alone (201 as PK)",
        "value": {"action": "record_step", "step": "cabinet_approval", "status": "done", "effective_on": "2025-03-10"},
    },
    "apply_template": {
        "summary": "The steps of one's own template are needed (201 as PK)",
        "value": {"action": "apply_template", "template": "agreement"},
    },
    "send_notification": {
        "summary": "A party has notified the other (201 as PK)",
        "value": {
            "action": "send_notification",
            "what": "notification",
            "effective_on": "2025-03-20",
            "channel": "Note verbale by the embassy (sample)",
        },
    },
    "amend": {
        "summary": "The clause on notice is another one (201 as PK)",
        "value": {
            "action": "amend",
            "reason": "As the parties agreed (sample).",
            "changes": {"notice": {"kind": "before_period_end", "months": 12}},
        },
    },
}
