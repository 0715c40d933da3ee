"""A list that is asked for by what is not there for the caller is refused: an empty one would be believed, and quoted."""

from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import COMMISSION, SESSION_9, World, end_principal, item, organisation
from tests.register.commissions import meeting
from tests.register.commitments.test_journey import confirmed
from tests.register.groups import grouping
from tests.test_nowhere import closed_commission, trilateral

LISTS = [
    ("/v1/commitments", "commission_id", "PK-AB", "PK-AZ"),
    ("/v1/commitments", "session_id", "PK-AZ/88", "PK-AZ/08"),
    ("/v1/commitments", "working_group_id", "PK-AZ/JWG/trad", "PK-AZ/JWG/trade"),
    ("/v1/instruments", "commission_id", "PK-AB", "PK-AZ"),
    ("/v1/instruments", "commitment_id", "PK-AZ/08/140", "PK-AZ/08/014"),
    ("/v1/transitions", "commission_id", "PK-AB", "PK-AZ"),
    ("/v1/working-groups", "commission_id", "PK-AB", "PK-AZ"),
    ("/v1/commitments?as_of=2026-01-01", "session_id", "PK-AZ/88", "PK-AZ/08"),
    ("/v1/instruments?as_of=2026-01-01", "commission_id", "PK-AB", "PK-AZ"),
]


async def told(world: World, path: str, query: dict[str, Any], who: str = "PK") -> list[dict[str, str]]:
    """Return what is told to be wrong; nothing where the list is answered."""
    address, _, as_of = path.partition("?")
    asked = query | dict([as_of.split("=")] if as_of else [])
    answer = await world.as_(who).get(address, params=asked)
    assert answer.status_code in {200, 422}, answer.text
    return answer.json()["errors"] if answer.status_code == 422 else []


@pytest.mark.parametrize(("path", "name", "wrong", "meant"), LISTS)
async def test_a_list_by_a_code_that_names_nothing_is_refused_with_the_nearest_that_does(
    still: World, path: str, name: str, wrong: str, meant: str
) -> None:
    kind = name.removesuffix("_id").replace("_", " ")
    (fault,) = await told(still, path, {name: wrong})
    assert fault["parameter"] == name
    assert fault["detail"].startswith(f"{wrong} is no {kind} for this caller; did you mean {meant}? GET /v1/")
    assert await told(still, path, {name: meant}) == []


@pytest.mark.parametrize(("path", "name", "_", "meant"), LISTS)
async def test_a_list_by_an_id_that_names_nothing_is_refused_as_it_was_sent(
    still: World, path: str, name: str, _: str, meant: str
) -> None:
    absent = str(uuid4()).upper()
    (fault,) = await told(still, path, {name: ["", meant, absent]})
    assert fault["detail"].startswith(
        f"{absent} is no {name.removesuffix('_id').replace('_', ' ')} for this caller; GET"
    )


async def test_each_that_names_nothing_is_told_once_and_those_that_do_are_not(still: World) -> None:
    asked = {"commission_id": ["PK-AZ", "XX-YY", "XX-YY"], "session_id": ["XX-YY/01", SESSION_9], "state": "lapsed"}
    found = await told(still, "/v1/commitments", asked)
    assert [one["detail"].partition(" is no ")[0] for one in found] == ["XX-YY", "XX-YY/01"]
    assert not [one for one in found if "did you mean" in one["detail"]]


async def test_what_one_sees_and_has_nothing_is_an_empty_list(still: World) -> None:
    for asked in ({"session_id": SESSION_9}, {"commission_id": "PK-AZ", "state": "lapsed"}, {"session_id": "PK-AZ/09"}):
        answer = await still.as_("PK").get("/v1/commitments", params=asked)
        assert (answer.status_code, answer.json()["items"]) == (200, [])


CALLERS = ("AZ", "observer", "auditor", "administrator")


async def refusals(world: World, values: dict[str, str]) -> list[str]:
    """Return how each list refuses each caller the value of its filter, with `VALUE` in its place."""
    found = []
    for (path, name, *_), who in product(LISTS, CALLERS):
        address, _, as_of = path.partition("?")
        asked = {name: values[name]} | dict([as_of.split("=")] if as_of else [])
        answer = await world.as_(who).get(address, params=asked)
        assert answer.status_code == 422, (path, who, answer.text)
        found.append(str({**answer.json(), "request_id": ""}).replace(values[name], "VALUE"))
    return found


async def test_what_one_may_not_see_is_refused_as_what_does_not_exist(world: World) -> None:
    secretariat = await trilateral(world)
    codes = {
        "commission_id": "PK-TR",
        "session_id": "PK-TR/01",
        "working_group_id": "PK-TR/JWG/education",
        "commitment_id": "PK-TR/00/001",
    }
    before = await refusals(world, codes)
    hidden = await closed_commission(world, secretariat)
    assert all(value in hidden[name] for name, value in codes.items()), hidden
    assert await refusals(world, codes) == before
    ids = {name: hidden[name][0] for name in codes}
    assert await refusals(world, ids) == await refusals(world, dict.fromkeys(codes, str(uuid4())))
    for path, name, *_ in LISTS:
        assert await told(world, path, {name: hidden[name]}, "tr-secretariat") == [], path


async def test_what_belongs_to_a_session_that_one_does_not_see_is_listed_by_it_as_before(world: World) -> None:
    """A planned session is its parties' own; what was public before it was carried over there stays so."""
    planned = (await meeting.begin(world, ordinal=11))["id"]
    await confirmed(world, item(7), {"action": "carry_over", "session_id": planned})
    assert (await world.as_("observer").get(f"/v1/sessions/{planned}")).status_code == 404
    for asked in ({"session_id": planned}, {"session_id": planned, "commission_id": COMMISSION}):
        answer = await world.as_("observer").get("/v1/commitments", params=asked)
        assert [one["id"] for one in answer.json()["items"]] == [item(7)], answer.text
    none = await world.as_("observer").get("/v1/commitments", params={"session_id": planned, "state": "lapsed"})
    assert (none.status_code, none.json()["items"]) == (200, [])


async def test_a_deactivated_principal_is_told_so_before_anything_else(world: World) -> None:
    who = await world.second_principal("pk-health", organisation_id=organisation(106))
    me = (await world.as_(who).get("/v1/me")).json()["principal_id"]
    assert await told(world, "/v1/commitments", {"commission_id": "XX-YY"}, who)
    assert (await end_principal(world.as_("PK"), me)).status_code == 201
    answer = await world.as_(who).get("/v1/commitments", params={"commission_id": "XX-YY"})
    assert answer.status_code == 401


async def test_a_group_that_its_parties_alone_see_is_none_for_others(world: World) -> None:
    made = (await grouping.record(world))["id"]
    assert await told(world, "/v1/commitments", {"working_group_id": made}) == []
    assert await told(world, "/v1/commitments", {"working_group_id": made}, "observer")
