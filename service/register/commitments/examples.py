"""Examples that prefill Swagger UI; the ids and references are those of the pilot."""

from fastapi.openapi.models import Example

COMMISSION, SESSION = "01940000-0000-7000-8000-000000000001", "01940000-0000-7000-8000-000000000008"
RECORDED: dict[str, Example] = {
    "an_item_of_the_minutes": {
        "summary": "An item of the 8th session (201 as PK or AZ)",
        "value": {
            "commission_id": COMMISSION,
            "session_id": SESSION,
            "item_number": 15,
            "sector": "education",
            "titles": {"en": "Exchange of lecturers (sample)"},
            "texts": {"en": "The two sides will exchange lecturers every year (sample)."},
            "target_date": "2027-06",
            "instrument_required": True,
            "agreement": {"agreed_on": "2025-01-24"},
        },
    },
    "between_sessions": {
        "summary": "Agreed between sessions (201 as PK or AZ)",
        "value": {
            "commission_id": COMMISSION,
            "sector": "tourism",
            "titles": {"en": "Joint tourism calendar (sample)"},
            "texts": {"en": "The two sides will publish one calendar of events (sample)."},
            "instrument_required": False,
            "agreement": {"agreed_on": "2025-06"},
        },
    },
}
PARTY_FACTS: dict[str, Example] = {
    "a_focal_point": {
        "summary": "The office to write to (200 as PK)",
        "value": {"focal_point": "Joint Commission desk (sample)"},
    },
}
PROPOSALS: dict[str, Example] = {
    "sign": {
        "summary": "The MoU was signed (201 where a draft exists)",
        "value": {
            "action": "sign",
            "effective_on": "2025-11-20",
            "place": "Baku (sample)",
            "signatories": [
                {
                    "party": "PK",
                    "name": "A sample signatory",
                    "title": "Secretary",
                    "organisation": "Pakistan Customs Service",
                },
                {
                    "party": "AZ",
                    "name": "A sample signatory",
                    "title": "Chairman",
                    "organisation": "State Customs Committee",
                },
            ],
            "authentic_texts": [{"language": "en", "reference": "Registry no. 1 (sample)"}],
        },
    },
    "draft_mou": {
        "summary": "A draft was sent (201 where it is agreed)",
        "value": {
            "action": "draft_mou",
            "instrument_kind": "mou",
            "instrument_title": "Memorandum of Understanding (sample)",
            "drafting_party": "PK",
            "effective_on": "2025-09",
            "text_reference": "Note verbale 1 (sample)",
        },
    },
    "amend": {
        "summary": "A new deadline (201 while it is open)",
        "value": {"action": "amend", "reason": "More time is needed (sample).", "changes": {"target_date": "2027-12"}},
    },
    "suspend": {
        "summary": "Set aside for a time (201 while it is open)",
        "value": {"action": "suspend", "reason": "Funds are awaited (sample).", "review_on": "2027"},
    },
    "withdraw": {
        "summary": "Drop it (201 while it is open)",
        "value": {"action": "withdraw", "reason": "Overtaken by events (sample)."},
    },
    "retract": {
        "summary": "Take back one's own record (201 while it is not agreed)",
        "value": {"action": "retract", "reason": "Recorded by mistake (sample)."},
    },
}
