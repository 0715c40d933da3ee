"""Examples that prefill Swagger UI; the commitments are the pilot's."""

from fastapi.openapi.models import Example

REPORTS: dict[str, Example] = {
    "on_its_way": {
        "summary": "A half-year's report (201 as PK or AZ)",
        "value": {
            "period_start": "2025-07",
            "period_end": "2025-12",
            "level": "limited",
            "text": "The feasibility study was commissioned (sample).",
            "next_step": "The study is discussed with the other side (sample).",
            "expected_on": "2027-03",
        },
    },
    "late": {
        "summary": "It is late, and why (201 as PK or AZ)",
        "value": {
            "period_end": "2026-06",
            "level": "not_started",
            "text": "Nothing could begin (sample).",
            "delay_reason": "awaiting_counterpart",
        },
    },
}
