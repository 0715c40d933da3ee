"""Logs as the service writes them, with one thing forged: what the tests of every matter's replay share."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.conftest import World
from tests.verify.journal import POLICY, Entry, exported
from tests.verify.test_register import exported as files_of

Forgery = Callable[[list[Entry]], None]


async def entries_of(world: World, commission: str) -> list[Entry]:
    """Return the entries of a commission's log in the order of their index, to be numbered and chained anew."""
    await files_of(world, commission)
    owner = await world.connect()
    rows = await owner.fetch(
        "SELECT canonical FROM log_entry JOIN audit_entry USING (subject, seq) WHERE log_entry.log_id = $1"
        ' ORDER BY "index"',
        commission,
    )
    found = [json.loads(row["canonical"]) for row in rows]
    return [{name: value for name, value in one.items() if name not in {"seq", "prev"}} for one in found]


def write(entry: Any, path: tuple[str | int, ...], to: Any) -> None:
    """Let something else stand at a place of an entry."""
    for name in path[:-1]:
        entry = entry[name]
    entry[path[-1]] = to


def put(place: int, *path: str, to: Any) -> Forgery:
    """Let something else stand at a place of one entry."""

    def forge(entries: list[Entry]) -> None:
        write(entries[place], path, to)

    return forge


def without(place: int) -> Forgery:
    """Leave an entry out."""

    def forge(entries: list[Entry]) -> None:
        del entries[place]

    return forge


def assert_told(entries: list[Entry], forge: Forgery, said: str) -> None:
    """Assert that the verifier finds a forgery, and says so."""
    forged = deepcopy(entries)
    forge(forged)
    verdict = verify(exported(forged), POLICY)
    assert verdict.findings.outcome is Severity.TAMPERED
    assert said in " ".join(str(one) for one in verdict.findings.listed)
