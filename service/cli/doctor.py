"""What `pacta doctor` does: it examines the database and what lies outside it, says what is wrong, and mends what is safe."""

import asyncio
import contextlib
import os
import stat
from collections.abc import AsyncIterator
from typing import Final

import typer

from service.database.connection import Address, AddressWrong, Limits, connect
from service.database.doctor.examination import ABOUT, examine, mend
from service.database.doctor.finding import Finding
from service.database.pool import LOST
from service.errors.operator import OperatorMistake
from service.identity.keys import load_or_create
from service.sequencer import inspection, witnesses
from service.sequencer.directory import LogDirectory
from service.settings import Settings
from service.tables import metadata

OUTSIDE: Final = {
    "addresses": "",
    "signing key": "PACTA_SIGNING_KEY_FILE",
    "log key": "PACTA_LOG_DIR",
    "notes": "PACTA_LOG_DIR",
    "witnesses": "PACTA_WITNESSES_FILE",
}
"""What lies outside the database, and by which setting it is found."""
BEFORE_ALL: Final = {"schema version"}
OPEN_TO_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def run(settings: Settings, *, fix: bool) -> int:
    """Examine, mend if asked to, and say what is wrong; return the exit status."""
    owner, limits = Address.of_owner(settings), Limits.of_bulk(settings)

    async def look() -> list[Finding]:
        found = await examine(owner, limits, metadata)
        if not any(one.about in BEFORE_ALL | {"tables", "owner"} for one in found):
            found += [one async for one in _outside(settings, owner, limits)]
        return found

    found, failed = asyncio.run(look()), []
    # Twice: who may not enter the schema is not asked about its tables.
    for _ in range(2 if fix else 0):
        if safe := [one for one in found if one.statements]:
            failed = asyncio.run(mend(owner, limits, safe))
            for statement in (one.statements[-1] for one in safe):
                typer.echo(f"tried: {statement}")
            found = asyncio.run(look())
    _tell(settings, found, failed)
    return 1 if found else os.EX_OK


def _tell(settings: Settings, found: list[Finding], failed: list[str]) -> None:
    unseen = _unseen(settings, found)
    for about in (*ABOUT, *OUTSIDE):
        wrong = [one for one in found if one.about == about]
        typer.echo(f"{about}: {f'{len(wrong)} wrong' if wrong else unseen.get(about, 'well')}")
        for one in wrong:
            typer.echo(f"  - {one.told}")
    for said in failed:
        typer.echo(f"pacta: {said}", err=True)


def _unseen(settings: Settings, found: list[Finding]) -> dict[str, str]:
    """Return what was not looked at, and why."""
    wrong = {one.about for one in found}
    unseen = {
        about: f"not looked at, since {setting} is not set"
        for about, setting in OUTSIDE.items()
        if setting and getattr(settings, setting.removeprefix("PACTA_").lower()) is None
    }
    if settings.signing_key_file and not settings.signing_key_file.exists():
        unseen["signing key"] = f"not there, {settings.signing_key_file}; pacta serve makes it when it starts"
    if "log key" in wrong:
        unseen["notes"] = "not looked at, until the log key is as it must be"
    if any(one.about == "constraints" and one.statements for one in found):
        unseen |= dict.fromkeys(("tables",), "not looked at, until the constraints are mended")
    if wrong & {"tables", "owner"}:
        unseen |= dict.fromkeys(
            ("sequences", "content", *OUTSIDE), "not looked at, until the tables are as they must be"
        )
    if wrong & BEFORE_ALL:
        unseen |= dict.fromkeys((*ABOUT[1:], *OUTSIDE), "not looked at yet")
    return unseen


async def _outside(settings: Settings, owner: Address, limits: Limits) -> AsyncIterator[Finding]:
    for address in Address.of_users(settings):
        if found := await _refused(address, limits):
            yield found
    for one in _signing_key(settings):
        yield one
    connection = await connect(owner, limits, "pacta-doctor")
    try:
        async for one in inspection.alarms(connection):
            yield one
        if settings.log_dir is not None:
            async for one in inspection.notes(connection, LogDirectory(settings.log_dir)):
                yield one
        try:
            asked = witnesses.load(settings.witnesses_file)
        except OperatorMistake as wrong:
            yield Finding("witnesses", f"{wrong}.")
        else:
            async for one in inspection.cosignatures(connection, asked):
                yield one
    finally:
        connection.terminate()


async def _refused(address: Address, limits: Limits) -> Finding | None:
    """Return why nobody can work under this address, if it is so."""
    try:
        (await connect(address, limits, "pacta-doctor")).terminate()
    except AddressWrong as wrong:
        how = "pacta migrate makes the role, and gives it the password of its address."
        return Finding("addresses", str(wrong), how)
    except LOST as wrong:
        said = f"{address.setting}: the database is not reached ({type(wrong).__name__})."
        return Finding(
            "addresses", said, "The owner reaches it: hold its host and port to those of PACTA_OWNER_DATABASE_URL."
        )
    return None


def _signing_key(settings: Settings) -> list[Finding]:
    file = settings.signing_key_file
    if file is None or not file.exists():
        return []
    try:
        load_or_create(file)
    except OperatorMistake as wrong:
        return [Finding("signing key", str(wrong))]
    with contextlib.suppress(OSError):
        if stat.S_IMODE(file.stat().st_mode) & OPEN_TO_OTHERS:
            return [Finding("signing key", f"Others can read {file}, and sign tokens.", f"chmod 600 {file}")]
    return []
