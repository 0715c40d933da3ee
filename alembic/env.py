"""How migrations run: as the owner, one at a time, and never waiting long for a lock that the service holds."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.sql.sqltypes import AutoString

from service.database.building import LOCK_TIMEOUT
from service.database.connection import Address, Limits, connect
from service.settings import Settings
from service.tables import metadata

# Migrations that wait for a lock make everyone behind them wait too: give up early, and be run again (`database/migrate.py`).
# What a statement may take is said where the connection is made.
# The migration that makes the table; and one that serves older releases cannot bring back what an earlier one has ended.
FIRST = "0044"
RANGE = "UPDATE schema_range SET oldest = greatest(oldest, :serves)"
ONE_AT_A_TIME = "SELECT pg_advisory_lock(7420250124)"


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:  # noqa: ANN401, ARG001
    """Write plain SQLAlchemy types into migrations, so that they do not depend on SQLModel."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.Text()"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String({item.length})"
    return False


def say_range(
    ctx: MigrationContext,
    step: MigrationInfo,
    heads: Collection[Any],  # noqa: ARG001 -- Alembic says it
    run_args: Mapping[str, Any],  # noqa: ARG001 -- the same
) -> None:
    """Write down which releases work on what a migration has made."""
    made = step.up_revision
    if isinstance(made, Script) and made.revision > FIRST and ctx.connection is not None:
        serves = getattr(made.module, "serves_from", made.revision)
        ctx.connection.execute(sa.text(RANGE), {"serves": serves})


def run(connection: sa.Connection) -> None:
    """Run each migration in a transaction of its own, or in several, behind an advisory lock that the session holds."""
    connection.execute(sa.text(ONE_AT_A_TIME))
    connection.execute(sa.text(LOCK_TIMEOUT))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_item,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
        on_version_apply=say_range,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run(owner: Address, limits: Limits) -> None:
    """Connect as the owner and run."""
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(owner, limits, "pacta-migrate"))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
    finally:
        # With it goes the advisory lock, also after a failure: it is run again.
        await engine.dispose()


given = context.config.attributes
asyncio.run(
    connect_and_run(
        given.get("owner") or Address.of_owner(Settings()), given.get("limits") or Limits.of_bulk(Settings())
    )
)
