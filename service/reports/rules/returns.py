"""The return: one row for each instrument of a party, with its dates, its areas and how far each is. Pure.

It is made from the entries below the newest signed checkpoint of each commission in which the party is, and names all of these.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from service.permissions import Confidentiality
from service.register.commitments.rules.leads import leads
from service.register.commitments.rules.lifecycle import State
from service.register.history.rules.lives import INSTRUMENT, Known, Life, Move
from service.register.history.rules.past import Past
from service.register.instruments.rules import computed, standing
from service.reports.rules import counting, instruments, naming
from service.reports.rules.audience import Shown
from service.reports.rules.counting import Item
from service.reports.rules.source import Source
from service.trail.reopening import notice

VERSION: Final = 1
LEAD, CO_LEAD = "lead", "co_lead"
_SIGNATORY: Final = ("party", "name", "title", "organisation")
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose return it is, of which day and by what was known when, for whom."""

    party: str
    audience: Confidentiality
    as_of: date
    known_at: str | None = None
    organisations: Collection[str] = ()
    """Only what these of its organisations answer for; empty: everything."""


def rows(known: Known, asked: Asked, seen: Collection[str] | None) -> list[Data]:
    """Return the rows of one commission; `seen`: the ids that the caller may see (None: all)."""
    shown = Shown(known, asked.audience, seen)
    items = {one.life.id: one for one in counting.items(known, asked.as_of, None, shown)}
    found = [
        _registered(known, one, asked, [items[key] for key in instruments.carried(one, shown) if key in items])
        for one in instruments.there(known.of(INSTRUMENT), asked.as_of, shown)
        if asked.party in one.members["contracting_parties"]
    ]
    found += [
        _alone(known, one, told, asked)
        for one in items.values()
        if one.then.state and one.members["state"] != State.RETRACTED
        if (told := instruments.told_alone(one, asked.as_of))
    ]
    wanted = set(asked.organisations)
    return [row for row in found if not wanted or wanted & {one["id"] for one in row["ministries"]}]


def log_of(source: Source) -> Data:
    """Return how the log of one commission is named."""
    known = source.known
    return {
        "commission": {"id": known.commission, "code": known.charter["code"]},
        "origin": source.origin,
        "size": source.size,
        "root_hash": source.root_hash,
        "key": source.key,
        "notice": notice(known.charter.get("reopened")),
    }


def whole(asked: Asked, logs: Sequence[Data], registry: Data, found: Iterable[Data], names: Mapping[str, Data]) -> Data:
    """Return the return, but for its digest; `names`: organisations as they were called."""
    listed = [row | {"ministries": [_ministry(one, names) for one in row["ministries"]]} for row in found]
    listed.sort(key=lambda row: ([one["code"] or "" for one in row["ministries"]][:1], _reference(row)))
    return {
        "version": VERSION,
        "about": "instruments",
        "party": asked.party,
        "organisations": [_named(key, names) for key in sorted(asked.organisations)],
        "audience": str(asked.audience),
        "as_of": str(asked.as_of),
        "known_at": naming.moment(asked.known_at) if asked.known_at else None,
        "logs": list(logs),
        "registry": registry,
        "rows": listed,
    }


def _reference(row: Data) -> str:
    return str(row["reference"] or row["commitments"][0]["reference"])


def _ministry(one: Data, names: Mapping[str, Data]) -> Data:
    return {**_named(one["id"], names), "role": one["role"]}


def _named(key: str, names: Mapping[str, Data]) -> Data:
    return {"id": key, **{name: names.get(key, {}).get(name) for name in ("code", "name")}}


def _registered(known: Known, one: Past, asked: Asked, items: Sequence[Item]) -> Data:
    members, parties = one.members, one.members["contracting_parties"]
    acts = [*(members["acts"] or ()), *(members["later_acts"] or ())]
    signing = [
        *(told["signatory"] for _, told in sorted((members["signatures"] or {}).items())),
        *(signatory for act in acts for signatory in act.get("signatories") or ()),
    ]
    moves = [move for move in one.life.moves if move.after.get("state") == members["state"]]
    row = instruments.registered_row(one, asked.as_of, [item.told for item in items])
    remarks = standing.warnings(members, computed.entry_of(members))
    objected = [f"{party} objects: {told['reason']}" for party, told in sorted((members["objections"] or {}).items())]
    told = {"unknown": standing.unknown(members), "remarks": [*remarks, *objected]}
    sides = _of_parties(known, asked, items, parties, signing)
    return row | sides | _confirmed(_decided(known, one.life, moves), parties) | told


def _alone(known: Known, item: Item, told: Mapping[str, Any], asked: Asked) -> Data:
    parties = known.charter["parties"]
    moves = [move for move in item.life.moves if "instrument" in move.after]
    row = instruments.alone_row(told, [item.told])
    sides = _of_parties(known, asked, [item], parties, told.get("signatories") or ())
    return row | sides | _confirmed(moves, parties) | {"unknown": sorted(item.members["unknown"] or ()), "remarks": []}


def _of_parties(
    known: Known, asked: Asked, items: Sequence[Item], parties: Sequence[str], signing: Iterable[Mapping[str, Any]]
) -> Data:
    signed = [{name: one.get(name) for name in _SIGNATORY} for one in signing]
    return {
        "commission": {"id": known.commission, "code": known.charter["code"]},
        "ministries": _ministries(known, items, asked.party),
        "countries": [party for party in parties if party != asked.party],
        "foreign_signatories": [one for one in signed if one["party"] != asked.party],
        "own_signatories": [one for one in signed if one["party"] == asked.party],
        "areas": _areas(items),
    }


def _ministries(known: Known, items: Iterable[Item], party: str) -> list[Data]:
    """Return which organisations of the party answer for it: the lead of each commitment, else the co-lead of its group."""
    found: dict[str, str] = {}
    for item in items:
        named = leads(item.members["party_facts"].get(party) or {})
        found |= dict.fromkeys(named, LEAD)
        if not named and (co_lead := _co_lead(known.lives.get(item.members["working_group_id"] or ""), party)):
            found.setdefault(co_lead, CO_LEAD)
    return [{"id": key, "role": role} for key, role in sorted(found.items())]


def _co_lead(group: Life | None, party: str) -> str | None:
    """Return the co-lead of a group; of one that began before groups had trails of their own that is not told here."""
    seats = (group.members["organisations"] or {}).get(party) if group and group.version > 1 else None
    return seats["co_lead"] if seats else None


def _areas(items: Iterable[Item]) -> list[Data]:
    """Return how far each area is: its commitments, with their states and each party's own word, none summed with another."""
    found: dict[str, list[Data]] = {}
    for one in items:
        levels = {party: told["level"] for party, told in sorted(one.reported.items())}
        told = {**one.told, "state": one.then.state, "one_sided": one.is_one_sided, "levels": levels}
        found.setdefault(one.members["sector"], []).append(told)
    return [{"area": area, "commitments": told} for area, told in sorted(found.items())]


def _decided(known: Known, life: Life, moves: Sequence[Move]) -> Sequence[Move]:
    """Return by which moves the parties decided that an instrument is where these led it: of one that a commitment opened, the commitment's."""
    leaf, recorded = life.told[0]
    opened = recorded["data"].get("opened_by") or recorded["data"].get("told_by")
    if not opened or not moves or moves[-1].leaf != leaf or (by := known.lives.get(opened["id"])) is None:
        return moves
    return [one for one in by.moves if one.leaf == opened["leaf"]] or [
        one for one in by.moves if INSTRUMENT in one.after
    ]


def _confirmed(moves: Sequence[Move], parties: Iterable[str]) -> Data:
    """Return by which of its parties the last of these moves was made or confirmed, and by which it was not."""
    by = {moves[-1].proposal.by, *moves[-1].proposal.confirmed} if moves else set()
    return {
        "confirmed_by": [one for one in parties if one in by],
        "not_confirmed_by": [one for one in parties if one not in by],
    }
