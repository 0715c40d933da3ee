"""A lifecycle's table as a test would have it; the program itself never changes one."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.register.decisions import answers
from service.register.decisions.rules.lifecycle import Lifecycle, Step


@contextmanager
def with_steps(lifecycle: Lifecycle, steps: tuple[Step, ...]) -> Iterator[None]:
    """Let the lifecycle have these rows for a while."""
    written = lifecycle.steps
    _put(lifecycle, steps)
    try:
        yield
    finally:
        _put(lifecycle, written)


def _put(lifecycle: Lifecycle, steps: tuple[Step, ...]) -> None:
    object.__setattr__(lifecycle, "steps", steps)
    # What follows from the table is remembered while the process lives.
    answers._moves.cache_clear()
    for remembered in ("_leaving", "_rows"):
        vars(lifecycle).pop(remembered, None)
