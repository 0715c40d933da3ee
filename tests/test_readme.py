"""The README is true: its picture, its table, and its walk, run as it stands against a demo."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.identity.keys import load_or_create
from service.identity.tokens import Issuer
from service.register.commitments.rules.lifecycle import LIFECYCLE
from service.settings import Settings
from service.tlog.cosignature import Cosigner
from service.tlog.keys import Signer
from service.tlog.policy_file import parse_policy
from service.tlog.proof import parse_proof
from tests.demo.test_demo import Demo, demo

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
__all__ = ["demo"]
REFUSED = """
ask "$ENDED" /v1/me | get
curl -sS "$API/oauth/token" -d grant_type=client_credentials -d client_id=x -d client_secret=y | get access_token
API=http://127.0.0.1:1
ask x /v1/me | get
"""


def walk() -> str:
    """Return the walk's commands, in order."""
    return "\n".join(re.findall(r"<!-- walk -->\n```bash\n(.*?)```", README, re.DOTALL))


@pytest.mark.skipif(shutil.which("curl") is None, reason="the walk is made with curl, which is not installed")
def test_the_walk_leads_where_it_says(demo: Demo, tmp_path: Path) -> None:
    running = demo(directory=tmp_path / ".pacta")
    pacta = str(Path(sys.executable).with_name("pacta"))
    script = walk().replace("http://127.0.0.1:8000", running.url).replace("uv run pacta", pacta)
    first, second = (walked(script, tmp_path) for _ in range(2))
    assert '"client_id": "pk-secretariat"' in first
    assert "a signatory for AZ is needed" in first
    assert "/problems/own-proposal" in first
    assert re.search(r"^mou_drafted$.*^effective$\n^signed$", first, re.DOTALL | re.MULTILINE)
    assert re.search(
        r"^tr-trade-system\n200\ntr-odd-system\n401\nMinistry of Commerce \(sample\)$", first, re.MULTILINE
    )
    assert re.search(
        r"^confirmed  session TR-KZ/01$.*^confirmed  working group TR-KZ/JWG/trade$", first, re.DOTALL | re.MULTILINE
    )
    assert re.search(
        r"^there      session TR-KZ/01$.*^there      working group TR-KZ/JWG/trade$", second, re.DOTALL | re.MULTILINE
    )
    assert '"part": "lead"' in first
    assert '"detail": "The notification of AZ is missing.",\n  "since": "2026-03-20"' in first
    assert '"closed_on": "2026-06-10"' in first
    for said in (first, second):
        assert re.search(r"^open\neffective\nin_force$", said, re.MULTILINE), "a third state accedes"
        assert re.search(r"^\S+/00/014\neffective\n\[\]$", said, re.MULTILINE), (
            "what was recorded alone is acknowledged"
        )
        assert '"instrument.signed_on": ' in said
        assert re.search(r"^\d+ transition\.confirmed AZ [0-9a-f]{16}$", said, re.MULTILINE)
        assert re.search(r"^adopted$", said, re.MULTILINE)
        assert re.search(r"^effective\nadopted$", said, re.MULTILINE), "minutes are adopted by both"
        assert re.search(r"^effective\n\S+/01/001\nagreed$", said, re.MULTILINE)
        assert re.search(r"^\S+/01/d-[a-z2-7]{4}\neffective\neffective\n\S+/01/002$", said, re.MULTILINE), (
            "a draft is retracted, and its item recorded by the other side"
        )
        assert "Counted from 2026-05-30, it enters into force on 2026-06-29." in said
        assert re.search(r"^2030-12-28$", said, re.MULTILINE), "the last safe day for notice"
        assert re.search(r"^en as proposed$\n^az as proposed$\n^effective$\n^signed$\n^signed$", said, re.MULTILINE), (
            "two items are signed by one proposal, whose documents were compared before it was confirmed"
        )
        assert re.search(
            r"^2026-06-03\n.*Counted from 2026-05-04, it enters into force on 2026-06-03\.$", said, re.MULTILINE
        )
        assert re.search(r"^effective\n2026-03-19\n2026-03-19$", said, re.MULTILINE), "the day is corrected by both"
        assert re.search(r"^log \S+$.*^quorum none$", said, re.DOTALL | re.MULTILINE)
        assert re.search(
            r"^PROVEN: .*does not hold the hash of entry.*^TAMPERING: .*^exit status 1$", said, re.DOTALL | re.MULTILINE
        )
    parse_proof((tmp_path / "customs-mou.tlog-proof").read_bytes())
    issuer = Issuer(running.url, load_or_create(running.directory / "signing-key.pem"), lifetime=1)
    ended = issuer.issue("pk-secretariat", int(time.time()) - 60)
    told = subprocess.run(
        ["bash", "-c", script.partition("PK=$(login PK)")[0] + REFUSED],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ENDED": ended},
    )
    assert told.stderr.splitlines()[:2] == [
        "Refused: Who is calling is not known. The token has ended. Get a new one from where it came from.",
        "Refused: The client id or secret is not known, or no longer good.",
    ]
    assert "No answer: does the demo run?" in told.stderr
    assert "Traceback" not in told.stderr


def walked(script: str, place: Path) -> str:
    """Return what the walk prints."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_picture_is_the_lifecycle_of_the_code() -> None:
    assert f"```mermaid\n{LIFECYCLE.picture()}```" in README


def test_the_policy_that_demands_both_sides_is_one() -> None:
    (lines,) = re.findall(r"```\n(log <.*?)```", README, re.DOTALL)
    for name, key in (
        ("the log's key", Signer("log.example", bytes(32)).verifier.vkey),
        ("our witness's key", Cosigner("ours.example", bytes(32)).verifier.vkey),
        ("the other side's witness's key", Cosigner("theirs.example", bytes(range(32))).verifier.vkey),
    ):
        lines = lines.replace(f"<{name}>", key)
    policy = parse_policy(lines.encode())
    assert [policy.satisfied(seen) for seen in ({"ours"}, {"theirs"}, {"ours", "theirs"})] == [False, False, True]


def test_every_setting_stands_in_the_table_with_its_description() -> None:
    for name, field in Settings.model_fields.items():
        assert re.search(rf"\| `PACTA_{name.upper()}` \|[^|]*\| {re.escape(field.description or '')} \|", README), name


def test_the_two_commands_are_those_of_the_project() -> None:
    assert "pip install uv && uv run pacta demo" in README
    assert "uv run pytest" in README
    assert "uv run pytest" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_every_link_inside_leads_to_a_file(document: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text()):
        assert target.startswith("http") or (ROOT / target).exists(), target
