"""Where facts stand among a matter's members: which a move changed, and how one of them is put there. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.register.decisions.rules.matter import Members, Path


def flat(members: Members, whole: Iterable[str]) -> dict[Path, Any]:
    """Return members by their path, those that are known; what is made of several facts is taken apart, unless it is `whole`."""
    found: dict[Path, Any] = {}
    for name, value in members.items():
        if isinstance(value, Mapping) and name not in whole:
            found |= {(name, key): inner for key, inner in value.items() if inner is not None}
        elif value is not None:
            found[(name,)] = value
    return found


def changed(before: Members, after: Members, whole: Iterable[str]) -> dict[Path, Any]:
    """Return the paths on which the two differ, with the value after; what is gone has None."""
    old, new = flat(before, whole), flat(after, whole)
    return {path: new.get(path) for path in {**old, **new} if old.get(path) != new.get(path)}


def forgotten(after: Members, before: Members, whole: Iterable[str]) -> dict[str, Any]:
    """Return `corrected` without what a move writes anew, if that is any of it."""
    if not before["corrected"]:
        return {}
    fresh = {".".join(path) for path in changed({name: before[name] for name in after}, after, whole)}
    kept = {name: seq for name, seq in before["corrected"].items() if name not in fresh}
    return {} if kept == before["corrected"] else {"corrected": kept}


def put(after: dict[str, Any], before: Members, path: Path, value: object) -> None:
    """Write the value at its path among the members that change."""
    name, *inner = path
    if not inner:
        after[name] = value
        return
    present = (after[name] if name in after else before[name]) or {}
    kept = {key: one for key, one in present.items() if key != inner[0]}
    after[name] = (kept if value is None else {**kept, inner[0]: value}) or None
