"""Lists of instruments: each filter finds what it says, held to the rules that tell the same of one."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from service.register.instruments.rules.calendar import months_after
from tests.conftest import World, item
from tests.register.instruments.recording import done, entered, read, record

TODAY: Final = datetime.now(UTC).date()
NOW: Final = {"found_in": "signed", "acts": [{"on": "2001-02-03", "parties": ["PK", "AZ"]}]}


def before(years: int, days: int = 0) -> str:
    """Return the day so many years and days before today."""
    day = months_after(TODAY, -12 * years)
    assert day
    return str(day - timedelta(days))


@pytest.fixture(scope="module")
async def listed(worn: World) -> World:
    """A register with instruments of each sort, by their titles."""
    five = {"kind": "period", "years": 5, "then": "end"}
    tacit = {"kind": "period", "years": 5, "then": "tacit", "next_years": 3}
    notice = {"kind": "before_period_end", "days": 20}
    known: dict[str, dict[str, Any]] = {
        "expired": {"duration": five, "in_force_on": before(6)},
        "expiring": {"duration": five, "in_force_on": before(5, -30)},
        "renewed": {"duration": tacit, "notice": notice, "in_force_on": before(11, -30)},
        "renewed_later": {"duration": tacit, "notice": notice, "in_force_on": before(10)},
        "over": {
            "duration": {"kind": "until", "on": before(0, 30), "then": "end"},
            "notice": {"kind": "before_year_end", "months": 6},
            "in_force_on": before(6),
        },
        "to_come": {"in_force_on": str(TODAY + timedelta(3))},
        "vague": {},
    }
    for title, facts in known.items():
        await entered(worn, titles={"en": title}, entering=NOW, **facts)
    awaited = await entered(
        worn, titles={"en": "awaited"}, entering=NOW, kind="protocol", entry_into_force={"anchor": "last_notification"}
    )
    sent = {"action": "send_notification", "what": "notification", "effective_on": "2002-01-01"}
    await done(worn, awaited["id"], sent)
    carrying: dict[str, Any] = {"commitment_ids": [item(5)], "confidentiality": "restricted"}
    await record(worn, titles={"en": "draft"}, contracting_parties=["PK", "AZ", "TR"], **carrying)
    return worn


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("in_force=true", {"expiring", "renewed", "renewed_later"}),
        ("in_force=false", {"expired", "over", "to_come", "draft"}),
        ("expiring_within=31", {"expiring"}),
        ("expiring_within=29", set()),
        ("notice_day_within=10", {"renewed"}),
        ("notice_day_within=8", set()),
        ("notice_day_within=300", {"renewed"}),
        ("notice_day_within=366", {"renewed", "renewed_later"}),
        ("awaiting_step_of=AZ", {"awaited"}),
        ("awaiting_step_of=PK", set()),
        ("awaiting=AZ", {"draft"}),
        ("kind=protocol", {"awaited"}),
        ("state=proposed&state=drafted", {"draft"}),
        ("party=TR", {"draft"}),
        ("party=PK&counterpart=TR", {"draft"}),
        ("commitment_id=PK-AZ/08/001", {"Preferential Trade Agreement"}),
        ("commitment_id=PK-AZ/08/002", set()),
        (
            "signed_from=2001-02-03&signed_to=2001-02-03",
            {"expired", "expiring", "renewed", "renewed_later", "over", "to_come", "vague", "awaited"},
        ),
        ("signed_from=2001-02-04&signed_to=2030-01-01", {"Preferential Trade Agreement"}),
        ("signed_to=2001-02-02", set()),
    ],
)
async def test_each_filter_finds_what_it_says(listed: World, query: str, found: set[str]) -> None:
    answer = await listed.as_("PK").get(f"/v1/instruments?limit=200&{query}")
    assert answer.status_code == 200, answer.text
    assert {one["titles"]["en"] for one in answer.json()["items"]} == found


@pytest.mark.parametrize("sort", ["reference", "newest", "signed"])
async def test_pages_follow_one_another_in_each_order(listed: World, sort: str) -> None:
    whole = (await listed.as_("PK").get(f"/v1/instruments?limit=200&sort={sort}")).json()["items"]
    pages: list[Any] = []
    address: str | None = f"/v1/instruments?limit=2&sort={sort}"
    while address:
        page = await listed.as_("PK").get(address)
        pages += page.json()["items"]
        address = page.links["next"]["url"] if "next" in page.links else None
    assert [one["id"] for one in pages] == [one["id"] for one in whole]
    assert len(whole) == 10


async def test_a_list_tells_what_reading_one_tells_and_only_what_the_caller_may_see(listed: World) -> None:
    for one in (await listed.as_("PK").get("/v1/instruments?limit=200")).json()["items"]:
        whole = await read(listed, one["id"])
        assert one == {name: whole[name] for name in one}
        if whole["periods"] and whole["in_force"]:
            assert one["notice_by"] == whole["periods"]["last_safe_day_for_notice"]
    seen = (await listed.as_("observer").get("/v1/instruments?limit=200")).json()["items"]
    assert {one["titles"]["en"] for one in seen} == {"Preferential Trade Agreement"}
