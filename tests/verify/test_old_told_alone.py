"""Instruments of which old commitments alone tell: rows that follow from these, and a trail of their own from their first move on."""

import asyncio
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson
import pytest

from service.database.doctor.content import content
from service.register.commitments.rules.alone import alone, as_it_stands, key_of
from service.register.instruments.rules.matter import INSTRUMENT
from service.register.instruments.rules.reckoning import reckoned
from service.trail.entry import FIRST_PREV
from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.conftest import COMMISSION, World
from tests.register.commissions.meeting import proven
from tests.register.commitments.test_found_late import found
from tests.register.commitments.test_journey import SIGN
from tests.register.documents.test_documents import sent as attach
from tests.register.instruments.recording import agreed, confirmed, done, entered, propose, read
from tests.verify.conftest import Restored
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry
from tests.verify.journal import exported as sealed
from tests.verify.test_old import COMMISSIONS, exported, judged

TELLING: Final = (
    "SELECT * FROM commitment WHERE instrument ? 'title' AND NOT instrument ? 'id' AND commission_id = $1 ORDER BY id"
)
ROWS: Final = "SELECT * FROM instrument WHERE seq < 0 AND state <> 'retracted'"
GIVEN: Final = "SELECT max(right(reference, 4)) FROM instrument WHERE reference ~ '^PK-AZ/I/0[0-9]{3}$'"
STEP: Final = {"action": "record_step", "step": "cabinet_approval", "status": "done", "effective_on": "2025-05"}


@pytest.fixture(scope="module")
async def register(restored: Restored) -> AsyncIterator[World]:
    """The old register in today's hands."""
    async with restored("old_told_alone") as world:
        yield world


@pytest.fixture
async def owner(register: World) -> AsyncIterator[asyncpg.Connection]:
    """The owner of its schema."""
    connection = await register.connect()
    yield connection
    await connection.close()


def plain(row: asyncpg.Record) -> dict[str, Any]:
    """Return a row as JSON values."""
    return {
        name: orjson.loads(one) if isinstance(one, str) and one[:1] in {"{", "["} else one for name, one in row.items()
    }


async def hold(owner: asyncpg.Connection, world: World) -> set[str]:
    """Hold each row to what follows from its commitment, see that there is no other, and return in which states they are."""
    due: dict[str, dict[str, Any]] = {}
    begun = {str(one["id"]) for one in await owner.fetch("SELECT id FROM instrument WHERE seq >= 0")}
    for charter in map(plain, await owner.fetch("SELECT * FROM commission")):
        for one in map(plain, await owner.fetch(TELLING, charter["id"])):
            told = alone(str(one["id"]), one, charter)
            if told and told.id not in begun:
                due[told.id] = as_it_stands(told)
    rows = {str(one["id"]): plain(one) for one in await owner.fetch(ROWS)}
    assert rows.keys() == due.keys()
    for key, members in due.items():
        kept = await owner.fetchrow("SELECT * FROM instrument_reckoning WHERE instrument_id = $1", key)
        assert {name: rows[key][name] for name in INSTRUMENT.members} == {
            **members,
            "reference": rows[key]["reference"],
        }
        assert dict(kept) == {**reckoned(members), "instrument_id": rows[key]["id"]}
        assert (rows[key]["leaf"], rows[key]["is_joint"]) == (FIRST_PREV, True)
        assert await read_by_somebody(world, key, members["confidentiality"])
    await named_by_commitments(world, due.keys())
    return {one["state"] for one in rows.values()}


async def named_by_commitments(world: World, keys: Collection[str]) -> None:
    """Hold what commitments say of the ids of such instruments, each alone and in a list, to these."""
    pk = world.as_("PK")
    for one in (await pk.get("/v1/commitments", params={"limit": 200, "commission_id": COMMISSION})).json()["items"]:
        said = (await pk.get(f"/v1/commitments/{one['id']}")).json()["instrument"]
        assert said == one["instrument"]
        if said and said["state"] is None:
            assert said["id"] == (key if (key := key_of(one["id"])) in keys else None), one["reference"]


async def read_by_somebody(world: World, key: str, confidentiality: str) -> bool:
    """Return whether a secretariat of the pilot reads it, of another commission's nobody asks."""
    answer = await world.as_("PK").get(f"/v1/instruments/{key}")
    return confidentiality == "restricted" or answer.status_code == 200


async def telling(owner: asyncpg.Connection, state: str) -> list[str]:
    """Return the ids of commitments of the pilot in a state that alone tell of an instrument, and for which nothing is open."""
    asked = (
        "SELECT id FROM commitment WHERE state = $1 AND commission_id = $2 AND open_transition_id IS NULL AND confidentiality <> 'restricted'"
        " AND EXISTS (SELECT FROM instrument WHERE commitment_ids = ARRAY[commitment.id::text] AND seq < 0) ORDER BY id"
    )
    return [str(one["id"]) for one in await owner.fetch(asked, state, COMMISSION)]


async def test_what_old_commitments_alone_tell_is_in_the_register_as_it_follows_from_them(
    register: World, owner: asyncpg.Connection
) -> None:
    assert await hold(owner, register) == {"drafted", "signed"}
    listed = (await register.as_("PK").get("/v1/instruments?state=signed&limit=200")).json()["items"]
    key = key_of((await telling(owner, "signed"))[0])
    assert key in {one["id"] for one in listed}


async def test_it_is_told_as_of_a_day_and_a_moment_as_its_commitment_told_it(
    register: World, owner: asyncpg.Connection
) -> None:
    mine = (await telling(owner, "signed"))[0]
    path, pk = f"/v1/instruments/{key_of(mine)}", register.as_("PK")
    since = (await read(register, key_of(mine)))["signed_on"]
    then = await pk.get(f"{path}?as_of=2026-01-01")
    assert then.status_code == 200, then.text
    assert (then.json()["state"], then.json()["signed_on"], then.json()["version"]) == ("signed", since, 0)
    before = await pk.get(f"{path}?as_of=1990-01-01")
    unheard = await pk.get(f"{path}?known_at=2020-01-01T00:00:00Z")
    assert (before.status_code, unheard.status_code) == (404, 404)
    for asked, there in (
        ("as_of=2026-01-01", True),
        ("as_of=1990-01-01", False),
        ("known_at=2020-01-01T00:00:00Z", False),
    ):
        listed = await pk.get(f"/v1/instruments?limit=200&{asked}")
        assert (key_of(mine) in {one["id"] for one in listed.json()["items"]}) is there, asked


async def test_it_changes_with_its_commitment_whoever_changes_that(register: World, owner: asyncpg.Connection) -> None:
    key = (await telling(owner, "mou_drafted"))[-1]
    before = await owner.fetchrow("SELECT state, instrument FROM commitment WHERE id = $1", key)
    for state, told in (
        ("signed", {"signed_on": "2025-02", "place": "Baku", "expires_on": "2030", "enters_into_force_on": "2025-03"}),
        (
            "mou_drafted",
            {"drafted_on": "2025", "authentic_texts": [{"language": "tr"}, {"language": "fa"}, {"language": "tr"}]},
        ),
        (
            "signed",
            {
                "authentic_texts": [{"language": "tr", "reference": "1"}],
                "expires_on": "2028-02",
                "enters_into_force_on": "2025-03-09",
            },
        ),
        ("lapsed", {"signatories": [{"party": "PK", "name": "N."}]}),
        ("lapsed", {}),
    ):
        made = orjson.dumps({"kind": "mou", "title": "MoU (sample)", **told}).decode()
        await owner.execute("UPDATE commitment SET state = $2, instrument = $3 WHERE id = $1", key, state, made)
        await hold(owner, register)
    await owner.execute("UPDATE commitment SET state = 'agreed', instrument = NULL WHERE id = $1", key)
    await hold(owner, register)
    assert (await read(register, key_of(key)))["state"] == "retracted"
    await owner.execute("UPDATE commitment SET state = $2, instrument = $3 WHERE id = $1", key, *before.values())
    await hold(owner, register)


async def test_its_first_move_begins_its_trail_and_the_rest_goes_on(
    register: World, owner: asyncpg.Connection, old: Path, tmp_path: Path
) -> None:
    pk = register.as_("PK")
    signed, other, *_ = await telling(owner, "signed")
    drafted = (await telling(owner, "mou_drafted"))[0]
    key, about = key_of(signed), (await pk.get(f"/v1/commitments/{signed}")).json()
    # Another test may have gone before, and taken numbers.
    given = int(await owner.fetchval(GIVEN) or 0)
    refused = await propose(register, key, {**STEP, "status": "none"})
    assert (refused.status_code, (await read(register, key))["version"]) == (422, 0)
    stale = await pk.post(f"/v1/instruments/{key}/transitions", json=STEP, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    made = await pk.post(f"/v1/instruments/{key}/transitions", json=STEP, headers={"If-Match": '"0"'})
    assert made.status_code == 201, made.text
    one = await read(register, key)
    assert (one["reference"], one["version"]) == (f"PK-AZ/I/{given + 1:04d}", 1)
    assert [(one["step"], one["status"]) for one in one["steps"]] == [("cabinet_approval", "done")]
    now = (await pk.get(f"/v1/commitments/{signed}")).json()
    assert (now["instrument"]["id"], now["instrument"]["state"], now["state"]) == (key, "signed", about["state"])
    told = {name: value for name, value in about["instrument"].items() if value}
    assert told.items() <= now["instrument"].items()
    trail = (await pk.get(f"/v1/instruments/{key}/audit-trail")).json()["items"]
    assert [one["kind"] for one in trail] == ["instrument.recorded", "transition.proposed"]
    # What is said of the draft is a proposal of the instrument, for one that alone told of it too.
    sign = await pk.post(f"/v1/commitments/{drafted}/transitions", json=SIGN)
    assert sign.status_code == 201, sign.text
    assert sign.json()["matter"]["id"] == key_of(drafted)
    await confirmed(register, sign.json()["id"])
    its = await read(register, key_of(drafted))
    assert (its["reference"], its["signed_on"]) == (f"PK-AZ/I/{given + 2:04d}", SIGN["effective_on"])
    assert its["state"] == "signed"
    assert (await pk.get(f"/v1/commitments/{drafted}")).json()["state"] == "signed"
    # Named by another one before it has a trail.
    related = await entered(register, relations=[{"kind": "implements", "instrument_id": key_of(other)}])
    assert related["relations"][0]["instrument_id"] == key_of(other)
    carried = await found(register, {"found_in": "signed", "agreed_on": "2024", "instrument_id": key_of(other)})
    assert carried["instrument"]["id"] == key_of(other)
    assert {*(await read(register, key_of(other)))["commitment_ids"]} == {other, carried["id"]}
    off = await agreed(
        register, key, {"action": "amend", "changes": {"commitment_ids": []}, "reason": "Another text (sample)."}
    )
    assert off["commitment_ids"] == []
    await done(register, key, {**STEP, "step": "ratification"})
    await hold(owner, register)
    await register.sequence()
    verdict = judged(old, await exported(register, "PK-AZ", tmp_path / "export"), kept=old / "exports" / "PK-AZ")
    assert (verdict.findings.listed, verdict.findings.outcome) == ([], Severity.PROVEN)
    assert verdict.entries > COMMISSIONS["PK-AZ"]


async def test_no_trail_begins_with_a_move_whichever_release_writes(owner: asyncpg.Connection) -> None:
    key = key_of((await telling(owner, "signed"))[0])
    insert = (
        "INSERT INTO audit_entry (subject, seq, log_id, leaf, canonical, kind, recorded_at)"
        " VALUES ($1, 0, $2, sha256('{}'), '{}', 'transition.proposed', now())"
    )
    with pytest.raises(asyncpg.CheckViolationError, match="a_trail_begins_with_what_was_recorded"):
        await owner.execute(insert, key, COMMISSION)
    assert [one async for one in content(owner) if "instrument" in one.said] == []


async def test_it_begins_among_many_and_with_a_document(register: World, owner: asyncpg.Connection) -> None:
    pk, (one, two, *_), (three, *_) = (
        register.as_("PK"),
        await telling(owner, "mou_drafted"),
        await telling(owner, "signed"),
    )
    wrong = {"action": "record_step", "step": "cabinet_approval", "matters": [key_of(three)]}
    refused = await pk.post(f"/v1/commissions/{COMMISSION}/proposals", json=wrong)
    assert refused.json()["results"][0]["problem"]["status"] == 422
    body = {**STEP, "matters": [key_of(one), key_of(two)]}
    made = await pk.post(f"/v1/commissions/{COMMISSION}/proposals", json=body)
    assert [said["transition"]["status"] for said in made.json()["results"]] == ["effective", "effective"], made.text
    assert (await read(register, key_of(three)))["version"] == 0
    await attach(register, matter=key_of(three))
    trail = (await pk.get(f"/v1/instruments/{key_of(three)}/audit-trail")).json()["items"]
    assert [said["kind"] for said in trail] == ["instrument.recorded", "document.attached"]
    numbers = {(await read(register, key_of(key)))["reference"] for key in (one, two, three)}
    assert len(numbers) == len({number for number in numbers if "/d-" not in number}) == 3
    await proven(register, COMMISSION)


@pytest.fixture
async def fresh(restored: Restored) -> AsyncIterator[World]:
    """The old register in today's hands, for one test alone: it leaves nothing to others, in whatever order they come."""
    async with restored("old_alone") as world:
        yield world


async def test_its_first_moves_meet_each_other_and_those_of_its_commitment(
    fresh: World,
) -> None:
    """The commitment's trigger waits for the row that the instrument's move holds, and that for the commitment: one begins anew."""
    owner = await fresh.connect()
    lapse = {"action": "lapse", "reason": "Out of date (sample)."}
    keys = [*await telling(owner, "signed"), *await telling(owner, "mou_drafted"), *await telling(owner, "implemented")]
    assert len(keys) > 3
    for one in keys:
        answers = await asyncio.gather(
            propose(fresh, key_of(one), STEP),
            propose(fresh, key_of(one), STEP, "AZ"),
            fresh.as_("AZ").post(f"/v1/commitments/{one}/transitions", json=lapse),
        )
        assert [answer.status_code for answer in answers if answer.status_code not in {201, 409}] == []
        assert [answer.status_code for answer in answers[:2]] == [201, 201]
        trail = (await fresh.as_("PK").get(f"/v1/instruments/{key_of(one)}/audit-trail")).json()["items"]
        assert [said["kind"] for said in trail] == ["instrument.recorded", "transition.proposed", "transition.proposed"]
    await proven(fresh, COMMISSION)


ELSEWHERE: Final = "01940000-0000-8000-8000-0000000007ff"


@pytest.fixture(scope="module")
async def moved(restored: Restored) -> AsyncIterator[World]:
    """The old register, in which a text of which a commitment alone told has made its first move."""
    async with restored("old_told_moved") as world:
        owner = await world.connect()
        mine = (await telling(owner, "signed"))[0]
        await owner.close()
        await done(world, key_of(mine), STEP)
        lapse = {"action": "lapse", "reason": "Out of date (sample)."}
        assert (await world.as_("PK").post(f"/v1/commitments/{mine}/transitions", json=lapse)).status_code == 201
        yield world


@pytest.fixture(scope="module")
async def entries(moved: World) -> list[Entry]:
    """Its entries."""
    return await entries_of(moved, COMMISSION)


def begun(*path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in the entry that begins its trail."""
    return lambda entries: write(entries[-4], path, to)


def other(entries: list[Entry]) -> None:
    """Let the trail be that of an instrument of which another commitment told."""
    for one in (entries[-4], entries[-2]):
        one["subject"] = ELSEWHERE


FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "another title": (begun("data", "instrument", "titles", "en", to="MoU (sample)"), "its facts are not those"),
    "another party": (begun("data", "instrument", "contracting_parties", to=["PK", "TR"]), "its facts are not those"),
    "another day": (begun("data", "proposal", "evidence", "effective_on", to="2024-08"), "not entered as"),
    "another number": (begun("data", "effective", "after", "reference", to="PK-AZ/I/0002"), "entering it brings about"),
    "an entry that told of it before": (begun("data", "told_by", "leaf", to="0" * 64), "does not name the last entry"),
    "a commitment that did not": (begun("data", "told_by", "id", to="01940000-0000-7000-8000-000000000402"), "no commitment told"),
    "another instrument": (other, "no commitment told"),
    "a commitment that does not follow it": (lambda entries: entries.remove(entries[-3]), "went along with another"),
    "what the commitment tells then": (lambda entries: write(entries[-3], ("data", "after", "instrument", "place"), "Lahore"), "brings about"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    kinds = [one["kind"] for one in entries[-4:]]
    assert kinds == ["instrument.recorded", "commitment.followed", "transition.proposed", "transition.proposed"]
    assert verify(sealed(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])


async def test_what_was_taken_off_an_instrument_is_told_by_that_one_alone(moved: World, entries: list[Entry]) -> None:
    """The host lets it begin a trail nevertheless: the replay sees that another instrument carried the commitment."""
    assert verify(sealed(entries), POLICY).findings.listed == []
    owner = await moved.connect()
    mine = (await telling(owner, "signed"))[0]
    level = await owner.fetchval("SELECT confidentiality FROM commitment WHERE id = $1", mine)
    its = await entered(moved, confidentiality=level, commitment_ids=[mine], entering={"found_in": "signed"})
    assert (await read(moved, key_of(mine)))["state"] == "retracted"
    await agreed(
        moved, its["id"], {"action": "amend", "changes": {"commitment_ids": []}, "reason": "Another text (sample)."}
    )
    assert (await read(moved, key_of(mine)))["state"] == "retracted"
    await owner.execute("UPDATE instrument SET state = 'signed' WHERE id = $1", key_of(mine))
    await owner.close()
    await done(moved, key_of(mine), STEP)
    verdict = verify(sealed(await entries_of(moved, COMMISSION)), POLICY)
    assert "what was told of it is another instrument's" in " ".join(map(str, verdict.findings.listed))


async def test_it_has_the_languages_that_the_charter_has_when_its_trail_begins(fresh: World) -> None:
    """A move is judged by the row and replayed by the charter: of another language than the charter's the log would be broken for good."""
    owner = await fresh.connect()
    key = key_of((await telling(owner, "signed"))[-1])
    made = await fresh.as_("PK").post(
        f"/v1/commissions/{COMMISSION}/transitions",
        json={"action": "amend", "changes": {"languages": ["ur", "az"]}, "reason": "Each its own (sample)."},
    )
    await confirmed(fresh, made.json()["id"])
    await hold(owner, fresh)
    assert (await read(fresh, key))["authentic_languages"] == ["ur", "az"]
    for language, status in (("en", 422), ("ur", 201)):
        body = {"action": "amend", "changes": {"prevailing_language": language}, "reason": "Say it (sample)."}
        assert (await propose(fresh, key, body)).status_code == status, language
    assert verify(sealed(await entries_of(fresh, COMMISSION)), POLICY).findings.listed == []


async def test_what_nothing_tells_of_any_more_begins_no_trail(fresh: World) -> None:
    owner = await fresh.connect()
    mine = (await telling(owner, "signed"))[-2]
    level = await owner.fetchval("SELECT confidentiality FROM commitment WHERE id = $1", mine)
    await entered(fresh, confidentiality=level, commitment_ids=[mine], entering={"found_in": "signed"})
    refused = await propose(fresh, key_of(mine), STEP)
    assert (refused.status_code, "Nothing tells of it any more" in refused.text) == (409, True)
    among = {"matters": [{"kind": "instrument", "id": key_of(mine)}], **STEP}
    many = await fresh.as_("PK").post(f"/v1/commissions/{COMMISSION}/proposals", json=among)
    assert many.status_code in {409, 422}, many.text
    await attach(fresh, matter=key_of(mine), status=409)


async def test_a_fact_that_is_null_is_none(fresh: World) -> None:
    owner = await fresh.connect()
    key = (await telling(owner, "mou_drafted"))[0]
    for fact in ("authentic_texts", "signatories", "expires_on", "place"):
        await owner.execute(
            "UPDATE commitment SET state = 'signed', instrument = instrument || jsonb_build_object($2::text, NULL) WHERE id = $1",
            *(key, fact),
        )
    assert (await read(fresh, key_of(key)))["state"] == "signed"
