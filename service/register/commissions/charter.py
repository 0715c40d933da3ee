"""Charters of commissions as the engine takes them: their rules, and where they are stored."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import table
from service.database.statement import Connection, Query
from service.identity.models import Principal
from service.identity.queries import is_active
from service.permissions import Caller, Kind, Role
from service.register.commissions.confidentiality import is_public, open_to
from service.register.commissions.models import Commission, CommissionAuditor, CommissionParty, Rule
from service.register.commissions.roles import (
    MOVER,
    ORGANISATION,
    PARTY,
    PRINCIPAL,
    TOKEN,
    Condition,
    bound,
    fixed,
    roles_of,
)
from service.register.commissions.rules.charter import requirements as registered
from service.register.commissions.rules.charter.founding import FOUNDED, founded
from service.register.commissions.rules.charter.lifecycle import CharterState
from service.register.commissions.rules.charter.matter import CHARTER
from service.register.decisions.engine.matter import Matter, Row
from service.register.decisions.models import live
from service.register.decisions.rules.matter import Found, Name
from service.register.parties.models import Organisation, Party
from service.trail.append import EntryChange

_commission, _party, _organisation = table(Commission), table(CommissionParty), table(Organisation)
_parties, _auditor, _principal = table(Party), table(CommissionAuditor), table(Principal)
RULES: Final[Mapping[str, Rule]] = {
    CharterState.KEPT: Rule.UNILATERAL,
    CharterState.UNSETTLED: Rule.UNILATERAL,
    CharterState.IN_FORCE: Rule.MUTUAL,
}
"""How proposals become effective in each state; one that is founded has the rule that it will have, one that is dissolved the one that it had."""


def seen_by(kind: Kind, asked: sa.Select[Any], locked: sa.ScalarSelect[Any] | None = None) -> sa.Select[Any]:
    """Add the commission with what its charter fixes and the caller's roles to a SELECT, and leave what the caller may see."""
    moving = () if locked is None else (MOVER,)
    return told_to(kind, asked.add_columns(*moving)).where(visible_to(kind))


def told_to(kind: Kind, asked: sa.Select[Any]) -> sa.Select[Any]:
    """Add the commission with what its charter fixes and the caller's roles to a SELECT, whoever may see it.

    Of a charter the secretariats alone decide, and who registers for a party that is to take part; a party's registrar names its
    secretariat.
    """
    no_group = sa.cast(sa.null(), sa.Uuid())
    roles = {
        **roles_of(kind, _commission.c.id, no_group),
        Role.CO_LEAD: sa.false(),
        Role.MEMBER: sa.false(),
        Role.REGISTRAR: _registers(inside=True) if kind is Kind.REPRESENTATIVE else sa.false(),
        Role.NEWCOMER: _registers(inside=False) if kind is Kind.REPRESENTATIVE else sa.false(),
    }
    flags = (condition.label(f"is_{role}") for role, condition in roles.items())
    return asked.add_columns(*fixed(), *flags).select_from(_commission)


@cache
def visible_to(kind: Kind) -> Condition:
    """Return the condition that a caller of this kind may read the charter; of what is in the commission `open_to` says it.

    Who registers for a party that the charter names, or that a proposal would bring in, sees the charter and nothing else.
    """
    proposed = live(_commission) & ((sa.any_(_commission.c.awaiting) == PARTY) | (_commission.c.proposed_by == PARTY))
    named = (sa.any_(_commission.c.parties) == PARTY) | sa.func.coalesce(proposed, sa.false())
    newcomer = named & _registers(inside=False) if kind is Kind.REPRESENTATIVE else sa.false()
    return is_active(PRINCIPAL, TOKEN) & (open_to(kind) | newcomer)


def _registers(*, inside: bool) -> sa.ColumnElement[bool]:
    """Return whether the caller registers for a party that takes part in the commission, or for one that does not."""
    registrar = sa.exists().where(_parties.c.code == PARTY, _parties.c.registrar_id == ORGANISATION)
    within = (sa.any_(_commission.c.parties) == PARTY) & (sa.all_(_commission.c.outside) != PARTY)
    return (within if inside else sa.not_(within)) & registrar


def columns(after: Mapping[str, Any]) -> dict[str, Any]:
    """Return changed members as column values, with the rule, which follows from the state."""
    rule = RULES.get(after.get("state", ""))
    return dict(after) | ({"rule": rule} if rule else {})


async def find(connection: Connection, name: Name, caller: Caller | None, beside: UUID) -> Found | None:
    """Return whether there is a party of this code, an active auditor with this id, or an organisation of the caller's own party."""
    if name.kind == registered.PARTY:
        return Found() if await _known_party.row(connection, party=name.key) else None
    if name.kind == registered.COMMISSION:
        return await _follower(connection, name.key, caller, beside)
    if name.kind == registered.AUDITOR:
        return Found() if await _known_auditor.row(connection, principal_id=UUID(name.key)) else None
    if caller is None:
        # It was found when it was proposed.
        return Found()
    party = await _party_of.row(connection, organisation_id=UUID(name.key))
    return Found() if party and party == caller.party else None


async def _follower(connection: Connection, key: str, caller: Caller | None, beside: UUID) -> Found | None:
    """Return the other commission of this code or id, if the caller sees it; nobody's (None) is the service, which sees all."""
    if caller is None:
        # It was found when it was proposed, and no commission goes away.
        return Found()
    values = {"said": key, "beside": beside, **bound(caller)}
    found = await _another(caller.kind).row(connection, **values)
    if found is None:
        return None
    return Found(readers=None if found.is_open else tuple(one for one in found.parties if one not in found.outside))


class _Another(NamedTuple):
    parties: list[str]
    outside: list[str]
    is_open: bool


@cache
def _another(kind: Kind) -> Query[_Another]:
    said = sa.bindparam("said", type_=sa.Text())
    named = (_commission.c.code == said) | (sa.cast(_commission.c.id, sa.Text) == sa.func.lower(said))
    other = _commission.c.id != sa.bindparam("beside", type_=sa.Uuid())
    asked = sa.select(_commission.c.parties, _commission.c.outside, is_public().label("is_open"))
    return Query(asked.where(named, other, visible_to(kind)), _Another)


def follows(row: Row, changes: Mapping[str, Any]) -> Sequence[EntryChange]:
    """Return what is written where callers' roles are read from: each party's secretariat, and who audits."""
    return [*_of_secretariats(row, changes), *_of_auditors(row, changes)]


def _of_auditors(row: Row, changes: Mapping[str, Any]) -> list[EntryChange]:
    before, after = {*row["auditors"]}, {*changes.get("auditors", row["auditors"])}
    gone = [
        EntryChange(_dismissing, {"left_commission": row["id"], "left_auditor": UUID(one), "left_at": row["at"]})
        for one in before - after
    ]
    return gone + [
        EntryChange(_appointing, {"named_commission": row["id"], "named_auditor": UUID(one)}) for one in after - before
    ]


def _of_secretariats(row: Row, changes: Mapping[str, Any]) -> list[EntryChange]:
    if "secretariats" not in changes:
        return []
    before, after = row["secretariats"], changes["secretariats"]
    named = {party: one for party, one in after.items() if before.get(party) != one}
    ended = [
        EntryChange(_ending, {"left_commission": row["id"], "left_party": party, "left_at": row["at"]})
        for party in before
        if party not in after
    ]
    return ended + [
        EntryChange(_naming, {"named_commission": row["id"], "named_party": party, "named_secretariat": UUID(one)})
        for party, one in named.items()
    ]


def told(kind: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an entry of the commission's own trail tells of its charter."""
    return {"commission": founded(data)} if kind == FOUNDED else data


CHARTERS: Final = Matter(
    rules=CHARTER,
    table=_commission,
    seen_by=seen_by,
    bound=bound,
    columns=columns,
    find=find,
    reference=_commission.c.code,
    titles=_commission.c.titles,
    follows=follows,
    told=told,
    nobody=lambda _: frozenset({Role.CO_LEAD, Role.MEMBER, Role.LEAD}),
)
_party_of = Query(
    sa.select(_organisation.c.party)
    .where(_organisation.c.id == sa.bindparam("organisation_id"), _organisation.c.closed_on.is_(None))
    # Whoever closes it waits here, or has closed it: none that is closed is named meanwhile.
    .with_for_update(read=True),
    str,
)
_known_auditor = Query(
    sa.select(_principal.c.id).where(
        _principal.c.id == sa.bindparam("principal_id"),
        _principal.c.kind == sa.literal_column(f"'{Kind.AUDITOR}'"),
        _principal.c.deactivated_at.is_(None),
    ),
    UUID,
)
_known_party = Query(sa.select(_parties.c.code).where(_parties.c.code == sa.bindparam("party")), str)
_ending = (
    sa.update(_party)
    .where(
        _party.c.commission_id == sa.bindparam("left_commission", type_=sa.Uuid()),
        _party.c.party == sa.bindparam("left_party", type_=sa.Text()),
    )
    .values(ended_at=sa.bindparam("left_at", type_=_party.c.ended_at.type))
    .cte("ending")
)
_named = insert(_party).values(
    commission_id=sa.bindparam("named_commission", type_=sa.Uuid()),
    party=sa.bindparam("named_party", type_=sa.Text()),
    secretariat_id=sa.bindparam("named_secretariat", type_=sa.Uuid()),
)
_naming = _named.on_conflict_do_update(
    index_elements=["commission_id", "party"], set_={"secretariat_id": _named.excluded.secretariat_id, "ended_at": None}
).cte("naming")
_dismissing = (
    sa.update(_auditor)
    .where(
        _auditor.c.commission_id == sa.bindparam("left_commission", type_=sa.Uuid()),
        _auditor.c.principal_id == sa.bindparam("left_auditor", type_=sa.Uuid()),
    )
    .values(ended_at=sa.bindparam("left_at", type_=_auditor.c.ended_at.type))
    .cte("dismissing")
)
_appointing = (
    insert(_auditor)
    .values(
        commission_id=sa.bindparam("named_commission", type_=sa.Uuid()),
        principal_id=sa.bindparam("named_auditor", type_=sa.Uuid()),
    )
    .on_conflict_do_update(index_elements=["commission_id", "principal_id"], set_={"ended_at": None})
    .cte("appointing")
)
