"""Asking a witness for its cosignature: the log's side of `add-checkpoint` (C2SP tlog-witness v1).

A witness may be the other side's; what it may cost is held down by `identity/outward.py`.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from service.identity import outward
from service.identity.outward import Answer, Away
from service.tlog.add_checkpoint import PATH, AddCheckpoint, size_told
from service.tlog.checkpoint import parse_checkpoint
from service.tlog.encoding import NoteMalformed
from service.tlog.note import Note, Signature, parse_note, parse_signatures
from service.tlog.policy import Witness

PATIENCE_SECONDS: Final = 3.0
MAX_ANSWER_BYTES: Final = 65_536
_ADDRESS: Final = re.compile("https?://[!-~]+")

Prove = Callable[[int, int], Awaitable[Sequence[bytes]]]
"""Answers the consistency proof `(old_size, new_size)`, `1 <= old_size < new_size`: hashes of 32 bytes each."""


class WitnessRefused(Away):
    """It is there, and does not cosign this checkpoint."""


class WitnessAhead(WitnessRefused):
    """It has cosigned more entries than the checkpoint has: `size` of them."""

    def __init__(self, size: int, ours: int) -> None:
        super().__init__(f"it has cosigned {size} entries, of which this checkpoint has only {ours}")
        self.size = size


async def ask(witness: Witness, checkpoint: bytes, old_size: int, prove: Prove) -> Signature:
    """Return a witness's cosignature over a checkpoint of ours (a signed note), verified with the witness's own key.

    `old_size` is what it cosigned last so far as we know, in leaves, and 0 where we know nothing: if it says
    otherwise, it is asked once more from there. Each of the two requests takes at most `PATIENCE_SECONDS`. Raises
    `Away`, and whatever `prove` raises. It may be cancelled at any time.
    """
    note = parse_note(checkpoint)
    answer = await _request(witness, note, old_size, prove)
    told = size_told(answer.media_type, answer.body) if answer.status == 409 else None
    if told is not None and told != old_size:
        answer = await _request(witness, note, told, prove)
    if answer.status != 200:
        raise WitnessRefused(f"it answered {answer.status}: {answer.body[:200].decode(errors='replace').strip()!r}")
    return _cosignature(witness, note, answer.body)


async def _request(witness: Witness, note: Note, old_size: int, prove: Prove) -> Answer:
    size = parse_checkpoint(note.text).size
    if old_size > size:
        raise WitnessAhead(old_size, size)
    proof = await prove(old_size, size) if 0 < old_size < size else ()
    request = bytes(AddCheckpoint(old_size, tuple(proof), note))
    return await outward.ask(
        "POST", _address(witness), content=request, seconds=PATIENCE_SECONDS, longest=MAX_ANSWER_BYTES
    )


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


def _address(witness: Witness) -> str:
    """Return where the witness takes checkpoints: its submission prefix and the path of the call."""
    prefix = witness.url or ""
    try:
        parts = urlsplit(prefix)
        sound = _ADDRESS.fullmatch(prefix) and parts.hostname and parts.port != 0 and not {"?", "#"} & {*prefix}
    except ValueError:
        sound = None
    if not sound:
        raise Away(f"{prefix!r} is no address of a witness, which is http:// or https://, a host, and a path")
    return f"{prefix.rstrip('/')}/{PATH}"
