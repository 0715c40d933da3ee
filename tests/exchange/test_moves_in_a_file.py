"""States move by a spreadsheet alone: what it can say of a move is enough, and what is refused is told in the cell that asked for it."""

from collections.abc import Mapping

from service.database.pool import Pool
from service.exchange.reading.archive import cell
from tests.conftest import World, item
from tests.exchange.test_export import exported
from tests.exchange.test_import import as_csv, done, tried, worker
from tests.register.commitments.test_journey import confirm

__all__ = ["worker"]


def cell_of(row: Mapping[str, str], name: str) -> str:
    """Return the letters of a column of a file of these rows."""
    return cell(0, list(row).index(name) + 1).removesuffix("0")


async def test_what_needed_no_instrument_is_implemented_by_a_spreadsheet_once_it_says_why(
    worn: World, worker: Pool
) -> None:
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/009")
    edited = as_csv([row | {"state": "implemented", "implemented_on": "2026-01", "report": "Done (sample)."}])
    [told] = (await tried(worn, worker, edited, "dry_run=true&propose=true"))["rows"]
    assert (told["cell"], told["column"], told["to"]) == (f"{cell_of(row, 'state')}2", "state", "implemented")
    assert "import with `reason=`" in told["problem"]
    did = await done(worn, worker, edited, "propose=true&reason=Nothing+was+to+be+signed.")
    assert did["counts"]["proposals"] == 1
    opened = (await worn.as_("AZ").get(f"/v1/commitments/{item(9)}")).json()["open_transition"]
    await confirm(worn, opened["id"])
    made = (await worn.as_("AZ").get(f"/v1/commitments/{item(9)}")).json()
    assert (made["state"], made["no_instrument_reason"]) == ("implemented", "Nothing was to be signed.")


async def test_a_draft_is_proposed_with_where_it_is_filed(worn: World, worker: Pool) -> None:
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/010")
    drafted = row | {"state": "mou_drafted", "effective_on": "2026-01", "instrument": "MoU: Agro-commodities (sample)"}
    [told] = (await tried(worn, worker, as_csv([drafted]), "dry_run=true&propose=true"))["rows"]
    assert (told["column"], "authentic_text" in told["problem"]) == ("state", True)
    did = await done(worn, worker, as_csv([drafted | {"authentic_text.en": "Registry 2"}]), "propose=true")
    assert did["counts"]["proposals"] == 1
    opened = (await worn.as_("AZ").get(f"/v1/commitments/{item(10)}")).json()["open_transition"]
    await confirm(worn, opened["id"])
    made = (await worn.as_("AZ").get(f"/v1/commitments/{item(10)}")).json()
    assert (made["state"], made["instrument"]["text_reference"]) == ("mou_drafted", "Registry 2")


async def test_a_move_that_is_not_possible_and_what_cannot_be_cleared_are_told_in_their_cells(
    worn: World, worker: Pool
) -> None:
    row = next(one for one in await exported(worn) if one["reference"] == "PK-AZ/08/009")
    signing = {"state": "signed", "signed_on": "2026-01", "signed_place": "Baku", "signatory.PK": "A"}
    again = {"carried_over": "PK-AZ/08"}
    for edited, column in (
        (signing, "state"), (again, "carried_over"), ({"sector": "-"}, "sector"), ({"title.en": "-"}, "title.en"),
    ):  # fmt: skip
        told = await tried(worn, worker, as_csv([row | edited]), "dry_run=true&propose=true")
        wrong = [one for one in told["rows"] if one["action"] == "refused"]
        assert {(one["column"], one["cell"] is None) for one in wrong} == {(column, False)}, told["rows"]
