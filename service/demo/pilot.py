"""Bring the pilot into an empty register, through the same commands as any user's request."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from service import durable
from service.database.columns import table
from service.database.pool import Pool
from service.database.statement import Connection, Query
from service.errors.sent import Sent
from service.exchange import imports
from service.identity.models import LOCAL
from service.identity.queries import caller as find_caller
from service.permissions import ActiveCaller
from service.register.commissions import commands as commissions
from service.register.commissions import session_commands as sessions
from service.register.commissions.charter import CHARTERS
from service.register.commissions.models import Commission
from service.register.commissions.schemas import CommissionCreate
from service.register.commissions.session_schemas import SessionCreate, SessionPatch
from service.register.commitments import commands as commitments
from service.register.commitments.schemas import CommitmentCreate
from service.register.decisions import commands as decisions
from service.register.decisions.engine.matter import Row
from service.register.decisions.schemas import ConfirmationCreate
from service.register.groups import commands as groups
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

PILOT: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("pilot.json").read_text(encoding="utf-8"))
COMMISSION: Final = UUID(PILOT["commission"]["id"])
TRIED: Final = (
    b"reference,version,level.PK,report.PK,period_end.PK\r\n"
    b"PK-AZ/08/011,1,limited,Two hospitals were visited (sample).,2025\r\n"
)
"""A file that the worker tries as soon as there is one."""
Secrets = dict[str, dict[str, str]]
_commission = table(Commission)
_known = Query(sa.select(_commission.c.id).where(_commission.c.id == sa.bindparam("id")), UUID)


async def load(pool: Pool, credentials: Path) -> bool:
    """Load the pilot unless it is there, and write who can log in to `credentials` (mode 0600); return whether it was new.

    It is one transaction. Lost credentials are replaced by new ones.
    """
    lost = not credentials.exists()  # noqa: ASYNC240 -- nothing else runs yet
    async with pool.transaction() as connection:
        known = await _known.row(connection, id=COMMISSION)
        found = None if known else await _load(connection)
        if known and lost:
            found = await _rotate(connection)
    if found is not None:
        durable.replace(credentials, json.dumps(found, indent=2).encode())
    return not known


async def _load(connection: Connection) -> Secrets:
    secrets: Secrets = {}
    await _register(connection, "administrator", parties.OPERATOR, secrets)
    administrator = await caller_of(connection, "administrator")
    author = Author(administrator.principal_id, None)
    for party in PILOT["parties"]:
        await _party(connection, author, party, secrets)
    for name in PILOT["principals"]:
        if name not in secrets:
            await _register(connection, name, author, secrets)
    found = PILOT["commission"]
    await commissions.found_commission(connection, administrator, Sent(CommissionCreate, _without(found)), COMMISSION)
    callers = {code: await caller_of(connection, code) for code in ("PK", "AZ")}
    for code, secretariat_id in PILOT["secretariats"].items():
        await _decide(connection, callers[code], {"action": "name_secretariat", "secretariat_id": secretariat_id})
    await _auditor(connection, callers)
    await _sessions(connection, callers)
    await _groups(connection, callers)
    for one in PILOT["commitments"]:
        await _commitment(connection, callers, one)
    for one in PILOT["step_templates"]:
        await _decide(connection, callers[one["by"]], {"action": "set_step_template", **_without(one, "by")})
    tried = imports.Asked(TRIED, dry_run=True, propose=False, reason=None, digest=None)
    await imports.ask(connection, callers["PK"], COMMISSION, tried, UUID(PILOT["import"]))
    return secrets


async def _party(connection: Connection, administrator: Author, party: dict[str, Any], secrets: Secrets) -> None:
    """Register a party with its secretariat as its registrar, which registers the others."""
    await parties.register_party(connection, administrator, PartyCreate(**party))
    code = party["code"]
    first, *others = (one for one in PILOT["organisations"] if one["party"] == code)
    person = PILOT["principals"][code]
    new = RegistrarCreate(
        organisation=OrganisationNew(**_without(first, "party")),
        principal=FirstPrincipal(**_without(person, "kind", "organisation_id")),
    )
    ids = UUID(first["id"]), UUID(person["id"])
    named = await parties.name_registrar(connection, administrator, code, new, ids)
    secrets[code] = {"client_id": person["client_id"], "client_secret": named.secret or ""}
    registrar = Author(ids[1], code)
    for one in others:
        await parties.register_organisation(connection, registrar, OrganisationCreate(**_without(one)), UUID(one["id"]))


async def _auditor(connection: Connection, callers: Mapping[str, ActiveCaller]) -> None:
    body = {"action": "appoint_auditor", "principal_id": PILOT["auditor"]}
    made = await _decide(connection, callers["PK"], body)
    yes = Sent(ConfirmationCreate, {"decision": "confirm"})
    await decisions.answer(connection, MATTERS, callers["AZ"], made["id"], yes)


async def _decide(connection: Connection, caller: ActiveCaller, body: dict[str, Any]) -> Row:
    return await decisions.propose(connection, MATTERS, CHARTERS, caller, COMMISSION, body, None)


async def _sessions(connection: Connection, callers: Mapping[str, ActiveCaller]) -> None:
    for one in PILOT["sessions"]:
        by, chairs, held = one["by"], dict(one["co_chairs"]), one.get("transition_id")
        new = Sent(
            SessionCreate, {**_without(one, "by", "co_chairs", "transition_id"), "co_chair": chairs.pop(by, None)}
        )
        known = UUID(one["id"])
        await sessions.record(connection, callers[by], COMMISSION, new, known, UUID(held) if held else None)
        if held:
            other = next(caller for party, caller in callers.items() if party != by)
            yes = Sent(ConfirmationCreate, {"decision": "confirm"})
            await decisions.answer(connection, MATTERS, other, UUID(held), yes)
        for party, chair in chairs.items():
            patch = Sent(SessionPatch, {"co_chair": chair})
            await sessions.name_co_chair(connection, callers[party], known, patch, None)


async def _groups(connection: Connection, callers: Mapping[str, ActiveCaller]) -> None:
    for one in PILOT["groups"]:
        leads = dict(one["co_leads"])
        founder, lead = leads.popitem()
        facts = {
            **_without(one, "co_leads", "transition_id"),
            "commission_id": COMMISSION,
            "co_lead_organisation_id": lead,
        }
        new, proposal = Sent(WorkingGroupCreate, facts), UUID(one["transition_id"])
        group_id = await groups.record(connection, callers[founder], new, UUID(one["id"]), proposal)
        for party, organisation in leads.items():
            yes = Sent(ConfirmationCreate, {"decision": "confirm"})
            await decisions.answer(connection, MATTERS, callers[party], proposal, yes)
            await groups.put_member(
                connection, callers[party], group_id, UUID(organisation), Sent(MemberPut, {"role": "co_lead"})
            )


async def _commitment(connection: Connection, callers: Mapping[str, ActiveCaller], one: dict[str, Any]) -> None:
    new = Sent(CommitmentCreate, {**_without(one, "by", "transition_id"), "commission_id": COMMISSION})
    proposal = UUID(one["transition_id"])
    await commitments.record(connection, callers[one["by"]], new, UUID(one["id"]), proposal)
    other = next(caller for party, caller in callers.items() if party != one["by"])
    await decisions.answer(connection, MATTERS, other, proposal, Sent(ConfirmationCreate, {"decision": "confirm"}))


async def _register(connection: Connection, name: str, author: Author, secrets: Secrets) -> None:
    one = PILOT["principals"][name]
    new = PrincipalCreate(**_without(one))
    _, secret = await principals.register_principal(connection, author, new, UUID(one["id"]))
    secrets[name] = {"client_id": new.client_id, "client_secret": secret or ""}


async def _rotate(connection: Connection) -> Secrets:
    found: Secrets = {}
    for name, one in PILOT["principals"].items():
        _, secret = await principals.rotate_secret(connection, parties.OPERATOR, UUID(one["id"]), None)
        found[name] = {"client_id": one["client_id"], "client_secret": secret}
    return found


async def caller_of(connection: Connection, name: str) -> ActiveCaller:
    """Return one of the pilot's principals as it calls: `PK`, say."""
    found = await find_caller(connection, LOCAL, PILOT["principals"][name]["client_id"])
    assert found is not None
    return found


def _without(one: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in {"id", *names}}
