"""Bringing a database to the present schema: the two roles that use it, and Alembic's migrations."""

import asyncio

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from service.settings import MIGRATIONS

ROLES = ("pacta_app", "pacta_sequencer")


def migrate(owner_url: str, users: list[str]) -> None:
    """Create the roles in the addresses `users` if they are missing, then run every migration that is due.

    `ValueError` if an address names another role than the two that the schema knows.
    """
    asyncio.run(create_roles(owner_url, users))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = owner_url
    command.upgrade(config, "head")


async def create_roles(owner_url: str, users: list[str]) -> None:
    """Create each missing role with the password in its address."""
    engine = create_async_engine(owner_url)
    try:
        async with engine.begin() as connection:
            for url in map(make_url, users):
                if url.username not in ROLES:
                    raise ValueError(f"The role must be one of {', '.join(ROLES)}, not {url.username}.")
                known = await connection.scalar(
                    sa.text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": url.username}
                )
                if not known:
                    quoted = await connection.scalar(sa.text("SELECT quote_literal(:it)"), {"it": url.password or ""})
                    await connection.exec_driver_sql(f"CREATE ROLE {url.username} LOGIN PASSWORD {quoted}")
    finally:
        await engine.dispose()
