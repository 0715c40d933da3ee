"""What an operator is told names the settings that the command reads, by the names under which they are set."""

import os

import pytest

from tests.conftest import Command

CLOSED = "@127.0.0.1:1/pacta"
"""A port on which nobody listens."""


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave nothing set of which the test does not tell."""
    for name in [name for name in os.environ if name.startswith("PACTA_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("arguments", "setting"),
    [
        (["migrate"], "PACTA_OWNER_DATABASE_URL"),
        (["export", "PK-AZ", "nowhere"], "PACTA_DATABASE_URL"),
        (["principal", "create", "administrator"], "PACTA_DATABASE_URL"),
    ],
)
def test_a_database_that_is_away_is_named_by_the_setting_that_the_command_reads(
    arguments: list[str], setting: str, pacta: Command
) -> None:
    roles = {
        "PACTA_OWNER_DATABASE_URL": "o",
        "PACTA_DATABASE_URL": "a",
        "PACTA_SEQUENCER_DATABASE_URL": "pacta_sequencer",
    }
    status, said = pacta(*arguments, **{name: f"postgresql://{role}{CLOSED}" for name, role in roles.items()})
    assert status != 0
    assert f"It is the database in {setting}:" in said
    assert [name for name in roles if name in said.split() or f"{name}:" in said] == [setting]


def test_a_setting_that_is_wrong_is_told_by_what_it_must_be(pacta: Command) -> None:
    status, said = pacta("serve", PACTA_POOL_SIZE="many", PACTA_TOKEN_LIFETIME="0")
    assert status != 0
    assert "PACTA_POOL_SIZE is 'many'; it must be a whole number" in said
    assert "PACTA_TOKEN_LIFETIME is '0'; it must be a" in said


def test_an_argument_that_is_wrong_is_told_by_what_it_must_be(pacta: Command) -> None:
    status, said = pacta("principal", "create", "?", "--kind", "representative", "--organisation-id", "x")
    assert status != 0
    assert '/client_id must be a text like "pk-ead-system"' in said
    assert '/organisation_id must be a text like "PK/MODP" (Needed for a representative' in said
