"""Java by openapi-generator: generated, compiled, and the guide of openapi/GENERATORS.md run with it."""

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import World
from tests.openapi.guides import GENERATOR, generated, programs, run, secrets
from tests.openapi.tomorrow import NEW, tomorrow
from tests.serving import served_here

ITS_PLACE = "import openapi_generator_cli as it; print(it.__path__[0])"
# Maven's repository is not everywhere: Jackson is in the generator's own jar, the rest is Debian's.
JARS = [Path("/usr/share/java") / f"{name}.jar" for name in ("jakarta-annotation-api", "httpmime", "httpcore")]
MISSING = [program for program in ("java", "javac", "uvx") if shutil.which(program) is None]
MISSING += [str(jar) for jar in JARS if not jar.exists()]


async def classpath() -> str:
    """What the generated code is compiled and run with."""
    place = await run(*GENERATOR, "python", "-c", ITS_PLACE)
    return ":".join(map(str, [Path(place.splitlines()[-1]) / "openapi-generator.jar", *JARS]))


@pytest.mark.clients
@pytest.mark.skipif(
    bool(MISSING) and "PACTA_REQUIRE_CLIENTS" not in os.environ,
    reason=f"to generate and compile the Java client these are needed: {', '.join(MISSING)}",
)
async def test_the_java_client_compiles_goes_the_whole_way_and_reads_what_it_does_not_know(world: World) -> None:
    java = await generated("java")
    (java / "src/main/java/Guide.java").write_text(programs("GENERATORS.md")["java"])
    sources = [str(one) for one in java.rglob("*.java")]
    jars = await classpath()
    await run("javac", "-proc:none", "-d", "classes", "-cp", jars, *sources, cwd=java)
    async with served_here(tomorrow(world.app)) as origin:
        command = ("java", "-XX:TieredStopAtLevel=1", "-cp", f"classes:{jars}", "Guide")
        said = await run(*command, cwd=java, PACTA_URL=origin, **secrets(world))
    assert f"works, and reads the state {NEW}" in said
