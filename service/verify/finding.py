"""What the verifier finds, how grave it is, and the one outcome that follows. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final


class Severity(IntEnum):
    """What a finding means; the number is the exit status of the command."""

    PROVEN = 0
    TAMPERED = 1
    UNPROVEN = 2
    MALFORMED = 3
    WITHHELD = 4


ORDER: Final = (Severity.TAMPERED, Severity.MALFORMED, Severity.UNPROVEN, Severity.WITHHELD)
"""The worst first: what was shown to be forged outweighs what cannot be read, that what is lacking, and that what was left out for an audience."""
MOST_LISTED: Final = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where (a file, or an entry by its index), and which rule it breaks, in a sentence."""

    severity: Severity
    where: str
    message: str


def tampered(where: str, message: str) -> Finding:
    """Return a finding that shows tampering."""
    return Finding(Severity.TAMPERED, where, message)


def unproven(where: str, message: str) -> Finding:
    """Return a finding that evidence is lacking."""
    return Finding(Severity.UNPROVEN, where, message)


def withheld(where: str, message: str) -> Finding:
    """Return a finding that something is not judged, since what a redacted export leaves out may be its cause."""
    return Finding(Severity.WITHHELD, where, message)


def malformed(where: str, message: str) -> Finding:
    """Return a finding that something is not written as its format demands."""
    return Finding(Severity.MALFORMED, where, message)


@dataclass(slots=True)
class Findings:
    """All findings counted, and the first `MOST_LISTED` of each severity kept, so that memory stays flat."""

    counts: dict[Severity, int] = field(default_factory=lambda: dict.fromkeys(ORDER, 0))
    kept: dict[Severity, list[Finding]] = field(default_factory=lambda: {severity: [] for severity in ORDER})

    def add(self, found: Iterable[Finding]) -> None:
        """Count what is found, as it is found."""
        for one in found:
            self.counts[one.severity] += 1
            if len(self.kept[one.severity]) < MOST_LISTED:
                self.kept[one.severity].append(one)

    @property
    def total(self) -> int:
        """How many findings there are."""
        return sum(self.counts.values())

    @property
    def listed(self) -> list[Finding]:
        """The findings to show: the worst first, at most `MOST_LISTED`."""
        return [one for severity in ORDER for one in self.kept[severity]][:MOST_LISTED]

    @property
    def outcome(self) -> Severity:
        """The worst severity found; `PROVEN` if nothing was."""
        return next((severity for severity in ORDER if self.counts[severity]), Severity.PROVEN)
