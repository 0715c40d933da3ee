"""What keeps the trail append-only and the lists quick: triggers, narrow privileges, whole indexes. `/readyz` asks for it."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from service.database.privileges import ADDED_TO, PRIVILEGES
from service.database.statement import Connection

TRIGGER: Final = "append_only"
FUNCTION: Final = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END $$"""
CREATED: Final = f"""CREATE TRIGGER {TRIGGER} BEFORE UPDATE OR DELETE OR TRUNCATE ON {{table}}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
PUBLIC: Final = "PUBLIC"
# That of a trigger: BEFORE (2), DELETE (8), UPDATE (16) and TRUNCATE (32), for the statement (not 1).
_STANDING = """SELECT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgname = 'append_only' AND t.tgenabled = 'A' AND t.tgtype = 58 AND t.tgqual IS NULL
    AND p.proname = 'refuse_change' AND p.prosrc LIKE '%RAISE EXCEPTION%'"""
_BROKEN = """SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT (i.indisvalid AND i.indisready AND i.indislive)
    AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) ORDER BY 1"""
_BLIND = "SELECT datctype IN ('C', 'POSIX') FROM pg_database WHERE datname = current_database()"
_GRANTED = """SELECT c.relname, coalesce(r.rolname, 'PUBLIC') AS grantee, a.privilege_type AS privilege
    FROM pg_class c LEFT JOIN pg_attribute t ON t.attrelid = c.oid AND t.attacl IS NOT NULL
    CROSS JOIN LATERAL (SELECT * FROM aclexplode(c.relacl) UNION SELECT * FROM aclexplode(t.attacl)) a
    LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'S', 'p') AND a.grantee <> c.relowner
    GROUP BY 1, 2, 3 ORDER BY 2, 1, 3"""


class Grant(NamedTuple):
    """What somebody but the owner may do with a table."""

    table: str
    grantee: str
    privilege: str


async def unguarded(connection: Connection) -> list[str]:
    """Return the tables that are only added to, and could be changed by their owner without a word."""
    standing = {row[0] for row in await connection.fetch(_STANDING)}
    present = await connection.fetchval(
        "SELECT array_agg(n) FROM unnest($1::text[]) n WHERE to_regclass(n) IS NOT NULL", ADDED_TO
    )
    return [name for name in present or () if name not in standing]


async def broken_indexes(connection: Connection) -> list[str]:
    """Return the indexes whose building failed: they cost each change and serve no reading."""
    return [row[0] for row in await connection.fetch(_BROKEN)]


async def knows_no_letters(connection: Connection) -> bool:
    """Return whether the database was made with a locale in which no letter beyond ASCII is one: misspelt words are not found then."""
    return bool(await connection.fetchval(_BLIND))


async def granted(connection: Connection) -> list[Grant]:
    """Return who may do what with which table, its owner aside."""
    return [Grant(*row) for row in await connection.fetch(_GRANTED)]


def excess(grants: list[Grant]) -> Iterator[Grant]:
    """Yield what the roles of the service, or everybody, may do with our tables and need not."""
    known = {table for tables in PRIVILEGES.values() for table in tables}
    for one in (one for one in grants if one.table in known):
        if one.grantee in {*PRIVILEGES, PUBLIC} and one.privilege not in PRIVILEGES.get(one.grantee, {}).get(
            one.table, ()
        ):
            yield one


async def weaknesses(connection: Connection) -> str | None:
    """Return, in words for an operator, what no longer guards the record; None if everything does."""
    said = []
    if names := await unguarded(connection):
        said.append(f"nothing stops a change of {', '.join(names)}")
    if beyond := list(excess(await granted(connection))):
        said.append("; ".join(f"{one.grantee} may {one.privilege} {one.table}" for one in beyond))
    if names := await broken_indexes(connection):
        said.append(f"not valid: {', '.join(names)}")
    return f"{'; '.join(said)}. Run `pacta doctor`" if said else None
