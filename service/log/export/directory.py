"""Writing an export to a directory, which may hold an older one of the same log, or one that was interrupted."""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from service import durable
from service.database.pool import Pool
from service.database.statement import Connection
from service.errors.operator import OperatorMistake
from service.identity.anybody import anybody
from service.log import queries as log_queries
from service.log import reading as log
from service.log.export import files as export
from service.log.export.audience import Audience, reader
from service.log.export.documents import FOLDER, bring
from service.log.export.files import Export, pieces
from service.register.commitments.rules.numbering import is_draft
from service.register.documents.store import Store
from service.tlog.beside import REGISTRY as BESIDE
from service.tlog.checkpoint import parse_checkpoint
from service.tlog.encoding import NoteInvalid
from service.tlog.merkle import leaf_hashes
from service.tlog.note import parse_note
from service.tlog.redaction import FOLDER as FOLDER_OF_REDACTED
from service.tlog.redaction import redacted_path
from service.tlog.tiles import WIDTH, Bundle, Tile, TileInvalid, decode_bundle

CHECKPOINT: Final = "checkpoint"
OLDER: Final = ".checkpoint-of-before"
"""The checkpoint of an export that is being brought up to date: while its files are those of two, none of them is signed."""


class ExportRefused(OperatorMistake):
    """The directory cannot take this export; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ExportDirectory:
    """Where an export is kept. A file there is whole: it is written under another name first."""

    path: Path

    def kept(self, wanted: Bundle) -> bytes | None:
        """Return a full bundle that is there already, under the hashes of its tile, which is fetched before it; None otherwise."""
        if wanted.width != WIDTH:
            return None
        try:
            content = (self.path / wanted.path).read_bytes()
            leaves = leaf_hashes(decode_bundle(wanted, content))
            is_signed = (self.path / Tile(0, wanted.index).path).read_bytes() == b"".join(leaves)
        except (OSError, TileInvalid):
            return None
        return content if is_signed else None

    def write(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        file = self.path / path
        with _told(file):
            durable.make_directory(file.parent)
            durable.replace(file, content, durable.SHARED)

    @property
    def checkpoint(self) -> bytes | None:
        """The checkpoint that is here, or was before an export that did not come to its end; None in a new directory."""
        for name in (CHECKPOINT, OLDER):
            file = self.path / name
            with _told(file):
                if file.exists():
                    return file.read_bytes()
        return None

    def require_alike(self, audience: Audience | None) -> None:
        """Raise `ExportRefused` where an export for others is here: what is withheld from some would lie beside it."""
        other = self.path / ("tile/entries" if audience else FOLDER_OF_REDACTED.rstrip("/"))
        if other.exists():
            held = "a whole export" if audience else "an export that is redacted"
            raise ExportRefused(f"{self.path} holds {held}. Choose another directory.")

    def set_aside(self) -> None:
        """Set the checkpoint of an older export aside: what is interrupted now must not be judged by it."""
        with _told(self.path), suppress(FileNotFoundError):
            (self.path / CHECKPOINT).replace(self.path / OLDER)
            durable.sync(self.path)

    def end(self, size: int, written: Collection[str]) -> None:
        """Remove what older exports left: their checkpoint, files half written, partial tiles and bundles that this log lacks.

        Of the registry's entries and of the proofs of drafts all but those `written` now: another audience may see other names, and
        what is agreed has its proof under its number.
        """
        partial = [wanted for wanted in pieces(size) if wanted.width != WIDTH]
        present = {one.path for one in partial} | {redacted_path(one) for one in partial if isinstance(one, Bundle)}
        with _told(self.path):
            (self.path / OLDER).unlink(missing_ok=True)
            durable.clear(self.path)
            for place in [*(self.path / "tile").rglob("*.p"), *(self.path / FOLDER_OF_REDACTED).rglob("*.p")]:
                for file in place.iterdir():
                    if file.relative_to(self.path).as_posix() not in present:
                        file.unlink()
                if not any(place.iterdir()):
                    place.rmdir()
            for file in [*(self.path / "proofs").rglob("d-*"), *(self.path / BESIDE).glob("*")]:
                if file.relative_to(self.path).as_posix() not in written:
                    file.unlink()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the directory if need be, and keep other exports out of it; `ExportRefused` where one is at work."""
        with _told(self.path):
            durable.make_directory(self.path)
            held = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _lock(held, self.path)
            yield
        finally:
            os.close(held)


async def to_directory(
    pool: Pool,
    commission: str,
    path: Path,
    witnesses: int,
    store: Store | None = None,
    audience: Audience | None = None,
) -> Export:
    """Write the log of the commission (its code or id) to a directory, with the files of its documents if their `store` is given.

    For an `audience` it is redacted.

    Raises `NotFound`, `ExportRefused`, and `LogUnprovable` where the stored log proves no longer what it holds.
    """
    directory = ExportDirectory(path)
    with directory.locked():
        async with pool.connection() as connection:
            named = await log_queries.named(connection, commission)
            directory.require_alike(audience)
            seen = await reader(connection, await anybody(connection), audience, named.id) if audience else None
            whole = await export.prepare(pool, connection, named, witnesses, seen)
            await _continues(connection, directory, whole)
        directory.set_aside()
        if store:
            with _told(path / FOLDER):
                brought = await bring(pool, store, whole.log_id, whole.signed.checkpoint.size, path)
                whole = replace(whole, documents=brought)
        written = set()
        async for file, content in whole.files(kept=directory.kept):
            directory.write(file, content)
            written |= {file} if is_draft(file) or file.startswith(BESIDE) else set()
        directory.end(whole.signed.checkpoint.size, written)
    return whole


async def _continues(connection: Connection, directory: ExportDirectory, whole: Export) -> None:
    """Refuse a directory whose own checkpoint is not of this log, is newer, or is no longer what the log holds."""
    kept = directory.checkpoint
    if kept is None:
        return
    try:
        old = parse_checkpoint(parse_note(kept).text)
    except NoteInvalid as wrong:
        raise ExportRefused(
            f"{directory.path} holds a checkpoint that cannot be read: {wrong}. Choose another directory."
        ) from wrong
    new = whole.signed.checkpoint
    if old.origin != new.origin or old.size > new.size:
        raise ExportRefused(
            f"{directory.path} holds {old.size} entries of {old.origin}, but this export has {new.size} of {new.origin}. "
            "Choose another directory."
        )
    if await log.root_of(connection, whole.log_id, old.size) != old.root:
        raise ExportRefused(
            f"{directory.path} holds a checkpoint over {old.size} entries that the log no longer continues. The record may "
            "have been changed: keep that directory as evidence, export to another one, and tell the other parties."
        )


def _lock(held: int, path: Path) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as busy:
        raise ExportRefused(f"another export is writing to {path}. Wait for its end.") from busy


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        raise ExportRefused(f"{file} cannot be written: {wrong.strerror}.") from wrong
