"""A commission's commitments as a file: exactly the columns that are documented, codes for names, and nothing that runs."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from service.exchange.rules import cells
from service.exchange.rules.columns import COLUMNS, Per, headings
from service.reports.spreadsheets import BOM
from tests.conftest import COMMISSION, World, item
from tests.exchange.reading_back import rows_of
from tests.register.commitments.test_journey import confirmed

EXPORT = f"/v1/commissions/{COMMISSION}/export"
NAMES = (
    "reference, version, session, paragraph, annex, verb, kind, sector, group, title.<lang>, text.<lang>, lead.<party>, state, "
    "state_since, agreed_on, found_in, effective_on, due_on, due_text, instrument, signed_on, signed_place, signatory.<party>, "
    "authentic_text.<lang>, in_force_on, expires_on, implemented_on, report, awaiting, level.<party>, report.<party>, delay_reason.<party>, "
    "period_end.<party>, period_start.<party>, next_step.<party>, expected_on.<party>, item.<lang>, item_done, continues, pushed_by, carried_over, "
    "successor, confidentiality, remark, source"
)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EXAMPLE = Path(__file__).parents[2] / "service" / "exchange" / "example.csv"


async def exported(world: World, who: str = "PK") -> list[dict[str, str]]:
    answer = await world.as_(who).get(f"{EXPORT}.csv")
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(BOM)
    return rows_of(answer.content)


def test_the_columns_are_those_that_are_documented_in_their_order() -> None:
    names = [
        f"{one.name}.<{'lang' if one.per is Per.LANGUAGE else 'party'}>" if one.per else one.name for one in COLUMNS
    ]
    assert ", ".join(names) == NAMES
    assert headings(["az", "en"], ["PK", "AZ"])[9:15] == [
        "title.az", "title.en", "text.az", "text.en", "lead.PK", "lead.AZ",
    ]  # fmt: skip


@given(st.text(min_size=1).map(str.strip).filter(bool))
def test_a_text_is_read_back_from_its_cell_and_never_taken_for_a_clearing(text: str) -> None:
    assert cells.read(cells.spelled(text)) == text
    assert cells.spelled(text) != cells.CLEAR


WORDS = st.text("AbÖ|\\-, .ق", min_size=1).map(str.strip).filter(bool)
SIGNATORY = st.fixed_dictionaries({"name": WORDS}, optional={"title": WORDS, "organisation": WORDS})


@given(st.lists(SIGNATORY, max_size=3))
def test_signatories_are_read_back_from_their_cell(several: list[dict[str, str]]) -> None:
    assert cells.signatories_of(cells.signatories(several), "PK") == [{"party": "PK"} | one for one in several]


async def test_an_export_has_a_row_for_each_commitment_that_the_caller_sees(still: World) -> None:
    rows = await exported(still)
    assert [row["reference"] for row in rows] == [f"PK-AZ/08/{number:03d}" for number in range(1, 15)]
    first, fourth = rows[0], rows[3]
    assert first["state"] == first["found_in"] == "signed"
    assert (fourth["session"], fourth["group"], fourth["verb"]) == ("PK-AZ/08", "PK-AZ/JWG/trade", "agreed")
    listed = (await still.as_("PK").get(f"/v1/commitments?commission_id={COMMISSION}")).json()["items"]
    assert [row["title.en"] for row in rows] == [one["titles"]["en"] for one in listed]
    assert [row["version"] for row in rows] == [str(one["version"]) for one in listed]
    others = [row["reference"] for row in await exported(still, "observer")]
    public = (await still.as_("observer").get(f"/v1/commitments?commission_id={COMMISSION}")).json()["items"]
    assert others == [one["reference"] for one in public] != [row["reference"] for row in rows]


async def test_a_workbook_is_text_alone_frozen_filtered_and_takes_codes_where_they_are_wanted(worn: World) -> None:
    formula = '=HYPERLINK("http://x";"y")'
    await confirmed(worn, item(2), {"action": "amend", "reason": "R", "changes": {"titles": {"en": formula}}})
    answer = await worn.as_("PK").get(f"{EXPORT}.xlsx")
    assert answer.content == (await worn.as_("PK").get(f"{EXPORT}.xlsx")).content
    assert answer.headers["content-disposition"] == 'attachment; filename="PK-AZ-commitments.xlsx"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
        words = "".join(ET.fromstring(book.read("xl/sharedStrings.xml")).itertext())
        names = [one.attrib["name"] for one in ET.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")]
    assert names == ["commitments", "columns", "codes"]
    assert formula in words
    assert {one.attrib.get("t") for one in sheet.iter(f"{SHEET}c") if len(one)} == {"s"}
    assert not list(sheet.iter(f"{SHEET}f"))
    assert next(sheet.iter(f"{SHEET}pane")).attrib["ySplit"] == "1"
    assert list(sheet.iter(f"{SHEET}autoFilter"))
    assert {one.attrib["type"] for one in sheet.iter(f"{SHEET}dataValidation")} == {"list"}
    assert (await exported(worn))[1]["reference"] == "PK-AZ/08/002"


async def test_what_a_party_reports_and_leads_stands_in_its_own_columns(worn: World) -> None:
    pk: Any = worn.as_("PK")
    report = {"period_end": "2025-06-30", "level": "limited", "text": "-", "delay_reason": "funding"}
    assert (await pk.post(f"/v1/commitments/{item(3)}/progress-reports", json=report)).status_code == 201
    row = (await exported(worn))[2]
    assert (row["level.PK"], row["report.PK"], row["delay_reason.PK"], row["level.AZ"]) == (
        "limited",
        "\\-",
        "funding",
        "",
    )


async def test_the_example_has_the_columns_and_the_rows_that_the_pilot_exports(still: World) -> None:
    answer = await still.as_("PK").get(f"{EXPORT}.csv")
    made, kept = (
        list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        for content in (answer.content, EXAMPLE.read_bytes())
    )
    assert kept[0] == made[0], "write the file that this test reads anew: it is an export of the pilot"
    assert [row[0] for row in kept] == [row[0] for row in made]
