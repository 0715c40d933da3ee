"""A registrar that lost its access: what the operator does is told to the whole party for 72 hours, and its registrar may stop it."""

import asyncio
import io
import json
import os
import signal
import sys
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.errors import Conflict, InvalidContent
from service.errors.sent import Sent
from service.register.parties import restoring_commands as commands
from service.register.parties.commands import OPERATOR
from service.register.parties.restoring_queries import RestorationRow
from service.register.parties.schemas import RestorationCreate
from service.tlog.policy_file import parse_policy
from service.verify.export import open_directory
from service.verify.judgement import verify
from tests.conftest import Command, World, end_principal, organisation
from tests.http.test_refusals import refused

NEW = {"client_id": "pk-registrar-2", "name": "A registrar's system (sample)"}
LOST: dict[str, Any] = {"party": "PK", "reason": "Nobody has a secret any more; asked for by letter (sample)."}
NO = {"reason": "The registrar has its access."}


async def announce(world: World, **others: Any) -> RestorationRow:
    async with world.pool.transaction() as connection:
        new = Sent(RestorationCreate, LOST | {"principal": NEW} | others).read()
        return await commands.announce(connection, OPERATOR, new, [])


async def restore(world: World, party: str = "PK") -> str | None:
    async with world.pool.transaction() as connection:
        return (await commands.restore(connection, OPERATOR, party))[1]


async def pass_(world: World, ago: timedelta) -> None:
    """Let what is announced have been announced that long ago, as far as the table tells."""
    owner = await world.connect()
    await owner.execute(
        "UPDATE restoration SET announced_at = clock_timestamp() - $1::interval WHERE ended_at IS NULL", ago
    )


async def announced(world: World, who: str) -> Any:
    answer = await world.as_(who).get("/v1/me")
    assert answer.status_code == 200, answer.text
    return answer.json()["restoration"]


async def object_(world: World, who: str, known: RestorationRow) -> httpx.Response:
    return await world.as_(who).post(f"/v1/restorations/{known['id']}/objection", json=NO)


async def test_what_is_announced_all_of_the_partys_principals_see_and_nobody_else_but_the_administrator(
    world: World,
) -> None:
    await world.second_principal("pk-customs", organisation_id=organisation(103))
    made = await announce(world)
    for who in ("PK", "pk-customs"):
        told = await announced(world, who)
        assert (told["id"], told["reason"], told["client_id"]) == (str(made["id"]), LOST["reason"], "pk-registrar-2")
        assert told["registrar"]["code"] == "PK/EAD"
    assert made["acts_from"] - made["announced_at"] == timedelta(hours=72)
    for who, seen in {"pk-customs": 1, "PK": 1, "administrator": 1, "AZ": 0}.items():
        page = await world.as_(who).get("/v1/parties/PK/restorations")
        assert len(page.json()["items"]) == seen, who
    assert await announced(world, "AZ") is None
    assert (await world.as_("observer").get("/v1/parties/PK/restorations")).status_code == 403
    trail = (await world.as_("administrator").get("/v1/registry/audit-trail?limit=200")).json()["items"]
    (entry,) = [json.loads(one["canonical"]) for one in trail if one["kind"] == "access.announced"]
    assert "name" not in entry["data"]["principal"], "names of people are removable, and an entry is not"


async def test_before_72_hours_by_the_databases_clock_nothing_is_done_and_then_all_of_it(world: World) -> None:
    await announce(world)
    with pytest.raises(Conflict, match=r"is carried out from .* on, not before"):
        await restore(world)
    await pass_(world, timedelta(hours=71, minutes=59))
    with pytest.raises(Conflict, match="not before"):
        await restore(world)
    assert (await world.as_("pk-registrar-2").get("/v1/me")).status_code == 401
    await pass_(world, timedelta(hours=72))
    secret = await restore(world)
    form = {"grant_type": "client_credentials", "client_id": "pk-registrar-2", "client_secret": secret}
    assert (await world.as_("").post("/oauth/token", data=form)).status_code == 200
    me = (await world.as_("pk-registrar-2").get("/v1/me")).json()
    assert (next(one["role"] for one in me["roles"]), me["restoration"]) == ("registrar", None)
    office = {"party": "PK", "name": "Office (sample)"}
    assert (await world.as_("pk-registrar-2").post("/v1/organisations", json=office)).status_code == 201
    with pytest.raises(Conflict, match="what was announced last was restored"):
        await restore(world)


async def test_the_partys_registrar_stops_it_and_nobody_else(world: World) -> None:
    await world.second_principal("pk-customs", organisation_id=organisation(103))
    made = await announce(world)
    assert (await object_(world, "AZ", made)).status_code == 404
    assert (await object_(world, "administrator", made)).status_code == 403
    told = refused(await object_(world, "pk-customs", made), 403)
    assert "Only the registrar of PK" in told["detail"]
    stopped = await object_(world, "PK", made)
    assert (stopped.status_code, stopped.json()["outcome"]) == (201, "stopped")
    assert stopped.json()["ended_by"]["code"] == "pk-secretariat"
    assert await announced(world, "pk-customs") is None
    await pass_(world, timedelta(hours=100))
    with pytest.raises(Conflict, match="Nothing is announced for PK; what was announced last was stopped"):
        await restore(world)
    assert "there is nothing to stop" in refused(await object_(world, "PK", made), 409)["detail"]
    # It may be announced again, and takes its 72 hours again.
    again = await announce(world)
    assert again["id"] != made["id"]
    with pytest.raises(Conflict, match="not before"):
        await restore(world)


async def test_a_second_announcement_waits_for_the_first_and_none_replaces_it(world: World) -> None:
    await announce(world)
    with pytest.raises(Conflict, match="something is announced for PK, and is carried out from"):
        await announce(world, principal=NEW | {"client_id": "pk-other"})
    await announce(world, party="AZ", principal=NEW | {"client_id": "az-registrar-2"})


async def test_what_was_carried_out_while_its_objection_waited_is_not_stopped(world: World) -> None:
    made = await announce(world)
    await pass_(world, timedelta(hours=73))
    async with world.pool.transaction() as carrying_out:
        await commands.restore(carrying_out, OPERATOR, "PK")
        objecting = asyncio.create_task(object_(world, "PK", made))
        owner = await world.connect()
        while not await owner.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            assert not objecting.done(), objecting.result()
            await asyncio.sleep(0.01)
    assert (await objecting).status_code == 409


async def test_stopping_and_doing_at_once_have_one_winner(world: World) -> None:
    made = await announce(world)
    await pass_(world, timedelta(hours=73))
    done, stopped = await asyncio.gather(restore(world), object_(world, "PK", made), return_exceptions=True)
    assert isinstance(stopped, httpx.Response)
    assert (stopped.status_code == 201) is isinstance(done, Conflict)
    assert stopped.status_code in {201, 409}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"principal": None}, "nothing would be restored"),
    "a taken name": ({"principal": NEW | {"client_id": "pk-secretariat"}}, "is another principal's"),
    "what does not hold": ({"ends_own_issuer_only": True}, "ends nothing"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_would_restore_nothing_is_not_announced(still: World, case: str) -> None:
    others, said = WRONG[case]
    with pytest.raises(InvalidContent, match=said):
        await announce(still, **others)


async def test_of_a_party_without_a_registrar_the_administrator_names_it(world: World) -> None:
    await world.as_("administrator").post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    with pytest.raises(Conflict, match="the administrator names it"):
        await announce(world, party="TR")


async def test_whoever_named_another_registrar_meanwhile_has_its_access(world: World) -> None:
    await announce(world)
    other = {"organisation_id": organisation(103), "principal": {"client_id": "pk-customs", "name": "N"}}
    assert (await world.as_("PK").post("/v1/parties/PK/registrar", json=other)).status_code == 201
    await pass_(world, timedelta(hours=73))
    with pytest.raises(Conflict, match="Another registrar of PK was named since"):
        await restore(world)


async def test_where_its_provider_is_lost_secrets_are_good_again(world: World) -> None:
    owner = await world.connect()
    await owner.execute("UPDATE party SET own_issuer_only = true WHERE code = 'PK'")
    await owner.execute("UPDATE principal SET refused_at = now() WHERE subject LIKE 'pk-%'")
    assert (await world.as_("PK").get("/v1/me")).status_code == 401
    with pytest.raises(InvalidContent, match="at its own provider alone"):
        await announce(world)
    await announce(world, principal=None, ends_own_issuer_only=True)
    await pass_(world, timedelta(hours=73))
    assert await restore(world) is None
    me = (await world.as_("PK").get("/v1/me")).json()
    assert (me["party"], me["restoration"]) == ("PK", None)


async def test_the_registrar_ends_whom_the_operator_brought(world: World) -> None:
    await announce(world)
    await pass_(world, timedelta(hours=73))
    await restore(world)
    me = (await world.as_("pk-registrar-2").get("/v1/me")).json()["principal_id"]
    assert (await end_principal(world.as_("PK"), me)).status_code == 201
    assert (await world.as_("pk-registrar-2").get("/v1/me")).status_code == 401


async def test_whoever_sets_the_clock_back_in_the_tables_is_found_by_the_registrys_log(
    world: World, tmp_path: Path
) -> None:
    await announce(world)
    await pass_(world, timedelta(hours=73))
    await restore(world)
    while await world.sequence():
        pass
    admin = world.as_("administrator")
    log = (await admin.get("/v1/registry/log")).json()
    archive = await admin.get("/v1/registry/log/export")
    with tarfile.open(fileobj=io.BytesIO(archive.content)) as files:
        files.extractall(tmp_path, filter="data")
    verdict = verify(open_directory(tmp_path), parse_policy(f"log {log['verifier_key']}\nquorum none\n".encode()))
    (found,) = verdict.findings.listed
    assert "it was done before 72 hours after it was announced" in found.message


def environment(world: World) -> dict[str, str]:
    return {"PACTA_DATABASE_URL": world.server.url("pacta_app", world.database)}


async def test_the_operator_does_it_by_commands_that_say_when_and_to_whom(world: World, pacta: Command) -> None:
    async def said(*arguments: str) -> tuple[int, str]:
        return await asyncio.to_thread(pacta, "access", *arguments, **environment(world))

    assert (await said("announce", "PK", "--because", "R", "--client-id", "pk-registrar-2"))[0] == 0
    told = await announced(world, "PK")
    assert (told["name"], told["reason"]) == ("pk-registrar-2", "R")
    code, why = await said("restore", "PK")
    assert (code, "not before" in why) == (1, True), why
    assert (await said("withdraw", "PK", "--because", "It was found again."))[0] == 0
    assert await announced(world, "PK") is None
    code, why = await said("withdraw", "PK", "--because", "R")
    assert (code, "Nothing is announced for PK" in why) == (1, True)
    assert (await said("announce", "PK", "--because", "R"))[0] == 2


@pytest.mark.long
async def test_a_command_that_is_killed_has_either_done_nothing_or_said_the_secret(world: World) -> None:
    """It is killed while another holds the registry's lock, and again after it wrote the secret: each time it is run anew."""
    await announce(world)
    await pass_(world, timedelta(hours=73))
    owner = await world.connect()
    command = (sys.executable, "-m", "service.cli", "access", "restore", "PK")
    told = {**os.environ, **environment(world)}
    held = owner.transaction()
    await held.start()
    await owner.execute("SELECT 1 FROM registry FOR UPDATE")
    process = await asyncio.create_subprocess_exec(*command, env=told, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60):
        other = await world.connect()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await other.fetchval(waiting):  # noqa: ASYNC110 -- another process does it
            await asyncio.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    said, _ = await process.communicate()
    await held.rollback()
    assert said == b""
    assert (await world.as_("pk-registrar-2").get("/v1/me")).status_code == 401
    again = await asyncio.create_subprocess_exec(*command, env=told, stdout=asyncio.subprocess.PIPE)
    said, _ = await again.communicate()
    assert (again.returncode, b"client_secret: " in said) == (0, True)
    secret = said.decode().partition("client_secret: ")[2].split()[0]
    form = {"grant_type": "client_credentials", "client_id": "pk-registrar-2", "client_secret": secret}
    assert (await world.as_("").post("/oauth/token", data=form)).status_code == 200
