"""Clauses to try, for Swagger UI."""

from fastapi.openapi.models import Example

ENTRIES: dict[str, Example] = {
    "both_notified": {
        "summary": "The second month after the last receipt (200)",
        "value": {
            "rule": {"anchor": "last_receipt", "steps": [{"first_of_month": 2}]},
            "parties": ["PK", "AZ"],
            "facts": [
                {"kind": "notification", "party": "PK", "on": "2025-01-28", "received_on": "2025-02-03"},
                {"kind": "notification", "party": "AZ", "on": "2025-03-30", "received_on": "2025-04-02"},
            ],
        },
    },
    "one_is_missing": {
        "summary": "One has not notified; when must it have been (200)",
        "value": {
            "rule": {"anchor": "last_notification", "steps": [{"days": 30}]},
            "parties": ["PK", "AZ"],
            "facts": [{"kind": "notification", "party": "PK", "on": "2025-01-28"}],
            "in_force_on": "2025-05-01",
        },
    },
    "threshold": {
        "summary": "The Vienna Convention, article 84 (200)",
        "value": {
            "rule": {
                "anchor": "nth_deposit",
                "threshold": {"of": "count", "n": 35},
                "steps": [{"days": 30}],
                "later_parties": {"anchor": "own_deposit", "steps": [{"days": 30}]},
            },
            "facts": [
                {"kind": "deposit", "on": "1979-12-28"},
                {"kind": "deposit", "party": "AZ", "on": "2018-01-11"},
            ],
        },
    },
}
PERIODS: dict[str, Example] = {
    "tacit": {
        "summary": "Five years, renewed tacitly, six months' notice (200)",
        "value": {
            "duration": {"kind": "period", "years": 5, "then": "tacit", "next_years": 1},
            "notice": {"kind": "before_period_end", "months": 6},
            "in_force_on": "2004-04-01",
            "as_of": "2008-06-01",
        },
    },
}
