"""The generated clients make real calls: the guides of openapi/README.md, run against a live service of a later release."""

import os
import shutil
import sys

import pytest

from tests.conftest import World
from tests.openapi.guides import CLIENTS, OPENAPI, programs, run, secrets
from tests.openapi.tomorrow import NEW, tomorrow
from tests.serving import served_here

pytestmark = pytest.mark.clients

MISSING = [program for program in ("npm", "node", "uvx") if shutil.which(program) is None]


@pytest.mark.skipif(
    bool(MISSING) and "PACTA_REQUIRE_CLIENTS" not in os.environ,
    reason=f"to generate the clients these programs are needed: {', '.join(MISSING)}",
)
async def test_both_clients_are_type_checked_go_the_whole_way_and_read_what_they_do_not_know(world: World) -> None:
    await run(sys.executable, "-m", "poethepoet", "clients")
    guides = programs("README.md")
    python, typescript = CLIENTS / "python", CLIENTS / "typescript"
    (python / "guide.py").write_text(guides["python"])
    (typescript / "guide.ts").write_text(guides["typescript"])
    strict = ("--config-file", str(OPENAPI / "python-client-mypy.ini"))
    await run(sys.executable, "-m", "mypy", *strict, str(python / "guide.py"))
    compiler = ("npm", "exec", "--prefix", ".", "--", "tsc", "-p", "tsconfig.guide.json")
    await run(*compiler, cwd=OPENAPI)
    async with served_here(tomorrow(world.app)) as origin:
        for command, directory in (((sys.executable, "guide.py"), python), (("node", "out/guide.js"), typescript)):
            said = await run(*command, cwd=directory, PACTA_URL=origin, **secrets(world))
            assert f"works, and reads the state {NEW}" in said
