"""Asking a witness for its cosignature: the log's side of `add-checkpoint` (C2SP tlog-witness v1).

A witness may be the other side's, so nothing it does costs more than a few seconds and 64 KiB: one deadline covers
all of a request, however slowly bytes drip, and no redirection is followed. Proxies are not used either: the service
must reach its witnesses itself.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import Final
from urllib.parse import SplitResult, urlsplit

from service.tlog.add_checkpoint import PATH, AddCheckpoint, size_told
from service.tlog.checkpoint import parse_checkpoint
from service.tlog.encoding import NoteMalformed
from service.tlog.note import Note, Signature, parse_note, parse_signatures
from service.tlog.policy import Witness

PATIENCE_SECONDS: Final = 3
MAX_ANSWER_BYTES: Final = 65_536
_ADDRESS: Final = re.compile("https?://[!-~]+")

Prove = Callable[[int, int], Awaitable[Sequence[bytes]]]
"""Answers the consistency proof `(old_size, new_size)`, `1 <= old_size < new_size`: hashes of 32 bytes each."""


class WitnessAway(Exception):
    """No cosignature was to be had this time; the message says why, for the operator's log."""


class WitnessRefused(WitnessAway):
    """It is there, and does not cosign this checkpoint."""


class WitnessAhead(WitnessRefused):
    """It has cosigned more entries than the checkpoint has: `size` of them."""

    def __init__(self, size: int, ours: int) -> None:
        super().__init__(f"it has cosigned {size} entries, of which this checkpoint has only {ours}")
        self.size = size


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    media_type: str
    body: bytes


async def ask(witness: Witness, checkpoint: bytes, old_size: int, prove: Prove) -> Signature:
    """Return a witness's cosignature over a checkpoint of ours (a signed note), verified with the witness's own key.

    `old_size` is what it cosigned last so far as we know, in leaves, and 0 where we know nothing: if it says
    otherwise, it is asked once more from there. Each of the two requests takes at most `PATIENCE_SECONDS`. Raises
    `WitnessAway`, and whatever `prove` raises. It may be cancelled at any time.
    """
    note = parse_note(checkpoint)
    answer = await _request(witness, note, old_size, prove)
    told = size_told(answer.media_type, answer.body) if answer.status == 409 else None
    if told is not None and told != old_size:
        answer = await _request(witness, note, told, prove)
    if answer.status != 200:
        raise WitnessRefused(f"it answered {answer.status}: {answer.body[:200].decode(errors='replace').strip()!r}")
    return _cosignature(witness, note, answer.body)


async def _request(witness: Witness, note: Note, old_size: int, prove: Prove) -> _Answer:
    size = parse_checkpoint(note.text).size
    if old_size > size:
        raise WitnessAhead(old_size, size)
    proof = await prove(old_size, size) if 0 < old_size < size else ()
    address = _address(witness)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            raw = await _exchange(address, bytes(AddCheckpoint(old_size, tuple(proof), note)))
        return _read(raw)
    except TimeoutError as error:
        raise WitnessAway(f"it did not answer within {PATIENCE_SECONDS} seconds") from error
    except (OSError, HTTPException, ValueError, OverflowError) as error:
        raise WitnessAway(f"it cannot be reached: {str(error) or type(error).__name__}") from error


def _cosignature(witness: Witness, note: Note, body: bytes) -> Signature:
    """Return the witness's line among those it answered; others are ignored, as the specification demands."""
    try:
        lines = parse_signatures(body.decode())
    except (NoteMalformed, UnicodeDecodeError) as error:
        raise WitnessRefused("it answered something else than signature lines") from error
    for found in lines:
        own = (found.name, found.key_id) == (witness.key.name, witness.key.key_id)
        if own and witness.key.verifies(note.text, found.signature):
            return found
    raise WitnessRefused(f"it answered without a cosignature that the key {witness.key.vkey} verifies")


def _address(witness: Witness) -> SplitResult:
    """Return where the witness takes checkpoints: its submission prefix and the path of the call."""
    prefix = witness.url or ""
    try:
        parts = urlsplit(f"{prefix.rstrip('/')}/{PATH}")
        sound = (
            _ADDRESS.fullmatch(prefix) and parts.hostname and parts.port != 0 and not (parts.query or parts.fragment)
        )
    except ValueError:
        sound = None
    if not sound:
        raise WitnessAway(f"{prefix!r} is no address of a witness, which is http:// or https://, a host, and a path")
    return parts


async def _exchange(address: SplitResult, body: bytes) -> bytes:
    """Send one request and return all that comes back until the other end closes."""
    tls = _tls() if address.scheme == "https" else None
    port = address.port or (443 if tls else 80)
    reader, writer = await asyncio.open_connection(address.hostname, port, ssl=tls)
    try:
        host = address.netloc.rpartition("@")[2]
        head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode("ascii") + body)
        await writer.drain()
        await reader.readexactly(MAX_ANSWER_BYTES + 1)
    except asyncio.IncompleteReadError as ended:
        return ended.partial
    finally:
        writer.transport.abort()
    raise WitnessAway(f"it answered more than {MAX_ANSWER_BYTES} bytes")


class _Received:
    """What was received, as the socket that `http.client` reads an answer from."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self.raw)


def _read(raw: bytes) -> _Answer:
    response = HTTPResponse(_Received(raw), method="POST")  # type: ignore[arg-type]
    response.begin()
    return _Answer(response.status, response.getheader("content-type", ""), response.read())


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
