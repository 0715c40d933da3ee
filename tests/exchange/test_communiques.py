"""What six bodies agreed comes in by one set-up file and one spreadsheet for each, and nothing is said that the sources do not say."""

from pathlib import Path
from typing import Any, Final

import httpx
import orjson
import pytest

from service.database.connection import Address
from service.database.pool import Pool
from service.exchange import running
from service.exchange.rules.cells import instrument, signatories
from service.exchange.rules.creating import creating
from service.exchange.rules.plan import Does, Import
from service.exchange.setting_up import file
from service.exchange.setting_up.outcome import Did
from service.settings import Settings
from tests.conftest import World
from tests.exchange.test_import import as_csv
from tests.exchange.test_set_up import Runs
from tests.register.commitments.communiques import BODIES

SAME: Final = {
    "agreed_on": "agreed_on",
    "found_in": "found_in",
    "effective_on": "effective_on",
    "place": "signed_place",
}
Parties = tuple[str, ...]


def row(told: dict[str, Any]) -> dict[str, str]:
    """Return a commitment of a communiqué as the row that a clerk writes."""
    found: dict[str, Any] = {
        "sector": told["sector"],
        "paragraph": told.get("paragraph"),
        "verb": told.get("verb"),
        "due_on": told.get("target_date"),
        "source": told["source"],
    }
    found |= {f"{name}.{key}": text for name in ("title", "text") for key, text in told[f"{name}s"].items()}
    agreed = told["agreement"]
    found |= {column: agreed.get(name) for name, column in SAME.items()}
    found["instrument"] = instrument(agreed.get("instrument_kind"), agreed.get("instrument_title"))
    for one in agreed.get("signatories", ()):
        found[f"signatory.{one['party']}"] = signatories([one])
    return {name: str(cell) for name, cell in found.items() if cell}


@pytest.mark.parametrize("parties", BODIES, ids="-".join)
def test_a_row_says_what_the_source_says_and_nothing_else(parties: Parties) -> None:
    about = Import(parties[0], "id", parties, "R", proposes=False, names=str)
    for told in BODIES[parties]:
        plan = creating(row(told), about)
        assert [one.action for one in plan.items] == [Does.CREATE]
        (change,) = plan.changes
        needs = {"instrument_required": change.body["instrument_required"]}
        assert change.body == {"commission_id": "id"} | told | needs


def set_up(registrars: dict[str, Any]) -> bytes:
    """Return the one file that sets up all six bodies."""
    codes = sorted({code for parties in BODIES for code in parties})
    sides = [
        {
            "code": code,
            "names": registrars[code]["names"] if code in registrars else {"en": code},
            "registrar": {
                "organisation": {
                    "code": registrars[code]["registrar"]["code"] if code in registrars else f"{code}/MFA",
                    "name": "Ministry (sample)",
                },
                "principal": {
                    "client_id": "pk-secretariat" if code in registrars else f"{code.lower()}-system",
                    "name": "System (sample)",
                },
            },
        }
        for code in codes
    ]
    offices = {code: registrars[code]["registrar"]["code"] if code in registrars else f"{code}/MFA" for code in codes}
    bodies = [
        {
            "code": "-".join(parties),
            "titles": {"en": "A body"},
            "languages": ["en"],
            "secretariats": {code: offices[code] for code in parties},
        }
        for parties in BODIES
    ]
    return orjson.dumps({"parties": sides, "commissions": bodies})


@pytest.mark.long
async def test_six_bodies_come_in_by_one_file_and_a_spreadsheet_for_each(world: World, tmp_path: Path) -> None:
    pakistan = (await world.as_("PK").get("/v1/parties/PK")).json()
    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pacta.test") as client:
        runs = Runs(client, world, tmp_path, file.read(set_up({"PK": pakistan})))
        made = await runs.as_()
        # Each party names its own secretariats; with the last of its parties a body is in force.
        named = [
            one for code in sorted({code for parties in BODIES for code in parties}) for one in await runs.as_(code)
        ]
    assert {one.did for one in made} == {Did.MADE, Did.THERE}
    assert {one.did for one in named} <= {Did.MADE, Did.THERE, Did.WAITS}, named
    address = Address.parse(world.server.url("pacta_worker", world.database))
    async with Pool.of(Settings(), address, size=2, writes=True) as worker:
        while await running.run_next(worker):
            pass
        for parties, told in BODIES.items():
            who = world.as_("PK" if parties[0] == "PK" else f"{parties[0].lower()}-system")
            path = f"/v1/commissions/{'-'.join(parties)}/imports"
            tried = await who.post(f"{path}?dry_run=true", content=as_csv([row(one) for one in told]))
            await running.run_next(worker)
            would = (await who.get(tried.headers["location"])).json()
            done = await who.post(f"{path}?dry_run=false&digest={would['digest']}")
            await running.run_next(worker)
            did = (await who.get(done.headers["location"])).json()
            assert (did["status"], did["counts"]["create"]) == ("done", len(told)), did["problem"]
            known = (await who.get(f"/v1/commitments?commission_id={'-'.join(parties)}")).json()["items"]
            assert sorted(one["titles"]["en"] for one in known) == sorted(one["titles"]["en"] for one in told)
