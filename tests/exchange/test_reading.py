"""A spreadsheet is read by a process of its own: bombs end there, formulas are seen, and no date changes by being looked at."""

import asyncio
import io
import re
import time
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from service.exchange.reading.reading import NotRead, Read, read
from service.exchange.rules import packages
from tests.conftest import World

ODS = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def book(*rows: list[Any], formula: str | None = None, merged: bool = False) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = made.add_worksheet()
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    if formula:
        sheet.write_formula(1, 1, formula)
    if merged:
        sheet.merge_range(1, 0, 2, 1, "x")
    made.close()
    return out.getvalue()


def ods(cells: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", ODS, zipfile.ZIP_STORED)
        made.writestr("META-INF/manifest.xml", "<manifest/>")
        made.writestr(
            "content.xml",
            f"<office:document-content {NAMES}><office:body><office:spreadsheet>"
            f'<table:table table:name="a">{cells}</table:table></office:spreadsheet></office:body></office:document-content>',
        )
    return out.getvalue()


def changed(content: bytes, name: str, after: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            new.writestr(one, after if one.filename == name else old.read(one))
    return out.getvalue()


async def refused(content: bytes) -> str:
    with pytest.raises(NotRead) as told:
        await read(content)
    return str(told.value)


async def test_typed_cells_say_what_they_are_and_what_may_have_lost_digits_is_told() -> None:
    told = await read(
        book(
            ["a", "b"],
            [date(2025, 1, 24), 14.0],
            [
                datetime(2025, 1, 24, 9, 30),  # noqa: DTZ001 -- as spreadsheets keep it
                3.1,
            ],
            [True, "x"],
        )
    )
    assert told.rows[0] == [{"date": "2025-01-24"}, {"number": "14"}]
    assert all("wrong" in one for one in (*told.rows[1], told.rows[2][0]))
    assert told.rows[2][1] == "x"


async def test_formulas_and_merged_cells_are_named_in_either_format() -> None:
    told = await read(book(["a", "b"], ["x", ""], formula="=1+1"))
    assert [(one["cell"], "formula" in one["problem"]) for one in told.problems] == [("B2", True)]
    assert [one["cell"] for one in (await read(book(["a", "b"], merged=True))).problems] == ["A2"]
    cells = (
        "<table:table-row><table:table-cell office:value-type='string'><text:p>a</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell table:formula='of:=1+1' office:value-type='float' office:value='2'><text:p>2</text:p>"
        "</table:table-cell><table:table-cell table:number-columns-spanned='2'><text:p>b</text:p></table:table-cell></table:table-row>"
    )
    found = await read(ods(cells))
    assert found.headings[0] == "a"
    assert [one["cell"] for one in found.problems] == ["A2", "B2"]


async def test_an_error_is_told_and_a_text_that_looks_like_one_is_a_text() -> None:
    content = book(["a", "b"], ["#REF!", "#Now!"])
    told = await read(content)
    assert (told.rows, told.problems) == ([["#REF!", "#Now!"]], [])
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        sheet = re.sub(rb'<c r="A2"[^>]*><v>\d+</v>', b'<c r="A2" t="e"><v>#REF!</v>', old.read(part))
    told = await read(changed(content, part, sheet))
    assert [(one["cell"], "an error" in one["problem"]) for one in told.problems] == [("A2", True)]


async def test_a_csv_is_read_by_comma_or_semicolon_and_its_marks_are_undone() -> None:
    assert await read('\ufeffa;b\r\n\'=1;"x\r\ny"\r\n'.encode()) == Read(["a", "b"], [["=1", "x\r\ny"]], [])
    assert "UTF-8" in await refused("a,b\r\nÖ".encode("latin-1"))
    assert "row" in await refused(b'a,b\r\n"x')


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
async def test_a_first_line_that_names_the_separator_is_passed_over_as_excel_does(first: str) -> None:
    # Alone the commas of the headings would have it read by commas.
    told = f'{first}\r\n"a,b,c";d\r\nsep=,;y\r\n'
    assert await read(told.encode()) == Read(["a,b,c", "d"], [["sep=,", "y"]], [])
    assert await read(f"\ufeff{told}".encode()) == Read(["a,b,c", "d"], [["sep=,", "y"]], [])


@pytest.mark.parametrize("said", ["|", "", ";;", "a"])
async def test_a_separator_of_another_kind_is_refused_with_what_to_do(said: str) -> None:
    assert "Save it with a comma, a semicolon or a tab" in await refused(f"sep={said}\r\na{said}b\r\n".encode())


async def test_what_unpacks_to_more_than_it_should_is_refused_before_it_is_unpacked() -> None:
    bomb = changed(book(["a"]), "xl/worksheets/sheet1.xml", b" " * (160 * 2**20))
    assert len(bomb) < 2**20
    assert "unpacks" in await refused(bomb)
    assert "times its size" in await refused(changed(book(["a"]), "xl/worksheets/sheet1.xml", b" " * (100 * 2**20)))


async def test_entities_lies_about_sizes_and_endless_repetitions_are_refused() -> None:
    declared = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>'
    assert "declares" in await refused(changed(book(["a"]), "xl/worksheets/sheet1.xml", declared))
    assert "archive" in await refused(b"PK\x03\x04" + b"\x00" * 100)
    repeated = (
        "<table:table-row table:number-rows-repeated='1000000'><table:table-cell table:number-columns-repeated='300'>"
        "<text:p>a</text:p></table:table-cell></table:table-row>"
    )
    assert "rows" in await refused(ods(repeated))
    formulas = b"".join(b"<row><c><f>1+1</f></c></row>" for _ in range(30_000))
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + formulas
        + b"</sheetData></worksheet>"
    )
    assert "rows" in await refused(changed(book(["a"]), "xl/worksheets/sheet1.xml", sheet))


@pytest.mark.long
async def test_others_are_answered_while_fifty_megabytes_of_csv_are_read(still: World) -> None:
    content = b"reference,title.en\r\n" + b",A title that is repeated\r\n" * 2_000_000
    reading = asyncio.create_task(read(content))
    slowest = 0.0
    while not reading.done():
        began = time.monotonic()
        assert (await still.as_("PK").get("/v1/me")).status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    with pytest.raises(NotRead, match="rows"):
        await reading
    assert slowest < 5


def test_the_items_of_a_package_are_read_in_one_go_however_many_spaces_a_title_has() -> None:
    begun = time.process_time()
    assert packages.read(f" 1 : Two {' ' * 30_000} hospitals \n2: x") == {
        "1": f"Two {' ' * 30_000} hospitals",
        "2": "x",
    }
    assert time.process_time() - begun < 0.5
