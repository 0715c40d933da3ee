"""Reports as files: whatever a cell holds is text, in five languages, and the same report gives the same bytes."""

import csv
import io
import zipfile
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reports.spreadsheets import BOM, marked
from service.reports.words import LANGUAGES, UNREVIEWED, said
from tests.conftest import SESSION_8, World, item
from tests.exchange.reading_back import rows_of
from tests.register.commitments.test_journey import confirmed

REPORT = f"/v1/sessions/{SESSION_8}/report?as_of=2026-11-01"
SHEETS = (
    "Summary", "Matrix", "Disputes", "Awaiting", "Instruments", "Earlier decisions still open", "How it is counted",
)  # fmt: skip
FORMULA = '=HYPERLINK("http://x";"y")'
NAMESPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


async def file(world: World, query: str, **headers: str) -> bytes:
    answer = await world.as_("PK").get(REPORT + query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.content


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_what_is_marked_so_that_nothing_runs_it_is_read_back_as_it_was(cell: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([["title", "remark"], [marked(cell), ""]])
    assert rows_of(BOM + out.getvalue().encode()) == [{"title": cell, "remark": ""}]
    assert not marked(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


async def test_a_title_that_is_a_formula_is_text_in_either_file(worn: World) -> None:
    titles = {"titles": {"en": FORMULA}}
    await confirmed(worn, item(2), {"action": "amend", "reason": "R", "changes": titles})
    await worn.sequence()
    content = await file(worn, "&format=csv")
    assert content.startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["Reference"] for row in rows][:2] == ["PK-AZ/08/001", "PK-AZ/08/002"]
    assert rows[1]["Title.en"] == f"'{FORMULA}"
    assert rows_of(content)[1]["Title.en"] == FORMULA
    assert len({row["Root hash"] for row in rows}) == 1
    with zipfile.ZipFile(io.BytesIO(await file(worn, "&format=xlsx"))) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
        assert all("<f>" not in one and "hyperlink" not in one.lower() for one in sheets)
        assert FORMULA in "".join(ET.fromstring(book.read("xl/sharedStrings.xml")).itertext())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_two_columns_of_a_file_have_one_heading(worn: World, language: str) -> None:
    await worn.sequence()
    content = (await file(worn, f"&format=csv&language={language}")).decode("utf-8-sig")
    headings = next(csv.reader(io.StringIO(content, newline="")))
    assert [one for one in headings if headings.count(one) > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_workbook_speaks_its_language_and_says_what_it_was_made_from(worn: World, language: str) -> None:
    await worn.sequence()
    content = await file(worn, f"&format=xlsx&language={language}")
    assert content == await file(
        worn, f"&language={language}", accept="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    digest = (await worn.as_("PK").get(REPORT)).json()["digest"]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = [
            one.attrib["name"]
            for one in ET.fromstring(book.read("xl/workbook.xml")).iterfind("m:sheets/m:sheet", NAMESPACE)
        ]
        assert names == [said(name, language) for name in SHEETS]
        assert digest in book.read("docProps/core.xml").decode()
        sheet, words = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()
    assert ('rightToLeft="1"' in sheet) is (language == "ur")
    assert 'ySplit="1"' in sheet
    assert (UNREVIEWED in words) is (language != "en")
    assert digest in words
