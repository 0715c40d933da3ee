"""What only an operator can mend is said at the start, in a sentence that names the setting; what passes is waited for."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any

import pytest

from service.cli.__main__ import main
from service.database import proving
from service.database.connection import Address, AddressWrong
from service.database.proving import await_database, prove
from service.demo.postgres import Server
from service.http import serving
from tests.conftest import World
from tests.database.test_connection import LIMITS


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What came to be served."""
    found: list[object] = []
    monkeypatch.setattr(serving, "serve", lambda app, *_, **__: found.append(app))

    def work(told: Coroutine[Any, Any, None]) -> None:
        told.close()
        found.append(told)

    monkeypatch.setattr(serving, "run_until_told", work)
    return found


def addresses(server: Server) -> dict[str, str]:
    right, wrong = server.url("pacta_app"), "postgresql://pacta_app:wrong@127.0.0.1"
    return {
        "password authentication failed": f"{wrong}:{server.port}/pacta?sslmode=disable",
        "nowhere": server.url("pacta_app", "nowhere"),
        "Take another sslmode": f"{right}&sslmode=require",
        "It is one of disable": f"{right}&sslmode=on",
        "sslrootcert=/no/such": f"{right}&sslmode=verify-full&sslrootcert=/no/such",
        "Did you mean 'sslmode'": f"{right}&ssl_mode=require",
        "brackets": "postgresql://pacta_app@::1/pacta",
    }


@pytest.mark.parametrize("said", [
    "password authentication failed", "nowhere", "Take another sslmode", "It is one of disable", "sslrootcert=/no/such",
    "Did you mean 'sslmode'", "brackets",
])  # fmt: skip
@pytest.mark.parametrize(
    ("command", "setting"),
    [(["serve", "--port", "0"], "PACTA_DATABASE_URL"), (["sequencer"], "PACTA_SEQUENCER_DATABASE_URL")],
    ids=["serve", "sequencer"],
)
def test_an_address_that_cannot_work_ends_the_start_with_the_settings_name(
    server: Server,
    served: list[object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: object,
    command: list[str],
    setting: str,
    said: str,
) -> None:
    monkeypatch.setenv("PACTA_LOG_DIR", str(tmp_path))
    monkeypatch.setenv(setting, addresses(server)[said])
    monkeypatch.setattr(sys, "argv", ["pacta", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == os.EX_CONFIG
    assert setting in told
    assert said in told
    assert "wrong" not in told
    assert served == []


def test_a_database_that_is_away_is_waited_for(
    served: list[object], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("PACTA_LOG_DIR", str(tmp_path))
    for setting in ("PACTA_DATABASE_URL", "PACTA_SEQUENCER_DATABASE_URL"):
        monkeypatch.setenv(setting, "postgresql://pacta_app@127.0.0.1:1/pacta")
    for command in (["serve"], ["sequencer"]):
        monkeypatch.setattr(sys, "argv", ["pacta", *command])
        with pytest.raises(SystemExit, match="0"):
            main()
    assert len(served) == 2


async def test_with_wait_a_mistake_may_be_one_that_passes(
    world: World, monkeypatch: pytest.MonkeyPatch, said: list[Any]
) -> None:
    """As while `pacta migrate` runs beside: the role's password is not there yet."""
    monkeypatch.setattr(proving, "PAUSE_SECONDS", 0.01)
    owner, right = await world.connect("postgres"), world.server.url("pacta_app", "not_there_yet")
    proof = asyncio.create_task(prove(LIMITS, Address.parse(right), wait=60))
    while not said:  # noqa: ASYNC110 -- a list offers no event
        await asyncio.sleep(0.01)
    assert not proof.done()
    await owner.execute("CREATE DATABASE not_there_yet")
    try:
        await proof
    finally:
        await owner.execute("DROP DATABASE not_there_yet WITH (FORCE)")
    assert [one["event"] for one in said] == ["waiting_for_database"]
    assert "not_there_yet" in said[0]["reason"]
    with pytest.raises(AddressWrong):
        await prove(LIMITS, Address.parse(right))


async def test_a_migration_waits_for_a_database_that_is_away_and_says_so(said: list[Any]) -> None:
    away = Address.parse("postgresql://pacta_owner@127.0.0.1:1/pacta", "PACTA_OWNER_DATABASE_URL")
    waiting = asyncio.create_task(await_database(LIMITS, away, 3600))
    while not said:  # noqa: ASYNC110 -- a list offers no event
        await asyncio.sleep(0.01)
    waiting.cancel()
    assert (said[0]["event"], said[0]["setting"]) == ("waiting_for_database", "PACTA_OWNER_DATABASE_URL")
    with pytest.raises(ConnectionError):
        await await_database(LIMITS, away, 0)
