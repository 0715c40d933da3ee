"""How much faster many proposals are confirmed in one request than one by one: `python -m tests.benchmarks.many [PROPOSALS] [ROUNDS]`.

One process of the service over HTTP on a durable PostgreSQL, one client, in one run: each round confirms as many amendments in one
request, and as many one after the other, in turn first. One request must be at least three times as fast.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import orjson
from pydantic import SecretStr

from service import telemetry
from service.database.connection import Address
from service.database.pool import Pool
from service.demo.postgres import Server
from service.errors.sent import Sent
from service.register.commitments import commands as commitments
from service.register.commitments.schemas import CommitmentCreate
from service.register.decisions import many
from service.register.decisions.schemas import ConfirmationsCreate
from service.register.matters import MATTERS
from service.settings import Settings
from tests.benchmarks.load import Connection, connect, request
from tests.benchmarks.processes import end, migrated, serve_command, service_environment, settled_in, spawn, token
from tests.benchmarks.scene import Place, Scene, build
from tests.serving import free_port

PROPOSALS, ROUNDS = 500, 5


async def fill(server: Server, count: int) -> tuple[Scene, list[str]]:
    """Record so many commitments of one commission, agreed by both; return the scene and their ids."""
    settings = Settings(database_url=SecretStr(server.url("pacta_app")))
    async with Pool.of(settings, Address.of_service(settings)) as pool:
        scene = await build(pool, 1, 0)
        (place,) = scene.places
        first, second = (scene.callers[party] for party in place.parties)
        async with pool.transaction() as connection:
            keys = [
                await commitments.record(connection, first, Sent.of(_new(place, number))) for number in range(count)
            ]
            asked = "SELECT open_transition_id FROM commitment WHERE id = ANY($1)"
            proposed = [row[0] for row in await connection.fetch(asked, keys)]
            yes = Sent.of(ConfirmationsCreate(decision="confirm", transitions=proposed))
            done = await many.answer(connection, MATTERS, second, place.id, yes)
            assert all(one.made for one in done), done[0]
    return scene, [str(one) for one in keys]


def _new(place: Place, number: int) -> CommitmentCreate:
    said = {
        "commission_id": str(place.id), "titles": {"en": f"Item {number}"}, "texts": {"en": "Both are to work together."},
        "sector": "trade", "instrument_required": False, "no_instrument_reason": "None is needed.", "agreement": {"agreed_on": "2025-01-01"},
    }  # fmt: skip
    return CommitmentCreate.model_validate(said)


class Asking:
    """One party's connection to the service."""

    def __init__(self, connection: Connection, secret: str) -> None:
        self.connection, self.token = connection, secret

    async def post(self, path: str, body: object, status: int) -> bytes:
        """Return what is answered, which has this status."""
        given, answer = await self.connection.ask(request("POST", path, self.token, orjson.dumps(body)))
        assert given == status, answer[:500]
        return answer


async def proposed(one: Asking, place: Place, keys: Sequence[str], day: str) -> list[str]:
    """Propose another target date for each, and return the ids of the proposals."""
    body = {"action": "amend", "reason": "It takes longer.", "changes": {"target_date": day}, "matters": keys}
    answer = orjson.loads(await one.post(f"/v1/commissions/{place.id}/proposals", body, 200))
    return [each["transition"]["id"] for each in answer["results"]]


async def at_once(one: Asking, place: Place, made: Sequence[str]) -> float:
    """Return the seconds in which all are confirmed by one request."""
    began = time.perf_counter()
    body = {"decision": "confirm", "transitions": made}
    answer = await one.post(f"/v1/commissions/{place.id}/confirmations", body, 200)
    spent = time.perf_counter() - began
    assert all(each["transition"]["status"] == "effective" for each in orjson.loads(answer)["results"])
    return spent


async def one_by_one(one: Asking, _: Place, made: Sequence[str]) -> float:
    """Return the seconds in which all are confirmed by a request each."""
    began = time.perf_counter()
    for key in made:
        await one.post(f"/v1/transitions/{key}/confirmations", {"decision": "confirm"}, 201)
    return time.perf_counter() - began


async def measure(server: Server, directory: Path, count: int, rounds: int) -> None:
    """Fill, and let both ways take turns; print what was measured."""
    scene, keys = await fill(server, count)
    (place,), port = scene.places, free_port()
    program = spawn("service", serve_command(port), service_environment(server, directory), directory)
    try:
        await settled_in(program, port)
        asking = []
        for party in place.parties:
            secret = await token(port, f"{party.lower()}-secretariat", scene.secrets[party])
            (connection,) = await connect([port], 1)
            asking.append(Asking(connection, secret))
        proposer, other = asking
        found = []
        for number in range(rounds):
            spent = {}
            for way in (at_once, one_by_one) if number % 2 else (one_by_one, at_once):
                made = await proposed(proposer, place, keys, f"{2027 + number}-0{1 + (way is at_once)}-01")
                spent[way] = await way(other, place, made)
            found.append(spent[one_by_one] / spent[at_once])
            print(
                f"  {count} in one request {spent[at_once]:.2f} s, one by one {spent[one_by_one]:.2f} s: {found[-1]:.1f} times as fast"
            )
        print(
            f"{count} confirmations in one request: {median(found):.1f} times as fast as {count} requests (3 at least)"
        )
    finally:
        end([program])


def main() -> None:
    """Measure on a PostgreSQL of its own."""
    count, rounds = (int(given) for given in (*sys.argv[1:], *map(str, (PROPOSALS, ROUNDS)[len(sys.argv) - 1 :])))
    telemetry.configure("CRITICAL")
    with migrated("many", durable=True) as (server, directory):
        asyncio.run(measure(server, directory, count, rounds))


if __name__ == "__main__":
    main()
