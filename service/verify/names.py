"""What organisations are called, as an export tells it beside its own log: entries of the registry, each with its proof. Pure.

They are held to the registry's note that comes with them, and that note to the reader's policy where it names the registry's log. Where
it does not, names are told as not judged: the record itself stands on the ids.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from service.register.parties.rules import NAMING
from service.tlog.beside import ENTRY, NOTE, PROOF, REGISTRY, entry_path, proof_path
from service.tlog.checkpoint import Checkpoint
from service.tlog.merkle import ProofInvalid, leaf_hash, verify_inclusion
from service.tlog.policy import Policy
from service.tlog.proof import parse_proof
from service.trail.entry import NotCanonical
from service.verify.canonical import Newer, read
from service.verify.export import Exported
from service.verify.finding import Finding, malformed, tampered, unproven
from service.verify.replay.registry import REGISTRY as LOG
from service.verify.replay.shape import OF_THE_REGISTRY, Broken, hold_to_shape
from service.verify.trust import weigh

_FILE: Final = re.compile(f"{REGISTRY}(0|[1-9][0-9]{{0,15}})({re.escape(ENTRY)}|{re.escape(PROOF)})")


@dataclass(slots=True)
class Called:
    """What came of the names."""

    origin: str | None = None
    """The registry's log; None where there are no names."""
    size: int = 0
    entries: int = 0
    believed: bool = False
    """Whether the policy names that log, and believes its note."""


def check(export: Exported, policy: Policy | None, called: Called) -> Iterator[Finding]:
    """Yield what is wrong with the names; `called` is told what there is."""
    paths = {path for path in export.paths if path.startswith(REGISTRY)}
    if not paths:
        return
    if (note := export.read(NOTE)) is None:
        yield unproven(NOTE, "is missing: nothing says which tree the entries beside it are of")
        return
    weighed, wrong = weigh(NOTE, note, policy)
    if weighed is None:
        yield from wrong
        return
    called.origin, called.size = weighed.checkpoint.origin, weighed.checkpoint.size
    if not _is_registry(called.origin):
        yield tampered(NOTE, f"is a note of {called.origin}, which is no registry's log")
        return
    if policy and any(_is_registry(one.key.name) for one in policy.logs):
        yield from wrong
        called.believed = weighed.opened is not None
    named = {path: _FILE.fullmatch(path) for path in paths - {NOTE}}
    yield from (
        malformed(path, "is no entry of the registry and no proof of one") for path in sorted(named) if not named[path]
    )
    for index in sorted({int(found[1]) for found in named.values() if found}):
        called.entries += 1
        yield from _entry(export, index, note, weighed.checkpoint)


def _is_registry(origin: str) -> bool:
    """Return whether a log is a registry's, by its name: the reader's policy decides whose, not the note."""
    return f"/v1/commissions/{LOG}/log" in origin


def _entry(export: Exported, index: int, note: bytes, checkpoint: Checkpoint) -> Iterator[Finding]:
    """Yield what is wrong with an entry: its proof is of it and against the note, and it tells a name and nothing else."""
    where, beside = entry_path(index), proof_path(index)
    stored, raw = export.read(where), export.read(beside)
    if stored is None or raw is None:
        yield unproven(beside if raw is None else where, "is missing: an entry of the registry stands with its proof")
        return
    try:
        proof = parse_proof(raw)
        if proof.index != index or proof.checkpoint != note or proof.extra is not None:
            yield malformed(beside, f"is not the proof of entry {index} against {NOTE}, and nothing else")
            return
        verify_inclusion(leaf_hash(stored), index, checkpoint.size, proof.hashes, checkpoint.root)
        entry = read(stored)
        if entry.commission != LOG or entry.subject != LOG or entry.kind not in NAMING:
            yield tampered(where, "is no entry of a registry that tells a name")
            return
        hold_to_shape(OF_THE_REGISTRY, entry.kind, entry.data)
    except ProofInvalid as wrong:
        yield tampered(where, f"is not proven to be in the registry's log: {wrong}")
    except Newer as wrong:
        yield unproven(where, str(wrong))
    except NotCanonical as wrong:
        yield malformed(where, f"is not written as an entry is: {wrong}")
    except Broken as wrong:
        yield tampered(where, str(wrong))


def lines(called: Called) -> Iterator[str]:
    """Yield what the report says of names; nothing where there are none."""
    if called.origin is None:
        return
    if called.believed:
        held = "signed as the policy demands; that no later name was left out only the registry's whole log can tell"
    else:
        held = "not judged, since the policy names no key of that log, or does not believe its note"
    yield f"  {called.entries} entries of the registry {called.origin} ({called.size} entries) tell what organisations are called: {held}"
