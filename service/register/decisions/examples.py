"""Examples that prefill Swagger UI."""

from fastapi.openapi.models import Example

CONFIRMATIONS: dict[str, Example] = {
    "confirm": {"summary": "Yes (201 as AZ)", "value": {"decision": "confirm"}},
    "refuse": {
        "summary": "No, and why (201 as AZ)",
        "value": {"decision": "refuse", "reason": "The text was not initialled (sample)."},
    },
}
WITHDRAWALS: dict[str, Example] = {
    "take_back": {
        "summary": "Take back one's own proposal (201 as PK)",
        "value": {"reason": "A mistake (sample)."},
    },
}
MANY_CONFIRMATIONS: dict[str, Example] = {
    "confirm": {
        "summary": "Yes to several (200 as AZ)",
        "value": {"transitions": ["01940000-0000-7000-8000-000000000604"], "decision": "confirm"},
    },
}
MANY_PROPOSALS: dict[str, Example] = {
    "suspend": {
        "summary": "The same move for several (200 as PK)",
        "value": {
            "action": "suspend",
            "matters": ["01940000-0000-7000-8000-000000000407", "01940000-0000-7000-8000-000000000408"],
            "review_on": "2027",
            "reason": "Both wait for the study of the pipeline (sample).",
        },
    },
    "carry_over": {
        "summary": "Several are taken up by the next session (200 as PK)",
        "value": {
            "action": "carry_over",
            "matters": ["01940000-0000-7000-8000-000000000409", "01940000-0000-7000-8000-000000000410"],
            "session_id": "01940000-0000-7000-8000-000000000009",
        },
    },
}
