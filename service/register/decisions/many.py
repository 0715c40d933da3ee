"""Many at once: proposals answered, or the same move proposed, each judged for itself and all in one transaction.

Everything that is going to change, and everything that is named beside it, is locked first: kinds in their order, rows by
ascending id. Then each goes the way that it would go alone; what answers read is read together, and what they write is written
together. A refusal comes before the first write of what it refuses, and takes nothing back of the others; one that came later would
be the whole request's.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter
from typing import Any, TypeAlias
from uuid import UUID

from service.database.gathering import Gathering
from service.database.statement import Connection
from service.errors import NotFound, ServiceError
from service.errors.sent import Sent
from service.permissions import Caller, Permission, standing
from service.register.decisions import commands, queries
from service.register.decisions.bringing import unreasoned
from service.register.decisions.engine.carrying import Carrying, carrier_of
from service.register.decisions.engine.locking import lock_all, look_up, rows_beside, share
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.decisions.engine.proposals import read_together
from service.register.decisions.engine.taking import going_along
from service.register.decisions.rules.ended import CHARTER
from service.register.decisions.schemas import (
    ConfirmationCreate,
    ConfirmationsCreate,
    ProposalsCreate,
    ReviewedTransition,
    SeenMatter,
)
from service.register.decisions.unseen import withheld

_Wanted: TypeAlias = tuple[Matter, UUID, Mapping[str, Any]]
"""A matter, its id, and what is proposed of it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of many: the transition, or the refusal."""

    asked: UUID
    made: Row | None = None
    refused: ServiceError | None = None


async def answer(
    connection: Connection, matters: Matters, caller: Caller, commission_id: UUID, sent: Sent[ConfirmationsCreate]
) -> list[Outcome]:
    """Answer proposals of one commission, and return what became of each, in the order asked.

    403 for who acts for no party, 422 for what is wrong with the request as a whole.
    """
    _may_act(caller, Permission.CONFIRM)
    new = sent.read(unreasoned(sent.sound))
    asked = [
        one if isinstance(one, ReviewedTransition) else ReviewedTransition(id=one, reviewed=None)
        for one in new.transitions
    ]
    known = await queries.transitions_of(connection, matters, caller, commission_id, [one.id for one in asked])
    wanted = [(matter, row["matter_id"], commands.body_of(row)) for matter, row in known]
    carriers = [await carrier_of(connection, matters, matter, caller, body) for matter, _, body in wanted]
    await _lock(connection, commission_id, None, matters, wanted, [one for one in carriers if one])
    there = {row["id"] for _, row in known}
    proposals, done = await read_together(connection, matters, caller, [*there]), list[Outcome]()
    async with Gathering(connection) as together:
        for one in asked:
            said = Sent.of(ConfirmationCreate(decision=new.decision, reason=new.reason, reviewed=one.reviewed))
            answered = partial(commands.answer, together, matters, caller, one.id, said, proposals)
            done.append(await _outcome(together, one.id, answered if one.id in there else None, "transition"))
        await together.written()
    told = iter(await withheld(connection, matters, caller, [one.made for one in done if one.made]))
    return [replace(one, made=next(told)) if one.made else one for one in done]


async def propose(
    connection: Connection, matters: Matters, caller: Caller, commission_id: UUID, sent: Sent[ProposalsCreate]
) -> list[Outcome]:
    """Propose the same move for many matters of one commission, and return what became of each, in the order asked.

    403 for who acts for no party, 422 for what is wrong with the request as a whole.
    """
    _may_act(caller, Permission.PROPOSE)
    new = sent.read()
    body = {"action": new.action, **(new.model_extra or {})}
    asked = [
        (one.matter_id, {**body, "version": one.version}) if isinstance(one, SeenMatter) else (one, body)
        for one in new.matters
    ]
    known = await queries.matters_of(connection, matters, caller, commission_id, [key for key, _ in asked])
    meant = [await _meant(connection, caller, known.get(key), key, said) for key, said in asked]
    wanted = [one for one in meant if isinstance(one, tuple)]
    await _lock(connection, commission_id, caller, matters, wanted)
    done = list[Outcome]()
    made: list[tuple[_Wanted, Row]] = []
    async with Gathering(connection) as together:
        for (key, _), one in zip(asked, meant, strict=True):
            if isinstance(one, ServiceError):
                done.append(Outcome(key, refused=one))
                continue
            # What one instrument says for many that it carries is proposed once, and is the answer for each of them.
            if before := next((row for two, row in made if one and one[1] != key and two == one), None):
                done.append(Outcome(key, before))
                continue
            proposed = one and partial(commands.propose, together, matters, one[0], caller, one[1], one[2], None)
            done.append(await _outcome(together, key, proposed, "matter"))
            if one and (row := done[-1].made):
                made.append((one, row))
        await together.written()
    return done


async def _meant(
    connection: Connection, caller: Caller, matter: Matter | None, key: UUID, body: Mapping[str, Any]
) -> _Wanted | ServiceError | None:
    """Return of what the body is a proposal, and as what; the refusal, where it can be none; None: there is no such matter."""
    if matter is None:
        return None
    if matter.instead is None:
        return matter, key, body
    try:
        found = await matter.instead(connection, caller, key, body)
    except ServiceError as refused:
        return refused
    return (found.matter, found.matter_id, found.body) if found else (matter, key, body)


def _may_act(caller: Caller, permission: Permission) -> None:
    # Of whoever acts for a party it is asked again for each, where its group is known.
    standing(caller, co_lead=True).require(permission)


async def _lock(
    connection: Connection,
    commission_id: UUID,
    seeing: Caller | None,
    matters: Matters,
    wanted: Sequence[_Wanted],
    carriers: Sequence[Carrying] = (),
) -> None:
    """Lock what is going to change with what it names, which is looked up as `seeing` may see it (None: as the service does), and what is to carry it."""
    keys: dict[Matter, set[UUID]] = {matter: set() for matter in matters}
    if not any(matter.kind == CHARTER for matter, _, _ in wanted):
        # Who takes part stays the same meanwhile; a charter that moves itself is locked for that alone.
        await share(connection, commission_id)
    for one in carriers:
        keys[one.matter].add(one.id)
    # Charters and sessions before groups, groups before commitments: whoever names others names them downwards.
    for matter in reversed(matters):
        mine = [(key, body) for which, key, body in wanted if which is matter]
        keys[matter] |= {key for key, _ in mine} | await _named(connection, seeing, matter, mine)
        await lock_all(connection, matter, sorted(keys[matter]))
        for key, body in mine:
            # What belongs to a locked one stays there until it is moved.
            if companions := await going_along(connection, matters, matter, key, body):
                keys[companions[0]] |= {*companions[1]}
    for matter in matters:
        if matter.numbering:
            joining = [key for one, key, body in wanted if one is matter and body["action"] in matter.rules.joining]
            await matter.numbering.lock_all(connection, joining)


async def _named(
    connection: Connection, seeing: Caller | None, matter: Matter, mine: Sequence[tuple[UUID, Mapping[str, Any]]]
) -> set[UUID]:
    """Return the ids of others of the kind that are named; what is locked to be named at all is locked in one order for everybody."""
    names = [
        (name.key, key, name)
        for key, body in mine
        if body["action"] in matter.rules.naming
        for name in matter.rules.names(body)
    ]
    found: set[UUID] = set()
    for _, key, name in sorted(names, key=itemgetter(0)):
        found |= rows_beside(await look_up(connection, matter, key, [name], seeing)).keys()
    return found


async def _outcome(together: Gathering, asked: UUID, move: Callable[[], Awaitable[Row]] | None, noun: str) -> Outcome:
    if move is None:
        return Outcome(asked, refused=NotFound(f"There is no such {noun} of this commission for this caller."))
    before = together.taken
    try:
        return Outcome(asked, await move())
    except ServiceError as refused:
        if together.taken > before:
            # Only what is too long for an entry is refused so late: half of it is written, and so nothing of all is.
            raise
        return Outcome(asked, refused=refused)
