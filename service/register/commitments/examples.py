"""Examples that prefill Swagger UI; the ids and references are those of the pilot."""

from fastapi.openapi.models import Example

COMMISSION, SESSION = "01940000-0000-7000-8000-000000000001", "01940000-0000-7000-8000-000000000008"
NEXT_SESSION = "01940000-0000-7000-8000-000000000009"
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
    "a_package": {
        "summary": "A package of items (201 as PK or AZ)",
        "value": {
            "commission_id": COMMISSION,
            "kind": "package",
            "sector": "trade",
            "titles": {"en": "Trade facilitation package (sample)"},
            "texts": {"en": "The two sides will carry out the items of the package (sample)."},
            "package_items": {
                "1": {"titles": {"en": "One window for licences (sample)"}, "done_on": "2025-05"},
                "2": {"titles": {"en": "A list of contact points (sample)"}},
            },
            "target_text": "before the next session",
            "source": "Joint communiqué, paragraph 9 (sample)",
            "remark": "Item 2 waits for the reorganisation of the customs service (sample).",
            "instrument_required": False,
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
RECORDED |= {
    "found_signed": {
        "summary": "Found signed, known in part (201 as PK or AZ)",
        "value": {
            "commission_id": COMMISSION,
            "sector": "tourism",
            "titles": {"en": "Tourism agreement (sample)"},
            "texts": {"en": "The two sides will ease group travel (sample)."},
            "instrument_required": True,
            "agreement": {
                "found_in": "signed",
                "effective_on": "2024",
                "instrument_kind": "agreement",
                "signatories": [{"party": "PK", "organisation": "Ministry of Tourism (sample)"}],
            },
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
    "record_step": {
        "summary": "A step at home is needed, said by a party alone (201 as AZ)",
        "value": {
            "action": "record_step",
            "step": "cabinet_approval",
            "status": "needed",
            "effective_on": "2025-03-10",
        },
    },
    "draft_mou": {
        "summary": "A draft was sent: it opens an instrument (201 where it is agreed)",
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
    "carry_over": {
        "summary": "A later session takes it up again (201 while it is open)",
        "value": {"action": "carry_over", "session_id": NEXT_SESSION, "reason": "Not yet done (sample)."},
    },
    "split": {
        "summary": "Two others replace it (201 while it is open)",
        "value": {
            "action": "supersede",
            "successors": ["PK-AZ/08/003", "PK-AZ/08/007"],
            "effective_on": "2025-11",
            "reason": "Split in two (sample).",
        },
    },
    "implement": {
        "summary": "Carried out, otherwise than agreed, known in part (201 where it is signed)",
        "value": {
            "action": "implement",
            "effective_on": "2026",
            "report": "Tariffs were lowered (sample).",
            "outcome": "modified",
            "modification": "For fewer goods than agreed (sample).",
            "unknown": ["authentic_texts", "place", "signatories"],
        },
    },
    "correct": {
        "summary": "A date had been written down wrongly (422 until corrects is the leaf_hash of the entry that brought it)",
        "value": {
            "action": "correct",
            "corrects": "0" * 64,
            "fact": "effective_on",
            "value": "2025-11-19",
            "reason": "The ceremony was a day later (sample).",
        },
    },
    "reinstate": {
        "summary": "The last move was a mistake (422 until undoes is the leaf_hash of the entry by which it took effect)",
        "value": {"action": "reinstate", "undoes": "0" * 64, "reason": "It was not withdrawn (sample)."},
    },
    "approve": {
        "summary": "Approved at home (409 where no approval is awaited)",
        "value": {"action": "approve", "effective_on": "2026-01"},
    },
    "acknowledge": {
        "summary": "A party that came in later acknowledges it (409 where all were there)",
        "value": {"action": "acknowledge", "version": 2},
    },
    "dispute": {
        "summary": "A party that came in later does not (409 where all were there)",
        "value": {"action": "dispute", "reason": "It was never put to us (sample)."},
    },
    "retract": {
        "summary": "Take back one's own record (201 while it is not agreed)",
        "value": {"action": "retract", "reason": "Recorded by mistake (sample)."},
    },
}
