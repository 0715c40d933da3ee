"""What a filter of a list needs beside its condition: each test says of a new one what it still lacks, and where."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from service.register.commitments.filters import Filter
from service.register.decisions.queries import Filter as TransitionFilter
from service.register.history.lists import BY_TODAY, COMMITMENTS, INSTRUMENTS, Register
from service.register.instruments.lists import Filter as InstrumentFilter
from service.register.parties.queries import codes_asked
from tests.benchmarks import instruments as instrument_plans
from tests.benchmarks import test_plans as plans
from tests.conftest import World


@pytest.mark.parametrize(
    ("kind", "planned", "planned_elsewhere"),
    [
        # Who is awaited, or whose step, has a test of its own; for words the database chooses by how common they are.
        (Filter, plans.LISTS, ["awaiting", "awaiting_step_of", "q", "reference"]),
        (InstrumentFilter, instrument_plans.LISTS, []),
    ],
    ids=["commitments", "instruments"],
)
def test_every_filter_is_among_the_lists_whose_plans_are_looked_at(
    kind: type[BaseModel], planned: dict[str, str], planned_elsewhere: list[str]
) -> None:
    asked = "&".join(planned.values())
    left_out = [name for name in kind.model_fields if f"{name}=" not in asked]
    assert left_out == planned_elsewhere, (
        "add a list with the new filter to LISTS in tests/benchmarks/test_plans.py, or of instruments in tests/benchmarks/instruments.py,"
        " and where it may leave few rows to NARROW too: then its plan must use an index of its own, which is in models.py and is made by"
        " a migration (uv run pytest -m long tests/benchmarks)"
    )


@pytest.mark.parametrize(
    ("kind", "register", "of_today_alone"),
    [
        (Filter, COMMITMENTS, ["carried", "mine", "q"]),
        (InstrumentFilter, INSTRUMENTS, ["expiring_within", "notice_day_within", "signed_from", "signed_to"]),
    ],
    ids=["commitments", "instruments"],
)
def test_every_filter_is_held_to_what_was_or_is_asked_of_today_alone(
    kind: type[BaseModel], register: Register, of_today_alone: list[str]
) -> None:
    refused = [name for name in kind.model_fields if name not in {*register.holds, *BY_TODAY}]
    assert refused == of_today_alone, (
        "say in service/register/history/lists.py how the new filter is held to what was (`as_of`, `known_at`);"
        " what today's row can choose without loss, whatever the day, goes into `lasting` there as well;"
        " where nobody can tell, name it here: with a day it is then refused"
    )


@pytest.mark.parametrize(
    "kind", [Filter, InstrumentFilter, TransitionFilter], ids=["commitments", "instruments", "transitions"]
)
def test_every_filter_is_asked_for_in_a_test(kind: type[BaseModel]) -> None:
    asked = "".join(file.read_text() for file in Path(__file__).parent.rglob("test_*.py"))
    never = [name for name in kind.model_fields if f"{name}=" not in asked]
    assert never == [], (
        "say what the new filter finds: as a case of test_filters in tests/register/commitments/test_lists.py, or beside the lists of instruments or transitions"
    )


@pytest.mark.parametrize(
    ("path", "kind"), [("commitments", Filter), ("transitions", TransitionFilter)], ids=["commitments", "transitions"]
)
async def test_a_filter_by_parties_is_refused_where_there_is_no_such_party(
    still: World, path: str, kind: type[BaseModel]
) -> None:
    names = [*codes_asked(kind())]
    assert "awaiting" in names
    refused = [await still.as_("PK").get(f"/v1/{path}?{name}=XX") for name in names]
    assert [(one.status_code, one.json()["errors"][0]["parameter"]) for one in refused] == [
        (422, name) for name in names
    ]
