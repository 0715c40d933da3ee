"""The served document in Postman and Bruno: where the service is and how to get a token arrive ready to use."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import World
from tests.openapi.guides import needs, run, secrets
from tests.serving import served_here

pytestmark = pytest.mark.releases

POSTMAN = ("npm", "exec", "--yes", "--package=openapi-to-postmanv2@6.3.3", "--", "openapi2postmanv2")
BRUNO = ("npm", "exec", "--yes", "--package=@usebruno/cli@4.1.0", "--", "bru")


async def served(origin: str, folder: Path) -> Path:
    """The document that is served, as if `origin` were the service's public address."""
    document = folder / "openapi.json"
    async with httpx.AsyncClient() as client:
        made = (await client.get(f"{origin}/openapi.json")).json()
    document.write_text(json.dumps(made).replace(made["servers"][0]["url"], origin))
    return document


@needs("npm", "node")
async def test_postman_knows_the_address_and_how_to_get_a_token(world: World, tmp_path: Path) -> None:
    async with served_here(world.app) as origin:
        document = await served(origin, tmp_path)
    collection = tmp_path / "postman.json"
    await run(*POSTMAN, "-s", str(document), "-o", str(collection), "-O", "parametersResolution=Example")
    made = json.loads(collection.read_text())
    assert made["variable"] == [{"key": "baseUrl", "value": origin}]
    token = {one["key"]: one["value"] for one in made["auth"]["oauth2"]}
    assert token == {
        "grant_type": "client_credentials",
        "accessTokenUrl": f"{origin}/oauth/token",
        "scope": "read write",
    }
    requests = {one["name"]: one["request"] for one in leaves(made)}
    change = requests["Change facts of one's own party"]
    assert {one["key"]: one["value"] for one in change["header"]}["if-match"] == '"4"'
    assert change["url"]["variable"][0]["value"] == "01940000-0000-7000-8000-000000000404"
    assert json.loads(requests["Confirm or refuse a move"]["body"]["raw"]) == {"decision": "confirm"}
    assert requests["Download the proof of an entry"]["url"]["variable"][-1]["value"] == "7"


def leaves(folder: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests of a folder of Postman's, at any depth."""
    inner = folder.get("item", [])
    return [one for one in inner if "request" in one] + [leaf for one in inner for leaf in leaves(one)]


@needs("npm", "node")
async def test_bruno_gets_a_token_by_itself_and_reads_a_list(world: World, tmp_path: Path) -> None:
    async with served_here(world.app) as origin:
        document = await served(origin, tmp_path)
        place = ("--source", str(document), "--output", str(tmp_path), "--collection-format", "bru")
        await run(*BRUNO, "import", "openapi", *place, "--collection-name", "Pacta")
        collection = tmp_path / "Pacta"
        # In its window one presses a button to get the token; without the window Bruno is told to do so by itself.
        for request in collection.rglob("*.bru"):
            request.write_text(request.read_text().replace("auto_fetch_token: false", "auto_fetch_token: true"))
        told = secrets(world)["PACTA_PK"].split(":")
        environment = next((collection / "environments").glob("*.bru")).stem
        variables = ("--env-var", f"oauth_client_id={told[0]}", "--env-var", f"oauth_client_secret={told[1]}")
        asked = ("commitments/List commitments.bru", "me/Who am I.bru", "lifecycle/Read a lifecycle.bru")
        report = tmp_path / "report.json"
        said = ("--env", environment, *variables, "--reporter-json", str(report))
        await run(*BRUNO, "run", *asked, *said, cwd=collection)
    answers = {one["name"]: one["response"] for one in json.loads(report.read_text())[0]["results"]}
    assert [one["status"] for one in answers.values()] == [200, 200, 200]
    assert len(answers["List commitments"]["data"]["items"]) == 14
