"""A move asks the database four times: BEGIN, the locked read, the change with its entry, COMMIT."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.conftest import COMMISSION, Maker, World, item
from tests.register.documents.test_documents import sent

OURS = {"pacta", "pacta-reading"}
SUSPEND = {"action": "suspend", "reason": "R", "review_on": "2027"}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the driver is asked to run from now on: the first word of each statement."""
    words: list[str] = []
    for name in ("fetch", "execute", "executemany"):
        run = getattr(asyncpg.Connection, name)

        async def hear(self: Any, query: str, *values: Any, run: Any = run, **others: Any) -> Any:
            # Neither what watches the registry beside the requests, nor the connections of other tests.
            if (self._params.server_settings or {}).get("application_name") in OURS and "registry" not in query:
                words.append(query.split(maxsplit=1)[0].strip(";"))
            return await run(self, query, *values, **others)

        monkeypatch.setattr(asyncpg.Connection, name, hear)
    return words


async def test_proposing_and_confirming_take_four_round_trips_each(world: World, heard: list[str]) -> None:
    for who in ("PK", "AZ"):
        assert (await world.as_(who).get("/v1/me")).status_code == 200
    heard.clear()
    proposed = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SUSPEND)
    assert proposed.status_code == 201
    assert heard == ["BEGIN", "WITH", "WITH", "COMMIT"]
    heard.clear()
    url = f"/v1/transitions/{proposed.json()['id']}/confirmations"
    assert (await world.as_("AZ").post(url, json={"decision": "confirm"})).json()["status"] == "effective"
    assert heard == ["BEGIN", "WITH", "WITH", "COMMIT"]


async def test_reading_one_commitment_takes_one(world: World, heard: list[str]) -> None:
    await world.as_("PK").get("/v1/me")
    heard.clear()
    assert (await world.as_("PK").get(f"/v1/commitments/{item(4)}")).status_code == 200
    assert heard == ["SELECT"]


async def test_a_list_takes_no_more_for_what_everything_in_it_is_called_however_long_it_is(
    world: World, heard: list[str]
) -> None:
    await world.as_("PK").get("/v1/me")
    for limit in (1, 13):
        heard.clear()
        found = await world.as_("PK").get(f"/v1/commitments?limit={limit}")
        assert [bool(one["commission"]) for one in found.json()["items"]] == [True] * limit
        # The page; which instruments that it names the caller sees (two); all names.
        assert heard == ["SELECT"] * 4


async def test_saying_who_one_is_takes_one(world: World, heard: list[str]) -> None:
    await world.as_("PK").get("/v1/me")
    heard.clear()
    assert (await world.as_("PK").get("/v1/me")).status_code == 200
    assert heard == ["SELECT"]


async def test_a_page_of_a_trail_takes_as_many_whatever_documents_are_kept_closer(
    make_world: Maker, tmp_path: Path, heard: list[str]
) -> None:
    world = await make_world(documents_dir=tmp_path / "documents")
    asked = []
    for several in (range(1, 2), range(2, 7)):
        for number in several:
            await sent(world, matter=f"PK-AZ/08/{number:03}", confidentiality="restricted")
        await world.sequence()
        heard.clear()
        page = await world.as_("PK").get(f"/v1/commissions/{COMMISSION}/audit-trail?limit=200")
        assert page.text.count("document.attached") >= several.stop - 1
        asked.append(list(heard))
    assert asked[0] == asked[1]
