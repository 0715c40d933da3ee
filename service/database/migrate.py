"""Bringing a database to the present schema: the two roles that use it, and Alembic's migrations."""

import asyncio
from collections.abc import Sequence

from alembic import command
from alembic.config import Config

from service.database.connection import Address, AddressWrong, Limits, connect
from service.settings import MIGRATIONS

ROLES = ("pacta_app", "pacta_sequencer")


def migrate(owner: Address, users: Sequence[Address], limits: Limits) -> None:
    """Create the roles in the addresses `users` if they are missing, then run every migration that is due.

    `AddressWrong` if an address names another role than the two that the schema knows.
    """
    asyncio.run(create_roles(owner, users, limits))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["owner"], config.attributes["limits"] = owner, limits
    command.upgrade(config, "head")


async def create_roles(owner: Address, users: Sequence[Address], limits: Limits) -> None:
    """Create each missing role with the password in its address."""
    connection = await connect(owner, limits, "pacta-migrate")
    try:
        async with connection.transaction():
            for one in users:
                if one.user not in ROLES:
                    raise AddressWrong(f"The role in {one.setting} must be one of {', '.join(ROLES)}, not {one.user}.")
                if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", one.user) is None:
                    quoted = await connection.fetchval("SELECT quote_literal($1::text)", one.password or "")
                    await connection.execute(f"CREATE ROLE {one.user} LOGIN PASSWORD {quoted}")
    finally:
        connection.terminate()
