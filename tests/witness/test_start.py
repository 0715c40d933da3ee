"""A witness starts only where it can keep its word, and says in a sentence why it does not."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.tlog.add_checkpoint import parse_request
from service.tlog.cosignature import CosignatureVerifier, Cosigner
from service.tlog.keys import Signer
from service.witness.directory import WitnessCannotStart, note_file
from service.witness.memory import MemoryLost
from service.witness.start import opened, public_key
from tests.witness.growing import ORIGIN, SIGNER, Log
from tests.witness.running import NAME, ROOT, Running

pytestmark = pytest.mark.long

TRUE = Log()


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "logs.policy"
    file.write_bytes(TRUE.policy)
    return file


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "new" / "w"


def test_the_key_is_made_once_for_its_owner_alone(place: Path) -> None:
    vkey = public_key(place, NAME)
    assert CosignatureVerifier.parse(vkey).name == NAME
    assert public_key(place, None) == public_key(place, NAME) == vkey
    file = place / "witness.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    kept = Signer.parse(file.read_text().strip())
    assert Cosigner(kept.name, kept.seed).verifier.vkey == vkey


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_that_others_can_read_or_write_is_refused(place: Path, mode: int) -> None:
    public_key(place, NAME)
    (place / "witness.key").chmod(mode)
    with pytest.raises(WitnessCannotStart, match="chmod 600"):
        public_key(place, NAME)


def test_a_key_that_is_none_is_refused_without_quoting_it(place: Path) -> None:
    public_key(place, NAME)
    for content in (b"", b"secret", b"\xff", (place / "witness.key").read_bytes()[:-5]):
        (place / "witness.key").write_bytes(content)
        with pytest.raises(WitnessCannotStart, match=r"no private key of a witness\. Put back a copy") as refused:
            public_key(place, NAME)
        assert "secret" not in str(refused.value)


def test_a_witness_keeps_its_name(place: Path) -> None:
    with pytest.raises(WitnessCannotStart, match="needs a name"):
        public_key(place, None)
    with pytest.raises(ValueError, match="no key name"):
        public_key(place, "two words")
    public_key(place, NAME)
    with pytest.raises(WitnessCannotStart, match="keeps its name"):
        public_key(place, "other.example")


def test_two_witnesses_never_share_a_directory(tmp_path: Path, policy: Path) -> None:
    with Running(tmp_path / "w") as witness:
        with pytest.raises(WitnessCannotStart, match="runs on"), opened(tmp_path / "w", policy, NAME):
            pass
        witness.grant(TRUE, 0, 3)
    with opened(tmp_path / "w", policy, NAME) as memory:
        assert str(memory).endswith(f"{ORIGIN}: 3 entries cosigned\n")


def test_a_lost_key_is_never_replaced_where_something_was_cosigned(place: Path, policy: Path) -> None:
    with opened(place, policy, NAME) as memory:
        memory.logs[ORIGIN].file.write_bytes(b"")
    (place / "witness.key").unlink()
    with pytest.raises(WitnessCannotStart, match="is gone"):
        public_key(place, NAME)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"quorum none\n", "names no log"),
        (b"log x\nquorum none\n", "line 1"),
        (TRUE.policy.replace(b"quorum none\n", b""), "quorum"),
    ],
)
def test_a_file_of_logs_that_says_nothing_is_refused(
    place: Path, policy: Path, content: bytes | None, why: str
) -> None:
    policy.unlink() if content is None else policy.write_bytes(content)
    with pytest.raises(WitnessCannotStart, match=why), opened(place, policy, NAME):
        pass
    assert not place.exists()


def test_a_place_that_is_no_directory_is_refused(policy: Path) -> None:
    with pytest.raises(WitnessCannotStart, match="cannot be used"), opened(policy, policy, NAME):
        pass
    with pytest.raises(WitnessCannotStart, match="cannot be used"), opened(policy / "w", policy, NAME):
        pass


def other_log(place: Path) -> bytes:
    other = Log(signer=Signer("other.example", bytes(32)))
    return cosigned(place, other.note(5), other.checkpoint(5).text)


def cosigned(place: Path, note: bytes, text: str) -> bytes:
    key = Signer.parse((place / "witness.key").read_text().strip())
    return note + Cosigner(key.name, key.seed).cosign(text, 1).line.encode()


DAMAGES: dict[str, Callable[[Path, bytes], bytes]] = {
    "emptied": lambda _, __: b"",
    "cut short": lambda _, kept: kept[: len(kept) // 2],
    "a bit flipped": lambda _, kept: kept.replace(b"\n8\n", b"\n9\n"),
    "zeroed": lambda _, kept: bytes(len(kept)),
    "without our cosignature": lambda _, __: TRUE.note(8),
    "cosigned by another": lambda _, __: TRUE.note(8) + Cosigner(NAME, bytes(32)).cosign("", 1).line.encode(),
    "of another log": lambda place, _: other_log(place),
    "no checkpoint": lambda place, _: cosigned(place, b"words\n\n", "words\n"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_memory_never_counts_as_nothing(place: Path, policy: Path, damage: str) -> None:
    other = Log("other", signer=Signer("pacta.example/az-tr", bytes(32)))
    policy.write_bytes(f"log {other.signer.verifier.vkey}\n".encode() + TRUE.policy)
    with opened(place, policy, NAME) as memory:
        memory.cosign(parse_request(TRUE.request(0, 8)), 1)
    file = note_file(place, ORIGIN)
    kept = file.read_bytes()
    file.write_bytes(DAMAGES[damage](place, kept))
    with opened(place, policy, NAME) as memory:
        assert f"{ORIGIN}: refused, since its memory" in str(memory)
        for old_size in (0, 8):
            with pytest.raises(MemoryLost, match="cannot serve"):
                memory.cosign(parse_request(TRUE.request(old_size, 9)), 1)
        memory.cosign(parse_request(other.request(0, 2)), 1)
    file.write_bytes(kept)
    with opened(place, policy, NAME) as memory:
        memory.cosign(parse_request(TRUE.request(8, 9)), 1)


def test_a_damaged_memory_is_said_aloud(tmp_path: Path) -> None:
    with Running(tmp_path / "w") as witness:
        witness.grant(TRUE, 0, 8)
    note_file(tmp_path / "w", ORIGIN).write_bytes(b"")
    with Running(tmp_path / "w") as witness:
        assert "refused" in witness.said[1]
        answer = witness.ask(TRUE.request(8, 9))
        assert (answer.status, "is damaged" in answer.body) == (503, True)
        assert "memory_lost" in witness.end()


def test_a_memory_that_cannot_be_written_cosigns_nothing_more(
    place: Path, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(place, policy, NAME) as memory:
        memory.cosign(parse_request(TRUE.request(0, 5)), 1)

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(MemoryLost, match="No space left"):
            memory.cosign(parse_request(TRUE.request(5, 6)), 1)
        monkeypatch.undo()
        with pytest.raises(MemoryLost, match="cannot serve"):
            memory.cosign(parse_request(TRUE.request(5, 6)), 1)
    with opened(place, policy, NAME) as memory:
        assert memory.cosign(parse_request(TRUE.request(5, 6)), 1).name == NAME


def test_the_commands_say_what_is_wrong_without_a_traceback(tmp_path: Path, policy: Path) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    place = str(tmp_path / "w")
    code, said, _ = run("witness-key", place, "--name", NAME)
    assert (code, CosignatureVerifier.parse(said.strip()).name) == (0, NAME)
    for arguments in (
        ("witness-key", str(policy)),
        ("witness-key", str(tmp_path / "unnamed")),
        ("witness", place, "--logs", str(tmp_path / "missing")),
        ("witness", place, "--logs", str(policy), "--name", "other.example"),
    ):
        code, said, why = run(*arguments)
        assert (code, said, why.startswith("pacta: "), len(why.splitlines())) == (os.EX_CONFIG, "", True, 1), why
        assert "database" not in why


def test_a_witness_loads_neither_the_database_nor_the_api() -> None:
    loaded = "import sys, service.cli.__main__, service.telemetry, service.http.serving, service.witness.app, service.witness.start; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "asyncpg", "fastapi", "service.main", "service.database", "service.settings"} & set(
        modules.stdout.split()
    )
    assert SIGNER.name == ORIGIN
