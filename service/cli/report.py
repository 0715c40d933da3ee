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
from service.register.history.rules.lives import Known
from service.reports.rules.audience import AUDIENCES
from service.reports.rules.digest import sealed
from service.reports.rules.report import Asked, report
from service.reports.rules.source import Incomplete, Source, audience_of, exported
from service.tlog.encoding import NoteInvalid
from service.tlog.tiles import TileInvalid
from service.trail.entry import timestamp
from service.verify.canonical import Newer
from service.verify.export import Exported, open_directory


class Refused(Exception):
    """There is no report; with the exit status (sysexits.h)."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.status = status


def run(
    directory: Path, session: str | None, audience: str, days: Mapping[str, date], known_at: datetime | None = None
) -> int:
    """Write the report to standard output; return the exit status, and say on standard error why there is none."""
    until = timestamp(known_at) if known_at else None
    try:
        source = _source(directory, audience, until)
    except Refused as wrong:
        typer.echo(f"pacta: {wrong}", err=True)
        return wrong.status
    wanted = _session(source.known, session) if session else None
    if session and wanted is None:
        typer.echo(f"pacta: this export has no session {session}{' by then' if until else ''}", err=True)
        return os.EX_USAGE
    today = datetime.now(UTC).date()
    asked = Asked(
        Confidentiality(audience), days.get("as_of", today), wanted, days.get("since"), days.get("compared_to"), until
    )
    sys.stdout.buffer.write(sealed(report(source, asked)))
    return 0


def _source(directory: Path, audience: str, until: str | None) -> Source:
    """Return what the report is made from; `Refused` says why there is none."""
    if audience not in list(Confidentiality):
        raise Refused(f"there is no audience {audience!r}; there are {', '.join(Confidentiality)}", os.EX_USAGE)
    if until and until > timestamp(datetime.now(UTC)):
        raise Refused("--known-at lies in the future: nobody knows what is recorded by then", os.EX_USAGE)
    try:
        export = open_directory(directory)
        _require_for(export, Confidentiality(audience))
        source = exported(export, until)
    except Incomplete as wrong:
        raise Refused(f"{directory} is redacted, and {wrong}", os.EX_DATAERR) from wrong
    except Newer as wrong:
        raise Refused(f"an entry of {directory} {wrong}", os.EX_DATAERR) from wrong
    except OSError as wrong:
        raise Refused(f"{wrong.filename or directory}: {wrong.strerror or wrong}", os.EX_NOINPUT) from wrong
    except (NoteInvalid, TileInvalid, ValueError) as wrong:
        raise Refused(f"{directory} is no export: {wrong}. `pacta verify` tells more.", os.EX_DATAERR) from wrong
    if not source.known.commission:
        raise Refused("--known-at lies before the commission was recorded", os.EX_USAGE)
    return source


def _require_for(export: Exported, audience: Confidentiality) -> None:
    """Refuse an export that lacks entries from which a report for the audience is made."""
    try:
        widest = audience_of(export)
    except ValueError as wrong:
        raise Refused("this export is redacted, and does not say for whom: export again", os.EX_DATAERR) from wrong
    if audience not in AUDIENCES[widest]:
        said = f"this export is redacted for the audience {widest}, and has no report for {audience}; take --audience {widest}"
        raise Refused(said, os.EX_USAGE)


def _session(known: Known, name: str) -> str | None:
    """Return the id of the session that is meant by its id or its code; a held one before one that is planned."""
    if (found := known.lives.get(name)) and found.kind == "session":
        return name
    code = re.fullmatch(rf"{re.escape(known.charter['code'])}/([0-9]{{2,3}})", name)
    named = [one for one in known.of("session") if code and one.members["ordinal"] == int(code[1])]
    held = [one for one in named if one.members["state"] in MET] or named
    return held[0].id if len(held) == 1 else None
