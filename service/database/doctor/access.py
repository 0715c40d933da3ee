"""Who may do what: the roles, what they may do with the database, its schema and its tables, and what new tables would allow."""

from collections.abc import AsyncIterator
from typing import Final

from service.database import guards
from service.database.doctor.finding import Finding
from service.database.privileges import APP, SEQUENCER, WORKER, missing
from service.database.statement import Connection

ROLES: Final = {
    APP: "PACTA_DATABASE_URL",
    SEQUENCER: "PACTA_SEQUENCER_DATABASE_URL",
    WORKER: "PACTA_WORKER_DATABASE_URL",
}
_POWERS = """SELECT rolname, array_remove(ARRAY[
        CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
        CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
        CASE WHEN rolbypassrls THEN 'BYPASSRLS' END], NULL) AS powers, rolcanlogin,
    ARRAY(SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid) AS groups
    FROM pg_roles r WHERE rolname = ANY($1)"""
_DATABASE = """SELECT coalesce(r.rolname, 'PUBLIC') AS grantee, a.privilege_type AS privilege, quote_ident(d.datname) AS name
    FROM pg_database d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
    LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE d.datname = current_database() AND a.grantee <> d.datdba"""
_CREATES = """SELECT coalesce(r.rolname, 'PUBLIC') FROM pg_namespace n
    CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE n.nspname = 'public' AND a.grantee <> n.nspowner AND a.privilege_type = 'CREATE'"""
_DEFAULTS = """SELECT d.defaclrole::regrole::text AS maker, n.nspname AS schema, coalesce(r.rolname, 'PUBLIC') AS grantee,
    d.defaclrole = current_user::regrole AS ours
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace CROSS JOIN LATERAL aclexplode(d.defaclacl) a
    LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE d.defaclobjtype = 'r' AND a.grantee <> d.defaclrole GROUP BY 1, 2, 3, 4"""
_FOREIGN = """SELECT c.relname, c.relowner::regrole::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'S') AND c.relowner <> current_user::regrole ORDER BY 1"""


async def roles(connection: Connection) -> AsyncIterator[Finding]:
    """Yield what is wrong with the roles under which the service, the sequencer and the worker work."""
    found = {row["rolname"]: row for row in await connection.fetch(_POWERS, list(ROLES))}
    for role, setting in ROLES.items():
        if role not in found:
            made = f"Set {setting}, with the role and a password in it, and run pacta migrate, which makes the role."
            yield Finding("roles", f"The role {role} is not there: a dump does not hold roles.", made)
        elif too_much := [*found[role]["powers"], *(f"member of {one}" for one in found[role]["groups"])]:
            taken = f"As a superuser: ALTER ROLE {role} NOSUPERUSER ..., or REVOKE the membership."
            yield Finding("roles", f"The role {role} has powers that it must not have: {', '.join(too_much)}.", taken)
        elif not found[role]["rolcanlogin"]:
            yield Finding("roles", f"The role {role} may not log in.", f"As a superuser: ALTER ROLE {role} LOGIN.")


async def owner(connection: Connection) -> AsyncIterator[Finding]:
    """Yield the tables that belong to somebody else than who migrates them."""
    if rows := await connection.fetch(_FOREIGN):
        names, owners = ", ".join(row[0] for row in rows), ", ".join(sorted({row[1] for row in rows}))
        me = await connection.fetchval("SELECT quote_ident(current_user)")
        given = f"As a superuser, in this database: REASSIGN OWNED BY ... TO {me}, or ALTER TABLE ... OWNER TO {me} for each."
        yield Finding(
            "owner", f"These belong to {owners}, not to the role in PACTA_OWNER_DATABASE_URL: {names}.", given
        )


async def grants(connection: Connection) -> AsyncIterator[Finding]:
    """Yield what a role lacks, and what somebody may do who must not."""
    present = set(await connection.fetchval("SELECT array_agg(rolname::text) FROM pg_roles"))
    for role in sorted(present & set(ROLES)):
        for lacking in await missing(connection, role, of=role):
            yield Finding("grants", f"{role} lacks {lacking}.", statements=(f"GRANT {lacking} TO {role}",))
    found = await guards.granted(connection)
    for one in guards.excess(found):
        taken = f"REVOKE {one.privilege} ON {one.table} FROM {one.grantee}"
        yield Finding("grants", f"{one.grantee} may {one.privilege} {one.table}, and need not.", statements=(taken,))
    for one in found:
        if one.grantee not in {*ROLES, guards.PUBLIC} and one.privilege != "SELECT":
            taken = f"Unless that is wanted: REVOKE {one.privilege} ON {one.table} FROM {one.grantee}."
            yield Finding(
                "grants", f"{one.grantee}, which is no role of Pacta's, may {one.privilege} {one.table}.", taken
            )


async def access(connection: Connection) -> AsyncIterator[Finding]:
    """Yield who may enter the database, or make things in it, and must not; and who must, and may not."""
    present = set(await connection.fetchval("SELECT array_agg(rolname::text) FROM pg_roles"))
    allowed = {(row["grantee"], row["privilege"]) for row in await connection.fetch(_DATABASE)}
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    for role in sorted(present & set(ROLES)):
        if (role, "CONNECT") not in allowed:
            given = f"GRANT CONNECT ON DATABASE {name} TO {role}"
            yield Finding("access", f"{role} was not granted CONNECT on the database.", statements=(given,))
    if everybody := sorted(privilege for grantee, privilege in allowed if grantee == guards.PUBLIC):
        taken = f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"
        yield Finding("access", f"Every role may {' and '.join(everybody)} here.", statements=(taken,))
    for row in await connection.fetch(_CREATES):
        taken = f"REVOKE CREATE ON SCHEMA public FROM {row[0]}"
        yield Finding("access", f"{row[0]} may make tables and functions in the schema public.", statements=(taken,))


async def defaults(connection: Connection) -> AsyncIterator[Finding]:
    """Yield what would be granted on each table that a later release makes."""
    for row in await connection.fetch(_DEFAULTS):
        within = f" IN SCHEMA {row['schema']}" if row["schema"] else ""
        taken = f"ALTER DEFAULT PRIVILEGES FOR ROLE {row['maker']}{within} REVOKE ALL ON TABLES FROM {row['grantee']}"
        said = f"Each new table of {row['maker']} would be open to {row['grantee']}."
        if row["ours"]:
            yield Finding("defaults", said, statements=(taken,))
        else:
            yield Finding("defaults", said, f"As {row['maker']}: {taken}.")
