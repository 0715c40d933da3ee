"""A file that comes slowly keeps nobody from changing anything."""

import asyncio
from collections.abc import AsyncIterator

from tests.conftest import COMMISSION, World


async def test_files_that_come_slowly_take_up_no_connection(world: World) -> None:
    gate = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"reference\r\n"
        await gate.wait()

    address, head = f"/v1/commissions/{COMMISSION}/imports", {"Content-Type": "text/csv"}
    coming = [asyncio.create_task(world.as_("PK").post(address, content=slowly(), headers=head)) for _ in range(12)]
    await asyncio.sleep(0.5)
    assert (await world.as_("AZ").post("/v1/me/secrets", json={})).status_code != 503
    gate.set()
    assert {202, 409} >= {one.status_code for one in await asyncio.gather(*coming)}
