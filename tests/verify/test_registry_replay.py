"""The registry's own log: handed out as a commission's, proven as it is written, and each rule of it broken once."""

import io
import json
import tarfile
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from service.tlog.policy_file import parse_policy
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
    await files_of(worn, REGISTRY)
    owner = await worn.connect()
    rows = await owner.fetch("SELECT canonical FROM audit_entry WHERE subject = $1 ORDER BY seq", REGISTRY)
    found = [json.loads(row["canonical"]) for row in rows]
    return [{name: value for name, value in one.items() if name not in {"seq", "prev"}} for one in found]


def test_a_registry_is_proven_as_it_is_written(entries: list[Entry]) -> None:
    kinds = {one["kind"] for one in entries}
    assert kinds == {
        "party.registered", "organisation.registered", "organisation.renamed", "organisation.closed", "registrar.named",
        "principal.registered", "principal.secret_rotated", "principal.deactivated",
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
    "a secret of nobody": (without("principal.registered"), "no principal with this id is registered"),
    "a registrar of another party": (changed("registrar.named", party="PK"), "only the registrar of PK may do this"),
    "a member that no entry has": (changed("party.registered", capital="Ankara"), "Extra inputs are not permitted"),
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
