"""When a process starts: whether the database is there, and lets it in. What only the operator can mend ends the start."""

import asyncio
import time
from typing import Final

import asyncpg
import structlog

from service.database.connection import Address, AddressWrong, Limits, connect

AWAY: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
PAUSE_SECONDS: Final = 1.0
log = structlog.get_logger("pacta.database")


async def prove(limits: Limits, *addresses: Address, wait: float = 0) -> None:
    """Connect once to each: what only the operator can mend is `AddressWrong`.

    A database that is away is no mistake; the process starts, and waits for it. `wait`: seconds for which a mistake may be one
    that passes: beside us `pacta migrate` makes the roles and gives them their passwords.
    """
    for address in addresses:
        try:
            await _until(time.monotonic() + wait, limits, address, AddressWrong)
        except AWAY as wrong:
            log.warning("database_away", setting=address.setting, error=type(wrong).__name__)


async def await_database(limits: Limits, address: Address, wait: float) -> None:
    """Wait so many seconds until it can be connected to; then whatever hinders it is raised."""
    await _until(time.monotonic() + wait, limits, address, (AddressWrong, *AWAY))


async def _until(
    end: float, limits: Limits, address: Address, passing: type[Exception] | tuple[type[Exception], ...]
) -> None:
    told = ""
    while True:
        try:
            (await connect(address, limits, "pacta-start")).terminate()
        except passing as wrong:
            if time.monotonic() >= end:
                raise
            if (reason := str(wrong) or type(wrong).__name__) != told:
                log.warning("waiting_for_database", setting=address.setting, reason=reason)
                told = reason
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return
