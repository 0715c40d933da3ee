"""`pacta report`: makes a report from an export, by the code that the service makes it with."""

import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import typer

from service.permissions import Confidentiality
from service.register.commissions.rules.lifecycle import MET
from service.register.history.rules.known import Known
from service.reports.rules.report import Asked, report
from service.reports.rules.source import exported
from service.tlog.encoding import NoteInvalid
from service.tlog.tiles import TileInvalid
from service.trail.entry import canonical
from service.verify.export import open_directory


def run(directory: Path, session: str | None, audience: str, days: Mapping[str, date]) -> int:
    """Write the report to standard output; return the exit status, and say on standard error why there is none."""
    try:
        source = exported(open_directory(directory))
    except OSError as wrong:
        return _refused(f"{wrong.filename or directory}: {wrong.strerror or wrong}", os.EX_NOINPUT)
    except (NoteInvalid, TileInvalid, ValueError) as wrong:
        return _refused(f"{directory} is no export: {wrong}. `pacta verify` tells more.", os.EX_DATAERR)
    if audience not in list(Confidentiality):
        return _refused(f"there is no audience {audience!r}; there are {', '.join(Confidentiality)}", os.EX_USAGE)
    wanted = _session(source.known, session) if session else None
    if session and wanted is None:
        return _refused(f"this export has no session {session}", os.EX_USAGE)
    today = datetime.now(UTC).date()
    asked = Asked(
        Confidentiality(audience), days.get("as_of", today), wanted, days.get("since"), days.get("compared_to")
    )
    sys.stdout.buffer.write(canonical(report(source, asked)))
    return 0


def _session(known: Known, name: str) -> str | None:
    """Return the id of the session that is meant by its id or its code; a held one before one that is planned."""
    if (found := known.lives.get(name)) and found.kind == "session":
        return name
    code = re.fullmatch(rf"{re.escape(known.charter['code'])}/([0-9]{{2,3}})", name)
    named = [one for one in known.of("session") if code and one.members["ordinal"] == int(code[1])]
    held = [one for one in named if one.members["state"] in MET] or named
    return held[0].id if len(held) == 1 else None


def _refused(why: str, status: int) -> int:
    typer.echo(f"pacta: {why}", err=True)
    return status
