"""A cell says what it shows: what a spreadsheet put in beside that is refused with its advice, and another spelling is no change."""

import io
from datetime import date

import pytest
import xlsxwriter

from service.exchange.reading import shown
from service.exchange.reading.reading import read
from service.exchange.rules.changing import changing
from service.exchange.rules.columns import column_of
from service.exchange.rules.plan import Does, Import
from service.exchange.rules.reading import text
from tests.exchange.test_reading import ods

DAYS = [
    "yyyy-mm-dd",
    "dd.mm.yyyy",
    "d-mmm-yy",
    "[$-409]d\\-mmm\\-yyyy;@",
    "yyyy\\-mm\\-dd",
    "dddd\\, d mmmm yyyy",
    'd"." m"." yyyy',
    "m/d/yy h:mm",
]
REDUCED = ["mmm-yy", "mmm\\-yy", "yyyy", "yyyy-mm", "d-mmm", "ddd mmm yyyy", '"d" mmm yyyy', "[$-409]mmmm\\ yy;@"]
PLAIN = ["General", "0", "@", "[Red]0", "0;-0", "0_)"]
OTHERWISE = ["000", "0.00", "#,##0", "0%", '"Annex "0', '0"(b)"', "$0"]  # fmt: skip


def formatted(value: date | int, *formats: str) -> bytes:
    """Return a workbook with a value in each of these formats, and in each an empty cell beside it."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, ["due_on", "paragraph"])
    for number, one in enumerate(formats, 1):
        style = made.add_format({"num_format": one})
        write = sheet.write_datetime if isinstance(value, date) else sheet.write_number
        write(number, 0, value, style)
        sheet.write_blank(number, 1, None, style)
        sheet.write_string(number, 2, "2025-01", style)
    made.close()
    return out.getvalue()


async def test_a_day_of_which_a_workbook_shows_no_more_than_month_and_year_is_refused() -> None:
    told = await read(formatted(date(2025, 1, 1), *DAYS, *REDUCED))
    first = len(DAYS) + 2
    assert [(one["cell"], one["problem"]) for one in told.problems] == [
        (f"A{number}", shown.REDUCED) for number in range(first, first + len(REDUCED))
    ]
    assert [row[0] for row in told.rows[: len(DAYS)]] == [{"date": "2025-01-01"}] * len(DAYS)


async def test_a_number_that_a_workbook_shows_as_something_else_is_refused() -> None:
    told = await read(formatted(14, *PLAIN, *OTHERWISE))
    first = len(PLAIN) + 2
    assert [(one["cell"], one["problem"]) for one in told.problems] == [
        (f"A{number}", shown.OTHERWISE) for number in range(first, first + len(OTHERWISE))
    ]
    assert [row[0] for row in told.rows[: len(PLAIN)]] == [{"number": "14"}] * len(PLAIN)


@pytest.mark.parametrize(
    ("attributes", "said", "wrong"),
    [
        *(("date' office:date-value='2027-06-30", one, None) for one in ("30.06.27", "30 июня 2027 г.", "2027年6月30日", "Wed 30 Jun 27", "۳۰/۶/۲۰۲۷")),
        # The day, or the month, is the end of the year, too.
        *((f"date' office:date-value='2012-12-{day}", f"{day}/12/2012", None) for day in ("05", "12")),
        ("date' office:date-value='2012-12-12", "12 December 2012", None),
        ("date' office:date-value='2012-10-12", "10/12/2012", None),
        ("date' office:date-value='2012-12-01", "12/2012", shown.REDUCED),
        *(("date' office:date-value='2027-06-06", one, shown.REDUCED) for one in ("06/27", "Jun 27", "2027", "июнь 2027 г.", "2027年6月", "6 Jun")),
        *(("float' office:value='14", one, None) for one in ("14", "14.0", "۱۴")),
        *(("float' office:value='14", one, shown.OTHERWISE) for one in ("014", "14,00", "Annex 14", "$14")),
        ("percentage' office:value='1", "100%", shown.OTHERWISE),
        *(("string", one, shown.LOST) for one in ("two<text:tab/>years", "two<text:line-break/>years")),
        ("string", "two<text:s text:c='2'/>years", None),
    ],
)  # fmt: skip
async def test_what_an_open_document_shows_is_held_to_what_is_in_it(
    attributes: str, said: str, wrong: str | None
) -> None:
    cell = f"<table:table-cell office:value-type='{attributes}'><text:p>{said}</text:p></table:table-cell>"
    told = await read(ods(f"<table:table-row>{cell}</table:table-row>"))
    assert [(one["cell"], one["problem"]) for one in told.problems] == ([("A1", wrong)] if wrong else [])


SPELLINGS = {
    "title.en": ("Cafe\u0301 \u1ebd", "Caf\u00e9 \u1ebd"),
    "text.en": ("One\rtwo\r\nthree", "One\ntwo\nthree"),
    "lead.PK": ("PK/MODP;PK/FBR,", "PK/MODP, PK/FBR"),
    "carried_over": ("PK-AZ/09,PK-AZ/10", "PK-AZ/09, PK-AZ/10"),
    "successor": ("PK-AZ/08/001\nPK-AZ/08/002", "PK-AZ/08/001, PK-AZ/08/002"),
    "signatory.PK": ("|  |Embassy\nA|B", " |  | Embassy\nA | B"),
    "instrument": ("Memorandum of understanding:  Transit", "mou: Transit"),
}
"""By column what somebody wrote, and as the register spells it."""


@pytest.mark.parametrize(("name", "written"), [(name, one) for name, both in SPELLINGS.items() for one in both])
def test_another_spelling_of_what_is_recorded_changes_nothing(name: str, written: str) -> None:
    known = {"reference": "PK-AZ/08/003", "version": "1", name: SPELLINGS[name][1]}
    about = Import("PK", "", ("PK", "AZ"), "Because.", proposes=True, names=str)
    column = column_of(name)
    assert column
    plan = changing(known, {**known, name: text(written, column[0])}, about)
    assert [(one.action, one.problem) for one in plan.items] == [(Does.NONE, None)]


@pytest.mark.parametrize(
    ("name", "recorded"), [(name, one) for name, both in SPELLINGS.items() for one in both if name.endswith("en")]
)
def test_what_was_recorded_before_texts_were_composed_leaves_and_comes_back_unchanged(name: str, recorded: str) -> None:
    known = {"reference": "PK-AZ/08/003", "version": "1", name: recorded}
    about = Import("PK", "", ("PK", "AZ"), "Because.", proposes=True, names=str)
    column = column_of(name)
    assert column
    plan = changing(known, {**known, name: text(recorded, column[0])}, about)
    assert [(one.action, one.problem) for one in plan.items] == [(Does.NONE, None)]


@pytest.mark.parametrize("name", ["signatory.PK", "instrument"])
@pytest.mark.parametrize("said", ["-", "\\-", "\\\\-"])
def test_a_hyphen_stays_what_it_was_in_every_spelling(name: str, said: str) -> None:
    column = column_of(name)
    assert column
    once = text(said, column[0])
    assert (once == "-") is (said == "-")
    assert text(once, column[0]) == once


def test_a_signatory_with_a_part_too_many_is_refused_in_its_cell() -> None:
    column = column_of("signatory.PK")
    assert column
    with pytest.raises(ValueError, match="more than 3 parts"):
        text("A | B | C | D", column[0])
