"""Lists: filters, orders, pages that neither skip nor repeat."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.dialects import postgresql

from service.http.pages import encode
from service.register.commitments import by_words, lists
from service.register.commitments.lists import Sort
from service.register.commitments.statements import read
from tests.conftest import COMMISSION, SESSION_8, SESSION_9, World, item
from tests.register.commitments.test_journey import RECORD, SIGN, confirmed


async def references(world: World, query: str = "", who: str = "PK") -> list[str]:
    """Return the numbers of the pilot's items that the list holds, all pages of it, in order."""
    found: list[str] = []
    url: str | None = f"/v1/commitments?limit=4&{query}"
    while url:
        answer = await world.as_(who).get(url)
        assert answer.status_code == 200, answer.text
        found += [f"{one['item_number']:02d}" for one in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url")
        assert (answer.json()["next_cursor"] is None) == (url is None)
    return found


ALL = [f"{number:02d}" for number in range(1, 15)]


async def test_the_pilot_has_fourteen_items_and_pages_join_without_seams(still: World) -> None:
    assert await references(still) == ALL
    assert await references(still, "sort=newest") == ALL[::-1]
    assert await references(still, "sort=activity") == ALL[::-1]


@pytest.mark.parametrize("near", [1, 3, 100])
async def test_what_has_common_words_is_found_in_the_order_of_the_list_and_all_of_it(
    still: World, monkeypatch: pytest.MonkeyPatch, near: int
) -> None:
    asked = ["mou", "cooperation or pipeline", "zzzz", "azerbaijan", "azerbaijan -customs"]
    queries = [f"q={said}{more}" for said in asked for more in ("", "&sort=newest", "&sector=customs", "&state=agreed")]
    expected = [await references(still, query) for query in queries]
    assert len(expected[0]) > 1

    async def common(*_: object) -> bool:
        return True

    monkeypatch.setattr(lists, "is_common", common)
    monkeypatch.setattr(lists, "COMMON", near)
    lists._page.cache_clear()
    try:
        assert [await references(still, query) for query in queries] == expected
    finally:
        lists._page.cache_clear()


async def test_words_are_common_that_more_have_than_are_looked_through_for_them(
    still: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with still.pool.connection() as connection:
        assert not await by_words.is_common(connection, "mou")
        monkeypatch.setattr(by_words, "_is_common", by_words.more_than(1))
        assert [await by_words.is_common(connection, said) for said in ("mou", "pipeline")] == [True, False]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=signed", ["01"]),
        ("state=signed&state=mou_drafted", ["01", "04", "05"]),
        ("sector=customs", ["03", "04"]),
        ("kind=event", ["14"]),
        ("kind=event&kind=body_to_be_founded", ["13", "14"]),
        ("sector=customs&state=agreed", ["03"]),
        (f"commission_id={COMMISSION}&state=signed", ["01"]),
        (f"session_id={SESSION_8}", ALL),
        (f"session_id={SESSION_9}", []),
        ("working_group_id=01940000-0000-7000-8000-000000000304", ["11", "12"]),
        ("q=pipeline", ["08"]),
        ("q=PIPELINE", ["08"]),
        ('q="gas storage"', ["07"]),
        ("q=cotton or pipeline", ["08", "09"]),
        ("q=mou -customs", ["05"]),
        ("q=zz':*%26(", []),
        ("overdue=true", []),
        ("overdue=false", ALL),
        ("due_soon=true", []),
        ("dormant=true", ALL),
        ("level=complete", []),
        ("reported_before=2026-01-01", ALL),
        ("disputed=true", []),
        ("awaiting=AZ", []),
        ("awaiting_step_of=AZ", []),
    ],
)
async def test_filters(still: World, query: str, expected: list[str]) -> None:
    assert await references(still, query) == expected


async def test_a_restricted_item_is_not_in_the_lists_of_those_who_may_not_read_it(world: World) -> None:
    public = [one for one in ALL if one not in {"05", "06"}]
    assert await references(world, who="observer") == public
    assert await references(world, who="auditor") == ALL
    assert await references(world, who="administrator") == public
    await world.second_principal("pk-health", organisation_id="01940000-0000-7000-8000-000000000106")
    assert await references(world, who="pk-health") == [one for one in ALL if one != "05"]
    await world.second_principal("pk-defence", organisation_id="01940000-0000-7000-8000-000000000102")
    assert await references(world, who="pk-defence") == ALL


async def test_derived_flags_follow_the_day_and_the_proposals(world: World) -> None:
    owner = await world.connect()
    today = "(now() AT TIME ZONE 'UTC')::date"
    await owner.execute(f"UPDATE commitment SET due_on = {today} - 1 WHERE item_number IN (2, 3)")
    await owner.execute(f"UPDATE commitment SET due_on = {today} WHERE item_number = 6")
    await owner.execute(f"UPDATE commitment SET due_on = {today} + 30 WHERE item_number = 7")
    await owner.execute(f"UPDATE commitment SET due_on = {today} + 31 WHERE item_number = 8")
    await owner.execute("UPDATE commitment SET state = 'withdrawn' WHERE item_number = 3")
    await owner.execute("UPDATE commitment SET changed_at = now() - interval '7 months' WHERE item_number = 9")
    assert await references(world, "overdue=true") == ["02"]
    assert await references(world, "due_soon=true") == ["06", "07"]
    await owner.execute(f"UPDATE commitment SET moved_on = {today} - 170 WHERE item_number <> 10")
    assert await references(world, "dormant=true") == ["10"]
    assert await references(world, "dormant=false") == [one for one in ALL if one != "10"]
    await owner.execute("UPDATE commitment SET moved_on = NULL WHERE item_number = 9")
    assert await references(world, "dormant=true") == ["09", "10"]
    assert await references(world, "sort=target_date") == ["02", "03", "06", "07", "08", "14"] + [
        one for one in ALL if one not in {"02", "03", "06", "07", "08", "14"}
    ]
    proposed = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    assert await references(world, "awaiting=AZ") == ["04"]
    assert await references(world, "awaiting=PK") == []
    assert await references(world, "awaiting=PK&awaiting=AZ") == ["04"]
    url = f"/v1/transitions/{proposed.json()['id']}/confirmations"
    await world.as_("AZ").post(url, json={"decision": "refuse", "reason": "No"})
    assert await references(world, "disputed=true") == ["04"]
    assert await references(world, "awaiting=AZ") == []


async def test_a_commitment_that_is_carried_over_is_listed_under_both_sessions(world: World) -> None:
    await confirmed(world, item(7), {"action": "carry_over", "session_id": SESSION_9})
    assert await references(world, f"session_id={SESSION_9}") == ["07"]
    assert await references(world, f"session_id={SESSION_9}&carried=true") == ["07"]
    assert await references(world, f"session_id={SESSION_9}&carried=false") == []
    assert await references(world, f"session_id={SESSION_8}&carried=true") == []
    assert await references(world, f"session_id={SESSION_8}&carried=false") == ALL
    refused = await world.as_("PK").get("/v1/commitments?carried=true")
    assert [one["parameter"] for one in refused.json()["errors"]] == ["carried"]
    assert "07" in await references(world, f"session_id={SESSION_8}")
    for query in (f"session_id={SESSION_8}&session_id={SESSION_9}", f"session_id={SESSION_9}&session_id={SESSION_8}"):
        assert await references(world, query) == ALL
    assert await references(world, f"session_id={SESSION_9}&sector=zzz") == []


@pytest.mark.parametrize("sort", list(Sort))
async def test_pages_of_a_session_are_those_of_the_whole_list_in_every_order(world: World, sort: Sort) -> None:
    owner = await world.connect()
    await owner.execute(
        """UPDATE commitment SET carried_over = jsonb_build_object($1::uuid, '{"on": null, "entry": 1}'::jsonb),
            carried_to_session_id = CASE WHEN item_number < 9 THEN $1 END,
            earlier_sessions = CASE WHEN item_number > 8 THEN ARRAY[$1] END WHERE item_number IN (3, 6, 9, 12)""",
        UUID(SESSION_9),
    )
    await owner.execute("UPDATE commitment SET session_id = $1 WHERE item_number IN (3, 4)", UUID(SESSION_9))
    theirs = [one for one in await references(world, f"sort={sort}") if one in {"03", "04", "06", "09", "12"}]
    assert await references(world, f"session_id={SESSION_9}&sort={sort}") == theirs


async def test_the_last_day_that_may_be_aimed_at_is_a_target_date_like_any_other(world: World) -> None:
    pk = world.as_("PK")
    for number, target in ((20, "2200-12-31"), (21, "2200"), (22, "1800-01-01"), (23, "2200-12-30")):
        made = await pk.post("/v1/commitments", json=RECORD | {"item_number": number, "target_date": target})
        assert made.status_code == 201, made.text
        again = (await pk.get(made.headers["location"])).json()
        assert (again["target_date"], again["due_on"]) == (target, "2200-12-31" if target == "2200" else target)
    by_target = await references(world, "sort=target_date")
    # What has no target comes after all that have one.
    dated = by_target[: by_target.index("23") + 3]
    assert (dated[0], dated[-3], set(dated[-2:])) == ("22", "23", {"20", "21"})
    assert len(by_target) == len(set(by_target)) == len(ALL) + 4
    for name in ("overdue", "due_soon"):
        told = [await references(world, f"{name}={value}&sort=target_date") for value in ("true", "false")]
        assert sorted(told[0] + told[1]) == sorted(by_target)


@pytest.mark.parametrize("target", ["0001-01-01", "0999", "10000-01-01", "9999-12-32"])
async def test_a_target_date_outside_the_calendar_is_refused(still: World, target: str) -> None:
    answer = await still.as_("PK").post("/v1/commitments", json=RECORD | {"target_date": target})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/target_date")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_cursor_may_stand_at_either_end_of_the_calendar(still: World, day: str) -> None:
    cursor = encode("target_date", day, item(1))
    listed = await references(still, f"sort=target_date&cursor={cursor}")
    assert listed == (await references(still, "sort=target_date") if day < "1" else [])


async def test_texts_of_every_language_are_found(world: World) -> None:
    changes = {"texts": {"az": "Pambıq üzrə birgə tədqiqat", "ur": "کپاس پر مشترکہ تحقیق"}}
    await confirmed(world, item(9), {"action": "amend", "reason": "R", "changes": changes})
    assert await references(world, "q=Pambıq") == ["09"]
    assert await references(world, "q=کپاس") == ["09"]


async def test_pages_neither_skip_nor_repeat_while_others_record(make_world: Any) -> None:
    world: World = await make_world(pool_size=32, database_statement_seconds=60, database_connect_seconds=30)

    async def record(number: int) -> None:
        answer = await world.as_("AZ").post("/v1/commitments", json=RECORD | {"item_number": number})
        assert answer.status_code == 201, answer.text

    async def read_all(sort: str) -> list[str]:
        found: list[str] = []
        cursor: Any = ""
        while cursor is not None:
            page = (await world.as_("PK").get(f"/v1/commitments?limit=2&sort={sort}&cursor={cursor}")).json()
            found += [one["reference"] for one in page["items"]]
            cursor = page["next_cursor"]
        return found

    readers = [read_all("reference"), read_all("newest")]
    results = await asyncio.gather(*readers, *(record(number) for number in range(100, 130)))
    for found in (results[0], results[1]):
        assert found is not None
        assert len(found) == len(set(found))
        assert {f"PK-AZ/08/0{one}" for one in ALL} <= set(found)


@pytest.mark.parametrize("sort", ["reference", "newest", "target_date", "activity"])
async def test_a_page_of_any_order_is_read_through_an_index(still: World, sort: str) -> None:
    columns, descending, _ = lists.ORDERS[lists.Sort(sort)]
    order = [column.desc() if descending else column.asc() for column in columns]
    asked = read.order_by(*order).limit(51)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    statement = asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    owner = await still.connect()
    await owner.execute("SET enable_seqscan = off")
    plan = "\n".join(row[0] for row in await owner.fetch(f"EXPLAIN {statement}"))
    assert "Index Scan" in plan
    assert "Sort" not in plan
