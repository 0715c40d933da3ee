"""What the application keeps as long as it runs: one object, of which each room declares the members that it needs.

@dataclass(kw_only=True)
class HasCallers(State):                          # in identity
callers: Callers

@dataclass(kw_only=True)
class Service(HasCallers, HasMatters, ...):       # in main: all of them

callers = state_of(request.app, HasCallers).callers
"""

from dataclasses import dataclass
from typing import TypeVar

from starlette.applications import Starlette

from service.database.pool import Pool


@dataclass(kw_only=True)
class State:
    """The least that every application keeps: three pools, each with a bound of its own, so that none starves another."""

    pool: Pool
    """For what changes something, and may wait for a lock or for a standby."""
    readers: Pool
    """For what only reads, which waits for neither."""
    lookout: Pool
    """For who asks how the service fares, and for what watches beside the requests."""

    async def close(self) -> None:
        """Close every connection; the next use begins anew."""
        for pool in (self.pool, self.readers, self.lookout):
            await pool.close()


Share = TypeVar("Share", bound=State)


def keep(app: Starlette, state: State) -> None:
    """Let `app` keep `state`."""
    app.state.service = state


def state_of(app: Starlette, share: type[Share]) -> Share:
    """Return what `app` keeps, as the room that asks knows it."""
    found = app.state.service
    assert isinstance(found, share)
    return found
