"""Examples that prefill Swagger UI."""

from typing import Any, Final

from fastapi.openapi.models import Example

from service.http.uploads import body

SAMPLE: Final = "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OF_THE_PILOT: dict[str, Example] = {"of_the_pilot": {"summary": "One of the pilot", "value": "PK-AZ/08/007"}}
ANNEX: dict[str, Example] = {"of_the_pilot": {"summary": "An annex", "value": "annex"}}
UPLOADS: Final[dict[str, Any]] = body("A small PDF (201 as PK)", SAMPLE)
DOCUMENT_WITHDRAWALS: dict[str, Example] = {
    "by_mistake": {
        "summary": "It was uploaded by mistake (201 to the secretariat of the party that brought it)",
        "value": {"reason": "Uploaded by mistake: it belongs to another file (sample)."},
    }
}
