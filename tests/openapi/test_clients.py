"""The generated clients make real calls: the guides of openapi/README.md, run against a live service."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import World
from tests.serving import served_here

pytestmark = pytest.mark.clients

OPENAPI = Path(__file__).parents[2] / "openapi"
GUIDES = dict(re.findall(r"```(python|typescript)\n(.*?)```", (OPENAPI / "README.md").read_text(), re.DOTALL))
MISSING = [program for program in ("npm", "node", "uvx") if shutil.which(program) is None]


async def run(*command: str, cwd: Path = OPENAPI.parent, **environment: str) -> str:
    """Run a command and return what it said; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    return said


@pytest.mark.skipif(
    bool(MISSING) and "PACTA_REQUIRE_CLIENTS" not in os.environ,
    reason=f"to generate the clients these programs are needed: {', '.join(MISSING)}",
)
async def test_both_clients_are_generated_type_checked_and_go_the_whole_way(world: World) -> None:
    await run(sys.executable, "-m", "poethepoet", "clients")
    secrets = {
        f"PACTA_{who}": f"{world.credentials[who]['client_id']}:{world.credentials[who]['client_secret']}"
        for who in ("PK", "AZ")
    }
    python, typescript = OPENAPI / "clients" / "python", OPENAPI / "clients" / "typescript"
    (python / "guide.py").write_text(GUIDES["python"])
    (typescript / "guide.ts").write_text(GUIDES["typescript"])
    strict = ("--config-file", str(OPENAPI / "python-client-mypy.ini"))
    await run(sys.executable, "-m", "mypy", *strict, str(python / "guide.py"))
    compiler = ("npm", "exec", "--prefix", ".", "--", "tsc", "-p", "tsconfig.guide.json")
    await run(*compiler, cwd=OPENAPI)
    async with served_here(world.app) as origin:
        assert "works" in await run(sys.executable, "guide.py", cwd=python, PACTA_URL=origin, **secrets)
        assert "works" in await run("node", "out/guide.js", cwd=typescript, PACTA_URL=origin, **secrets)
