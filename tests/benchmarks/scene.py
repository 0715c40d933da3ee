"""Who takes part: parties, commissions, sessions, groups and callers, brought in by the users' own commands.

Eleven governments; fifty commissions of two in which both take part and five that one keeps alone, each with four
sessions and six working groups. PK's secretariat, which calls, sits in fifteen of them, as a real one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from uuid import UUID

from service.database.pool import Pool
from service.database.statement import Connection
from service.errors.sent import Sent
from service.identity.models import LOCAL
from service.identity.queries import caller as find_caller
from service.permissions import ActiveCaller, Kind
from service.register.commissions import commands as commissions
from service.register.commissions import session_commands as meetings
from service.register.commissions.charter import CHARTERS
from service.register.commissions.models import Rule
from service.register.commissions.rules.charter.evidence import Openness
from service.register.commissions.rules.evidence import CoChair
from service.register.commissions.rules.group_role import GroupRole
from service.register.commissions.schemas import CommissionCreate
from service.register.commissions.session_schemas import SessionCreate
from service.register.decisions import commands as decisions
from service.register.decisions.models import Decision
from service.register.decisions.schemas import ConfirmationCreate
from service.register.groups import commands as groups
from service.register.groups import queries as group_queries
from service.register.groups.schemas import MemberPut, WorkingGroupCreate
from service.register.matters import MATTERS
from service.register.parties import commands as parties
from service.register.parties import principal_commands as principals
from service.register.parties.schemas import (
    FirstPrincipal,
    OrganisationCreate,
    OrganisationNew,
    PartyCreate,
    PrincipalCreate,
    RegistrarCreate,
)
from service.trail.entry import Author

CODES = ("PK", "AZ", "TR", "KZ", "UZ", "CN", "SA", "AE", "QA", "ID", "MY")
SECTORS = ("trade", "customs", "energy", "agriculture", "health", "defence")
MUTUAL, UNILATERAL, SESSIONS = 50, 5, 4


@dataclass(frozen=True, slots=True)
class Place:
    """A commission with what its commitments refer to."""

    id: UUID
    code: str
    parties: tuple[str, str]
    rule: Rule
    sessions: tuple[UUID, ...]
    groups: tuple[UUID, ...]


@dataclass(slots=True)
class Scene:
    """The places, and who calls: each party's secretariat."""

    places: list[Place] = field(default_factory=list)
    callers: dict[str, ActiveCaller] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    ministries: dict[str, list[UUID]] = field(default_factory=dict)
    secretariats: dict[str, UUID] = field(default_factory=dict)


async def build(pool: Pool, mutual: int = MUTUAL, unilateral: int = UNILATERAL) -> Scene:
    """Register everybody and found everything, in an empty register."""
    scene = Scene()
    async with pool.transaction() as connection:
        administrator, _ = await _principal(connection, parties.OPERATOR, "administrator", Kind.ADMINISTRATOR, None)
        author = Author(administrator.principal_id, None)
        for code in CODES:
            await _party(connection, scene, author, code)
    pairs = list(combinations(CODES, 2))
    founded: list[tuple[tuple[str, str], Rule, str | None]] = [(pair, Rule.MUTUAL, None) for pair in pairs[:mutual]]
    founded += [(pair, Rule.UNILATERAL, "U") for pair in pairs[:unilateral]]
    for pair, rule, suffix in founded:
        async with pool.transaction() as connection:
            scene.places.append(await found_commission(connection, scene, administrator, pair, rule, suffix))
    return scene


async def _party(connection: Connection, scene: Scene, author: Author, code: str) -> None:
    await parties.register_party(connection, author, PartyCreate(code=code, names={"en": f"Government of {code}"}))
    client_id = f"{code.lower()}-secretariat"
    new = RegistrarCreate(
        organisation=OrganisationNew(name="Secretariat"), principal=FirstPrincipal(client_id=client_id, name=client_id)
    )
    named = await parties.name_registrar(connection, author, code, new)
    scene.secretariats[code], scene.secrets[code] = named.organisation["id"], named.secret or ""
    scene.callers[code] = caller = await _caller(connection, client_id)
    for sector in SECTORS:
        ministry = OrganisationCreate(party=code, name=f"Ministry of {sector}")
        made = await parties.register_organisation(connection, Author(caller.principal_id, code), ministry)
        scene.ministries.setdefault(code, []).append(made["id"])


async def _principal(
    connection: Connection, author: Author, client_id: str, kind: Kind, organisation_id: UUID | None
) -> tuple[ActiveCaller, str]:
    new = PrincipalCreate(client_id=client_id, name=client_id, kind=kind, organisation_id=organisation_id)
    _, secret = await principals.register_principal(connection, author, new)
    return await _caller(connection, client_id), secret or ""


async def _caller(connection: Connection, client_id: str) -> ActiveCaller:
    caller = await find_caller(connection, LOCAL, client_id)
    assert caller is not None
    return caller


async def found_commission(
    connection: Connection,
    scene: Scene,
    administrator: ActiveCaller,
    pair: tuple[str, str],
    rule: Rule,
    suffix: str | None,
) -> Place:
    """Found a commission of two, with its sessions and groups."""
    inside = pair if rule is Rule.MUTUAL else pair[:1]
    new = CommissionCreate(
        titles={"en": f"Joint Commission {'-'.join(pair)}"},
        parties=[*pair],
        languages=["en"],
        kept_by=None if rule is Rule.MUTUAL else pair[0],
        founded_on="1995-10",
        # As the pilot's: what is public in it is everybody's.
        confidentiality=Openness.PUBLIC,
        suffix=suffix,
    )
    commission_id = await commissions.found_commission(connection, administrator, Sent.of(new))
    for party in inside:
        body = {"action": "name_secretariat", "secretariat_id": str(scene.secretariats[party])}
        await decisions.propose(connection, MATTERS, CHARTERS, scene.callers[party], commission_id, body, None)
    sessions = [await _session(connection, scene.callers, commission_id, inside, n + 1) for n in range(SESSIONS)]
    made = [await _group(connection, scene, commission_id, inside, n) for n in range(len(SECTORS))]
    code = "-".join(pair) + (f".{suffix}" if suffix else "")
    return Place(commission_id, code, pair, rule, tuple(sessions), tuple(made))


async def _session(
    connection: Connection,
    callers: Mapping[str, ActiveCaller],
    commission_id: UUID,
    inside: Sequence[str],
    ordinal: int,
) -> UUID:
    host = inside[ordinal % len(inside)]
    new = SessionCreate(
        action="plan",
        ordinal=ordinal,
        host_party=host,
        venue=f"Capital of {host}",
        starts_on=f"{2014 + 2 * ordinal}-03-01",
        co_chair=CoChair(name=f"Chair of {host}", title="Minister"),
    )
    return await meetings.record(connection, callers[host], commission_id, Sent.of(new))


async def _group(connection: Connection, scene: Scene, commission_id: UUID, inside: Sequence[str], number: int) -> UUID:
    first, *others = inside
    new = WorkingGroupCreate(
        commission_id=commission_id,
        titles={"en": f"Joint Working Group on {SECTORS[number]}"},
        sector=SECTORS[number],
        founding_act="Exchange of letters",
        co_lead_organisation_id=scene.ministries[first][number],
    )
    group_id = await groups.record(connection, scene.callers[first], Sent.of(new))
    read = await group_queries.get(connection, scene.callers[first], group_id)
    for second in others:
        yes = Sent.of(ConfirmationCreate(decision=Decision.CONFIRM))
        await decisions.answer(connection, MATTERS, scene.callers[second], read["open_transition_id"], yes)
        other = scene.ministries[second][number]
        await groups.put_member(
            connection, scene.callers[second], group_id, other, Sent.of(MemberPut(role=GroupRole.CO_LEAD))
        )
    return group_id
