"""What is in the database: whether it belongs together. A restore may have brought a part of it, or nothing."""

from collections.abc import AsyncIterator
from typing import Final

from service.database.doctor.finding import Finding
from service.database.doctor.structure import AGAIN
from service.database.statement import Connection

HEADED: Final = ("commission", "commitment", "instrument")
"""The tables whose rows name the last entry of their own chain."""
_HEADS = """SELECT count(*) FROM {table} t WHERE NOT EXISTS (
    SELECT FROM audit_entry e WHERE e.subject = t.id AND e.seq = t.seq AND e.leaf = t.leaf)
    -- Of what another one alone tells there is no trail yet.
    AND NOT (t.seq < 0 AND NOT EXISTS (SELECT FROM audit_entry e WHERE e.subject = t.id))"""
_LOST = """SELECT count(*) FROM audit_entry e
    WHERE NOT EXISTS (SELECT FROM log_entry l WHERE l.subject = e.subject AND l.seq = e.seq)
    AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.subject = e.subject AND p.seq = e.seq)"""
_UNKNOWN = """SELECT count(*) FROM log_entry l WHERE NOT EXISTS (
    SELECT FROM audit_entry e WHERE e.subject = l.subject AND e.seq = l.seq AND e.leaf = l.leaf)"""


async def content(connection: Connection) -> AsyncIterator[Finding]:
    """Yield what does not belong together: rows without their entries, entries that no log has and nobody waits for."""
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM audit_entry)"):
        begun = "On a new installation: pacta principal create. After a restore: it brought no data. " + AGAIN
        yield Finding("content", "Nothing was ever recorded, and nobody registered.", begun)
    for table in HEADED:
        if count := await connection.fetchval(_HEADS.format(table=table)):
            yield Finding("content", f"{count} rows of {table} name a last entry that is not there.", AGAIN)
    if count := await connection.fetchval(_UNKNOWN):
        yield Finding("content", f"{count} places of the logs have no entry.", AGAIN)
    if count := await connection.fetchval(_LOST):
        put = "Put the lost rows of the queue back from a backup: README, When /readyz has the status alarm."
        yield Finding(
            "content", f"{count} entries are in no log, and do not wait for one: they would never be signed.", put
        )
