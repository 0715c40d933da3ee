"""What changes parties and organisations; each command leaves one entry in the registry's own audit trail."""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Change, Connection, given
from service.errors import Fault, fault
from service.errors.sent import Sent
from service.register.parties import principal_commands as principals
from service.register.parties import queries
from service.register.parties.models import Organisation, Party
from service.register.parties.principal_queries import PrincipalRow, principal
from service.register.parties.rules import REGISTERED, RENAMED, code_of
from service.register.parties.schemas import (
    OrganisationCreate,
    OrganisationNameCreate,
    PartyCreate,
    RegistrarCreate,
)
from service.trail import stamp
from service.trail.entry import Author
from service.trail.reopening import REOPENED
from service.values import start

_party, _organisation = table(Party), table(Organisation)
_add_party = Change(sa.insert(_party).values(given(_party, "code", "names", "created_at")))
_STORED: Final = tuple(_organisation.c.keys())
_add_organisation = Change(sa.insert(_organisation).values(given(_organisation, *_STORED)))
_rename = Change(
    sa.update(_organisation)
    .where(_organisation.c.id == sa.bindparam("organisation_id"))
    .values(given(_organisation, "name", "names", "name_since", "earlier_names"))
)
_close = Change(
    sa.update(_organisation)
    .where(_organisation.c.id == sa.bindparam("organisation_id"))
    .values(given(_organisation, "closed_on", "successor_id"))
)
_name = Change(sa.update(_party).where(_party.c.code == sa.bindparam("party")).values(given(_party, "registrar_id")))
MOST_NAMES: Final = 200
"""So many earlier names of an organisation are kept, since every reading of it tells them."""
OPERATOR = Author(UUID(int=0), None)
"""Who runs the service itself: the author of what the command line does."""


async def reopen_registry(connection: Connection, _: UUID, told: Mapping[str, Any]) -> None:
    """Record that the operator has reopened the registry's own log."""
    stamped = await stamp.registry(connection)
    await stamp.append_to_registry(connection, stamped, OPERATOR, REOPENED, dict(told))


class Named(NamedTuple):
    """A party's registrar as it was named; its first principal with its secret, if one was registered with it."""

    organisation: queries.OrganisationRow
    principal: PrincipalRow | None
    secret: str | None


async def register_party(connection: Connection, author: Author, new: PartyCreate) -> queries.PartyRow:
    """Register a party and return its row; a code that is taken violates the primary key (409)."""
    stamped = await stamp.registry(connection)
    row: queries.PartyRow = {
        "code": new.code,
        "names": new.names,
        "registrar": None,
        "own_issuer_only": False,
        "created_at": stamped.at,
    }
    await _add_party.run(connection, **row)
    await stamp.append_to_registry(connection, stamped, author, "party.registered", new.model_dump())
    return row


async def register_organisation(
    connection: Connection, author: Author, new: OrganisationCreate, known_id: UUID | None = None
) -> queries.OrganisationRow:
    """Register an organisation of a party and return its row; 422 if there is no such party."""
    stamped = await stamp.registry(connection)
    row: queries.OrganisationRow = {
        "id": known_id or stamped.id,
        "party": new.party,
        "code": new.code or code_of(new.party, new.name, await queries.codes(connection, new.party)),
        "name": new.name,
        "names": new.names,
        "name_since": None,
        "earlier_names": [],
        "closed_on": None,
        "successor_id": None,
        "successor": None,
        "created_at": stamped.at,
    }
    await _add_organisation.run(connection, **{name: value for name, value in row.items() if name in _STORED})
    data: dict[str, object] = {"id": str(row["id"]), **new.model_dump(), "code": row["code"]}
    await stamp.append_to_registry(connection, stamped, author, REGISTERED, data)
    return row


async def rename_organisation(
    connection: Connection, author: Author, known: queries.OrganisationRow, sent: Sent[OrganisationNameCreate]
) -> queries.OrganisationRow:
    """Give an organisation another name since a day, while the registry is locked, and return its row; its earlier names remain."""
    stamped = await stamp.registry(connection)
    new = sent.read(wrong_renaming(sent.sound, known, stamped.at))
    earlier = {**{name: known[name] for name in ("name", "names")}, "since": known["name_since"], "until": new.since}
    names = {"name": new.name, "names": new.names}
    row: queries.OrganisationRow = known | names | {"earlier_names": [*known["earlier_names"], earlier]}  # type: ignore[assignment]
    row["name_since"] = new.since
    changed = {name: row[name] for name in ("name", "names", "name_since", "earlier_names")}
    await _rename.run(connection, organisation_id=row["id"], **changed)
    data: dict[str, object] = {"id": str(row["id"]), **new.model_dump()}
    await stamp.append_to_registry(connection, stamped, author, RENAMED, data)
    return row


async def close_organisation(
    connection: Connection,
    author: Author,
    known: queries.OrganisationRow,
    since: str,
    reason: str,
    successor_id: UUID | None,
) -> queries.OrganisationRow:
    """Close an organisation since a day, while the registry is locked, and return its row; what it has in hand is the caller's to hand on."""
    stamped = await stamp.registry(connection)
    await _close.run(connection, organisation_id=known["id"], closed_on=since, successor_id=successor_id)
    successor = str(successor_id) if successor_id else None
    data: dict[str, object] = {"id": str(known["id"]), "since": since, "reason": reason, "successor_id": successor}
    await stamp.append_to_registry(connection, stamped, author, "organisation.closed", data)
    return await queries.organisation(connection, known["id"])


def wrong_renaming(sound: Mapping[str, Any], known: queries.OrganisationRow, at: datetime) -> Iterator[Fault]:
    """Give what is wrong with a new name of an organisation at this moment (UTC)."""
    since = sound.get("since")
    if since and start(since) > at.date():
        yield fault("/since", f"is in the future; today is {at.date()}. Send it on the day")
    if since and known["name_since"] and start(since) < start(known["name_since"]):
        yield fault("/since", f"is before {known['name_since']}, the day of the present name")
    if len(known["earlier_names"]) >= MOST_NAMES:
        yield fault("/name", f"would be its {MOST_NAMES + 2}nd name, and {MOST_NAMES + 1} are the most that are kept")
    if sound.get("name") == known["name"] and sound.get("names", {}) == known["names"]:
        yield fault("/name", "is the present name; nothing would change")


def misnamed(party: object, code: str | None, pointer: str = "/code") -> Iterator[Fault]:
    """Give what is wrong with the code of an organisation of the party."""
    if party and code and not code.startswith(f"{party}/"):
        yield fault(pointer, f"begins with the party: {party}/{code.partition('/')[2]}")


def wrong_organisation(sound: Mapping[str, Any], parties: Container[str]) -> Iterator[Fault]:
    """Give what is wrong with an organisation to register: its party is one of the `parties`, and its code begins so."""
    party = sound.get("party")
    if party and party not in parties:
        yield fault("/party", f"refers to a party with the code {party}, and there is none; GET /v1/parties lists them")
    yield from misnamed(party, sound.get("code"))


async def wrong_registrar(
    connection: Connection, party: str, present: UUID | None, sound: Mapping[str, Any]
) -> list[Fault]:
    """Return what is wrong with a registrar to name after the `present` one: it is of the party, and somebody acts for it."""
    organisation_id, new, first = (sound.get(name) for name in ("organisation_id", "organisation", "principal"))
    if bool(organisation_id) == bool(new):
        said = "stands beside organisation_id: send one of the two" if new else "is needed, or organisation_id"
        return [fault("/organisation", said)]
    if new:
        wrong = list(misnamed(party, new.get("code"), "/organisation/code"))
        return wrong if first else [*wrong, fault("/principal", "is needed: nobody acts for a new organisation")]
    found = await queries.find_organisation(connection, UUID(organisation_id))
    if found is None or found["party"] != party:
        listed = f"names no organisation of {party}; GET /v1/organisations?party={party} lists them"
        return [fault("/organisation_id", listed)]
    if found["closed_on"]:
        return [fault("/organisation_id", f"names {found['code']}, which was closed on {found['closed_on']}")]
    if found["id"] == present:
        return [fault("/organisation_id", f"names the present registrar of {party}; nothing would change")]
    acts = bool(first) or await queries.acts(connection, found["id"])
    return [] if acts else [fault("/principal", "is needed: nobody acts for this organisation")]


async def name_registrar(
    connection: Connection,
    author: Author,
    party: str,
    new: RegistrarCreate,
    known_ids: tuple[UUID | None, UUID | None] = (None, None),
) -> Named:
    """Make an organisation of the party its registrar, with a first principal.

    An organisation that is new has an entry of its own: what it is called may be shown to whoever may not see who acts for it.
    """
    organisation_id, principal_id = known_ids
    if new.organisation is not None:
        organisation = await register_organisation(connection, author, new.organisation.of(party), organisation_id)
    else:
        assert new.organisation_id is not None
        organisation = await queries.organisation(connection, new.organisation_id)
    stamped = await stamp.registry(connection)
    await _name.run(connection, party=party, registrar_id=organisation["id"])
    data: dict[str, object] = {
        "party": party,
        "organisation_id": str(organisation["id"]),
        "organisation": None,
        "principal": None,
    }
    made, secret = None, None
    if new.principal is not None:
        first, first_id = new.principal.acting_for(organisation["id"]), principal_id or (await stamp.new(connection)).id
        secret = await principals.insert_principal(connection, author, first, first_id, stamped.at)
        made, data["principal"] = await principal(connection, first_id), principals.told_of(first, first_id)
    await stamp.append_to_registry(connection, stamped, author, "registrar.named", data)
    return Named(organisation, made, secret)
