"""A witness over real HTTP: it follows a log as it grows, and never goes back, however it is stopped."""

import http.client
import json
import signal
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.tlog.add_checkpoint import AddCheckpoint
from service.tlog.checkpoint import open_checkpoint
from service.tlog.note import parse_note
from tests.witness.dying import MOMENTS
from tests.witness.growing import ORIGIN, SIGNER, Log
from tests.witness.running import Running, call

pytestmark = pytest.mark.long

TRUE, FORK = Log(), Log("false", forks_at=6)


def test_a_log_is_followed_from_its_first_checkpoint_and_a_fork_is_seen(tmp_path: Path) -> None:
    with Running(tmp_path / "w") as witness:
        before = int(time.time())
        assert before <= witness.grant(TRUE, 0, 5) <= time.time()
        witness.grant(TRUE, 5, 8)
        witness.grant(TRUE, 8, 8)

        replayed = witness.ask(TRUE.request(0, 5))
        assert (replayed.status, replayed.body) == (409, "8\n")
        assert replayed.headers["content-type"] == "text/x.tlog.size"
        assert replayed.headers["cache-control"] == "no-store"

        forked = witness.ask(FORK.request(8, 8))
        assert (forked.status, "another root" in forked.body) == (409, True)
        assert forked.headers["content-type"].startswith("text/plain")
        assert witness.ask(FORK.request(8, 12)).status == 422
        witness.grant(TRUE, 8, 12)
        events = [json.loads(line) for line in witness.end().splitlines()]
    (evidence,) = [event for event in events if event["event"] == "log_forked"]
    notes = [open_checkpoint(evidence[name].encode(), [SIGNER.verifier]).checkpoint for name in ("cosigned", "refused")]
    assert notes == [TRUE.checkpoint(8), FORK.checkpoint(8)]


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGKILL])
def test_a_witness_goes_on_from_where_it_was(tmp_path: Path, ended_by: int) -> None:
    with Running(tmp_path / "w") as witness:
        assert witness.said[1] == f"{ORIGIN}: nothing cosigned yet\n"
        witness.grant(TRUE, 0, 8)
        witness.end(ended_by)
    with Running(tmp_path / "w", "--host", "127.0.0.1") as again:
        assert again.key == witness.key
        assert again.said[1] == f"{ORIGIN}: 8 entries cosigned\n"
        assert again.ask(TRUE.request(0, 5)).body == "8\n"
        assert again.ask(FORK.request(8, 8)).status == 409
        again.grant(TRUE, 8, 9)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_at_any_moment_of_storing_takes_nothing_back(tmp_path: Path, moment: str) -> None:
    with Running(tmp_path / "w", module=("tests.witness.dying", moment)) as witness:
        witness.grant(TRUE, 0, 7)
        with pytest.raises((http.client.HTTPException, OSError)):
            witness.ask(TRUE.request(7, 9))
        witness.process.wait(60)
        assert witness.process.returncode == -signal.SIGKILL
    stored = 7 if moment in MOMENTS[:3] else 9
    with Running(tmp_path / "w") as again:
        assert again.ask(TRUE.request(0, 9)).body == f"{stored}\n"
        assert again.ask(FORK.request(stored, 10)).status == 422
        again.grant(TRUE, stored, 10)


def test_of_two_histories_at_once_one_is_cosigned(tmp_path: Path) -> None:
    with Running(tmp_path / "w") as witness, ThreadPoolExecutor(16) as several:
        witness.grant(TRUE, 0, 6)
        sizes = range(7, 23)
        asked = [(TRUE if size % 2 else FORK).request(6, size) for size in sizes]
        answers = list(several.map(witness.ask, asked))
        assert Counter(answer.status for answer in answers) == {200: 1, 409: 15}
        (won,) = [size for size, answer in zip(sizes, answers, strict=True) if answer.status == 200]
        assert {answer.body for answer in answers if answer.status == 409} == {f"{won}\n"}


def test_two_logs_are_remembered_apart(tmp_path: Path) -> None:
    other = Log("other", signer=type(SIGNER)("pacta.example/az-tr", bytes(32)))
    (tmp_path / "w.policy").write_bytes(f"log {other.signer.verifier.vkey}\n".encode() + TRUE.policy)
    with Running(tmp_path / "w") as witness:
        witness.grant(other, 0, 3)
        witness.grant(TRUE, 0, 8)
        witness.grant(other, 3, 4)
        assert witness.ask(TRUE.request(0, 8)).body == "8\n"


def test_the_kept_note_is_the_checkpoint_with_both_signatures_and_no_other(tmp_path: Path) -> None:
    with Running(tmp_path / "w") as witness:
        request = AddCheckpoint(0, (), parse_note(TRUE.note(5)).signed(type(SIGNER)("x", bytes(32)).sign("else")))
        assert witness.ask(bytes(request)).status == 200
    (kept,) = (tmp_path / "w" / "logs").iterdir()
    opened = open_checkpoint(kept.read_bytes(), [SIGNER.verifier], [witness.key])
    assert (opened.checkpoint, len(opened.verified), len(opened.note.signatures)) == (TRUE.checkpoint(5), 2, 2)


def test_the_first_page_says_who_the_witness_is_and_where_each_log_stands(tmp_path: Path) -> None:
    with Running(tmp_path / "w") as witness:
        witness.grant(TRUE, 0, 5)
        page = call(witness.port, "GET", "/")
        assert (page.status, page.body) == (200, f"{witness.key.vkey}\n{ORIGIN}: 5 entries cosigned\n")
        assert call(witness.port, "GET", "/livez").body == "alive\n"
        wrong = call(witness.port, "GET", "/add-checkpoint")
        assert (wrong.status, wrong.headers["allow"]) == (405, "POST")
        assert call(witness.port, "POST", "/add-checkpoint/", b"").status == 404
        assert call(witness.port, "GET", "/docs").status == 404


def test_rubbish_and_clients_who_hang_up_leave_no_trace(tmp_path: Path) -> None:
    head = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n"
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    with Running(tmp_path / "w") as witness:
        for sent in (
            b"\x16\x03\x01\x00\xff\r\n\r\n",
            head + b"Content-Length: 500\r\n\r\nold 0\n",
            head + b"Content-Length: -1\r\n\r\n",
            head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            head.replace(b"POST", b"GET") + upgrade,
            b"GET /%00%ff HTTP/1.1\r\nHost: w\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", witness.port), 5) as connection:
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
                assert not connection.recv(65536).startswith(b"HTTP/1.1 5"), sent
        witness.grant(TRUE, 0, 5)
        assert "Traceback" not in witness.end()
