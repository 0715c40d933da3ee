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
