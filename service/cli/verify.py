"""`pacta verify`: reads the reader's files, shows how far it is, prints the report, and returns the exit status."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import typer

from service.tlog.encoding import as_written
from service.tlog.policy import Policy
from service.tlog.policy_file import PolicyMalformed, parse_policy
from service.verify.export import MOST_BYTES, open_directory
from service.verify.finding import Severity
from service.verify.judgement import Verdict, verify
from service.verify.report import lines


def run(directory: Path, policy_file: Path | None, against: Path | None, *, replay: bool) -> int:
    """Verify the exported log in `directory`; what cannot be read at all is malformed, and said in a sentence."""
    try:
        policy = parse_policy(_read(policy_file)) if policy_file else None
        verdict = _verify(directory, policy, _read(against) if against else None, replay=replay)
    except PolicyMalformed as wrong:
        typer.echo(f"MALFORMED: the policy {policy_file}: {wrong}")
        return Severity.MALFORMED
    except OSError as wrong:
        typer.echo(f"MALFORMED: {wrong.filename or directory} cannot be read: {wrong.strerror or wrong}")
        return Severity.MALFORMED
    for line in lines(verdict, policy):
        typer.echo(_printable(line))
    return verdict.findings.outcome


def _verify(directory: Path, policy: Policy | None, kept: bytes | None, *, replay: bool) -> Verdict:
    with ExitStack() as shown:

        def progress(count: int, label: str) -> Callable[[int], None]:
            if not sys.stderr.isatty():
                return lambda _: None
            bar = shown.enter_context(typer.progressbar(length=count, label=label, file=sys.stderr))
            return bar.update

        return verify(open_directory(directory), policy, kept, replay=replay, progress=progress)


def _read(path: Path) -> bytes:
    """Read a file that the reader keeps, as it came before some shell or editor saved it."""
    with path.open("rb") as file:
        return as_written(file.read(MOST_BYTES))


def _printable(line: str) -> str:
    """Return a line that cannot steer the terminal: what an export says may hold control characters."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in line)
