"""How a command that fails ends: whose fault it was says the exit status (sysexits.h), what to do a sentence on standard error.

1   what was asked is refused, as a request would be         69  the database is away, or does not do what it is asked
2   called wrongly (typer's own)                             70  Pacta itself failed: the traceback is for its makers
78  a setting or a file that the operator has to mend        74  what was to be said could not be written
"""

import os
import socket
import traceback
from typing import Final

import asyncpg
import typer

from service.errors import ServiceError
from service.errors.operator import OperatorMistake

REFUSED: Final = 1
AWAY: Final = (ConnectionError, TimeoutError, socket.gaierror, asyncpg.InterfaceError, asyncpg.InternalClientError)
_UNMIGRATED: Final = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.UndefinedFunctionError)
_OUR_FAULT: Final = (
    "This is a fault of Pacta, not of your settings or your database. Please report it, with the lines above."
)


def ended(wrong: Exception) -> int:
    """Say what was wrong, with the traceback where it is our own fault, and return the exit status."""
    status, sentence = _told(_of_the_driver(wrong))
    if status == os.EX_SOFTWARE:
        traceback.print_exception(wrong)
    typer.echo(f"pacta: {sentence}", err=True)
    return status


def _told(wrong: Exception) -> tuple[int, str]:
    match wrong:
        case ServiceError():
            told = REFUSED, str(wrong)
        case OperatorMistake():
            told = os.EX_CONFIG, str(wrong)
        case asyncpg.PostgresError():
            told = _by_the_database(wrong)
        case _ if isinstance(wrong, AWAY):
            # Who made the connection has noted which setting says its address.
            noted = " ".join(getattr(wrong, "__notes__", ()))
            told = os.EX_UNAVAILABLE, f"the database cannot be used: {_line(wrong)}. {noted}"
        case OSError(filename=str() | bytes() | os.PathLike()):
            told = os.EX_CONFIG, f"{os.fsdecode(wrong.filename)} cannot be used: {wrong.strerror}."
        case OSError():
            told = os.EX_IOERR, f"it cannot be read or written: {wrong.strerror or _line(wrong)}."
        case _:
            told = os.EX_SOFTWARE, _OUR_FAULT
    return told


def _by_the_database(wrong: asyncpg.PostgresError) -> tuple[int, str]:
    said = f"the database says: {_line(wrong)}."
    match wrong:
        case asyncpg.IntegrityConstraintViolationError():
            told = REFUSED, f"something with this name is there already, or what it refers to is not: {_line(wrong)}."
        case asyncpg.InsufficientPrivilegeError():
            told = os.EX_UNAVAILABLE, f"{said} Run pacta migrate, or grant again what was lost in a restore."
        case _ if isinstance(wrong, _UNMIGRATED):
            told = os.EX_UNAVAILABLE, f"{said} Its schema is not the one of this release: run pacta migrate."
        case asyncpg.SyntaxOrAccessError() | asyncpg.DataError():
            told = os.EX_SOFTWARE, f"{said} {_OUR_FAULT}"
        case _:
            told = os.EX_UNAVAILABLE, f"{said} Look into its log, mend that, and run the command again."
    return told


def _of_the_driver(wrong: Exception) -> Exception:
    """Return what the driver raised, where SQLAlchemy, which runs migrations, has wrapped it."""
    original = getattr(wrong, "orig", None)
    found = getattr(original, "__cause__", None) or original
    return found if isinstance(found, Exception) else wrong


def _line(wrong: Exception) -> str:
    return (str(wrong) or type(wrong).__name__).splitlines()[0].rstrip(".")
