"""Java's own client, as it is and over plain HTTP, gets a token, reads a list and proposes a move."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import World, item
from tests.register.commitments.test_journey import SIGN
from tests.serving import served_here

CLIENT = Path(__file__).with_name("Client.java")


@pytest.mark.clients
@pytest.mark.skipif(
    shutil.which("java") is None and "PACTA_REQUIRE_CLIENTS" not in os.environ,
    reason="there is no Java (Debian: default-jdk-headless)",
)
async def test_a_stock_java_client_gets_a_token_reads_and_moves(world: World) -> None:
    secret = world.credentials["PK"]
    async with served_here(world.app) as origin:
        process = await asyncio.create_subprocess_exec(
            *("java", "-XX:TieredStopAtLevel=1", str(CLIENT), origin, secret["client_id"], secret["client_secret"]),
            *(f"/v1/commitments/{item(4)}/transitions", json.dumps(SIGN)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    *lists, move = [json.loads(line) for line in out.splitlines()]
    assert [len(one["items"]) for one in lists] == [3, 3, 3]
    assert move["action"] == "sign"
