"""What a party says of its own side of a commitment, as its entries tell it. Pure."""

from collections.abc import Mapping
from typing import Any

Facts = Mapping[str, Mapping[str, Any]]


def changed(everyone: Facts, data: Mapping[str, Facts]) -> dict[str, Mapping[str, Any]]:
    """Return the facts of each party with what an entry `commitment.changed` changed of them.

    An entry tells all facts of its party, before and after; what differs is laid over those that are known, since of a day another
    change may be left out.
    """
    found = {**everyone}
    for party, after in data["after"].items():
        before = data["before"].get(party, {})
        kept = {name: it for name, it in everyone.get(party, {}).items() if name in after or name not in before}
        found[party] = kept | {name: it for name, it in after.items() if name not in before or before[name] != it}
    return found


def undone(everyone: Facts, data: Mapping[str, Facts]) -> dict[str, Mapping[str, Any]]:
    """Return the facts of each party without what such an entry changed, as far as they stand as it left them."""
    found = {**everyone}
    for party, after in data["after"].items():
        before, now = data["before"].get(party, {}), everyone.get(party, {})
        still = {name for name in {*before, *after} if now.get(name) == after.get(name) != before.get(name)}
        kept = {name: it for name, it in now.items() if name not in still}
        found[party] = kept | {name: before[name] for name in still if name in before}
    return found
