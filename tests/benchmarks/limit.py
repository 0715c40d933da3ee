"""The limit: a bare Starlette and asyncpg application that does the same SQL and answers bodies of the same shape.

No validation, no identity, no permissions, no OpenAPI: what is left is what the web server, the driver and the
database cost. Run as `python -m tests.benchmarks.limit PORT` with LIMIT_DATABASE_URL; two processes are the limit.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.http.serving import serve
from service.trail.entry import timestamp
from tests.benchmarks import limit_sql as sql

POOL = 10
FIRST, SECOND = "PK", "AZ"
SESSIONS: Final = ("session_id", "carried_to_session_id", "event_session_id")
ALLOWED: Final = [
    {
        "action": action,
        "missing": [{"pointer": f"/{name}", "detail": "is needed: a text of 1 to 4000 characters"} for name in names],
        "awaits": [SECOND],
    }
    for action, names in {
        "draft_mou": ("instrument_kind", "instrument_title", "drafting_party", "effective_on", "texts"),
        "implement": ("effective_on", "report", "no_instrument_reason"),
        "amend": ("reason", "changes"),
        "suspend": ("reason", "review_on"),
        "withdraw": ("reason",),
        "lapse": ("reason",),
        "carry_over": ("session_id",),
        "supersede": ("successor",),
        "merge": ("target",),
    }.items()
]


def answer(body: Any, status: int = 200) -> Response:
    # The driver has a UUID type of its own, which orjson does not know.
    return Response(orjson.dumps(body, default=str), status, media_type="application/json")


async def list_commitments(request: Request) -> Response:
    asked = request.query_params
    limit = int(asked["limit"])
    group = UUID(asked["working_group_id"])
    rows = [dict(row) for row in await pool(request).fetch(sql.LIST, asked["state"], group, limit + 1)]
    await _name(request, rows[:limit])
    return answer({"items": rows[:limit], "next_cursor": rows[limit - 1]["reference"] if len(rows) > limit else None})


async def _name(request: Request, rows: list[dict[str, Any]]) -> None:
    """Put beside the ids of rows what they are called, by one statement."""
    commissions = [row["commission_id"] for row in rows]
    sessions = [row[name] for row in rows for name in SESSIONS if row[name]]
    groups = [row["working_group_id"] for row in rows]
    leads = [one["lead_organisation_id"] for row in rows for one in row["party_facts"].values()]
    found = await pool(request).fetch(sql.NAMES, commissions, sessions, groups, leads)
    named = {str(one["id"]): dict(one) for one in found}
    for row in rows:
        for name in ("commission_id", "working_group_id", *SESSIONS):
            row[name.removesuffix("_id")] = named.get(str(row[name]))
        row["founded_groups"] = []
        row["lead_organisations"] = {
            party: [named[one["lead_organisation_id"]]] for party, one in row["party_facts"].items()
        }


async def read_commitment(request: Request) -> Response:
    row = await pool(request).fetchrow(sql.READ_ONE, UUID(request.path_params["id"]))
    return answer({**row, "same_item": row["same_item"] or [], "allowed_actions": ALLOWED})


async def read_trail(request: Request) -> Response:
    rows = await pool(request).fetch(sql.TRAIL, UUID(request.path_params["id"]))
    return answer({"items": [_entry(row) for row in rows], "next_cursor": None})


async def read_me(request: Request) -> Response:
    who = request.app.state.who
    roles = await pool(request).fetch(sql.ME, who["organisation_id"], who["party"])
    told = {"kind": "representative", "organisation": roles[0]["organisation"], "restoration": None}
    mine = ("commission_id", "commission", "working_group_id", "working_group", "role")
    return answer({**who, **told, "roles": [{name: row[name] for name in mine} for row in roles]})


async def change(request: Request) -> Response:
    """Move a commitment at once."""
    body = orjson.loads(await request.body())
    return await _propose(request, body, [])


async def propose(request: Request) -> Response:
    """Open a proposal that the other party has to confirm."""
    body = orjson.loads(await request.body())
    return await _propose(request, body, [SECOND])


async def _propose(request: Request, body: dict[str, Any], awaits: list[str]) -> Response:
    who = request.app.state.who
    actor = who["id"]
    action, evidence = body["action"], {name: value for name, value in body.items() if name != "action"}
    async with pool(request).acquire() as connection, connection.transaction():
        row = await connection.fetchrow(sql.LOCK, UUID(request.path_params["id"]), actor)
        target, left = _target(action, row)
        proposal = {
            "transition": str(row["new_id"]), "action": action, "source": row["state"], "target": target,
            "evidence": evidence, "awaits": awaits, "expires_at": None,
        }  # fmt: skip
        data: dict[str, Any] = {"proposal": proposal}
        if not awaits:
            data["effective"] = _effective(row, target, left)
        common = _common(row, "transition.proposed", actor, FIRST, data)
        own = (row["new_id"], action, row["state"], evidence, FIRST, actor)
        if awaits:
            await connection.execute(sql.PROPOSE, *common, target, awaits, *own)
        else:
            await connection.execute(sql.EFFECT, *common, target, left, *own)
    closed = None if awaits else row["at"]
    return answer(_transition(row["new_id"], row, {
        "action": action, "source": row["state"], "target": target, "evidence": evidence, "proposed_by": FIRST,
        "proposer_id": actor, "awaited": awaits, "proposed_at": row["at"],
    }, closed, [], _mover(row, who)), 201)  # fmt: skip


async def confirm(request: Request) -> Response:
    """Confirm a proposal, which makes it take effect."""
    body = orjson.loads(await request.body())
    who = request.app.state.who
    transition_id, actor = UUID(request.path_params["id"]), who["id"]
    async with pool(request).acquire() as connection, connection.transaction():
        row = await connection.fetchrow(sql.LOCK_BY_TRANSITION, transition_id, actor)
        target, left = _target(row["action"], row)
        data = {"transition": str(transition_id), "reason": None, "effective": _effective(row, target, left)}
        common = _common(row, "transition.confirmed", actor, SECOND, data)
        await connection.execute(sql.CONFIRM, *common, target, left, transition_id, SECOND, row["new_id"], actor)
    said = {
        "party": SECOND, "decision": body["decision"], "reason": None, "principal_id": actor, "principal": _mover(row, who),
        "decided_at": row["at"],
    }  # fmt: skip
    return answer(_transition(transition_id, row, row, row["at"], [said]), 201)


def _target(action: str, row: Any) -> tuple[str, str | None]:
    return ("suspended", row["state"]) if action == "suspend" else (row["suspended_from"], None)


def _effective(row: Any, target: str, left: str | None) -> dict[str, Any]:
    before = {"state": row["state"], "suspended_from": row["suspended_from"]}
    return {"before": before, "after": {"state": target, "suspended_from": left}}


def _common(row: Any, kind: str, actor: UUID, party: str, data: dict[str, Any]) -> tuple[Any, ...]:
    seq = row["seq"] + 1
    members = {
        "v": 1, "commission": str(row["commission_id"]), "subject": str(row["id"]), "seq": seq,
        "prev": row["leaf"].hex(), "kind": kind, "recorded_at": timestamp(row["at"]), "actor": str(actor),
        "party": party, "data": data,
    }  # fmt: skip
    canonical = orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
    leaf = sha256(b"\x00" + canonical).digest()
    return row["id"], seq, leaf, row["at"], row["commission_id"], canonical


def _mover(row: Any, who: Any) -> dict[str, Any]:
    return {"id": who["id"], "code": who["subject"], "name": row["mover"]}


def _transition(
    key: UUID, commitment: Any, row: Any, closed: Any, said: list[Any], proposer: Any = None
) -> dict[str, Any]:
    names = ("action", "source", "target", "evidence", "proposed_by", "proposer_id", "awaited", "proposed_at")
    return {
        "id": key, "matter": {"kind": "commitment", **{name: commitment[name] for name in ("id", "reference", "titles")}},
        "commission_id": commitment["commission_id"], "proposer": proposer,
        "commission": {"id": commitment["commission_id"], "code": commitment["code"], "name": commitment["commission_titles"]["en"]},
        "status": "effective" if closed else "open", **{name: row[name] for name in names},
        "confirmations": said, "warnings": [], "expires_at": None, "confirmed_at": closed, "closed_at": closed, "corrected": [],
    }  # fmt: skip


def _entry(row: Any) -> dict[str, Any]:
    members = orjson.loads(row["canonical"])
    return {
        **{name: row[name] for name in ("subject", "seq", "kind", "recorded_at", "index", "in_checkpoint")},
        **{name: members[name] for name in ("actor", "party", "data")},
        "canonical": row["canonical"].decode(), "leaf_hash": row["leaf"].hex(),
    }  # fmt: skip


def pool(request: Request) -> Any:
    return request.app.state.pool


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    url = os.environ["LIMIT_DATABASE_URL"]
    session = {"application_name": "limit", "timezone": "UTC", "jit": "off"}
    # No reset on release, as in the service: every transaction here has ended.
    opened = asyncpg.create_pool(
        url,
        min_size=POOL,
        max_size=POOL,
        max_inactive_connection_lifetime=0,
        init=_prepare,
        reset=_leave,
        server_settings=session,
    )
    async with opened as app.state.pool:
        app.state.who = dict(await app.state.pool.fetchrow(sql.WHO, "pk-secretariat"))
        yield


async def _prepare(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads
    )


async def _leave(_: Any) -> None: ...


app = Starlette(
    routes=[
        Route("/livez", lambda _: answer({"status": "alive"})),
        Route("/commitments", list_commitments),
        Route("/commitments/{id}", read_commitment),
        Route("/commitments/{id}/audit-trail", read_trail),
        Route("/me", read_me),
        Route("/commitments/{id}/effects", change, methods=["POST"]),
        Route("/commitments/{id}/transitions", propose, methods=["POST"]),
        Route("/transitions/{id}/confirmations", confirm, methods=["POST"]),
    ],
    lifespan=lifespan,
)

if __name__ == "__main__":
    # As the service is: the same server, with the same rare collections of garbage.
    serve(app, "127.0.0.1", int(sys.argv[1]))
