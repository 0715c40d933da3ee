"""The policy file: which logs, witnesses and quorum somebody believes, in lines (C2SP tlog-policy).

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

Names are opaque octets; those that are not UTF-8 are kept by `surrogateescape`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from service.tlog.cosignature import CosignatureVerifier
from service.tlog.keys import Verifier
from service.tlog.policy import NONE, Group, Log, Policy, Witness

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LINES: Final = 4096
MAX_POLICY_BYTES: Final = 1_000_000
_FORBIDDEN: Final = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_NUMBER: Final = re.compile("[1-9][0-9]{0,9}")
_WORDS: Final = {"log": (1, 2), "witness": (2, 3), "group": (3, MAX_POLICY_BYTES), "quorum": (1, 1)}


class PolicyMalformed(ValueError):
    """A policy file that says nothing definite; the message names the line."""


def parse_policy(raw: bytes) -> Policy:
    """Read a policy file, strictly; raises `PolicyMalformed` with the number of the line that is wrong."""
    lines = raw.split(b"\n")
    if _FORBIDDEN.search(raw) or len(raw) > MAX_POLICY_BYTES or len(lines) > MAX_LINES or lines.pop():
        raise PolicyMalformed(
            f"a policy is at most {MAX_LINES} lines without control characters, each with its newline"
        )
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        try:
            reader.read(line.decode("utf-8", "surrogateescape"))
        except ValueError as error:
            raise PolicyMalformed(f"line {number}: {error}") from error
    if reader.quorum is None:
        raise PolicyMalformed("no line defines the quorum")
    return Policy(reader.quorum, tuple(reader.logs), reader.witnesses, reader.groups)


class _Reader:
    """What the lines read so far have defined; one method for each kind of line."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.grouped: set[str] = set()
        self.quorum: str | None = None

    def read(self, line: str) -> None:
        # Not `split()`: that would part at non-ASCII spaces too, which belong to names here.
        kind, *words = re.split("[ \t]+", line.strip(" \t"))
        if not kind or kind.startswith("#"):
            return
        least, most = _WORDS.get(kind, (0, -1))
        if not least <= len(words) <= most:
            raise PolicyMalformed(f"{kind!r} with {len(words)} words after it is no line of a policy")
        {"log": self.log, "witness": self.witness, "group": self.group, "quorum": self.define_quorum}[kind](words)

    def log(self, words: Sequence[str]) -> None:
        vkey, *url = words
        key = Verifier.parse(vkey)
        if key.public_key in {log.key.public_key for log in self.logs}:
            raise PolicyMalformed("this public key is a log's already")
        self.logs.append(Log(key, *url))

    def witness(self, words: Sequence[str]) -> None:
        name, vkey, *url = words
        self.require_free(name)
        key = CosignatureVerifier.parse(vkey)
        if key.public_key in {witness.key.public_key for witness in self.witnesses.values()}:
            raise PolicyMalformed("this public key is a witness's already")
        self.witnesses[name] = Witness(key, *url)

    def group(self, words: Sequence[str]) -> None:
        name, threshold, *members = words
        self.require_free(name)
        for member in members:
            self.require_known(member)
            if member in self.grouped:
                raise PolicyMalformed(f"{member!r} is in a group already, so it would count twice")
            self.grouped.add(member)
        self.groups[name] = Group(_threshold(threshold, len(members)), tuple(members))

    def define_quorum(self, words: Sequence[str]) -> None:
        if self.quorum is not None:
            raise PolicyMalformed("the quorum is defined already")
        (self.quorum,) = words
        if self.quorum != NONE:
            self.require_known(self.quorum)

    def require_free(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise PolicyMalformed(f"the name {name!r} is taken")

    def require_known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise PolicyMalformed(f"no line above defines {name!r}")


def _threshold(word: str, members: int) -> int:
    named = {"any": 1, "all": members}
    threshold = int(word) if _NUMBER.fullmatch(word) else named.get(word, 0)
    if not 1 <= threshold <= members:
        raise PolicyMalformed(f"{word!r} is no threshold of {members} members")
    return threshold
