"""What the plans are read from, filled once for all of them: it takes longer than they do."""

from collections.abc import AsyncIterator

import pytest

from service.demo.postgres import Server
from tests.benchmarks.large import Large, made_large


@pytest.fixture(scope="package")
async def large(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Large]:
    async with made_large(server, tmp_path_factory.mktemp("log")) as filled:
        yield filled
