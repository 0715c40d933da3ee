"""What the benchmark measures is legal: the fill's trails hold, both sides do and answer the same."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

from service.database.columns import table
from service.database.state import state_of
from service.demo.postgres import Server
from service.main import Service, create_app
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.models import Commitment
from service.sequencer.sequencer import Sequencer
from service.sequencer.start import create_sequencer
from service.settings import Settings
from service.tlog.merkle import leaf_hash
from service.trail.entry import canonical, timestamp
from tests.benchmarks import limit, limit_sql, settling
from tests.benchmarks.fill import Filled, fill, shares
from tests.benchmarks.load import (
    Ask,
    Connection,
    Measured,
    NothingLeft,
    UnexpectedAnswer,
    Work,
    connect,
    measure,
    request,
)
from tests.benchmarks.machine import family, pss
from tests.benchmarks.operations import OPERATIONS, Asker, askers
from tests.benchmarks.processes import ROOT, Ended, Side, answers, sequencer_environment, spawn
from tests.benchmarks.report import missed_lines, shortfalls
from tests.benchmarks.rounds import ORDERS, SIDES, Result
from tests.benchmarks.rows import number_of
from tests.conftest import as_superuser, settings_for
from tests.serving import free_port, served_here

SIZE = 200
HIDDEN = {
    "words", "leaf", "awaiting", "proposed_by", "expires_at", "open_transition_id", "refused_transition_id", "seq",
    "is_joint", "earlier_sessions", "acknowledged", "moved_alone_at", "levels", "moved_on", "reported_on",
    "founded_group_ids", "package_items", "steps",
}  # fmt: skip
"""Columns of a commitment that no answer has as they stand."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A small filled register with both sides on it, in this process."""

    filled: Filled
    connection: Any
    asks: dict[str, Asker]
    sequencer: Sequencer


@pytest.fixture(scope="module")
async def bench(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    database = f"bench_{uuid4().hex}"
    await as_superuser(server, f"CREATE DATABASE {database} TEMPLATE pacta OWNER pacta_owner")
    await as_superuser(server, f"GRANT CONNECT ON DATABASE {database} TO pacta_app, pacta_sequencer")
    log_dir = tmp_path_factory.mktemp("log")
    filled = await fill(server, SIZE, log_dir, database, mutual=2, unilateral=1)
    key = tmp_path_factory.mktemp("bench") / "key.pem"
    app = create_app(settings_for(server, database, signing_key_file=key, log_dir=log_dir), with_sequencer=True)
    service = state_of(app, Service)
    assert service.sequencer is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIMIT_DATABASE_URL", server.url("pacta_app", database))
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(limit.lifespan(limit.app))
            ours, limits = [await stack.enter_async_context(served_here(cast("Any", one))) for one in (app, limit.app)]
            sides = Side("service", [_port(ours)]), Side("limit", [_port(limits)])
            connection = await asyncpg.connect(server.url("postgres", database))
            yield Bench(filled, connection, await askers(*sides, filled), service.sequencer)
            await connection.close()
    await service.close()
    await service.sequencer.pool.close()
    await as_superuser(server, f"DROP DATABASE {database} WITH (FORCE)")


def _port(origin: str) -> int:
    return int(origin.rpartition(":")[2])


async def assert_trails_hold(connection: Any) -> None:
    """Every entry is canonical and follows the one before; every head and every row is what its trail says."""
    rows = {row["id"]: dict(row) for row in await connection.fetch("SELECT * FROM commitment")}
    trails: dict[UUID, list[Any]] = {}
    for entry in await connection.fetch("SELECT * FROM audit_entry ORDER BY subject, seq"):
        trails.setdefault(entry["subject"], []).append(entry)
    for key, row in rows.items():
        trail, said, before = trails[key], dict[str, Any](), bytes(32)
        for seq, entry in enumerate(trail):
            content = orjson.loads(entry["canonical"])
            assert canonical(content) == entry["canonical"]
            assert leaf_hash(entry["canonical"]) == entry["leaf"]
            assert (content["prev"], content["seq"], entry["seq"]) == (before.hex(), seq, seq)
            assert (content["subject"], content["commission"]) == (str(key), str(row["commission_id"]))
            assert (content["kind"], content["recorded_at"]) == (entry["kind"], timestamp(entry["recorded_at"]))
            before = entry["leaf"]
            said |= content["data"].get("commitment", {})
            said |= content["data"].get("effective", {}).get("after", {})
        assert (row["seq"], row["leaf"]) == (len(trail) - 1, before)
        assert row["changed_at"] == trail[-1]["recorded_at"]
        for name in ("titles", "texts", "instrument", "party_facts", "corrected"):
            row[name] = row[name] and orjson.loads(row[name])
        assert {name: said[name] for name in COMMITMENTS.rules.members} == COMMITMENTS.members(row)


async def assert_indexes_have_no_gap(connection: Any) -> None:
    """Each entry has one index, and each log counts from 0."""
    entries = {(row["subject"], row["seq"]) for row in await connection.fetch("SELECT subject, seq FROM audit_entry")}
    found = await connection.fetch('SELECT log_id, "index", subject, seq FROM log_entry ORDER BY log_id, "index"')
    assert {(row["subject"], row["seq"]) for row in found} == entries
    logs: dict[UUID, list[int]] = {}
    for row in found:
        logs.setdefault(row["log_id"], []).append(row["index"])
    assert all(indexes == list(range(len(indexes))) for indexes in logs.values())


async def ask(asker: Asker, operation: str) -> dict[str, Any]:
    """Do an operation once, and return the bodies of its answers."""
    (connection,) = await connect(asker.side.ports, 1)
    found = {}
    for work in asker.works(operation):
        found[work.name] = await _answer(connection, work)
    connection.transport.close()
    return found


async def _answer(connection: Connection, work: Work) -> Any:
    one = work.take()
    assert one is not None
    status, body = await connection.ask(one.payload)
    assert status == one.status, body
    if one.done is not None:
        one.done(body)
    return orjson.loads(body)


async def test_the_filled_trails_hold_and_say_what_the_rows_say(bench: Bench) -> None:
    await assert_trails_hold(bench.connection)
    await assert_indexes_have_no_gap(bench.connection)


async def test_the_fill_has_the_size_it_says_in_many_states(bench: Bench) -> None:
    states = await bench.connection.fetch("SELECT state, count(*) AS n FROM commitment GROUP BY state")
    assert (
        sum(row["n"] for row in states)
        == SIZE
        == sum(len(ids) for kind, ids in bench.filled.rows.items() if kind != "read")
    )
    assert {row["state"] for row in states} >= {"proposed", "agreed", "mou_drafted", "signed", "implemented"}
    assert {kind: len(bench.filled.rows[kind]) for kind in shares(SIZE)} == shares(SIZE)


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_both_sides_answer_bodies_of_the_same_shape_and_size(bench: Bench, operation: str) -> None:
    ours, limits = await ask(bench.asks["service"], operation), await ask(bench.asks["limit"], operation)
    for name, body in ours.items():
        other = limits[name]
        assert set(body) <= set(other) | {"client_id", "principal_id"}
        if "items" in body:
            assert len(body["items"]) == len(other["items"]) > 1
            assert set(body["items"][0]) == set(other["items"][0])
        assert 0.75 < len(orjson.dumps(other)) / len(orjson.dumps(body)) < 1.25


async def test_the_trail_that_is_read_has_ten_entries(bench: Bench) -> None:
    assert len((await ask(bench.asks["limit"], "trail"))["trail"]["items"]) == 10


async def test_the_limit_writes_what_the_service_writes(bench: Bench) -> None:
    for asker in bench.asks.values():
        at_once, there, back = [], [], []
        for _ in range(2):
            at_once.append((await ask(asker, "at_once"))["at_once"])
            pair = await ask(asker, "pair")
            there.append(pair["propose"])
            back.append(pair["confirm"])
            # The same rows once more, which are suspended now.
            asker.effects.ready.rotate(1)
            asker.pairs.ready.rotate(1)
        for bodies, status in ((at_once, "effective"), (there, "open"), (back, "effective")):
            assert [(one["action"], one["target"]) for one in bodies] == [
                ("suspend", "suspended"),
                ("resume", "agreed"),
            ]
            assert {one["status"] for one in bodies} == {status}
            assert len({one["matter"]["id"] for one in bodies}) == 1
    await bench.sequencer.step()
    await assert_trails_hold(bench.connection)
    await assert_indexes_have_no_gap(bench.connection)


async def test_an_answer_with_another_status_fails_the_measurement(bench: Bench) -> None:
    asker = bench.asks["service"]
    wrong = Work("read", lambda: Ask(request("GET", "/v1/commitments/nothing")))
    with pytest.raises(UnexpectedAnswer, match="instead of 200"):
        await measure(asker.side.ports, [wrong], 1, 0.2, {})


async def test_as_many_answers_are_counted_as_were_given(bench: Bench) -> None:
    asker, taken, found = bench.asks["limit"], [], dict[str, Measured]()
    (work,) = asker.works("me")

    def take() -> Any:
        taken.append(work.take())
        return taken[-1]

    await measure(asker.side.ports, [Work("me", take)], 2, 0.2, found)
    assert found["me"].count == len(found["me"].latencies) == len(taken) > 0
    assert found["me"].rate == pytest.approx(len(taken) / found["me"].seconds)


async def test_works_that_feed_each_other_have_their_full_length_each(bench: Bench) -> None:
    asker, found = bench.asks["limit"], dict[str, Measured]()
    await measure(asker.side.ports, asker.works("pair"), 2, 0.3, found)
    assert all(0.3 <= found[name].seconds < 0.6 for name in ("propose", "confirm"))
    assert found["propose"].count == found["confirm"].count
    assert not asker.pairs.open


async def test_a_measurement_without_rows_to_ask_about_fails(bench: Bench) -> None:
    with pytest.raises(NothingLeft, match="empty"):
        await measure(bench.asks["limit"].side.ports, [Work("empty", lambda: None)], 1, 0.2, {})


async def test_a_round_waits_for_what_the_sequencer_has_left_to_do(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = bench.asks["limit"].side
    await ask(bench.asks["limit"], "at_once")
    monkeypatch.setattr(settling, "LIMIT_SECONDS", 0.1)
    with pytest.raises(settling.Unsettled, match="'waiting': True"):
        await settling.settled(bench.connection, side)
    await bench.sequencer.step()
    with pytest.raises(settling.Unsettled, match=r"'waiting': False, 'unsigned': [1-9]"):
        await settling.settled(bench.connection, side)
    await bench.sequencer.sign()
    await settling.settled(bench.connection, side)


async def test_a_refused_log_fails_the_run(bench: Bench) -> None:
    place = bench.filled.scene.places[0]
    await bench.connection.execute("INSERT INTO log_alarm VALUES ($1, 'a test', now())", place.id)
    with pytest.raises(settling.Unsettled, match="'refused': 1"):
        await settling.settled(bench.connection, bench.asks["limit"].side)
    await bench.connection.execute("DELETE FROM log_alarm")


async def test_a_process_that_has_ended_fails_the_run_with_its_last_words(bench: Bench, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no directory for the log')"]
    program = spawn("sequencer", command, os.environ, tmp_path)
    program.process.wait()
    with pytest.raises(Ended, match=r"sequencer has ended with status 1.*\nno directory for the log"):
        await settling.settled(bench.connection, Side("service", beside=[program]))
    with pytest.raises(Ended, match="no directory"):
        await answers(program, free_port())


async def test_the_sequencer_goes_on_in_the_directory_of_the_fill(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sequencer_environment(server, tmp_path).items():
        monkeypatch.setenv(name, value)
    sequencer = create_sequencer(Settings(), "localhost")
    assert sequencer.directory.path == tmp_path / "log"
    await sequencer.pool.close()


def test_each_side_has_each_place_and_follows_each_other_equally_often() -> None:
    for place in range(3):
        assert Counter(order[place] for order in ORDERS) == dict.fromkeys(SIDES, 2)
    row = [side for order in ORDERS for side in order]
    assert Counter(zip(row, [*row[1:], row[0]], strict=True)) == dict.fromkeys(permutations(SIDES, 2), 3)


def test_the_limit_names_the_columns_of_a_commitment_and_imports_no_models() -> None:
    answered = {column.name for column in table(Commitment).c} - HIDDEN
    assert {name.strip() for name in limit_sql._columns.split(",")} == answered
    script = "import sys, tests.benchmarks.limit; print(*(name for name in sys.argv[1:] if name in sys.modules))"
    heavy = ("sqlalchemy", "sqlmodel", "pydantic", "fastapi")
    done = subprocess.run([sys.executable, "-c", script, *heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_what_is_missed_is_named_and_a_missed_floor_is_a_missed_aim_too() -> None:
    missed = shortfalls([("read", 0.3, (0.33, 0.5)), ("list", 0.5, (0.38, 0.6)), ("trail", 0.5, (0.38, 0.5))])
    assert missed_lines(missed) == [
        "- Floors missed: read 0.300 of 0.33.",
        "- Aims missed: read 0.300 of 0.50; list 0.500 of 0.60.",
    ]
    assert missed_lines(shortfalls([])) == ["- Floors missed: none.", "- Aims missed: none."]


def test_no_two_items_of_a_session_have_one_number_however_many_it_has() -> None:
    numbers = [number_of(item, apart=item % 10 == 0) for item in range(1, 20_001)]
    assert len(set(numbers)) == len(numbers)


def test_the_memory_of_a_process_and_its_children_is_found() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert {os.getpid(), child.pid} <= set(family(os.getpid()))
        assert pss([os.getpid()]) > 2**20
        child.communicate()
    assert pss([child.pid]) == 0


def test_a_ratio_is_taken_within_its_round() -> None:
    result = Result("read", 1)
    result.tallies["service"].rates, result.tallies["limit"].rates = [10, 50], [100, 100]
    assert result.ratios("service") == [0.1, 0.5]
