"""A log asks its witnesses, believes only what their keys verify, and never waits long for one that means harm."""

import asyncio
import datetime as dt
import ipaddress
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service.identity import outward
from service.identity.outward import Away
from service.sequencer import asking
from service.sequencer.asking import MAX_ANSWER_BYTES, ask
from service.tlog.add_checkpoint import AddCheckpoint, parse_request
from service.tlog.cosignature import Cosigner
from service.tlog.note import Signature
from service.tlog.policy import Witness
from service.witness.app import create_app
from service.witness.start import opened
from tests.serving import served_here
from tests.witness.growing import Log

TRUE, FORK = Log(), Log("false", forks_at=6)
COSIGNER = Cosigner("witness.example", bytes(32))
LINE = COSIGNER.cosign(TRUE.checkpoint(8).text, 1).line
OTHER = Cosigner("other.example", bytes(range(32))).cosign(TRUE.checkpoint(8).text, 1).line
Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def prove(old_size: int, size: int) -> list[bytes]:
    return list(TRUE.proof(old_size, size))


async def prove_nothing(old_size: int, size: int) -> list[bytes]:
    raise AssertionError((old_size, size))


class Posing:
    """What answers each request with the next of these answers, and keeps what it was asked."""

    def __init__(self, *answers: bytes | Answering) -> None:
        self.answers = list(answers)
        self.asked: list[AddCheckpoint] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"POST /below/add-checkpoint HTTP/1.1\r\nHost: 127.0.0.1:")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            self.asked.append(parse_request(await reader.readexactly(length)))
            answer = self.answers.pop(0)
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort() if writer.transport.is_closing() else writer.close()

    @asynccontextmanager
    async def standing(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[Witness]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=tls)
        try:
            port = server.sockets[0].getsockname()[1]
            yield Witness(COSIGNER.verifier, f"http{'s' if tls else ''}://127.0.0.1:{port}/below/")
        finally:
            server.close()


def said(status: int, body: str | bytes = "", *headers: str) -> bytes:
    """Return an answer as it goes over the wire."""
    raw = body if isinstance(body, bytes) else body.encode()
    head = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(raw)}", *headers, "", ""]
    return "\r\n".join(head).encode() + raw


def sized(size: object, media_type: str = "text/x.tlog.size") -> bytes:
    return said(409, f"{size}\n", f"Content-Type: {media_type}")


@pytest.fixture
async def witness(tmp_path: Path) -> AsyncIterator[Witness]:
    """A real witness of the log."""
    (tmp_path / "policy").write_bytes(TRUE.policy)
    with opened(tmp_path / "w", tmp_path / "policy", COSIGNER.name) as memory:
        async with served_here(create_app(memory)) as url:
            yield Witness(memory.cosigner.verifier, url)


async def test_a_real_witness_is_followed_and_found_again(witness: Witness) -> None:
    for old_size, size in ((0, 5), (5, 8), (8, 8), (0, 9), (7, 10), (10, 12)):
        found = await ask(witness, TRUE.note(size), old_size, prove)
        assert witness.key.verifies(TRUE.checkpoint(size).text, found.signature)
    for note, old_size in ((FORK.note(12), 12), (FORK.note(13), 12), (FORK.note(13), 0)):
        with pytest.raises(Away, match=r"it answered 4(09|22)"):
            await ask(witness, note, old_size, prove)
    with pytest.raises(Away, match="12 entries, of which this checkpoint has only 8"):
        await ask(witness, TRUE.note(8), 0, prove)


@pytest.mark.parametrize(
    "media_type", ["text/x.tlog.size", "text/x.tlog.size; charset=utf-8", "Text/X.Tlog.Size;charset=US-ASCII"]
)
async def test_a_witness_that_knows_another_size_is_asked_once_more_from_there(media_type: str) -> None:
    posing = Posing(sized(5, media_type), said(200, LINE))
    async with posing.standing() as witness:
        assert (await ask(witness, TRUE.note(8), 0, prove)).line == LINE
    assert [(request.old_size, request.proof) for request in posing.asked] == [(0, ()), (5, TRUE.proof(5, 8))]


async def test_nothing_is_proved_from_no_entries_or_between_equal_sizes() -> None:
    for told in (0, 8):
        async with Posing(sized(told), said(200, LINE)).standing() as witness:
            assert (await ask(witness, TRUE.note(8), 8 - told, prove_nothing)).line == LINE


async def test_a_witness_that_changes_its_mind_is_asked_no_third_time() -> None:
    posing = Posing(sized(5), sized(6), said(200, LINE))
    async with posing.standing() as witness:
        with pytest.raises(Away, match="409"):
            await ask(witness, TRUE.note(8), 0, prove)
    assert len(posing.asked) == 2


@pytest.mark.parametrize("answer", [sized(9), sized(2**63 - 1)])
async def test_a_witness_that_knows_more_than_the_checkpoint_is_not_asked_again(answer: bytes) -> None:
    posing = Posing(answer)
    async with posing.standing() as witness:
        with pytest.raises(Away, match="has only 8"):
            await ask(witness, TRUE.note(8), 0, prove_nothing)
        with pytest.raises(Away, match="has only 8"):
            await ask(witness, TRUE.note(8), 9, prove_nothing)
    assert len(posing.asked) == 1


async def test_lines_of_other_keys_are_ignored() -> None:
    forged = Signature(COSIGNER.name, COSIGNER.verifier.key_id, bytes(72)).line
    async with Posing(said(200, OTHER + forged + LINE + OTHER)).standing() as witness:
        assert (await ask(witness, TRUE.note(8), 0, prove)).line == LINE


async def drip_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def drip_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.02)


async def be_silent(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def flood(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(bytes(MAX_ANSWER_BYTES))
        await writer.drain()


HARM: dict[str, tuple[bytes | Answering, str]] = {
    "nothing": (b"", "cannot be reached"),
    "no HTTP": (b"\x00\xff rubbish\r\n\r\n", "cannot be reached"),
    "half an answer": (said(200, LINE)[:-9], "cannot be reached"),
    "broken chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "cannot be reached"),
    "an error": (said(500, "I broke\n"), "it answered 500: 'I broke'"),
    "a refusal": (said(403, "unknown key\n"), "it answered 403"),
    "a size that is none": (sized("many"), "it answered 409"),
    "the size it was asked from": (sized(0), "it answered 409"),
    "another place": (said(307, "", "Location: http://127.0.0.1:1/"), "it answered 307"),
    "no line": (said(200), "else than signature lines"),
    "no text": (said(200, b"\xff\n"), "else than signature lines"),
    "words": (said(200, "yes\n"), "else than signature lines"),
    "a page": (said(200, "a" * (MAX_ANSWER_BYTES + 1)), "more than 65536 bytes"),
    "a flood": (flood, "more than 65536 bytes"),
    "another's line": (said(200, OTHER), "without a cosignature that"),
    "a line over another checkpoint": (
        said(200, COSIGNER.cosign(TRUE.checkpoint(7).text, 1).line),
        "without a cosignature that",
    ),
    "silence": (be_silent, "within 0.3 seconds"),
    "a dripping head": (drip_head, "within 0.3 seconds"),
    "a dripping body": (drip_body, "within 0.3 seconds"),
}


@pytest.mark.parametrize("harm", HARM)
async def test_a_witness_that_answers_otherwise_is_away(harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, why = HARM[harm]
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.3)
    async with Posing(answer).standing() as witness:
        started = time.monotonic()
        with pytest.raises(Away, match=why):
            await ask(witness, TRUE.note(8), 0, prove)
        assert time.monotonic() - started < 2


ADDRESSES = [
    None, "", "witness.example", "//witness.example", "http://", "http:///path", "ftp://witness.example", "file:///etc/hosts",
    "http://witness.example:0", "http://witness.example:99999", "http://witness.example:port", "http://[::1",
    "http://witness.example/?a=b", "http://witness.example/#a", "http://witness.example/a b", "http://wítness.example",
    "http://witness.example/\r\nX: y",
]  # fmt: skip


@pytest.mark.parametrize("url", ADDRESSES)
async def test_an_address_that_is_none_is_asked_nothing(url: str | None) -> None:
    with pytest.raises(Away, match="is no address of a witness"):
        await ask(Witness(COSIGNER.verifier, url), TRUE.note(8), 0, prove)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://witness.invalid", f"http://{'a' * 64}.example"])
async def test_a_witness_that_is_not_there_is_away(url: str) -> None:
    with pytest.raises(Away, match=r"cannot be reached|did not answer"):
        await ask(Witness(COSIGNER.verifier, url), TRUE.note(8), 0, prove)


async def test_a_witness_elsewhere_to_which_one_is_sent_is_not_asked() -> None:
    elsewhere = Posing(said(200, LINE))
    async with (
        elsewhere.standing() as other,
        Posing(said(308, "", f"Location: {other.url}add-checkpoint")).standing() as witness,
    ):
        with pytest.raises(Away, match="it answered 308"):
            await ask(witness, TRUE.note(8), 0, prove)
    assert not elsewhere.asked


async def test_what_the_prover_raises_is_the_caller_s_own() -> None:
    async with Posing(sized(5)).standing() as witness:
        with pytest.raises(AssertionError):
            await ask(witness, TRUE.note(8), 0, prove_nothing)


async def test_a_witness_behind_tls_is_believed_by_its_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(file)
    posing = Posing(said(200, LINE))
    async with posing.standing(served) as witness:
        with pytest.raises(Away, match="CERTIFICATE_VERIFY_FAILED"):
            await ask(witness, TRUE.note(8), 0, prove)
        assert not posing.asked
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        outward._tls.cache_clear()
        assert (await ask(witness, TRUE.note(8), 0, prove)).line == LINE
        outward._tls.cache_clear()


def certificate(directory: Path) -> Path:
    """Write a key and its certificate for 127.0.0.1, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "witness")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = directory / "tls.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file
