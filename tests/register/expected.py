"""Holding a lifecycle's table to rows that were written from the domain's description."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import pytest

from service.errors import TransitionNotAllowed
from service.register.decisions.rules.lifecycle import Lifecycle

Rows = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""Of each action, state and end, the facts on which it depends."""


def leads_as_expected(
    lifecycle: Lifecycle, expected: Rows, state: StrEnum, action: StrEnum, every: Iterable[Mapping[str, Any]]
) -> None:
    """Hold an action in a state to its one expected end, or to a refusal with what is allowed, under `every` set of facts."""
    for facts in every:
        ends = [
            end
            for (one, source, end), when in expected.items()
            if (one, source) == (action, state) and all(facts[name] == value for name, value in when.items())
        ]
        if not ends:
            with pytest.raises(TransitionNotAllowed) as refused:
                lifecycle.step(action, state, facts)
            assert refused.value.members["allowed_actions"] == lifecycle.allowed(state, facts)
        else:
            assert [str(lifecycle.step(action, state, facts).target)] == ends


def has_just_these_rows(lifecycle: Lifecycle, expected: Rows) -> None:
    """Hold a table to the expected rows: none is missing, none is more, none stands twice."""
    rows = {(str(row.action), str(row.source), str(row.target)): dict(row.when) for row in lifecycle.steps}
    assert rows == expected
    assert len(lifecycle.steps) == len(expected), "a row stands twice"
