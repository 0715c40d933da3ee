"""A real register's log, exported and verified: by the command, and where neither web nor database can be imported."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.cli.verify import run
from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.conftest import COMMISSION, World, item
from tests.three_parties import commission_of_three, record_in
from tests.trail.test_trail import everything_happens
from tests.verify.journal import POLICY, POLICY_TEXT, files_of, in_memory, newest_of


async def exported(world: World, commission: str) -> dict[str, bytes]:
    """Return the files of the export of a commission's log, as it lies in the database."""
    while await world.sequence():
        pass
    owner = await world.connect()
    rows = await owner.fetch(
        "SELECT canonical FROM log_entry JOIN audit_entry USING (subject, seq) WHERE log_entry.log_id = $1"
        ' ORDER BY "index"',
        commission,
    )
    stored = [row["canonical"] for row in rows]
    return files_of(stored, newest_of([json.loads(one) for one in stored]))


def written(files: dict[str, bytes], directory: Path) -> Path:
    for path, content in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)
    (directory.parent / "policy").write_text(POLICY_TEXT)
    return directory


async def test_a_real_register_in_which_everything_happened_is_proven(world: World) -> None:
    await everything_happens(world)
    verdict = verify(in_memory(await exported(world, COMMISSION)), POLICY)
    assert verdict.findings.listed == []
    assert verdict.entries > 50
    assert verdict.commitments == 14
    assert verdict.states["merged"] == 1


async def test_the_states_that_the_replay_arrives_at_are_those_of_the_register(world: World) -> None:
    await everything_happens(world)
    verdict = verify(in_memory(await exported(world, COMMISSION)), POLICY)
    owner = await world.connect()
    rows = await owner.fetch(
        "SELECT state, count(*) AS many FROM commitment WHERE commission_id = $1 GROUP BY state", COMMISSION
    )
    assert dict(verdict.states) == {row["state"]: row["many"] for row in rows}


async def test_a_proposal_that_expired_in_a_real_register_is_followed(world: World) -> None:
    url = f"/v1/commitments/{item(2)}"
    soon = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body: dict[str, Any] = {"action": "lapse", "reason": "R", "expires_at": soon}
    assert (await world.as_("PK").post(f"{url}/transitions", json=body)).status_code == 201
    assert verify(in_memory(await exported(world, COMMISSION)), POLICY).findings.listed == []


@pytest.mark.parametrize("kept_by", [None, "PK"])
async def test_a_commission_of_three_is_proven_whether_all_take_part_or_one(world: World, kept_by: str | None) -> None:
    commission = await commission_of_three(world, kept_by)
    made = await record_in(world, commission, 1)
    if kept_by is None:
        for who in ("AZ", "tr-secretariat"):
            url = f"/v1/transitions/{made['open_transition']['id']}/confirmations"
            assert (await world.as_(who).post(url, json={"decision": "confirm"})).status_code == 201
    verdict = verify(in_memory(await exported(world, commission)), POLICY)
    assert (verdict.findings.listed, verdict.states) == ([], {"agreed": 1})


async def test_the_command_tells_what_it_proved_and_what_it_did_not(
    still: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = written(await exported(still, COMMISSION), tmp_path / "export")
    policy, kept = tmp_path / "policy", directory / "checkpoint"
    assert run(directory, policy, kept, replay=True) == Severity.PROVEN
    said = capsys.readouterr().out
    for part in ("Log pacta.example/pk-az", "root ", "quorum of witnesses: W", "cosigned by W at 2025-01-25T", "PROVEN",
                 "Not checked", "checkpoint that you kept", "14 commitments"):  # fmt: skip
        assert part in said
    assert run(directory, None, None, replay=True) == Severity.UNPROVEN
    assert "no policy was given" in capsys.readouterr().out
    assert run(directory, policy, None, replay=False) == Severity.PROVEN
    assert "the replay was skipped" in capsys.readouterr().out
    (tmp_path / "bad").write_text("log nonsense\nquorum none\n")
    assert run(directory, tmp_path / "bad", None, replay=True) == Severity.MALFORMED
    assert "line 1" in capsys.readouterr().out
    for there, by in ((tmp_path / "nowhere", policy), (directory, tmp_path / "nowhere"), (policy, policy)):
        assert run(there, by, None, replay=True) == Severity.MALFORMED
    bundle = next((directory / "tile/entries").rglob("[0-9]*.p/*"))
    bundle.write_bytes(bundle.read_bytes().replace(b"Islamabad", b"Islamabat"))
    assert run(directory, policy, None, replay=True) == Severity.TAMPERED
    assert "tampering: tile/0/000" in capsys.readouterr().out


def test_what_an_export_says_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written({"checkpoint": b"x", "tile/\x1b[2J": b""}, tmp_path / "export")
    assert run(tmp_path / "export", tmp_path / "policy", None, replay=True) == Severity.MALFORMED
    assert "\x1b" not in capsys.readouterr().out


BLOCKED = """
import sys
blocked = {"fastapi", "starlette", "sqlalchemy", "sqlmodel", "asyncpg", "uvicorn", "alembic"}
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Blocker())
from service.cli.__main__ import main
sys.argv = ["pacta", "verify", *sys.argv[1:]]
main()
"""


async def test_the_command_works_where_neither_web_nor_database_can_be_imported(still: World, tmp_path: Path) -> None:
    directory = written(await exported(still, COMMISSION), tmp_path / "export")
    command = [sys.executable, "-c", BLOCKED, str(directory), "--policy", str(tmp_path / "policy")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: ASYNC221 -- nothing else runs
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("PROVEN")
