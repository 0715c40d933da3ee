"""As what a report is answered: what the header Accept likes best (RFC 9110, 12.5.1)."""

import pytest
from fastapi import Request

from service.reports.formats import Format, accepted


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", Format.JSON),
        ("*/*", Format.JSON),
        ("text/html, application/xml;q=0.9, */*;q=0.8", Format.JSON),
        ("text/csv;q=0.1, application/pdf;q=0.9", Format.PDF),
        ("text/csv, application/pdf", Format.CSV),
        ("application/pdf, */*", Format.PDF),
        ("application/json;q=0, */*;q=0.5", Format.XLSX),
        ("Text/CSV", Format.CSV),
    ],
)
def test_a_report_comes_as_what_its_reader_likes_best(accept: str, chosen: Format) -> None:
    headers = [(b"accept", accept.encode())] if accept else []
    assert accepted(Request({"type": "http", "headers": headers})) is chosen
