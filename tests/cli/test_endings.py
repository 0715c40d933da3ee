"""Whose fault it was when a command fails: the operator's, the database's, or ours. The status says it to scripts, a sentence to people."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from service.cli import __main__ as cli
from service.cli import beginning
from service.database.connection import Address
from service.demo.postgres import Server
from service.errors.operator import OperatorMistake
from service.settings import Settings
from tests.conftest import Command

REFUSED, CALLED_WRONGLY, DATABASE, OURS, OUTPUT, OPERATOR = 1, 2, 69, 70, 74, 78
NOBODY_THERE = {"PACTA_DATABASE_URL": "postgresql://pacta_app@127.0.0.1:1/pacta"}


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["migrate"], {}, "Set PACTA_OWNER_DATABASE_URL"),
        (
            ["migrate"],
            {"PACTA_OWNER_DATABASE_URL": "mysql://x"},
            "PACTA_OWNER_DATABASE_URL must begin with postgresql://",
        ),
        (["sequencer"], {}, "PACTA_SEQUENCER_DATABASE_URL"),
        (["worker"], {}, "Set PACTA_WORKER_DATABASE_URL"),
        (["sequencer"], {"PACTA_SEQUENCER_DATABASE_URL": "postgresql://x@h/x"}, "PACTA_LOG_DIR"),
        (
            ["serve"],
            {"PACTA_POOL_SIZE": "many"},
            "PACTA_POOL_SIZE is 'many'; it must be a whole number. (Database conn",
        ),
        (["serve"], {"PACTA_POOL_SIZE": "0"}, "PACTA_POOL_SIZE is '0'; it must be at least 1."),
        (["serve"], {"PACTA_POOL_TIMEOUT": "61"}, "PACTA_POOL_TIMEOUT is '61'; it must be at most 60."),
        (["serve"], {"PACTA_PUBLIC_URL": "pacta.example"}, "PACTA_PUBLIC_URL is 'pacta.example'"),
        (["serve"], {"PACTA_SIGNING_KEY_FILE": "/dev/null/key"}, "/dev/null/key (PACTA_SIGNING_KEY_FILE)"),
        (["serve"], {"PACTA_ISSUERS_FILE": "/nowhere"}, "/nowhere (PACTA_ISSUERS_FILE) cannot be read: No such file"),
        (["serve"], {"PACTA_ISSUERS_FILE": "/etc/hostname"}, "/etc/hostname (PACTA_ISSUERS_FILE) cannot be used"),
        (["policy"], {}, "Set PACTA_LOG_DIR"),
        (["openapi", "--output", "/dev/null/openapi.json"], {}, "/dev/null cannot be used"),
        (["demo", "--port", "1", "--host", "192.0.2.1"], {}, "cannot listen on 192.0.2.1:1"),
        (["witness", "/tmp", "--logs", "/nowhere", "--port", "0"], {}, "/nowhere cannot be used"),
    ],
)
def test_a_mistake_of_the_operator_names_the_setting_or_the_file(
    pacta: Command, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    status, told = pacta(*arguments, **environment)
    assert (status, said in told, "Traceback" in told, "database cannot" in told) == (OPERATOR, True, False, False), (
        told
    )


def test_what_is_almost_the_name_of_a_setting_is_told(pacta: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(beginning, "log", SimpleNamespace(warning=lambda event, **said: told.append((event, said))))
    # What Kubernetes says of a service of that name is nobody's mistake.
    said = {"PACTA_POOLSIZE": "5", "PACTA_SERVICE_HOST": "x", "PACTA_PORT": "tcp://x:80", "PACTA_LISTEN": "x"}
    status, _ = pacta("migrate", PACTA_OWNER_DATABASE_URL="postgresql://pacta_owner@127.0.0.1:1/pacta", **said)
    assert status == DATABASE
    assert told == [("setting_not_known", {"setting": "PACTA_POOLSIZE", "did_you_mean": "PACTA_POOL_SIZE"})]


def test_a_secret_that_cannot_be_read_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACTA_DATABASE_URL", "postgresql://pacta_app:s3cret@[::1/pacta")
    with pytest.raises(OperatorMistake, match="PACTA_DATABASE_URL") as refused:
        Address.of_service(Settings.read())
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "arguments", [["principal", "create", "x y"], ["principal", "create", "root", "--organisation-id", "x"], ["fly"]]
)
def test_a_wrong_call_is_told_with_how_to_call(pacta: Command, arguments: list[str]) -> None:
    status, told = pacta(*arguments)
    assert status == CALLED_WRONGLY
    assert "Usage: pacta" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "arguments", [["principal", "rotate", "root"], ["principal", "create", "root"], ["export", "PK-AZ", "/tmp/none"]]
)
def test_a_database_that_is_away_is_no_mistake_in_the_settings(pacta: Command, arguments: list[str]) -> None:
    status, told = pacta(*arguments, **NOBODY_THERE)
    assert (status, "the database cannot be used" in told, "Traceback" in told) == (DATABASE, True, False), told


def test_what_the_register_refuses_is_told_as_a_request_would_be(pacta: Command, server: Server) -> None:
    address = {"PACTA_DATABASE_URL": server.url("pacta_app")}
    status, told = pacta("principal", "rotate", "nobody", **address)
    assert (status, told) == (REFUSED, "pacta: There is no principal with the client id 'nobody'.\n")


def test_a_password_that_is_wrong_is_the_operators_and_a_schema_that_is_not_there_the_databases(
    pacta: Command, server: Server
) -> None:
    url = server.url("pacta_app")
    status, told = pacta("principal", "rotate", "x", PACTA_DATABASE_URL=url.replace("pacta_app:", "pacta_app:x"))
    assert (status, "PACTA_DATABASE_URL cannot be used: the database says: password" in told) == (OPERATOR, True), told
    status, told = pacta("principal", "rotate", "x", PACTA_DATABASE_URL=server.url("pacta_app", "postgres"))
    assert (status, "run pacta migrate" in told, "Traceback" in told) == (DATABASE, True, False), told


@pytest.mark.parametrize(
    ("wrong", "status", "said", "traced"),
    [
        (ValueError("not told by us on purpose"), OURS, "a fault of Pacta", True),
        (KeyError("name"), OURS, "a fault of Pacta", True),
        (asyncpg.PostgresSyntaxError("syntax error"), OURS, "a fault of Pacta", True),
        (asyncpg.DiskFullError("could not extend file"), DATABASE, "could not extend file. Look into its log", False),
        (asyncpg.ReadOnlySQLTransactionError("read-only"), DATABASE, "read-only. Look into its log", False),
        (asyncpg.InsufficientPrivilegeError("permission denied"), DATABASE, "grant again", False),
        (asyncpg.UniqueViolationError("duplicate key"), REFUSED, "is there already", False),
        (TimeoutError(), DATABASE, "the database cannot be used: TimeoutError", False),
        (
            FileNotFoundError(2, "No such file or directory", "notes"),
            OPERATOR,
            "notes cannot be used: No such file",
            False,
        ),
        (OSError(28, "No space left on device"), OUTPUT, "No space left on device", False),
    ],
)
def test_each_failure_has_the_status_of_whose_it_is(
    pacta: Command, monkeypatch: pytest.MonkeyPatch, wrong: Exception, status: int, said: str, traced: bool
) -> None:
    def fail() -> Any:
        raise wrong

    monkeypatch.setattr(cli, "app", fail)
    found, told = pacta()
    assert (found, said in told, "Traceback" in told) == (status, True, traced), told


def test_a_document_that_is_stale_is_refused(pacta: Command, tmp_path: Path) -> None:
    status, told = pacta("openapi", "--check", "--output", str(tmp_path / "none.json"))
    assert (status, "pacta openapi" in told) == (REFUSED, True)
