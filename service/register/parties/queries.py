"""Reading the registry: parties and organisations, and each party's registrar."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query, is_among
from service.errors import InvalidContent, there
from service.identity.models import Principal
from service.identity.queries import IS_ACTIVE
from service.register.parties.authority import Registrar
from service.register.parties.models import Organisation, Party
from service.register.parties.naming import named
from service.values import PartyCode

_party, _organisation, _principal = table(Party), table(Organisation), table(Principal)


class NamedRow(TypedDict):
    """What has an id, a code and a name; read from JSON, where an id is a text."""

    id: str
    code: str | None
    name: str


class PartyRow(TypedDict):
    """A party."""

    code: str
    names: dict[str, str]
    registrar: NamedRow | None
    own_issuer_only: bool
    created_at: datetime


class OrganisationRow(TypedDict):
    """An organisation."""

    id: UUID
    party: str
    code: str
    name: str
    names: dict[str, str]
    name_since: str | None
    earlier_names: list[dict[str, Any]]
    closed_on: str | None
    successor_id: UUID | None
    successor: NamedRow | None
    created_at: datetime


class _RegistrarRow(NamedTuple):
    party: str
    id: UUID | None
    code: str | None
    name: str | None


_registrar = _organisation.alias("registrar")
_named = sa.case(
    (_party.c.registrar_id.is_(None), sa.null()),
    else_=sa.func.jsonb_build_object("id", _registrar.c.id, "code", _registrar.c.code, "name", _registrar.c.name),
)
_with_registrar = _party.outerjoin(_registrar, _registrar.c.id == _party.c.registrar_id)
_parties = sa.select(
    _party.c.code, _party.c.names, _named.label("registrar"), _party.c.own_issuer_only, _party.c.created_at
).select_from(_with_registrar)
_successor = _organisation.alias("successor")
_organisations = sa.select(
    *_organisation.c, named(_successor.c.id, _successor.c.code, _successor.c.name).label("successor")
).select_from(_organisation.outerjoin(_successor, _successor.c.id == _organisation.c.successor_id))
_party_by_code = Query(_parties.where(_party.c.code == sa.bindparam("code")), PartyRow)
_parties_after = Query(
    _parties.where(_party.c.code > sa.bindparam("after")).order_by(_party.c.code).limit(LIMIT), PartyRow
)
_locking = Query(
    sa.select(_organisation.c.id)
    .where(_organisation.c.id == sa.bindparam("organisation_id"))
    .with_for_update(key_share=True),
    UUID,
)
_organisation_by_id = Query(_organisations.where(_organisation.c.id == sa.bindparam("id")), OrganisationRow)
_registrars = Query(
    sa.select(_party.c.code.label("party"), _registrar.c.id, _registrar.c.code, _registrar.c.name).select_from(
        _with_registrar
    ),
    _RegistrarRow,
)
_codes = Query(sa.select(_party.c.code).order_by(_party.c.code), str)
_taken = Query(sa.select(_organisation.c.code).where(_organisation.c.party == sa.bindparam("party")), str)
_acts = Query(
    sa.select(
        sa.exists()
        .where(
            _principal.c.organisation_id == sa.bindparam("organisation_id"),
            _principal.c.id != sa.bindparam("other_than"),
            IS_ACTIVE,
        )
        .label("acts")
    ),
    bool,
)


@cache
def _organisations_after(*, of_parties: bool) -> Query[OrganisationRow]:
    asked = _organisations.where(_organisation.c.id > sa.bindparam("after"))
    if of_parties:
        asked = asked.where(is_among(_organisation.c.party, "codes"))
    return Query(asked.order_by(_organisation.c.id).limit(LIMIT), OrganisationRow)


async def parties(connection: Connection, after: list[Any] | None, limit: int) -> list[PartyRow]:
    """Return parties by code, one more than `limit` if there is more."""
    return await _parties_after.rows(connection, after=after[0] if after else "", limit=limit + 1)


async def party(connection: Connection, code: str) -> PartyRow:
    """Return the party; `NotFound` otherwise."""
    return there(await _party_by_code.row(connection, code=code), f"There is no party {code}.")


def codes_asked(wanted: BaseModel) -> dict[str, list[str]]:
    """Return the codes of parties that a filter asks for, by the members that take such codes."""
    taking = (name for name, field in type(wanted).model_fields.items() if field.annotation == list[PartyCode])
    return {name: getattr(wanted, name) for name in taking}


async def require_registered(connection: Connection, asked: Mapping[str, Sequence[str]]) -> None:
    """Raise `InvalidContent` for codes of no party, by the parameter that asks for them: an empty list would be believed."""
    if not any(asked.values()):
        return
    known = await _codes.rows(connection)
    wrong = [
        {"parameter": name, "detail": f"{code} is no party here; these are: {', '.join(known) or 'none yet'}"}
        for name, codes in asked.items()
        for code in codes
        if code not in known
    ]
    if wrong:
        raise InvalidContent.listing(wrong)


async def registrars(connection: Connection) -> dict[str, Registrar]:
    """Return each party's registrar; they stay as they are while the registry is locked."""
    return {row.party: Registrar(row.id, row.code, row.name) for row in await _registrars.rows(connection)}


async def organisations(
    connection: Connection, codes: Sequence[str], after: list[Any] | None, limit: int
) -> list[OrganisationRow]:
    """Return organisations by age, of the parties `codes` (all parties if empty)."""
    asked = _organisations_after(of_parties=bool(codes))
    values = {"codes": codes} if codes else {}
    return await asked.rows(connection, after=after[0] if after else FIRST, limit=limit + 1, **values)


async def organisation(connection: Connection, organisation_id: UUID) -> OrganisationRow:
    """Return the organisation; `NotFound` otherwise."""
    return there(await _organisation_by_id.row(connection, id=organisation_id), "There is no such organisation.")


async def find_organisation(connection: Connection, organisation_id: UUID) -> OrganisationRow | None:
    """Return the organisation; None if there is none."""
    return await _organisation_by_id.row(connection, id=organisation_id)


async def lock_organisation(connection: Connection, organisation_id: UUID) -> None:
    """Lock an organisation's row: whoever names it somewhere waits."""
    await _locking.row(connection, organisation_id=organisation_id)


async def codes(connection: Connection, party: str) -> set[str]:
    """Return the codes of the party's organisations."""
    return set(await _taken.rows(connection, party=party))


async def acts(connection: Connection, organisation_id: UUID, other_than: UUID = FIRST) -> bool:
    """Return whether some active principal acts for the organisation, other than this one."""
    return await _acts.one(connection, organisation_id=organisation_id, other_than=other_than)
