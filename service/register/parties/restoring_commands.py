"""What the operator does about an access that a party's registrar lost: announced to the party, stopped by it, or carried out.

The tables of a party are its registrar's; where nobody acts for that any more, or its provider is lost, the operator alone is left. What
it does then is told to all of the party's principals first, for 72 hours by the database's clock, and each step is an entry.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Change, Connection, given
from service.errors import Conflict, Fault, InvalidContent, fault
from service.identity.models import LOCAL
from service.identity.queries import is_known
from service.permissions import Kind
from service.register.parties import principal_commands as principals
from service.register.parties import queries
from service.register.parties.models import Restoration, RestorationOutcome
from service.register.parties.restoring_queries import RestorationRow, announced, last, restoration
from service.register.parties.rules import NOTICE
from service.register.parties.schemas import PrincipalCreate, RestorationCreate
from service.trail import stamp
from service.trail.entry import Author

_restoration = table(Restoration)
_SAID: Final = "%Y-%m-%d %H:%M:%S UTC"
_FACTS: Final = (
    *("id", "party", "organisation_id", "reason", "principal_id", "client_id", "name", "issuer"),
    *("ends_own_issuer_only", "announced_at"),
)
_announce = Change(sa.insert(_restoration).values(given(_restoration, *_FACTS)))
_end = Change(
    sa.update(_restoration)
    .where(_restoration.c.id == sa.bindparam("restoration"))
    .values(given(_restoration, "ended_at", "outcome", "ended_by", "objection"))
)


async def announce(
    connection: Connection, operator: Author, new: RestorationCreate, wrong: list[Fault]
) -> RestorationRow:
    """Announce what is to be done for a party, and return it; 409 where something is announced, 422 with all that is wrong."""
    stamped = await stamp.registry(connection)
    party = await queries.party(connection, new.party)
    if (known := await announced(connection, new.party)) is not None:
        raise Conflict(
            f"Since {known['announced_at']:{_SAID}} something is announced for {new.party}, and is carried out from "
            f"{known['acts_from']:{_SAID}} on. Withdraw it first."
        )
    if party["registrar"] is None:
        raise Conflict(
            f"{new.party} has no registrar yet: the administrator names it, by POST /v1/parties/{new.party}/registrar."
        )
    if wrong := [*wrong, *await _wrong(connection, party, new)]:
        raise InvalidContent.listing(wrong)
    await _write(connection, operator, stamped, new, UUID(party["registrar"]["id"]))
    return await restoration(connection, stamped.id, None)


async def _write(
    connection: Connection, operator: Author, stamped: stamp.Stamp, new: RestorationCreate, registrar_id: UUID
) -> None:
    first = new.principal
    principal_id = (await stamp.new(connection)).id if first else None
    await _announce.run(
        connection,
        id=stamped.id,
        party=new.party,
        organisation_id=registrar_id,
        reason=new.reason,
        principal_id=principal_id,
        client_id=first and first.client_id,
        name=first and first.name,
        issuer=first and first.issuer,
        ends_own_issuer_only=new.ends_own_issuer_only,
        announced_at=stamped.at,
    )
    data: dict[str, object] = {
        "id": str(stamped.id),
        "party": new.party,
        "organisation_id": str(registrar_id),
        "reason": new.reason,
        "principal": principals.told_of(first.acting_for(registrar_id), principal_id)
        if first and principal_id
        else None,
        "ends_own_issuer_only": new.ends_own_issuer_only,
    }
    await stamp.append_to_registry(connection, stamped, operator, "access.announced", data)


async def _wrong(connection: Connection, party: queries.PartyRow, new: RestorationCreate) -> list[Fault]:
    first, only = new.principal, party["own_issuer_only"]
    wrong = []
    if first is None and not new.ends_own_issuer_only:
        wrong.append(fault("/principal", "is needed, or ends_own_issuer_only: nothing would be restored"))
    if new.ends_own_issuer_only and not only:
        wrong.append(fault("/ends_own_issuer_only", f"ends nothing: {party['code']} takes secrets of the service"))
    if first and first.issuer is None and only and not new.ends_own_issuer_only:
        said = f"is needed: {party['code']} takes logins at its own provider alone; or send ends_own_issuer_only"
        wrong.append(fault("/principal/issuer", said))
    if first and await is_known(connection, first.issuer or LOCAL, first.client_id):
        wrong.append(fault("/principal/client_id", "is another principal's; give the new one another"))
    return wrong


async def stop(connection: Connection, author: Author, announced_id: UUID, objection: str) -> RestorationRow:
    """Stop what was announced, while the registry is locked, and return it; 409 if it has ended."""
    stamped = await stamp.registry(connection)
    # Under the lock: it may have been carried out while this waited.
    known = await restoration(connection, announced_id, None)
    if known["outcome"] is not None:
        raise Conflict(f"What was announced was {known['outcome']}; there is nothing to stop.")
    await _finish(connection, known["id"], stamped.at, RestorationOutcome.STOPPED, author, objection)
    data: dict[str, object] = {"id": str(known["id"]), "party": known["party"], "reason": objection}
    await stamp.append_to_registry(connection, stamped, author, "access.stopped", data)
    return await restoration(connection, known["id"], None)


async def restore(connection: Connection, operator: Author, party: str) -> tuple[RestorationRow, str | None]:
    """Carry out what is announced for the party, and return it with the new principal's secret; 409 before its time has come."""
    stamped = await stamp.registry(connection)
    known = await _due(connection, party, stamped.at)
    present = await queries.party(connection, party)
    if not present["registrar"] or present["registrar"]["id"] != str(known["organisation_id"]):
        raise Conflict(f"Another registrar of {party} was named since: it has its access. Withdraw what is announced.")
    if known["ends_own_issuer_only"]:
        await principals.set_own_issuer_only(connection, party, stamped.at, only=False)
    elif present["own_issuer_only"] and known["client_id"] and not known["issuer"]:
        raise Conflict(
            f"{party} takes logins at its own identity provider alone since: a secret would be of no use. Withdraw it."
        )
    secret = await _add_principal(connection, operator, known, stamped.at)
    await _finish(connection, known["id"], stamped.at, RestorationOutcome.RESTORED, operator, None)
    data: dict[str, object] = {"id": str(known["id"]), "party": party}
    await stamp.append_to_registry(connection, stamped, operator, "access.restored", data)
    return await restoration(connection, known["id"], None), secret


async def _due(connection: Connection, party: str, at: datetime) -> RestorationRow:
    known = await announced(connection, party)
    if known is None:
        before = await last(connection, party)
        was = f"; what was announced last was {before['outcome']}" if before else ""
        raise Conflict(f"Nothing is announced for {party}{was}. Announce it: pacta access announce {party} ...")
    if at < known["announced_at"] + NOTICE:
        raise Conflict(
            f"What was announced at {known['announced_at']:{_SAID}} is carried out from {known['acts_from']:{_SAID}} on, not "
            f"before: all who act for {party} see it until then, and its registrar may stop it. It is {at:{_SAID}}."
        )
    return known


async def _add_principal(connection: Connection, operator: Author, known: RestorationRow, at: datetime) -> str | None:
    if not (known["client_id"] and known["principal_id"]):
        return None
    new = PrincipalCreate(
        client_id=known["client_id"],
        name=known["name"] or known["client_id"],
        kind=Kind.REPRESENTATIVE,
        organisation_id=known["organisation_id"],
        issuer=known["issuer"],
    )
    return await principals.insert_principal(connection, operator, new, known["principal_id"], at)


async def _finish(
    connection: Connection, id_: UUID, at: datetime, outcome: RestorationOutcome, author: Author, objection: str | None
) -> None:
    by = author.principal_id
    await _end.run(connection, restoration=id_, ended_at=at, outcome=outcome, ended_by=by, objection=objection)
