"""What a report is made from: the entries below a signed checkpoint, and how that checkpoint is named. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from service.permissions import Confidentiality
from service.register.history.rules.known import known
from service.register.history.rules.lives import Known
from service.reports.rules.organisations import read
from service.tlog.beside import ENTRY, NOTE, REGISTRY, entry_path
from service.tlog.checkpoint import Checkpoint, parse_checkpoint
from service.tlog.merkle import leaf_hash
from service.tlog.note import parse_note
from service.tlog.redaction import AUDIENCE, FOLDER, NEWEST, WITHHELD, redacted_path
from service.tlog.tiles import bundles_of, decode_bundle
from service.verify import canonical
from service.verify.canonical import UUID
from service.verify.export import CHECKPOINT, Exported

NOTHING_BEFORE: Final = "0" * 64
"""What a subject's first entry names as the one before it."""
_end = re.compile(f"({UUID}) ([0-9]{{1,15}})").fullmatch


class Incomplete(ValueError):
    """Of a subject that is shown, something is withheld."""


@dataclass(frozen=True, slots=True)
class Names:
    """What organisations are called: the registry's signed note, and those of its entries below it that tell it, oldest first."""

    note: bytes
    entries: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """The entries from which a report is made: the first of a log, as its checkpoint names them."""

    known: Known
    origin: str
    size: int
    root_hash: str
    key: str
    """Name and id of the key that signed the checkpoint, as the note has them."""
    names: Names | None = None


def source_of(note: bytes, found: Known, names: Names | None = None) -> Source:
    """Return what a report is made from, given the signed note."""
    return Source(found, **named_in(note), names=names)


def named_in(note: bytes) -> dict[str, Any]:
    """Return how a signed note names its log: the log's own key has the name of its origin."""
    read = parse_note(note)
    said: Checkpoint = parse_checkpoint(read.text)
    key = next((one for one in read.signatures if one.name == said.origin), read.signatures[0])
    named = f"{key.name}+{key.key_id.hex()}"
    return {"origin": said.origin, "size": said.size, "root_hash": said.root.hex(), "key": named}


def exported(export: Exported, until: str | None = None) -> Source:
    """Return what a report is made from, as an export holds it; `FileNotFoundError` names what is missing.

    `until`: by what was recorded by then. `Newer` where an entry is of a version to come: the report would lack what it tells.

    Nothing is verified here: `pacta verify` tells whether the export is to be believed.
    """
    note = _read(export, CHECKPOINT)
    size = parse_checkpoint(parse_note(note).text).size
    return source_of(note, known(_unbroken(_entries(export, size), _ends(export)), until), _names(export))


def _names(export: Exported) -> Names | None:
    """Return what the organisations are called; None where the export does not tell it."""
    if (note := export.read(NOTE)) is None:
        return None
    named = (
        path.removeprefix(REGISTRY).removesuffix(ENTRY)
        for path in export.paths
        if path.startswith(REGISTRY) and path.endswith(ENTRY)
    )
    stored = [_read(export, entry_path(index)) for index in sorted(map(int, named))]
    for one in stored:
        canonical.read(one)
    return Names(note, read(stored))


def audience_of(export: Exported) -> Confidentiality:
    """Return the widest audience for which an export has all entries; `ValueError` where it is redacted and does not say for whom."""
    if not is_redacted(export):
        return Confidentiality.RESTRICTED
    return Confidentiality((export.read(AUDIENCE) or b"").decode("ascii", "replace").strip())


def is_redacted(export: Exported) -> bool:
    """Return whether something of an export may be withheld."""
    return any(path.startswith(FOLDER) for path in export.paths)


def _entries(export: Exported, size: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries that are there, each with its leaf hash; `NotCanonical` at bytes that are none, `Newer` at one that nobody can read here."""
    where = redacted_path if is_redacted(export) else attrgetter("path")
    for bundle in bundles_of(size):
        for stored in decode_bundle(bundle, _read(export, where(bundle))):
            if stored != WITHHELD:
                yield leaf_hash(stored).hex(), canonical.read(stored)._asdict()


def _ends(export: Exported) -> dict[str, int]:
    """Return the number of the newest entry of each subject of which a redacted export shows something; nothing of a whole one."""
    if not is_redacted(export):
        return {}
    if (told := export.read(NEWEST)) is None:
        raise Incomplete(
            f"has no file `{NEWEST}`, which tells where the end of something is withheld: export again, by today's release"
        )
    found = dict[str, int]()
    for number, line in enumerate(told.decode("ascii", "replace").splitlines(), 1):
        if (said := _end(line)) is None:
            raise Incomplete(
                f"its file `{NEWEST}` is damaged: line {number} is not the id of a subject and the number of its newest entry;"
                " copy the file once more, or export again"
            )
        found[said[1]] = int(said[2])
    return found


def _unbroken(
    entries: Iterator[tuple[str, dict[str, Any]]], ends: Mapping[str, int]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries; `Incomplete` at one that follows another, which is withheld: what is known would not be what was.

    `ends`: the newest entry of each subject, which is there, too.
    """
    seen, last = {NOTHING_BEFORE}, dict[str, int]()
    for leaf, entry in entries:
        if entry["prev"] not in seen:
            raise Incomplete(
                f"entry {entry['seq']} of {entry['subject']} ({entry['kind']}) follows one that is withheld: the report would not be"
                " the one that the service makes; a whole export has it"
            )
        seen.add(leaf)
        last[entry["subject"]] = entry["seq"]
        yield leaf, entry
    for subject, end in ends.items():
        if last.get(subject) != end:
            raise Incomplete(
                f"entry {end} of {subject}, its newest, is withheld: the report would not be the one that the service makes; a whole export has it"
            )


def _read(export: Exported, path: str) -> bytes:
    content = export.read(path)
    if content is None:
        raise FileNotFoundError(2, "is missing", path)
    return content
