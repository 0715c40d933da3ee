"""Reports as PDF: a document that archives keep, in five languages, in which nothing is turned round, split or lost."""

import io
import os
from copy import deepcopy
from ctypes import c_double
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pikepdf
import pypdfium2
import pytest

from service.errors import InvalidContent, ServiceError, Unavailable
from service.reports.pdf.fonts import REPLACEMENT
from service.reports.pdf.lines import MOST_ROWS, Pages
from service.reports.pdf.making import MAKING, typeset
from service.reports.pdf.pages import document
from service.reports.rules.report import alternat
from service.reports.words import LANGUAGES
from tests.conftest import SESSION_8, World

REPORT = f"/v1/sessions/{SESSION_8}/report?as_of=2026-11-01"
PDF = "application/pdf"
TOLD: dict[str, Any] = {
    "level": "limited", "period_start": None, "period_end": "2025-09", "on": "2025-09-30", "text": "مسودہ 2026-11-25 کو، PK-AZ/08/014 اور PK-AZ.DEF/09/003 پیرا 12(b) کے تحت 2025-02-01–2025-03-04 تک۔",
    "delay_reason": "awaiting_counterpart", "next_step": "Reminder.", "expected_on": "2026-12", "recorded_at": "2025-10-01T00:00:00Z",
}  # fmt: skip
REFUSED = {
    "action": "implement", "proposed_by": "PK", "proposed_at": "2026-02-03T00:00:00.000000Z", "refused_by": "AZ",
    "refused_at": "2026-03-04T05:06:07.000000Z", "reason": "It was not seen.",
}  # fmt: skip


async def reported(world: World) -> dict[str, Any]:
    """Return the report of the pilot's session, with texts in several scripts."""
    report: dict[str, Any] = (await world.as_("PK").get(f"{REPORT}&compared_to=2025-01-01")).json()
    first, second = report["matrix"][:2]
    first["titles"] |= {"az": "Üstünlüklü ticarət sazişi", "ru": "Торговое соглашение", "ur": "ترجیحی تجارتی معاہدہ"}
    second["titles"] |= {"zh": "国防工业合作"}
    first["reports"] = {"PK": TOLD, "AZ": TOLD | {"text": "word " * 4000}}
    report["disputes"] = [{"id": first["id"], "reference": first["reference"], **REFUSED}]
    report["session"] |= {"ends_on": "2025-01-25"}
    report["commission"] |= {"kept_by": "PK"}
    report["matrix"][2] |= {"overdue": True, "one_sided": True}
    return report


async def made(report: dict[str, Any], language: str) -> bytes:
    return await typeset(document(report, language), date(2026, 11, 1))


def written(content: bytes) -> list[str]:
    """Return what is written on each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


def drawn(content: bytes) -> str:
    """Return all ASCII glyphs, line by line, from left to right as they are drawn; pages are told apart by form feeds."""
    pages = []
    for page in pypdfium2.PdfDocument(content):
        text = page.get_textpage()
        glyphs = [(*_origin(text, one), text.get_text_range(one, 1)) for one in range(text.count_chars())]
        places = sorted((-round(y), x, one) for x, y, one in glyphs if one.isascii() and one.strip())
        pages.append("".join(one for *_, one in places))
    return "\f".join(pages)


def _origin(text: pypdfium2.PdfTextPage, glyph: int) -> tuple[float, float]:
    """Return where a glyph stands on its line: its box may begin elsewhere, and a digest lacked its nines."""
    x, y = c_double(), c_double()
    pypdfium2.raw.FPDFText_GetCharOrigin(text, glyph, x, y)
    return x.value, y.value


async def test_a_text_without_a_title_is_called_by_its_kind(still: World) -> None:
    report = (await still.as_("observer").get(f"{REPORT}&audience=public")).json()
    # What its parties alone may read of it, an observer is not told.
    assert [one["title"] for one in report["instruments"]][1] is None
    (table,) = (one for one in document(report, "en")["tables"] if one["heading"] == "Instruments")
    told = [(one["text"], one["strong"]) for one in table["rows"][1][0]]
    assert told == [("Memorandum of understanding", True), ("PK-AZ/08/004", False)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_report_is_a_document_that_archives_keep_and_every_reader_can_have_read_out(
    still: World, language: str
) -> None:
    report = await reported(still)
    content = await made(report, language)
    assert content == await made(report, language)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        with pdf.open_metadata() as about:
            assert [about[f"{name}"] for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")] == [
                "2",
                "B",
                "1",
            ]
            assert (about["dc:title"], about["xmp:CreateDate"][:10]) == (
                document(report, language)["title"],
                "2026-11-01",
            )
        root = pdf.Root
        assert str(root.OutputIntents[0].S) == "/GTS_PDFA1"
        assert (str(root.Lang)[:2], bool(root.MarkInfo.Marked), str(root.StructTreeRoot.Type)) == (
            language,
            True,
            "/StructTreeRoot",
        )
        fonts = [
            one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all({"/FontFile2", "/FontFile3"} & set(one.keys()) for one in fonts)
    pages = drawn(content).split("\f")
    for page in pages:
        assert report["digest"] in page
        assert report["log"]["root_hash"] in page
    _keep(content, language)


def _keep(content: bytes, language: str) -> None:
    """Leave the pages as pictures where somebody wants to look at them."""
    if directory := os.environ.get("PACTA_SCREENSHOTS"):
        for number, page in enumerate(pypdfium2.PdfDocument(content), 1):
            page.render(scale=1.5).to_pil().save(Path(directory) / f"report-{language}-{number}.png")


async def test_headings_are_repeated_on_every_page_and_no_row_is_split(still: World) -> None:
    report = await reported(still)
    report["matrix"] *= 8
    pages = [page for page in written(await made(report, "en")) if "Cooperation of customs authorities" in page]
    assert len(pages) > 3
    for page in pages:
        assert all(one in page for one in ("Target date", "Awaiting", "Reference"))
        assert page.count("AZ: Limited (2025-09)") * 2 == page.count("Expected on: 2026-12")


async def test_the_period_of_a_report_stands_as_it_was_said(still: World) -> None:
    """Of a year's report nobody said that it speaks of the 31st of December."""
    told = await reported(still)
    told["matrix"][0]["reports"] = {"PK": TOLD | {"period_start": "2024-07", "period_end": "2025", "on": "2025-12-31"}}
    lines = str(document(told, "en")["tables"])
    assert "Limited (2024-07" in lines
    assert "2025)" in lines
    assert "2025-12-31" not in lines


@pytest.mark.parametrize(
    ("said", "direction"),
    [("1)", "ltr"), ("\u00a7 5", "ltr"), ("12(b", "ltr"), ("\u06f1)", "rtl"), ("(\u0627) 1", "rtl")],
)
def test_on_a_page_in_urdu_figures_go_as_their_script_does(said: str, direction: str) -> None:
    assert Pages({}, "ur", ("PK", "AZ")).line(said)["direction"] == direction


async def test_among_urdu_no_date_reference_or_range_is_turned_round(still: World) -> None:
    shown = drawn(await made(await reported(still), "ur"))
    # Of a bracket at the end of its run the reader of glyphs tells the mirrored one.
    for one in (
        "2026-11-25",
        "PK-AZ/08/014",
        "PK-AZ.DEF/09/003",
        "12(b",
        "2025-02-01",
        "2026-11-01",
        "2026-03-0405:06UTC",
        "PK-AZ/08/001",
    ):
        assert one in shown, one


async def test_what_has_no_glyph_and_what_is_too_long_is_told_and_nothing_else_is_lost(still: World) -> None:
    report = await reported(still)
    text = "".join(written(await made(report, "en")))
    assert REPLACEMENT * 6 in text
    assert "Long texts are shortened here" in text
    for title in ("Üstünlüklü ticarət sazişi", "Торговое соглашение"):
        assert title in text
    plain = "".join(written(await made((await still.as_("PK").get(REPORT)).json(), "en")))
    assert REPLACEMENT not in plain
    assert "shortened" not in plain


async def test_each_side_reads_its_own_name_first(still: World) -> None:
    report = await reported(still)
    for first, second in (("PK", "AZ"), ("AZ", "PK")):
        told = document(alternat(report, first), "en")
        assert [one[0]["text"][-3:-1] for one in told["signatures"]["parties"]] == [first, second]
    assert written(await made(alternat(report, "AZ"), "en"))[0].count("Azerbaijan (AZ), Pakistan (PK)") == 1


async def test_a_pdf_of_more_rows_than_it_holds_is_refused_with_what_is_possible_instead(still: World) -> None:
    report = deepcopy(await reported(still))
    report["matrix"] = report["matrix"][:1] * (MOST_ROWS + 1)
    with pytest.raises(InvalidContent, match="2,000 rows of a table at most, and 'Matrix' has 2,001; ask for xlsx"):
        document(report, "en")


async def test_it_is_answered_by_format_or_accept_and_one_at_a_time_for_each_caller(still: World) -> None:
    pakistan = still.as_("PK")
    asked = await pakistan.get(f"{REPORT}&format=pdf&language=az")
    assert (asked.status_code, asked.headers["content-type"], asked.content[:5]) == (200, PDF, b"%PDF-")
    assert asked.headers["content-disposition"].endswith('-az.pdf"')
    assert asked.content == (await pakistan.get(f"{REPORT}&language=az", headers={"Accept": PDF})).content
    me = (await pakistan.get("/v1/me")).json()["principal_id"]
    with MAKING.one(type(uuid4())(me)):
        refused = await pakistan.get(f"{REPORT}&format=pdf")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        assert (await still.as_("AZ").get(f"{REPORT}&format=pdf")).status_code == 200


async def test_what_takes_too_long_or_fails_ends_alone(tmp_path: Path) -> None:
    endless, broken = tmp_path / "endless.py", tmp_path / "broken.py"
    endless.write_text("while True:\n    pass\n")
    broken.write_text("import os, sys\nsys.exit(str(sorted(os.environ)))\n")
    with pytest.raises(Unavailable, match="not made within"):
        await typeset({}, date(2026, 11, 1), endless, 0.3)
    with pytest.raises(ServiceError, match="could not be made"):
        await typeset({}, date(2026, 11, 1), broken)
