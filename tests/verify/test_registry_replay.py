"""The registry's own log: handed out as a commission's, proven as it is written, and each rule of it broken once."""

import io
import json
import tarfile
import time
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from service.database.statement import Connection
from service.errors.sent import Sent
from service.register.parties import principal_commands as principals
from service.register.parties import queries
from service.register.parties import restoring_commands as restoring
from service.register.parties.commands import OPERATOR
from service.register.parties.principal_queries import principal_by_client_id
from service.register.parties.schemas import PrincipalCreate, RestorationCreate
from service.tlog.policy_file import parse_policy
from service.trail.entry import Author, timestamp
from service.verify.export import open_directory
from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.conftest import World, end_principal, organisation
from tests.three_parties import name_registrar
from tests.verify.forging import Forgery
from tests.verify.journal import POLICY, Entry, exported
from tests.verify.test_register import exported as files_of

REGISTRY: Final = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a registry in which everything happened that may."""
    await worn.as_("administrator").post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    ours = await name_registrar(worn, "TR")
    registrar = worn.as_(await worn.second_principal("tr-registrar-2", organisation_id=ours))
    new = {"party": "TR", "name": "Ministry of Trade (sample)"}
    made = (await registrar.post("/v1/organisations", json=new)).json()
    name = {"name": "Ministry of Commerce (sample)", "since": "2026-01-01"}
    assert (await registrar.post(f"/v1/organisations/{made['id']}/names", json=name)).status_code == 201
    other = (await registrar.post("/v1/organisations", json={"party": "TR", "name": "Trade Board (sample)"})).json()[
        "id"
    ]
    ended = {"since": "2026-01-01", "reason": "R", "successor_id": made["id"]}
    assert (await registrar.post(f"/v1/organisations/{other}/succession", json=ended)).status_code == 200
    clerk = {"client_id": "tr-clerk", "name": "Clerk", "kind": "representative", "organisation_id": made["id"]}
    clerk_id = (await registrar.post("/v1/principals", json=clerk)).json()["id"]
    assert (await registrar.post(f"/v1/principals/{clerk_id}/secrets", json={})).status_code == 201
    assert (await end_principal(registrar, clerk_id)).status_code == 201
    await by_its_own_provider(worn, ours)
    await access_announced(worn)
    await files_of(worn, REGISTRY)
    owner = await worn.connect()
    rows = await owner.fetch("SELECT canonical FROM audit_entry WHERE subject = $1 ORDER BY seq", REGISTRY)
    found = [json.loads(row["canonical"]) for row in rows]
    # What is done 72 hours after it was announced is dated as it would be.
    announced, at = found[-1], later(found[-1]["recorded_at"], hours=73)
    done = {"id": announced["data"]["id"], "party": "TR"}
    found.append(announced | {"kind": "access.restored", "recorded_at": at, "data": done})
    return [{name: value for name, value in one.items() if name not in {"seq", "prev"}} for one in found]


def later(moment: str, **span: float) -> str:
    """Return a moment of an entry so much later."""
    return timestamp(datetime.fromisoformat(moment) + timedelta(**span))


async def by_its_own_provider(world: World, registrar: str) -> None:
    """Let TR take its own provider's logins alone, said by an official of its registrar, and again what the service vouches for."""
    async with world.pool.transaction() as connection:
        by = Author(await principal_of(connection, "tr-registrar"), "TR")
        said = {"client_id": "tr-official", "name": "N", "kind": "representative", "organisation_id": registrar}
        new = Sent(PrincipalCreate, said | {"issuer": "https://login.example.gov"}).read()
        official = Author((await principals.register_principal(connection, by, new))[0]["id"], "TR")
        party = await queries.party(connection, "TR")
        party = await principals.rule_credentials(connection, official, party, time.time(), only=True)
        await principals.rule_credentials(connection, official, party, None, only=False)


async def principal_of(connection: Connection, client_id: str) -> UUID:
    """Return the id of a principal."""
    return (await principal_by_client_id(connection, client_id))["id"]


async def access_announced(world: World) -> None:
    """Announce for TR what is stopped by its registrar, and again what is not."""
    lost = {"party": "TR", "reason": "R", "principal": {"client_id": "tr-registrar-3", "name": "N"}}
    async with world.pool.transaction() as connection:
        new = Sent(RestorationCreate, lost).read()
        made = await restoring.announce(connection, OPERATOR, new, [])
        by = Author(await principal_of(connection, "tr-registrar"), "TR")
        await restoring.stop(connection, by, made["id"], "It is there.")
        await restoring.announce(connection, OPERATOR, new, [])


def test_a_registry_is_proven_as_it_is_written(entries: list[Entry]) -> None:
    kinds = {one["kind"] for one in entries}
    assert kinds == {
        "party.registered", "organisation.registered", "organisation.renamed", "organisation.closed", "registrar.named",
        "principal.registered", "principal.secret_rotated", "principal.deactivated", "party.credentials_ruled",
        "access.announced", "access.stopped", "access.restored",
    }  # fmt: skip
    assert verify(exported(entries), POLICY).findings.listed == []


def last(entries: list[Entry], kind: str) -> Entry:
    return [one for one in entries if one["kind"] == kind][-1]


def by_another_party(entries: list[Entry]) -> None:
    told = [one["data"].get("principal") or one["data"] for one in entries]
    of_pakistan = next(one["id"] for one in told if one.get("organisation_id") == organisation(101))
    last(entries, "organisation.registered").update(actor=of_pakistan, party="PK")


def by_the_administrator(entries: list[Entry]) -> None:
    administrator = next(one for one in entries if one["data"].get("kind") == "administrator")["data"]["id"]
    last(entries, "organisation.registered").update(actor=administrator, party=None)


def twice(kind: str) -> Forgery:
    def forge(entries: list[Entry]) -> None:
        entries.append(deepcopy(last(entries, kind)) | {"recorded_at": entries[-1]["recorded_at"]})

    return forge


def without(kind: str) -> Forgery:
    def forge(entries: list[Entry]) -> None:
        entries.remove(last(entries, kind))

    return forge


def without_whose_secret(entries: list[Entry]) -> None:
    whose = last(entries, "principal.secret_rotated")["data"]["id"]
    entries.remove(next(one for one in entries if one["data"].get("id") == whose))


def changed(kind: str, **data: Any) -> Forgery:
    def forge(entries: list[Entry]) -> None:
        last(entries, kind)["data"] |= data

    return forge


def principal_of_what_is_closed(entries: list[Entry]) -> None:
    last(entries, "principal.registered")["data"]["organisation_id"] = last(entries, "organisation.closed")["data"][
        "id"
    ]


def registrar_that_is_closed(entries: list[Entry]) -> None:
    named = deepcopy(last(entries, "registrar.named"))
    by = {name: last(entries, "organisation.closed")[name] for name in ("actor", "party")}
    named["data"] |= {
        "organisation_id": last(entries, "organisation.closed")["data"]["id"],
        "organisation": None,
        "principal": None,
    }
    entries.append(named | by | {"recorded_at": entries[-1]["recorded_at"]})


def sooner(entries: list[Entry]) -> None:
    entries[-1]["recorded_at"] = later(last(entries, "access.announced")["recorded_at"], hours=71.9)


def by_the_party(kind: str) -> Forgery:
    def forge(entries: list[Entry]) -> None:
        last(entries, kind).update(actor=last(entries, "access.stopped")["actor"], party="TR")

    return forge


def by_the_other_side(entries: list[Entry]) -> None:
    told = [one["data"].get("principal") or one["data"] for one in entries]
    of_pakistan = next(one["id"] for one in told if one.get("organisation_id") == organisation(101))
    last(entries, "access.stopped").update(actor=of_pakistan, party="PK")


def ruled(entries: list[Entry], *, only: bool) -> Entry:
    return next(
        one for one in entries if one["kind"] == "party.credentials_ruled" and one["data"]["own_issuer_only"] is only
    )


def ruled_by_a_secret(entries: list[Entry]) -> None:
    ruled(entries, only=True)["actor"] = last(entries, "access.stopped")["actor"]


def undone_by_a_secret(entries: list[Entry]) -> None:
    ruled(entries, only=False)["actor"] = last(entries, "access.stopped")["actor"]


def login_of_long_ago(entries: list[Entry]) -> None:
    one = ruled(entries, only=True)
    one["data"]["logged_in_at"] = later(one["recorded_at"], hours=-25)


def no_login(entries: list[Entry]) -> None:
    ruled(entries, only=True)["data"]["logged_in_at"] = None


def login_of_tomorrow(entries: list[Entry]) -> None:
    one = ruled(entries, only=True)
    one["data"]["logged_in_at"] = later(one["recorded_at"], minutes=5)


def never_undone(entries: list[Entry]) -> None:
    entries.remove(ruled(entries, only=False))


def done_after_it_was_stopped(entries: list[Entry]) -> None:
    first = next(one for one in entries if one["kind"] == "access.announced")
    entries[-1]["data"]["id"] = first["data"]["id"]


def announced_over_what_is_announced(entries: list[Entry]) -> None:
    entries.remove(last(entries, "access.stopped"))


FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "an organisation by another party": (by_another_party, "only the registrar of TR may do this"),
    "an organisation by the administrator": (by_the_administrator, "only the registrar of TR may do this"),
    "a party twice": (twice("party.registered"), "is registered already"),
    "an organisation twice": (twice("organisation.registered"), "with this id is registered already"),
    "a code twice": (changed("organisation.registered", code="TR/SECR"), "the code TR/SECR was given before"),
    "a code of another party": (changed("organisation.registered", code="PK/MOT"), "does not begin with its party"),
    "a principal twice": (twice("principal.registered"), "with this id is registered already"),
    "a closing twice": (twice("organisation.closed"), "the organisation is closed"),
    "a successor of another party": (
        changed("organisation.closed", successor_id=organisation(101)), "its successor is no organisation of TR"),
    "a principal of what is closed": (principal_of_what_is_closed, "acts for an organisation that is closed"),
    "a registrar that is closed": (registrar_that_is_closed, "the registrar is an organisation that is closed"),
    "a deactivation twice": (twice("principal.deactivated"), "no principal with this id is active"),
    "a secret of nobody": (without_whose_secret, "no principal with this id is registered"),
    "a registrar of another party": (changed("registrar.named", party="PK"), "only the registrar of PK may do this"),
    "a member that no entry has": (changed("party.registered", capital="Ankara"), "Extra inputs are not permitted"),
    "an access restored sooner": (sooner, "it was done before 72 hours after it was announced"),
    "an access restored by the party": (by_the_party("access.restored"), "a lost access is restored by the operator"),
    "an access announced by the party": (by_the_party("access.announced"), "a lost access is restored by the operator"),
    "an access restored that was stopped": (done_after_it_was_stopped, "nothing of this id is announced for TR"),
    "an access restored unannounced": (without("access.announced"), "nothing of this id is announced for TR"),
    "an access restored twice": (twice("access.restored"), "nothing of this id is announced for TR"),
    "two announcements at once": (announced_over_what_is_announced, "something is announced for TR already"),
    "an announcement for another than the registrar": (
        changed("access.announced", organisation_id=organisation(101)), "it is not the registrar of TR"),
    "an announcement of nothing": (changed("access.announced", principal=None), "it restores nothing"),
    "an announcement stopped by the other side": (by_the_other_side, "only the registrar of TR may do this"),
    "own issuer only, said by who has a secret": (ruled_by_a_secret, "has no provider of its party's own"),
    "own issuer only, undone by who has a secret": (undone_by_a_secret, "only the registrar of TR may do this"),
    "own issuer only after a login of long ago": (login_of_long_ago, "its login was not within a day before"),
    "own issuer only without a login": (no_login, "its login was not within a day before"),
    "own issuer only before the login": (login_of_tomorrow, "its login was not within a day before"),
    "own issuer only twice": (twice("party.credentials_ruled"), "own_issuer_only of TR was that already"),
    "who has a secret acts for who takes none": (never_undone, "only the registrar of TR may do this"),
    "a representative of nobody": (
        changed("principal.registered", organisation_id=None),
        "only the administrator may do this",
    ),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_registry_is_told_by_the_rule_that_it_breaks(entries: list[Entry], forgery: str) -> None:
    forged = deepcopy(entries)
    forge, said = FORGERIES[forgery]
    forge(forged)
    (found,) = verify(exported(forged), POLICY).findings.listed[:1]
    assert (found.severity, said in found.message) == (Severity.TAMPERED, True), found


async def test_the_registrys_log_is_served_and_its_export_proven(worn: World, tmp_path: Path) -> None:
    while await worn.sequence():
        pass
    admin = worn.as_("administrator")
    log = (await admin.get("/v1/registry/log")).json()
    assert log["origin"].endswith(f"{REGISTRY}/log")
    checkpoint = await worn.as_("PK").get("/v1/registry/log/checkpoint")
    assert checkpoint.text.splitlines()[:2] == [log["origin"], str(log["checkpoint"]["size"])]
    assert len((await worn.as_("PK").get("/v1/registry/log/tile/0/000.p/1")).content) == 32
    for path in ("export", "tile/entries/000.p/1"):
        refused = await worn.as_("PK").get(f"/v1/registry/log/{path}")
        assert (refused.status_code, refused.json()["permission"]) == (403, "read_registry_trail")
    archive = await admin.get("/v1/registry/log/export")
    with tarfile.open(fileobj=io.BytesIO(archive.content)) as files:
        files.extractall(tmp_path, filter="data")
    verdict = verify(open_directory(tmp_path), parse_policy(f"log {log['verifier_key']}\nquorum none\n".encode()))
    assert verdict.findings.listed == []
