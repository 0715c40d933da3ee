"""What a job is: a small function that does a bounded piece of work, and says whether there may be more of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from service.database.pool import Pool
from service.settings import Settings

REST_SECONDS: Final = 1.0
"""How long a job rests when it found nothing to do, unless it says otherwise."""
TURN_SECONDS: Final = 60.0
"""How long one turn of a job may take, unless it says otherwise; then it is broken off, and its transaction is rolled back."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every job is given: connections as pacta_worker, and what the operator has set."""

    pool: Pool
    settings: Settings


Turn: TypeAlias = Callable[[Tools], Awaitable[bool]]
"""Do one piece of work; return whether there may be more at once.

Any number of workers may run: a turn locks what it takes (SKIP LOCKED, or an advisory lock that is only tried) and decides under
that lock. It may be broken off at any point, by an end of the process or of its time, so what it did must be whole by its commit.
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work, as it is listed in `worker/start.py`."""

    name: str
    turn: Turn
    rest: float = REST_SECONDS
    within: float = TURN_SECONDS
