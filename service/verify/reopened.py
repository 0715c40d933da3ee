"""A log that was reopened: what its own entries say of the one before, and what of that is lost. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from service.tlog.checkpoint import Checkpoint, parse_checkpoint
from service.tlog.encoding import NoteInvalid
from service.tlog.keys import Verifier
from service.tlog.note import parse_note
from service.tlog.policy import Policy
from service.trail.reopening import REOPENED, notice
from service.verify.canonical import Entry
from service.verify.finding import Finding, malformed, tampered, unproven
from service.verify.replay.shape import Broken, held_reopening

KEPT: Final = "the kept checkpoint"
LATER: Final = re.compile(r"/log/[1-9][0-9]{0,3}$")


@dataclass(frozen=True, slots=True)
class Reopened:
    """An entry by which the log was reopened: its index, what it tells, and the old log's last checkpoint."""

    index: int
    told: dict[str, Any]
    last: Checkpoint

    @property
    def where(self) -> str:
        """Where a finding about it is."""
        return f"entry {self.index} ({REOPENED})"


def read(index: int, entry: Entry) -> tuple[Reopened | None, list[Finding]]:
    """Read an entry by which a log was reopened, and say what is wrong with it."""
    where = f"entry {index} ({REOPENED})"
    try:
        told = held_reopening(entry.kind, entry.data)
        last = parse_checkpoint(parse_note(told["checkpoint"].encode()).text)
        key = Verifier.parse(told["verifier_key"])
    except (Broken, NoteInvalid, ValueError) as wrong:
        return None, [malformed(where, f"cannot be read: {wrong}")]
    size, sizes = told["size"], [last.size, *told["known"].values()]
    wrongs = [
        (size == max(sizes), f"says that the old log had {size} entries, though {max(sizes)} are known"),
        (told["continues"] <= index, f"says that {told['continues']} entries go on, but stands after {index}"),
        (told["missing"] == max(size - told["continues"], 0), "counts wrongly what is missing"),
        (told["origin"].endswith(f"/{told['number']}"), f"is number {told['number']}, which {told['origin']!r} is not"),
        (key.name == told["origin"], f"is told with the key of {key.name!r}"),
    ]
    return Reopened(index, told, last), [tampered(where, said) for holds, said in wrongs if not holds]


def check(
    new: Checkpoint,
    reopened: Sequence[Reopened],
    policy: Policy | None,
    root_over: Callable[[int], bytes | None],
    *,
    all_known: bool = True,
) -> Iterator[Finding]:
    """Yield where the log's names do not follow each other, and where an old checkpoint was not signed by the old log, or is not continued.

    `all_known`: no entry is of a version that is not known here, which may tell of one more reopening.
    """
    if all_known and not reopened and LATER.search(new.origin):
        yield tampered("checkpoint", "it has the name of a log that was reopened, but no entry says so")
    following = [one.last.origin for one in reopened[1:]] + [new.origin]
    for one, name in zip(reopened, following, strict=False):
        if all_known and one.told["origin"] != name:
            yield tampered(one.where, f"the log goes on as {one.told['origin']!r}, yet {name!r} was signed after it")
        size = one.last.size
        if size <= one.told["continues"] and root_over(size) not in {None, one.last.root}:
            yield tampered(
                one.where,
                f"says that the old log goes on, yet the first {size} entries are not those of its last checkpoint",
            )
        yield from _otherwise_than_known(one, policy)
    for before, after in pairwise(reopened):
        if after.told["number"] <= before.told["number"]:
            said = f"is number {after.told['number']}, though number {before.told['number']} came before it"
            yield tampered(after.where, said)


def _otherwise_than_known(one: Reopened, policy: Policy | None) -> Iterator[Finding]:
    """Yield what is not as the reader knows it: the key of the new log, and that the old one signed its last checkpoint.

    The reader follows the new log and need not know the old one; the report says then that it was not checked.
    """
    keys: dict[str, set[str]] = {}
    for log in policy.logs if policy else ():
        keys.setdefault(log.key.name, set()).add(log.key.vkey)
    origin = one.told["origin"]
    if origin in keys and one.told["verifier_key"] not in keys[origin]:
        yield tampered(one.where, f"is told with another key than the one that your policy has for {origin!r}")
    if policy and one.last.origin in keys:
        try:
            policy.of_the_logs_alone().open_checkpoint(one.told["checkpoint"].encode())
        except NoteInvalid as wrong:
            yield tampered(one.where, f"the old log's last checkpoint is not what the old log signed: {wrong}")


def continues(old: Checkpoint, new: Checkpoint, found: bytes | None, reopened: Sequence[Reopened]) -> Iterator[Finding]:
    """Yield how this tree does not continue the one that the reader kept; `found`: its root over as many entries, if it has them."""
    lost = next((one for one in reopened if one.last.origin == old.origin), None)
    if old.origin != new.origin and lost is None:
        yield unproven(KEPT, f"is of another log, {old.origin!r}; this one is {new.origin!r}")
        return
    if lost and old.size > lost.told["continues"]:
        first, last = lost.told["continues"], old.size - 1
        yield unproven(
            KEPT,
            f"the entries {first} to {last} of {old.origin!r}, of which you hold proof, are missing ({old.size - first} of {old.size}):"
            f" the log was reopened ({lost.where}) over the first {first}",
        )
    elif old.size > new.size:
        yield unproven(
            KEPT,
            f"this tree does not continue the one you kept: it has {new.size} entries, that one {old.size}. Ask for an export"
            " of now; if the host has none of so many entries, it has taken some out",
        )
    elif found is not None and found != old.root:
        yield tampered(KEPT, f"this tree does not continue the one you kept, of {old.size} entries")


def lines(
    reopened: Sequence[Reopened], charter: dict[str, Any], policy: Policy | None, *, replayed: bool
) -> Iterator[str]:
    """Yield what is said of a log that was reopened."""
    for one in reopened:
        told, first = one.told, one.told["continues"]
        yield f"Log reopened as number {told['number']} (entry {one.index}), because: {told['because']}"
        yield f"  the log before it, {one.last.origin}, had {told['size']} entries as far as was known, its last checkpoint {one.last.size}"
        if told["missing"]:
            yield f"  missing: its entries {first} to {told['size'] - 1}, {told['missing']} of them"
        else:
            yield "  nothing that was signed is missing, as far as was known"
        yield from (f"  the witness {name} had cosigned {size}" for name, size in sorted(told["known"].items()))
        if policy and one.last.origin not in {known.key.name for known in policy.logs}:
            yield "  that checkpoint was not checked: your policy does not name the old log"
    if reopened and (said := notice(charter.get("reopened"))):
        yield said[0].upper() + said[1:]
    elif reopened and not replayed:
        yield "  whether each party has acknowledged it was not replayed"
