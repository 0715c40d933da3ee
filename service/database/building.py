"""What migrations do beside the writers."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

LOCK_TIMEOUT = "SET lock_timeout = '2s'"
_FAILED = (
    """SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('{name}') AND NOT (indisvalid AND indisready)"""
)


@contextmanager
def _unhurried() -> Iterator[None]:
    """Run what waits for other transactions, and for which nobody waits, outside a transaction."""
    with op.get_context().autocommit_block():
        for limit in ("statement_timeout", "lock_timeout"):
            op.execute(f"SET {limit} = 0")
        yield
        op.execute("RESET statement_timeout")
        op.execute(LOCK_TIMEOUT)


def build_index(name: str, what: str, *, unique: bool = False) -> None:
    """Build the index `name` of `what`, such as `commitment (reference)`, outside a transaction, beside the writers.

    What a build left that failed is built anew, and what is there already is left. It waits for as long as it takes: nobody waits
    behind it.
    """
    with _unhurried():
        if op.get_bind().exec_driver_sql(_FAILED.format(name=name)).scalar():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute(f"CREATE {'UNIQUE ' * unique}INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}")


def drop_index(name: str) -> None:
    """Drop an index beside those who read by it, if it is there."""
    with _unhurried():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
