"""What is exported and sent back unchanged changes nothing, whatever the register holds: texts that a spreadsheet would run, or clear."""

import unicodedata
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from service.database.pool import Pool
from service.exchange.files import Sheet, as_csv, as_xlsx
from service.exchange.reading import child
from service.exchange.rules.changing import changing
from service.exchange.rules.columns import column_of
from service.exchange.rules.plan import Does, Import
from service.exchange.rules.reading import text
from service.exchange.rules.rows import Brought, Names, cells
from service.register.commitments.rules.amendment import Verb
from service.register.commitments.rules.kinds import CommitmentKind
from service.register.commitments.rules.lifecycle import State
from service.register.commitments.rules.reporting import Delay, Level
from service.values import Name, Reason
from tests.conftest import COMMISSION, SESSION_8, SESSION_9, World
from tests.exchange.test_export import EXPORT
from tests.exchange.test_import import tried, worker
from tests.register.groups.grouping import ENERGY

__all__ = ["worker"]
AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS: Final = "aZ09 =-+@'\"\\|#!?/,;:_x0041\tÖéəıِقی中\U0001f91d"


def _said(told: str) -> str:
    return unicodedata.normalize("NFC", told).strip()


def _is(kind: Any, told: str) -> bool:
    """Return whether the register takes the text as it is."""
    try:
        return bool(TypeAdapter(kind).validate_python(told) == told)
    except ValidationError:
        return False


LINES: Final = st.one_of(
    st.sampled_from(["-", "\\-", "=1+1", "'-", "@a", "#Now!", "#REF!", "_x0041_", "1", "2025-01-24", "TRUE", "a\nb", "پاکستان\n-3"]),
    st.text(LETTERS + "\n", max_size=30).map(_said),
).filter(lambda told: _is(Reason, told))  # fmt: skip
LINE: Final = LINES.map(lambda told: " ".join(told.split())).filter(lambda told: _is(Name, told))
DAY: Final = st.sampled_from(["2024", "2024-07", "2024-07-09", "2000-02-29"])


def maybe(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | one


SIGNATORY: Final = st.fixed_dictionaries(
    {"party": st.sampled_from(["PK", "AZ"]), "name": LINE}, optional={"title": LINE, "organisation": LINE}
)
INSTRUMENT: Final = st.fixed_dictionaries(
    {
        "kind": maybe(st.just("mou")), "title": maybe(LINE), "place": maybe(LINE), "signed_on": maybe(DAY), "expires_on": maybe(DAY),
        "enters_into_force_on": maybe(DAY), "signatories": maybe(st.lists(SIGNATORY, max_size=3)),
        "authentic_texts": maybe(st.just([{"language": "en", "reference": "-"}, {"language": "az"}])),
    }
)  # fmt: skip
REPORT: Final = st.fixed_dictionaries(
    {"level": st.sampled_from(Level), "text": LINES, "delay_reason": maybe(st.sampled_from(Delay)), "period_end": DAY},
    optional={"period_start": maybe(DAY), "next_step": maybe(LINES), "expected_on": maybe(DAY)},
)
ITEMS: Final = st.dictionaries(
    st.integers(1, 200).map(str),
    st.fixed_dictionaries(
        {"titles": st.fixed_dictionaries({"en": LINE}, optional={"ur": LINE})}, optional={"done_on": maybe(DAY)}
    ),
    max_size=3,
)
ROWS: Final = st.fixed_dictionaries(
    {
        "reference": st.just("PK-AZ/08/014"), "version": st.integers(0, 99), "annex": maybe(st.just("B")), "verb": st.sampled_from(Verb),
        "sector": st.just("trade"), "state": st.sampled_from(State), "kind": st.sampled_from(CommitmentKind), "source": maybe(LINES), "remark": maybe(LINES),
        "target_text": maybe(LINE), "target_date": maybe(DAY), "effective_on": maybe(DAY), "agreed_on": maybe(DAY),
        "confidentiality": st.sampled_from(["public", "parties", "restricted"]), "session_id": maybe(st.just(SESSION_8)),
        "working_group_id": maybe(st.just(ENERGY)), "item_number": maybe(st.integers(1, 99_999)), "paragraph": maybe(LINE),
        "titles": st.fixed_dictionaries({"en": LINE}, optional={"ur": LINE, "az": LINE}),
        "texts": st.fixed_dictionaries({"en": LINES}, optional={"ur": LINES}), "awaiting": st.just(["AZ"]), "live": st.booleans(),
        "carried_over": maybe(st.just({SESSION_9: {"on": "2027", "entry": 3}})), "successors": maybe(st.just(["PK-AZ/08/001"])),
        "successor": st.none(), "is_joint": st.booleans(), "id": st.just("id"), "instrument": maybe(INSTRUMENT),
        "party_facts": st.dictionaries(st.sampled_from(["PK", "AZ"]), st.just({"lead_organisation_id": "PK/MODP"})),
        "continues": maybe(st.just("PK-TR/07/003")), "pushed_by": maybe(st.just("PK-TR/07/003")), "package_items": maybe(ITEMS),
        "progress": st.dictionaries(st.sampled_from(["PK", "AZ"]), REPORT),
    }
)  # fmt: skip
AGREEMENT: Final = st.fixed_dictionaries(
    {}, optional={"found_in": st.just("signed"), "effective_on": DAY, "remark": LINES}
)
ABOUT: Final = Import("PK", "id", ["PK", "AZ"], "R", proposes=True, names=str)
NAMES: Final = Names({SESSION_8: "PK-AZ/08", SESSION_9: "PK-AZ/09", ENERGY: "PK-AZ/JWG/energy"}, {})


@pytest.mark.parametrize("written", [as_csv, as_xlsx])
@settings(max_examples=60, deadline=None)
@given(row=ROWS, agreement=AGREEMENT, report=maybe(LINES))
def test_a_row_that_is_read_back_changes_nothing(
    written: Any, row: dict[str, Any], agreement: dict[str, Any], report: str | None
) -> None:
    known = cells(row, NAMES, Brought(agreement, report))
    told = child.read(written(Sheet("PK-AZ", ["en", "az", "ur"], ["PK", "AZ"], [known], {}, AT)))
    assert told["problems"] == []
    read = dict(zip(told["headings"], told["rows"][0], strict=False))
    found = {name: text(cell, named[0]) for name, cell in read.items() if cell and (named := column_of(name))}
    assert [one.action for one in changing(known, found, ABOUT).items] == [Does.NONE]


RECORD: Final = st.fixed_dictionaries(
    {
        "sector": st.just("trade"), "titles": st.fixed_dictionaries({"en": LINE}, optional={"ur": LINE}), "texts": st.just({"en": "Text"}),
        "kind": st.sampled_from(CommitmentKind), "instrument_required": st.just(False),
        "agreement": st.fixed_dictionaries({"agreed_on": DAY}, optional={"remark": LINES}),
    },
    optional={"source": LINES, "remark": LINES, "target_text": LINE, "target_date": DAY, "paragraph": LINE.filter(lambda one: len(one) < 40)},
)  # fmt: skip


async def _report(world: World, made: httpx.Response, told: str) -> None:
    body = {
        "period_end": "2024-07",
        "level": "limited",
        "text": told,
        "delay_reason": "other",
        "next_step": told,
        "expected_on": "2027",
    }
    address = f"{made.headers['location']}/progress-reports"
    answer = await world.as_("PK").post(address, json=body)
    assert answer.status_code == 201, answer.text


@pytest.mark.long
@settings(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(several=st.lists(st.tuples(RECORD, LINES), min_size=1, max_size=6))
async def test_a_random_register_that_is_exported_and_imported_changes_nothing(
    worn: World, worker: Pool, several: list[tuple[dict[str, Any], str]]
) -> None:
    for body, told in several:
        made = await worn.as_("PK").post("/v1/commitments", json={"commission_id": COMMISSION, **body})
        assert made.status_code == 201, made.text
        await _report(worn, made, told)
    for ending in ("csv", "xlsx"):
        content = (await worn.as_("PK").get(f"{EXPORT}.{ending}")).content
        told_of = await tried(worn, worker, content, "dry_run=true&propose=true")
        assert told_of["counts"] == {**dict.fromkeys(told_of["counts"], 0), "none": told_of["progress"]["total"]}
