"""What somebody wrote into a sheet is taken, or told at its cell: nothing is passed over, and no blank or capital letter is a mistake."""

import io
from typing import Any

import pytest
import xlsxwriter

from service.database.pool import Pool
from service.exchange.reading.reading import read
from service.exchange.rules import reading
from service.exchange.rules.cells import instrument_of
from service.exchange.rules.columns import column_of, named
from tests.conftest import World
from tests.exchange.test_clerks_rows import BAKU, planned
from tests.exchange.test_import import as_csv, problems, tried, worker
from tests.exchange.test_reading import NAMES, changed, ods, refused

__all__ = ["worker"]
NEW = {"session": "PK-AZ/08", "sector": "trade", "title.en": "A clerk's row", "agreed_on": "2025-01-24"}

HIDDEN = "Lists"


def book(**sheets: list[list[str]]) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        if name == HIDDEN:
            sheet.hide()
        else:
            sheet.activate()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    made.close()
    return out.getvalue()


async def test_of_several_sheets_with_something_in_them_the_one_to_be_read_is_asked_for() -> None:
    told = await refused(book(S8=[["session"], ["PK-AZ/08"]], S9=[["session"], ["PK-AZ/09"]]))
    assert "'S8', 'S9'" in told
    assert "Name the one that is to be read 'commitments'" in told


@pytest.mark.parametrize("name", ["commitments", "Commitments "])
async def test_a_sheet_of_the_name_is_read_whatever_stands_in_others(name: str) -> None:
    found = await read(book(**{"Notes": [["x"]], name: [["session"], ["PK-AZ/08"]]}))
    assert found.headings == ["session"]


async def test_a_blank_sheet_before_it_is_passed_over() -> None:
    found = await read(book(Sheet1=[], Plan=[["session"], ["PK-AZ/08"]]))
    assert (found.headings, found.rows) == (["session"], [["PK-AZ/08"]])


async def test_what_is_hidden_and_what_an_export_says_of_its_cells_is_no_other_sheet() -> None:
    beside = {"columns": [["session"]], "codes": [["trade"]]}
    found = await read(book(**{"Our plan": [["session"], ["PK-AZ/08"]], **beside}))
    assert found.headings == ["session"]
    found = await read(book(**{HIDDEN: [["trade"]], "Our plan": [["session"], ["PK-AZ/08"]]}))
    assert (found.headings, found.rows) == (["session"], [["PK-AZ/08"]])


async def test_of_an_open_document_too() -> None:
    def table(name: str, text: str) -> str:
        said = f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        return f'<table:table table:name="{name}"><table:table-row>{said if text else "<table:table-cell/>"}</table:table-row></table:table>'

    def several(*tables: str) -> bytes:
        body = f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
        content = f"<office:document-content {NAMES}>{body}</office:document-content>"
        return changed(ods(""), "content.xml", content.encode())

    assert "Several of its sheets" in await refused(several(table("S8", "session"), table("S9", "session")))
    assert (await read(several(table("S8", ""), table("S9", "session")))).headings == ["session"]


async def test_a_cell_under_no_heading_is_told_and_the_row_is_not_taken(worn: World, worker: Pool) -> None:
    """An unquoted comma in a title shifts the rest to the right."""
    content = as_csv([NEW]).rstrip() + b", and what came after it\r\n"
    told = await tried(worn, worker, content)
    assert problems(told) == {"E2": "stands under no heading: give it one that the export has, or empty the cell"}
    assert told["counts"]["create"] == 0


async def test_a_row_of_blanks_is_no_row(worn: World, worker: Pool) -> None:
    told = await tried(worn, worker, as_csv([NEW, dict.fromkeys(NEW, " ")]))
    assert (told["counts"]["create"], told["counts"]["refused"]) == (1, 0)


async def test_headings_that_nobody_knows_are_told_all_at_once(worn: World, worker: Pool) -> None:
    told = await tried(worn, worker, as_csv([NEW | {"Responsible": "x", "lead.ZZ": "y", "Sector": "z"}]))
    for said in ("E1 is no heading", "F1 is no heading", "G1 repeats the heading 'sector'"):
        assert said in told["problem"]


def test_a_heading_is_known_however_it_is_written() -> None:
    written = {"Agreed on": "agreed_on", " SESSION ": "session", "Title.en": "title.en", "Lead . pk": "lead.PK"}
    assert {one: named(one) for one in written} == written
    assert named("title.zh-Hant") == "title.zh-Hant"
    assert all(map(column_of, written.values()))


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("agreed_on", " 2025-01-24\u00a0", "2025-01-24"),
        ("verb", "agreed ", "agreed"),
        ("session", " PK-AZ/08", "PK-AZ/08"),
        ("title.en", "Trade \n", "Trade"),
        ("title.en", "pk-az/08", "pk-az/08"),
        ("session", "in-ph/02", "IN-PH/02"),
        ("session", "in-ph/jwg/Trade/02", "IN-PH/JWG/trade/02"),
        ("session", "01940000-0000-7000-8000-00000000000a", "01940000-0000-7000-8000-00000000000a"),
        ("lead.PK", "pk/modp;\npk/fbr", "PK/MODP, PK/FBR"),
        ("reference", "Pk-Az/08/D-7KQ2", "PK-AZ/08/d-7kq2"),
    ],
)
def test_blanks_around_what_is_written_and_large_or_small_letters_of_codes_say_nothing(
    name: str, cell: str, said: str
) -> None:
    found = column_of(name)
    assert found
    assert reading.text(cell, found[0]) == said


@pytest.mark.parametrize(
    ("paragraph", "body"),
    [
        ("12", {"item_number": 12}),
        ("01", {"item_number": 1, "paragraph": "01"}),
        ("\u06f1\u06f2", {"item_number": 12, "paragraph": "\u06f1\u06f2"}),
        ("12(b)", {"item_number": 12, "paragraph": "12(b)"}),
        ("7 bis.", {"item_number": 7, "paragraph": "7 bis."}),
        ("4.2.1 (b)", {"paragraph": "4.2.1 (b)"}),
        ("52/00", {"paragraph": "52/00"}),
        *(
            (one, {"paragraph": one})
            for one in ("2018\u20132022", "4\u22126", "4,2", "4:2", "4 & 5", "4_2", "4\uff0e2")
        ),
        *((one, {"item_number": 4, "paragraph": one}) for one in ("4 (2)", "4(2)", "4b, 4c", "4 and 5", "4.")),
    ],
)
def test_a_paragraph_stays_as_the_minutes_print_it(paragraph: str, body: dict[str, Any]) -> None:
    made = planned("AZ-TR", {**BAKU, "sector": "trade", "title.en": "T", "paragraph": paragraph}).changes[0].body
    assert {name: made[name] for name in ("item_number", "paragraph") if name in made} == body


def test_a_kind_that_is_written_out_is_known_and_taken_for_no_other() -> None:
    assert instrument_of("Memorandum of Understanding: Transport") == ("mou", "Transport")
    assert instrument_of("memorandum of understanding") == ("mou", None)
    assert instrument_of("Exchange of Letters: Tariff quotas") == ("exchange_of_notes", "Tariff quotas")
    assert instrument_of("Memorandum of Agreement: Transport") == ("memorandum_of_agreement", "Transport")


async def test_what_one_cell_says_of_two_things_is_wrong_once(worn: World, worker: Pool) -> None:
    told = await tried(worn, worker, as_csv([NEW | {"title.en": "A\u202eb"}]))
    assert [one["cell"] for one in told["rows"] if one["problem"]] == ["C2"]
    assert told["counts"]["refused"] == 1
