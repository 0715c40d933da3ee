"""What the guides' tests share: the programs that stand in the guides, and how they are run."""

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import World

ROOT = Path(__file__).parents[2]
OPENAPI = ROOT / "openapi"
CLIENTS = OPENAPI / "clients"


def programs(guide: str) -> dict[str, str]:
    """The programs of a guide by their language."""
    return dict(re.findall(r"```(\w+)\n(.*?)```", (OPENAPI / guide).read_text(), re.DOTALL))


def secrets(world: World) -> dict[str, str]:
    """What the programs expect in their environment, beside the address."""
    return {
        f"PACTA_{who}": f"{world.credentials[who]['client_id']}:{world.credentials[who]['client_secret']}"
        for who in ("PK", "AZ")
    }


GENERATOR = ("uvx", "--from", "openapi-generator-cli==7.26.0")


def needs(*wanted: str) -> pytest.MarkDecorator:
    """Skip where a program or a file of Debian's is not there, unless it is required."""
    missing = [one for one in wanted if shutil.which(one) is None and not Path(one).exists()]
    return pytest.mark.skipif(
        bool(missing) and "PACTA_REQUIRE_CLIENTS" not in os.environ,
        reason=f"for the clients of others these are needed: {', '.join(missing)}",
    )


async def generated(language: str) -> Path:
    """The folder with the client that openapi-generator has just made, by the options of `openapi/generators`."""
    folder = CLIENTS / language
    shutil.rmtree(folder, ignore_errors=True)
    await run(*GENERATOR, "openapi-generator-cli", "generate", "-c", f"openapi/generators/{language}.yaml")
    return folder


async def run(*command: str, cwd: Path = ROOT, **environment: str) -> str:
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
