"""The files of documents that come with an export: each is held to the digest that its entry tells. Pure."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from service.verify.export import DOCUMENTS, Exported
from service.verify.finding import Finding, tampered, unproven
from service.verify.replay.register import Kept


@dataclass(slots=True)
class Held:
    """What became of the documents that the entries tell of."""

    told: int = 0
    withdrawn: int = 0
    brought: bool = False
    """Whether any file came with the export; without, none is asked for."""
    right: int = 0
    left_behind: int = 0
    """Files of withdrawn documents, which should be gone."""


def check(
    export: Exported, documents: Iterable[Kept], held: Held, progress: Callable[[int], Callable[[int], None]]
) -> Iterator[Finding]:
    """Yield what is missing, altered, or of no document; `held` is told what was found.

    A file of a withdrawn document is no forgery: it is told, so that it can be removed.
    """
    every = list(documents)
    needed = {one.sha256: one.size for one in every if not one.withdrawn}
    gone = {one.sha256 for one in every} - {*needed}
    files = {path.removeprefix(DOCUMENTS) for path in export.paths if path.startswith(DOCUMENTS)}
    held.told, held.withdrawn, held.brought = len(every), sum(one.withdrawn for one in every), bool(files)
    if not files:
        return
    seen = progress(len(needed))
    for digest, size in sorted(needed.items()):
        wrong = _wrong(export, digest, size) if digest in files else unproven(f"{DOCUMENTS}{digest}", "is missing")
        if wrong:
            yield wrong
        held.right += wrong is None
        seen(1)
    held.left_behind = len(files & gone)
    for digest in sorted(files - {*needed} - gone):
        yield unproven(f"{DOCUMENTS}{digest}", "belongs to no document that the entries tell of")


def _wrong(export: Exported, digest: str, size: int) -> Finding | None:
    hashed, length = hashlib.sha256(), 0
    for piece in export.pieces(f"{DOCUMENTS}{digest}"):
        hashed.update(piece)
        length += len(piece)
    if (hashed.hexdigest(), length) == (digest, size):
        return None
    return tampered(f"{DOCUMENTS}{digest}", f"was altered: its entry tells of {size} bytes with this SHA-256")


def lines(held: Held) -> Iterator[str]:
    """Yield what the report says of documents; nothing where the entries tell of none."""
    if not held.told:
        return
    gone = f"; {held.withdrawn} withdrawn" if held.withdrawn else ""
    if not held.brought:
        yield f"  {held.told} documents told of{gone}; their files did not come along (`pacta export --documents`)"
        return
    yield f"  {held.told} documents told of{gone}; {held.right} files held to their digests"
    if held.left_behind:
        yield f"  {held.left_behind} files of withdrawn documents are still here: remove them, or export again"
