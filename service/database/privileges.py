"""What each role may do with each table, as data: `pacta migrate` grants what a restore has lost, `/readyz` asks for it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, OID

from service.database.statement import Connection, Query

APP, SEQUENCER, WORKER = "pacta_app", "pacta_sequencer", "pacta_worker"
_ADDS, _CHANGES = ("SELECT", "INSERT"), ("SELECT", "INSERT", "UPDATE")
PRIVILEGES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    APP: {
        **dict.fromkeys(("alembic_version", "schema_range", "log_entry", "log_node", "log_checkpoint"), ("SELECT",)),
        **dict.fromkeys(("log_cosignature", "log_alarm"), ("SELECT",)),
        **dict.fromkeys(("confirmation", "progress_report", "spelling"), _ADDS),
        **dict.fromkeys(("audit_entry", "audit_pending"), _ADDS),
        **dict.fromkeys(("party", "organisation", "principal", "credential"), _CHANGES),
        "restoration": _CHANGES,
        **dict.fromkeys(("commission", "commission_party", "commission_auditor", "session"), _CHANGES),
        **dict.fromkeys(("working_group", "searchable", "span"), _CHANGES),
        **dict.fromkeys(
            (
                "membership",
                "commitment",
                "document",
                "instrument",
                "instrument_reckoning",
                "number_counter",
                "transition",
            ),
            _CHANGES,
        ),
        "registry": ("SELECT", "UPDATE"),
        "import": _ADDS,
        "idempotency_key": ("SELECT", "INSERT", "UPDATE", "DELETE"),
        **dict.fromkeys(("revoked_token", "reading_session", "sign_in"), ("SELECT", "INSERT", "DELETE")),
    },
    SEQUENCER: {
        **dict.fromkeys(("alembic_version", "schema_range", "audit_entry", "commission"), ("SELECT",)),
        "audit_pending": ("SELECT", "DELETE"),
        **dict.fromkeys(("log_entry", "log_node", "log_checkpoint", "log_cosignature"), _ADDS),
        "log_alarm": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    },
    # What its jobs need, and no more: an import writes what the requests for its rows would, entries too; it never signs.
    WORKER: {
        **dict.fromkeys(
            ("alembic_version", "schema_range", "commission_party", "commission_auditor", "membership"), ("SELECT",)
        ),
        **dict.fromkeys(
            ("party", "organisation", "principal", "revoked_token", "confirmation", "document"), ("SELECT",)
        ),
        **dict.fromkeys(("audit_entry", "audit_pending", "progress_report", "spelling"), _ADDS),
        **dict.fromkeys(("session", "working_group", "commission", "import"), ("SELECT", "UPDATE")),
        **dict.fromkeys(
            ("commitment", "instrument", "instrument_reckoning", "number_counter", "transition", "searchable", "span"),
            _CHANGES,
        ),
    },
}
"""The entries and the log are added to and read: nobody who works with them may change or delete one."""
ADDED_TO: Final = ("audit_entry", "log_entry", "log_node", "log_checkpoint", "log_cosignature")
"""The tables that a trigger keeps from being changed by whoever may."""


class _Missing(NamedTuple):
    name: str
    privilege: str


_role = sa.func.coalesce(sa.bindparam("role", type_=sa.Text()), sa.func.current_user())
_asked = (
    sa.func.unnest(sa.bindparam("names", type_=ARRAY(sa.Text())), sa.bindparam("privileges", type_=ARRAY(sa.Text())))
    .table_valued(sa.column("name", sa.Text()), sa.column("privilege", sa.Text()), name="asked")
    .render_derived()
)
_table = sa.func.to_regclass(_asked.c.name)
# A table that is not there is the affair of the schema's revision.
_missing = Query(
    sa.select(_asked.c.name, _asked.c.privilege).where(
        _table.is_not(None), sa.not_(sa.func.has_table_privilege(_role, sa.cast(_table, OID), _asked.c.privilege))
    ),
    _Missing,
)
_barred = Query(
    sa.select(
        sa.or_(
            sa.func.pg_is_in_recovery(), sa.func.current_setting("transaction_read_only") == sa.literal_column("'on'")
        ).label("read_only")
    ),
    bool,
)
_reaches = Query(sa.select(sa.func.has_schema_privilege(_role, "public", "USAGE").label("reaches")), bool)


async def missing(connection: Connection, role: str, *, of: str | None = None) -> list[str]:
    """Return what `role` should be allowed to do and is not, such as `INSERT ON party`.

    Asked is the role `of`, and without it whoever is connected: the service may run under another name.
    """
    if not await _reaches.one(connection, role=of):
        return ["USAGE ON SCHEMA public"]
    wanted = [(name, one) for name, privileges in PRIVILEGES[role].items() for one in privileges]
    names, privileges = zip(*wanted, strict=True)
    found = await _missing.rows(connection, role=of, names=names, privileges=privileges)
    return [f"{one.privilege} ON {one.name}" for one in found]


async def hindrance(connection: Connection) -> str | None:
    """Return what keeps the service from changing anything in the database, in words for an operator; None if nothing does."""
    if await _barred.one(connection):
        return "takes no changes: it is read-only (a standby, or default_transaction_read_only)"
    if lacking := await missing(connection, APP):
        return f"lacks privileges: {', '.join(lacking)}. Were they restored? Run `pacta migrate`"
    return None


async def grant(connection: Connection, role: str) -> None:
    """Grant `role`, if it exists, what it should be allowed to do and is not; as the owner, in a transaction."""
    if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role) is None:
        return
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    # A dump holds neither what was granted on the database nor what was taken from everybody.
    await connection.execute(f"GRANT CONNECT ON DATABASE {database} TO {role}")
    await connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    for _ in ("the schema", "the tables in it"):
        for one in await missing(connection, role, of=role):
            await connection.execute(f"GRANT {one} TO {role}")
