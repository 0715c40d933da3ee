"""The two metrics, and the rule by which each is counted; they are never mixed, and what is apart is not summed. Pure."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from service.register.commitments.rules import sided
from service.register.commitments.rules.amendment import Verb
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.reporting import Level
from service.register.history.rules import world
from service.register.history.rules.lives import COMMITMENT, Known, Life
from service.reports.rules import naming

VERSION: Final = 2
IMPLEMENTED_RULE: Final = (
    "Fully implemented = n of m. m: commitments with the verb 'agreed', agreed on or before the day in the world, whose agreement every other "
    "party has confirmed by the moment known. Withdrawn and merged ones are excluded and listed; a superseded one is counted once, at what "
    "replaced it, or at itself as long as nothing that replaced it is agreed; lapsed and suspended ones stay in m; a commitment counts at the session that agreed it, also where it was carried over. One-sided "
    "ones, which one party alone has recorded, are counted apart. n: those of m that were implemented on that day, confirmed by every party; those that were "
    "implemented otherwise than agreed (modified) are in n, and listed. A date reduced to a month or a year counts from its last day, or from the day "
    "it was recorded if that is earlier; what it "
    "leaves open is listed as uncertain. Sector, group and title are those known at that moment."
)
PROGRESS_RULE: Final = (
    "Progress = how many of the same m stand at each level by the last report of each party that speaks of the day or an earlier one. It is each "
    "party's own word, claimed and not confirmed; the parties' levels are not summed with each other, nor with what is fully implemented."
)
EXCLUDED: Final = (State.WITHDRAWN, State.MERGED, State.SUPERSEDED)
UNCONFIRMED, LATER, OTHER_VERB = "not_confirmed", "later", "not_agreed_but_"


class Item(NamedTuple):
    """A commitment as it is counted: what it was on the day, by what is known."""

    life: Life
    members: Mapping[str, Any]
    """What is known of it; those who led it on the day lead it here."""
    turns: Sequence[world.Span]
    """Its states in turn, also those of later days."""
    then: world.Then
    reported: Mapping[str, Mapping[str, Any]]
    is_one_sided: bool
    stands_for_itself: bool = False
    """Of one that was superseded: nothing that replaced it is agreed yet."""

    @property
    def told(self) -> dict[str, Any]:
        """Return how it is named in a list."""
        return {"id": self.life.id, "reference": self.members["reference"]}


def items(known: Known, day: date, sessions: Iterable[str] | None, shown: Container[str] | None) -> list[Item]:
    """Return the commitments of some sessions (None: of the commission) that are shown (None: all), by their references."""
    every = [known.of(COMMITMENT)] if sessions is None else [known.agreed_at.get(one, ()) for one in sessions]
    mine = [life for some in every for life in some if shown is None or life.id in shown]
    mine.sort(key=lambda life: (str(life.members["reference"]), life.id))
    reckoned = known.on(day)
    found = [reckoned.get(life.id) or reckoned.setdefault(life.id, _item(known, life, day)) for life in mine]
    return [_superseded(known, one, day, shown) if one.then.state == State.SUPERSEDED else one for one in found]


def _superseded(known: Known, item: Item, day: date, shown: Container[str] | None) -> Item:
    """Return the item, which is counted itself where all that replaced it is shown, and none of it agreed by every party on the day."""
    replacing = [life for name in item.members["successors"] or () for life in known.named.get(name, ())]
    waits = all((shown is None or one.id in shown) and not _is_agreed(one, day) for one in replacing)
    return item._replace(stands_for_itself=bool(replacing) and waits)


def _is_agreed(life: Life, day: date) -> bool:
    is_joint = life.members["state"] not in {State.PROPOSED, State.RETRACTED}
    return is_joint and world.on(world.spans(life), day).state is not None


def _item(known: Known, life: Life, day: date) -> Item:
    turns = world.spans(life)
    then, reported = world.on(turns, day), world.reported(life, day)
    members = {**life.members, "party_facts": world.party_facts(life, day)} if life.handed_on else life.members
    return Item(life, members, turns, then, reported, one_sided(known, life))


def one_sided(known: Known, life: Life) -> bool:
    """Return whether it stands by one party's word: nobody was asked, or it is one-sided by the register's own rule."""
    charter, alone = known.charter, life.moved_alone_at
    # In few commissions a party came in later.
    if entered := charter.get("entered"):
        came = {"entered": entered, "departed": charter.get("departed") or {}}
        record = {"recorded_by": life.recorded_by, "recorded_at": life.recorded_at, "moved_alone_at": alone}
        if sided.one_sided({**came, **record, "acknowledged": life.members.get("acknowledged")}):
            return True
    return alone is not None and not any(move.action == Action.ACKNOWLEDGE and move.at >= alone for move in life.moves)


def why_excluded(item: Item) -> str | None:
    """Return why a commitment is neither in n nor in m; None if it is counted."""
    if item.members["verb"] != Verb.AGREED:
        return f"{OTHER_VERB}{item.members['verb']}"
    if item.members["state"] == State.PROPOSED:
        return UNCONFIRMED
    if item.then.state is None:
        return LATER
    return str(item.then.state) if item.then.state in EXCLUDED and not item.stands_for_itself else None


def metrics(known: Known, found: Iterable[Item]) -> dict[str, Any]:
    """Return both metrics of these commitments, each with its rule, on their day in the world, by what is known."""
    every = [(one, why_excluded(one)) for one in found if is_told(one)]
    counted = [one for one, why in every if why is None]
    apart = [one for one in counted if one.is_one_sided]
    joint = [one for one in counted if not one.is_one_sided]
    by_group = [
        {**one, "working_group": naming.group(known, one["key"])}
        for one in _by(joint, lambda item: item.members["working_group_id"])
    ]
    return {
        "fully_implemented": _implemented(every, joint, apart) | {"by_group": by_group},
        "progress": _progress(known, joint),
    }


def is_told(item: Item) -> bool:
    """Return whether it is told of at all: a record that was taken back is not."""
    return bool(item.members["state"] != State.RETRACTED)


def is_done(item: Item) -> bool:
    """Return whether it was implemented on the day."""
    return item.then.state == State.IMPLEMENTED


def _implemented(
    every: Sequence[tuple[Item, str | None]], joint: Sequence[Item], apart: Sequence[Item]
) -> dict[str, Any]:
    done = [one for one in joint if is_done(one)]
    modified = [one for one in done if one.members["outcome"] == "modified"]
    return {
        "rule": {"version": VERSION, "text": IMPLEMENTED_RULE},
        "numerator": len(done),
        "denominator": len(joint),
        "items": [one.told for one in done],
        "modified": [one.told for one in modified],
        "excluded": [{**one.told, "reason": why} for one, why in every if why],
        "uncertain": [{**one.told, "may_be": list(one.then.uncertain)} for one, _ in every if one.then.uncertain],
        "subject_to_approval": [one.told for one in joint if any((one.members["subject_to"] or {}).values())],
        "one_sided": {
            "numerator": sum(map(is_done, apart)),
            "denominator": len(apart),
            "items": [one.told for one in apart],
        },
        "by_state": _by(joint, lambda one: one.then.state),
        "by_sector": _by(joint, lambda one: one.members["sector"]),
    }


def _by(counted: Sequence[Item], key: Callable[[Item], str | None]) -> list[dict[str, Any]]:
    """Return n of m for each value that some commitment has; those without one come last, as null."""
    whole, done = Counter(map(key, counted)), Counter(map(key, filter(is_done, counted)))
    ordered = sorted(whole, key=lambda value: (value is None, str(value)))
    return [{"key": value, "numerator": done[value], "denominator": whole[value]} for value in ordered]


def _progress(known: Known, counted: Sequence[Item]) -> dict[str, Any]:
    return {
        "rule": {"version": VERSION, "text": PROGRESS_RULE},
        "denominator": len(counted),
        "by_party": [_by_level(party, counted) for party in known.charter["parties"]],
    }


def _by_level(party: str, counted: Sequence[Item]) -> dict[str, Any]:
    found = Counter(one.reported[party]["level"] for one in counted if party in one.reported)
    levels = {level.value: found[level.value] for level in Level}
    return {"party": party, "levels": levels, "not_reported": len(counted) - found.total()}
