"""Closing an organisation: in one call what it has in hand goes to another of its party, each with an entry in its own trail."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from service.database.statement import Connection
from service.errors import Conflict, Fault, fault
from service.errors.sent import Sent
from service.permissions import ActiveCaller
from service.register.commissions.charter import CHARTERS
from service.register.commissions.rules.charter.lifecycle import CharterAction
from service.register.commissions.rules.group_role import GroupRole
from service.register.commitments.commands import change_party_facts
from service.register.commitments.party_schemas import PartyFactsPatch
from service.register.commitments.rules.leads import FIRST, FURTHER
from service.register.decisions.commands import propose
from service.register.decisions.engine.locking import lock_all
from service.register.decisions.rules.ended import has_room_in
from service.register.groups.matter import GROUPS
from service.register.groups.rules.lifecycle import GroupAction
from service.register.groups.rules.matter import GROUP
from service.register.parties import commands as registry
from service.register.parties import queries as parties
from service.register.parties.authority import Authority
from service.register.parties.queries import OrganisationRow
from service.register.parties.schemas import RegistrarCreate
from service.register.succession import queries
from service.register.succession.queries import Led, Office, Seat
from service.register.succession.schemas import Part, SuccessionCreate
from service.trail import stamp
from service.values import start

MOST: Final = 500
"""So many things go from one organisation to another in one call."""


@dataclass(frozen=True, slots=True)
class InHand:
    """What an organisation has in hand, as it stands while every charter of its party is locked."""

    organisation_id: UUID
    is_registrar: bool
    offices: list[Office]
    seats: list[Seat]
    led: list[Led]

    @property
    def secretariats(self) -> list[Office]:
        """Return where it is the secretariat."""
        return [one for one in self.offices if one.secretariat_id == self.organisation_id]

    def __len__(self) -> int:
        """Return how much that is."""
        return self.is_registrar + len(self.secretariats) + len(self.seats) + len(self.led)

    def told(self) -> list[dict[str, Any]]:
        """Return what of it the caller may see, as `HandedOnRead`."""
        rows = [
            *([_told(Part.REGISTRAR)] if self.is_registrar else []),
            *(_told(Part.SECRETARIAT, one.commission_id, reference=one.code) for one in self.secretariats),
            *(_told(one.role, one.commission_id, one.id, reference=one.code) for one in self.seats),
        ]
        led = [one for one in self.led if one.seen]
        return rows + [_told(Part.LEAD, one.commission_id, commitment=one.id, reference=one.reference) for one in led]


def _told(
    part: str,
    commission: UUID | None = None,
    group: UUID | None = None,
    commitment: UUID | None = None,
    reference: str | None = None,
) -> dict[str, Any]:
    places = {"commission_id": commission, "working_group_id": group, "commitment_id": commitment}
    return {"part": part, **places, "reference": reference}


async def close(
    connection: Connection,
    caller: ActiveCaller,
    found: Authority,
    known: OrganisationRow,
    sent: Sent[SuccessionCreate],
    *,
    dry_run: bool,
) -> tuple[OrganisationRow, list[dict[str, Any]]]:
    """Close an organisation and hand on what it has in hand, or only say what would go; `Conflict` if it is closed already.

    The registrar's call does in each commission what its party's secretariat might do there, move by move.
    """
    author = found.over(known["party"])
    if known["closed_on"]:
        raise Conflict(f"{known['code']} was closed on {known['closed_on']}; an organisation is closed once.")
    # Before any charter, as by whoever names it as a secretariat.
    await parties.lock_organisation(connection, known["id"])
    hand = await _in_hand(connection, caller, known, found.registrars[known["party"]].id)
    at = (await stamp.registry(connection)).at
    wrong = [*_wrong(sound := sent.sound, known, hand), *await _wrong_successor(connection, known, hand, sound)]
    since = sound.get("since")
    if since and start(since) > at.date():
        wrong.append(fault("/since", f"is in the future; today is {at.date()}. Send it on the day"))
    new = sent.read(wrong)
    if dry_run:
        return known, hand.told()
    if new.successor_id:
        for office in hand.offices:
            await _hand_on(connection, caller, hand, office, new.successor_id, new.since)
    row = await registry.close_organisation(connection, author, known, new.since, new.reason, new.successor_id)
    if new.successor_id and hand.is_registrar:
        named = RegistrarCreate(organisation_id=new.successor_id)
        await registry.name_registrar(connection, author, known["party"], named)
    return row, hand.told()


async def _in_hand(
    connection: Connection, caller: ActiveCaller, known: OrganisationRow, registrar: UUID | None
) -> InHand:
    """Lock every charter of the party, so that nothing is given to the organisation meanwhile, and read what it has."""
    party, organisation_id = known["party"], known["id"]
    await lock_all(connection, CHARTERS, [one.commission_id for one in await queries.offices(connection, party)])
    offices = await queries.offices(connection, party)
    rooms = {one.commission_id: one.state for one in offices}
    named = {step.source for step in GROUP.lifecycle.steps if step.action is GroupAction.NAME_ORGANISATION}
    seats = [
        one
        for one in await queries.seats(connection, organisation_id)
        if one.state in named
        and one.commission_id in rooms
        and has_room_in(rooms[one.commission_id], GROUP.kind, GroupAction.NAME_ORGANISATION)
    ]
    led = [one for one in await queries.led(connection, caller, party, organisation_id) if one.commission_id in rooms]
    return InHand(organisation_id, registrar == organisation_id, offices, seats, led)


async def _hand_on(
    connection: Connection, caller: ActiveCaller, hand: InHand, office: Office, successor: UUID, since: str
) -> None:
    """Hand on what there is in one commission: first the secretariat's own place, as the registrar, the rest as the secretariat."""
    acting = replace(caller, organisation_id=office.secretariat_id)
    if office.secretariat_id == hand.organisation_id:
        body = {"action": CharterAction.NAME_SECRETARIAT, "secretariat_id": str(successor), "effective_on": since}
        await propose(connection, (CHARTERS,), CHARTERS, caller, office.commission_id, body, None)
        acting = replace(caller, organisation_id=successor)
    for seat in hand.seats:
        if seat.commission_id == office.commission_id:
            await _pass_seat(connection, acting, seat, hand.organisation_id, successor, since)
    for one in hand.led:
        if one.commission_id == office.commission_id:
            patch = PartyFactsPatch.model_validate(_leads(one.facts, str(hand.organisation_id), str(successor)))
            await change_party_facts(connection, acting, one.id, Sent.of(patch), None, since)


async def _pass_seat(
    connection: Connection, acting: ActiveCaller, seat: Seat, closed: UUID, successor: UUID, since: str
) -> None:
    has = {one.id: one.role for one in await queries.seats(connection, successor)}.get(seat.id)
    names: list[tuple[UUID, GroupRole | None]] = [(closed, None)]
    if has is None or (seat.role == GroupRole.CO_LEAD and has != seat.role):
        names.append((successor, GroupRole(seat.role)))
    for organisation_id, role in names:
        said = {"organisation_id": str(organisation_id), "role": role, "effective_on": since}
        body = {"action": GroupAction.NAME_ORGANISATION, **said}
        await propose(connection, (GROUPS,), GROUPS, acting, seat.id, body, None)


def _leads(facts: dict[str, Any], closed: str, successor: str) -> dict[str, Any]:
    """Return the lead bodies of a party with the successor in the place of the closed one, each once."""
    now = [successor if one == closed else one for one in [facts.get(FIRST), *(facts.get(FURTHER) or [])] if one]
    first, *further = dict.fromkeys(now)
    return {FIRST: first, FURTHER: further or None}


def _wrong(sound: Any, known: OrganisationRow, hand: InHand) -> Iterator[Fault]:  # noqa: ANN401 -- any JSON object
    if not sound.get("successor_id") and len(hand):
        listed = "add ?dry_run=true and a successor to see what"
        yield fault("/successor_id", f"is needed: {known['code']} still has something in hand; {listed}")
    if len(hand) > MOST:
        yield fault(
            "/successor_id", f"would take over more than {MOST} things; hand some commitments on by PATCH before"
        )


async def _wrong_successor(
    connection: Connection,
    known: OrganisationRow,
    hand: InHand,
    sound: Any,  # noqa: ANN401 -- any JSON object
) -> list[Fault]:
    if not (named := sound.get("successor_id")):
        return []
    found = await parties.find_organisation(connection, UUID(named))
    party, place = known["party"], "/successor_id"
    if found is None or found["party"] != party:
        return [fault(place, f"names no organisation of {party}; GET /v1/organisations?party={party} lists them")]
    if found["id"] == known["id"]:
        return [fault(place, "names the organisation itself")]
    if found["closed_on"]:
        return [fault(place, f"names {found['code']}, which was closed on {found['closed_on']}")]
    if hand.is_registrar and not await parties.acts(connection, found["id"]):
        return [fault(place, f"would be the registrar of {party}, and nobody acts for it; register a principal first")]
    return []
