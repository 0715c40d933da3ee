"""What an operator is told names the settings that the command reads, by the names under which they are set."""

import os
import subprocess
import sys

import pytest

CLOSED = "@127.0.0.1:1/pacta"
"""A port on which nobody listens."""


def pacta(*arguments: str, **settings: str) -> str:
    """Run the command and return what it says on standard error."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("PACTA_")}
    asked = [sys.executable, "-m", "service.cli", *arguments]
    done = subprocess.run(asked, env=told | settings, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "setting"),
    [
        (["migrate"], "PACTA_OWNER_DATABASE_URL"),
        (["export", "PK-AZ", "nowhere"], "PACTA_DATABASE_URL"),
        (["principal", "create", "administrator"], "PACTA_DATABASE_URL"),
    ],
)
def test_a_database_that_is_away_is_named_by_the_setting_that_the_command_reads(
    arguments: list[str], setting: str
) -> None:
    roles = {
        "PACTA_OWNER_DATABASE_URL": "o",
        "PACTA_DATABASE_URL": "a",
        "PACTA_SEQUENCER_DATABASE_URL": "pacta_sequencer",
    }
    said = pacta(*arguments, **{name: f"postgresql://{role}{CLOSED}" for name, role in roles.items()})
    assert f"It is the database in {setting}:" in said
    assert [name for name in roles if name in said.split() or f"{name}:" in said] == [setting]


def test_a_setting_that_is_wrong_is_told_by_what_it_must_be() -> None:
    said = pacta("serve", PACTA_POOL_SIZE="many", PACTA_TOKEN_LIFETIME="0")
    assert "PACTA_POOL_SIZE is 'many'; it must be a whole number" in said
    assert "PACTA_TOKEN_LIFETIME is '0'; it must be a" in said


def test_an_argument_that_is_wrong_is_told_by_what_it_must_be() -> None:
    said = pacta("principal", "create", "?", "--kind", "representative", "--organisation-id", "x")
    assert '/client_id must be a text like "pk-ead-system"' in said
    assert '/organisation_id must be a text like "PK/MODP" (Needed for a representative' in said
