"""What tests say to sessions: begin one, propose a move of it, answer, read it; and hold all of it to the verifier."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import httpx

from service.register.history.rules import world as world_of
from service.register.history.rules.known import known
from service.verify.chain import Trail
from service.verify.judgement import verify
from service.verify.replay.evidence import instrument_of
from service.verify.replay.register import Register, Subject
from tests.conftest import COMMISSION, World, item
from tests.verify.journal import POLICY, in_memory
from tests.verify.test_register import exported

MINUTES: Final = [{"language": "en", "reference": "Agreed minutes (sample)"}]
HOLD: Final = {"action": "hold", "starts_on": "2025-05-03", "ends_on": "2025-05-04", "venue": "Baku"}
ADOPT: Final = {"action": "adopt", "minutes": MINUTES}
CANCEL: Final = {"action": "cancel", "reason": "It is not needed (sample)."}
YES: Final = {"decision": "confirm"}
WHO: Final = {"PK": "PK", "AZ": "AZ", "TR": "tr-secretariat"}


async def begin(world: World, by: str = "PK", commission: str = COMMISSION, **body: Any) -> dict[str, Any]:
    """Plan a session, or record one, and return it."""
    made = await world.as_(by).post(f"/v1/commissions/{commission}/sessions", json={"action": "plan", **body})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def read(world: World, session_id: str, by: str = "PK") -> dict[str, Any]:
    """Return a session as one party reads it."""
    answer = await world.as_(by).get(f"/v1/sessions/{session_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def propose(world: World, session_id: str, body: dict[str, Any], by: str = "PK") -> httpx.Response:
    """Propose a move of a session."""
    return await world.as_(by).post(f"/v1/sessions/{session_id}/transitions", json=body)


async def made(world: World, session_id: str, body: dict[str, Any], by: str = "PK") -> dict[str, Any]:
    """Propose a move of a session, which is taken, and return it."""
    answer = await propose(world, session_id, body, by)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def answered(
    world: World, transition_id: str, by: str = "AZ", body: dict[str, Any] | None = None
) -> httpx.Response:
    """Answer a proposal; yes if nothing is said."""
    return await world.as_(by).post(f"/v1/transitions/{transition_id}/confirmations", json=body or YES)


async def agreed(
    world: World, session_id: str, body: dict[str, Any], by: str = "PK", other: str = "AZ"
) -> dict[str, Any]:
    """Propose as one party, confirm as the other, and return the session."""
    done = await answered(world, (await made(world, session_id, body, by))["id"], other)
    assert done.status_code == 201, done.text
    assert done.json()["status"] == "effective"
    return await read(world, session_id, by)


async def leaf_of(world: World, session_id: str, place: int = -1) -> str:
    """Return the leaf hash of an entry of the session's trail."""
    found = (await world.as_("PK").get(f"/v1/sessions/{session_id}/audit-trail?limit=200")).json()["items"]
    return str(found[place]["leaf_hash"])


async def correct(world: World, session_id: str, leaf: str, fact: str, value: Any) -> dict[str, Any]:
    """Correct by both sides a fact that the entry with this leaf hash brought, and return the session."""
    body = {
        "action": "correct",
        "corrects": leaf,
        "fact": fact,
        "value": value,
        "reason": "It was written down wrongly.",
    }
    return await agreed(world, session_id, body)


async def refused(world: World, session_id: str, body: dict[str, Any], by: str = "PK") -> dict[str, str]:
    """Propose a move with wrong evidence, and return what is said, by pointer."""
    answer = await propose(world, session_id, body, by)
    assert answer.status_code == 422, answer.text
    return {one["pointer"]: one["detail"] for one in answer.json()["errors"]}


async def proven(world: World, commission: str = COMMISSION) -> None:
    """Hold a commission's whole register to the verifier's replay, and its tables to what the replay arrives at."""
    files = await exported(world, commission)
    found = verify(in_memory(files), POLICY).findings.listed
    assert found == [], found
    owner = await world.connect()
    rows = await owner.fetch(
        "SELECT canonical, leaf FROM log_entry JOIN audit_entry USING (subject, seq, leaf) WHERE log_entry.log_id = $1"
        ' ORDER BY "index"',
        commission,
    )
    entries = [row["canonical"] for row in rows]
    trail = Trail(lambda _, index: entries[index], replay=True)
    assert list(trail.extend(entries, [row["leaf"] for row in rows])) == []
    for kind, column in {
        "commission": "id",
        **dict.fromkeys(("session", "working_group", "commitment", "instrument"), "commission_id"),
    }.items():
        await _equal(owner, kind, column, commission, trail)
    await _as_history_tells(owner, trail, [(row["leaf"], row["canonical"]) for row in rows])
    await owner.close()


async def _as_history_tells(owner: Any, trail: Trail, rows: list[tuple[bytes, bytes]]) -> None:
    """Hold what history reads from the entries, for metrics and reports, to what the replay arrives at, and to the reports stored."""
    found = known((leaf.hex(), json.loads(stored)) for leaf, stored in rows)
    held = (
        trail.register.sessions
        | trail.register.groups
        | {one: subject.facts for one, subject in trail.subjects.items()}
    )
    for life in found.lives.values():
        # A group of version 1 has its code by the order of the register's groups, and its organisations by its commission's entries.
        apart = {"code", "organisations"} if life.kind == "working_group" and not life.moves else set()
        told = {name: one for name, one in life.members.items() if name not in apart}
        known_now = held[life.id]
        # What entries of version 1 could not say of a matter is unknown to every reading, or was agreed as all were.
        since = {name: told.pop(name) for name in [*told] if name not in known_now}
        if "successors" in since:
            one = known_now["successor"]
            assert since.pop("successors") == ([one] if one else None), life.id
        assert all(one in (None, {}, "agreed", "commitment") for one in since.values()), (life.id, since)
        assert told == {name: known_now[name] for name in told}, (
            life.id,
            f"service/register/history/rules/known.py tells another {life.kind} than the verifier: does it read the new kind of entry?",
        )
        if life.kind == "commitment":
            waiting = trail.subjects[life.id].waiting
            assert (life.open and life.open.transition) == (waiting and waiting.proposal["transition"])
            stored = await owner.fetchval("SELECT progress FROM commitment WHERE id = $1", life.id)
            assert world_of.reported(life, date.max) == {
                party: {**one, "party": party} for party, one in json.loads(stored).items()
            }


def _told_of(register: Register, key: str, held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the trails of others tell of one that has none of its own."""
    known = register.sessions | register.groups
    if found := known.get(key) or instrument_of(register, key):
        # The database gave it the reference of a draft, which no entry tells yet.
        return {**found, **({} if key in known else {"reference": held["reference"]})}
    return {"state": "retracted"}


async def _equal(owner: Any, kind: str, column: str, commission: str, trail: Trail) -> None:
    stored = await owner.fetch(f"SELECT id, to_jsonb({kind}) AS held FROM {kind} WHERE {column} = $1", commission)
    for row in stored:
        held = json.loads(row["held"])
        subject = trail.subjects.get(str(row["id"])) or Subject(facts=_told_of(trail.register, str(row["id"]), held))
        if str(row["id"]) == item(5):
            # The pilot's copy made it restricted behind the register's back.
            held["confidentiality"] = subject.facts["confidentiality"]
        differ = {
            name: (held[name], subject.facts[name]) for name in subject.facts if held[name] != subject.facts[name]
        }
        assert differ == {}, (row["id"], differ)
        waiting = subject.waiting.awaiting if subject.waiting else []
        assert (held["awaiting"], held["open_transition_id"]) == (
            waiting,
            subject.waiting.proposal["transition"] if subject.waiting else None,
        )
