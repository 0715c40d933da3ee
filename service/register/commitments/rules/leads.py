"""Who leads a commitment on a party's side: one organisation first, and others beside it. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from service.register.commissions.rules.lead import FIRST, FURTHER

__all__ = ["FIRST", "FURTHER", "leads", "wrong_leads"]

MOST: Final = 20


def leads(facts: Mapping[str, Any]) -> list[str]:
    """Return the ids of all that lead it for the party of these facts, the first one first."""
    first = facts.get(FIRST)
    return [*([first] if first else ()), *(facts.get(FURTHER) or ())]


def wrong_leads(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a party's leads, as (pointer, what): others without a first one, one named twice."""
    further = facts.get(FURTHER) or []
    if further and not facts.get(FIRST):
        yield f"/{FIRST}", "is needed where further ones lead: the one that is asked first"
    for place, one in enumerate(further):
        if one == facts.get(FIRST) or one in further[:place]:
            yield f"/{FURTHER}/{place}", "leads already; once is enough"
