"""What was told once is kept and gone on from: every answer is that of a replay of the whole log."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.permissions import Confidentiality
from service.register.history.rules.known import completed, gathered, known
from service.reports import finished, kept, queries
from service.reports.finished import Finished, key_of
from service.reports.kept import Kept
from service.reports.rules.report import Asked
from service.tlog.merkle import leaf_hash
from tests.conftest import COMMISSION, World, item, organisation
from tests.register.commitments.test_journey import confirmed
from tests.register.instruments.recording import SIGN, agreed, entered
from tests.register.progress.test_reports import said
from tests.reports.test_returns import RETURN
from tests.verify.journal import Journal, seal

DONE = {"action": "implement", "effective_on": "2025-06-01", "report": "R", "no_instrument_reason": "N"}
ASKED = (
    f"/v1/commissions/{COMMISSION}/metrics?session=PK-AZ/08&compared_to=2025-02-01",
    "/v1/commissions/PK-AZ/report?since=2025-01-25&as_of=2026-01-01",
    "/v1/sessions/PK-AZ/08/report?as_of=2025-07-01",
    f"{RETURN}?as_of=2026-01-01",
)


@pytest.fixture(autouse=True)
def emptied(monkeypatch: pytest.MonkeyPatch) -> Kept:
    """Keep nothing of other tests."""
    monkeypatch.setattr(kept, "KEPT", Kept())
    monkeypatch.setattr(finished, "FINISHED", Finished())
    return kept.KEPT


async def asked(world: World, *paths: str) -> list[bytes]:
    """Return what is answered, as it is."""
    answers = [await world.as_("PK").get(path) for path in paths]
    assert {one.status_code for one in answers} == {200}, [one.text for one in answers]
    return [one.content for one in answers]


async def anew(world: World, monkeypatch: pytest.MonkeyPatch, *paths: str) -> list[bytes]:
    """Return what is answered where nothing is kept."""
    with monkeypatch.context() as empty:
        empty.setattr(kept, "KEPT", Kept(most=0))
        empty.setattr(finished, "FINISHED", Finished(most=0))
        return await asked(world, *paths)


async def test_whatever_happened_since_the_answer_is_that_of_the_whole_log(
    world: World, monkeypatch: pytest.MonkeyPatch, emptied: Kept
) -> None:
    await world.sequence()
    await asked(world, *ASKED)
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    made = await entered(world, commitment_ids=[item(2)], confidentiality="public")
    for step in range(4):
        match step:
            case 0:
                await confirmed(world, item(8), DONE)
            case 1:
                await said(world, 2, level="substantial", period_end="2025-06")
            case 2:
                await agreed(world, made["id"], SIGN)
            case _:
                await world.as_("PK").post(f"/v1/commitments/{item(10)}/transitions", json=DONE)
        # Before it has an index, and once a checkpoint has it.
        for _ in range(2):
            assert await asked(world, *ASKED) == await anew(world, monkeypatch, *ASKED)
            await world.sequence()
    (told,) = emptied.logs.values()
    earlier = [f"{path}{'&' if '?' in path else '?'}known_at={moment}" for path in (ASKED[0], ASKED[3])]
    assert await asked(world, *earlier) == await anew(world, monkeypatch, *earlier)
    older = f"/v1/commissions/PK-AZ/report?checkpoint={told.size - 1}&as_of=2026-01-01"
    if (await world.as_("PK").get(older)).status_code == 200:
        assert await asked(world, older) == await anew(world, monkeypatch, older)
    assert emptied.logs[next(iter(emptied.logs))].size == told.size


async def test_what_organisations_are_called_is_read_once_for_each_checkpoint_of_the_registry(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, registrar = [], world.as_("PK")

    async def named_below(connection: Any, checkpoint: Any) -> Any:
        read.append(checkpoint.size)
        return await reading(connection, checkpoint)

    reading = queries.named_below
    monkeypatch.setattr(queries, "named_below", named_below)
    changed = await registrar.patch(
        f"/v1/commitments/{item(4)}", json={"lead_organisation_id": organisation(103)}, headers={"If-Match": "*"}
    )
    assert changed.is_success, changed.text
    called = []
    for name in ("Customs Board (sample)", "Customs Office (sample)"):
        named = {"name": name, "since": "2026-01-01"}
        assert (await registrar.post(f"/v1/organisations/{organisation(103)}/names", json=named)).is_success
        await world.sequence()
        for day in ("2026-11-01", "2026-11-02"):
            (made,) = await asked(world, f"/v1/sessions/PK-AZ/08/report?as_of={day}")
            called.append(json.loads(made)["matrix"][3]["lead_organisations"]["PK"][0]["name"])
    assert called == [*["Customs Board (sample)"] * 2, *["Customs Office (sample)"] * 2]
    assert len(read) == len(set(read)) == 2


async def test_what_is_kept_of_a_log_is_used_for_no_other_of_its_name(make_world: Any, emptied: Kept) -> None:
    one, other = await make_world(), await make_world()
    for world in (one, other):
        await world.sequence()
    await confirmed(one, item(8), DONE)
    await one.sequence()
    mine = await asked(one, *ASKED)
    (longer,) = emptied.logs.values()
    theirs = await asked(other, *ASKED)
    (shorter,) = emptied.logs.values()
    assert shorter.size < longer.size, "what stands no more is kept in the way of what does"
    assert json.loads(mine[0])["fully_implemented"]["numerator"] == 1
    assert json.loads(theirs[0])["fully_implemented"]["numerator"] == 0
    # As many entries, another history.
    await confirmed(other, item(9), DONE)
    await other.sequence()
    await asked(one, ASKED[0])
    told = json.loads((await asked(other, ASKED[0]))[0])["fully_implemented"]["items"]
    assert [found["id"] for found in told] == [item(9)]
    assert len(emptied.logs) == 1


def test_there_is_an_end_to_what_is_kept() -> None:
    full = Kept(most=10)
    found = known([])
    keys = [f"01940000-0000-7000-8000-{number:012d}" for number in range(4)]
    for key, size in zip(keys, (4, 4, 4, 11), strict=True):
        full.put(key, kept._Told(size, b"", found, found))  # type: ignore[arg-type]
    assert list(full.logs) == keys[1:3]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 60), max_size=4), st.sampled_from([(1, 1), (1, 2), (2, 2)]))
def test_going_on_from_any_point_is_replaying_all_of_it(cuts: list[int], versions: tuple[int, int]) -> None:
    stored = seal(history(*versions).entries)
    entries = [(leaf_hash(one).hex(), json.loads(one)) for one in stored]
    whole, found, done = known(entries), None, 0
    for cut in [*sorted(min(one, len(entries)) for one in cuts), len(entries)]:
        before = found and repr(found)
        following = gathered(entries[done:cut], found)
        # Who still reads what was kept before reads it as it was.
        assert found is None or repr(found) == before
        assert completed(following) == known(entries[:cut])
        found, done = following, cut
    assert found is not None
    assert completed(found) == whole


def history(first: int, last: int) -> Journal:
    """Return a register in which a little of everything has happened, in entries of one version and then of another."""
    journal = Journal(version=first)
    subjects = [journal.record(number, instrument_required=False) for number in range(1, 5)]
    for one in subjects:
        journal.confirm(one)
    evidence = {"effective_on": "2025-01-24", "report": "R", "no_instrument_reason": "N"}
    journal.move(subjects[0], "implement", **evidence)
    journal.propose(subjects[1], "implement", **evidence)
    journal.version = last
    journal.move(subjects[2], "suspend", reason="R")
    journal.confirm(subjects[1])
    return journal


async def test_a_report_that_was_made_is_given_again_to_who_may_see_the_same_and_to_nobody_else(world: World) -> None:
    path = "/v1/sessions/PK-AZ/08/report?as_of=2025-07-01&audience=restricted"
    await confirmed(world, item(3), {"action": "amend", "reason": "R", "changes": {"confidentiality": "restricted"}})
    outside = (await world.as_("PK").get("/v1/organisations?party=PK")).json()["items"][3]["id"]
    await world.second_principal("pk-outside", organisation_id=outside)
    await world.sequence()
    made = await asked(world, path)
    assert len(finished.FINISHED.reports) == 1
    assert await asked(world, path) == made
    assert (await world.as_("AZ").get(path)).content == made[0]
    assert len(finished.FINISHED.reports) == 1
    less = await world.as_("pk-outside").get(path)
    assert item(3) in made[0].decode()
    assert item(3) not in less.text
    assert len(finished.FINISHED.reports) == 2
    await confirmed(world, item(2), DONE)
    await world.sequence()
    assert await asked(world, path) != made


def test_no_more_reports_are_kept_than_there_is_room_for() -> None:
    few, asked_for = Finished(most=5), Asked(Confidentiality.PUBLIC, date(2026, 1, 1))
    keys = [key_of(b"note", b"registry", asked_for, seen) for seen in ({"a"}, {"a", "b"}, {"c"})]
    for key in keys[:2]:
        few.put(key, b"12")
    assert few.get(keys[0]) == b"12"
    few.put(keys[2], b"34")
    assert [few.get(key) for key in keys] == [b"12", None, b"34"]
    few.put(keys[1], b"123456")
    assert not few.reports
