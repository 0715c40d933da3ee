"""A commission of three governments, or one of three that one keeps alone, beside the pilot's."""

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from tests.conftest import CLIENT_IDS, World, organisation


async def commission_of_three(world: World, kept_by: str | None = None, **others: Any) -> str:
    """Found a commission of PK, AZ and TR (with the principal `tr-secretariat`), and return its id."""
    admin = world.as_("administrator")
    await admin.post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    ours = await name_registrar(world, "TR")
    await world.second_principal("tr-secretariat", organisation_id=ours)
    secretariats = {"PK": organisation(101), "AZ": organisation(201), "TR": ours}
    made = await in_force(
        world, secretariats, titles={"en": "Trilateral commission (sample)"}, kept_by=kept_by, **others
    )
    return str(made["id"])


async def founded(world: World, parties: Iterable[str] = ("PK", "AZ"), **others: Any) -> Any:
    """Found a commission that awaits its secretariats, and return it."""
    body = {"titles": {"en": "Another commission (sample)"}, "parties": [*parties], "languages": ["en"]}
    made = await world.as_("administrator").post("/v1/commissions", json=body | others)
    assert made.status_code == 201, made.text
    return made.json()


async def in_force(world: World, secretariats: Mapping[str, str], **others: Any) -> Any:
    """Found a commission, let the registrar of each party that takes part name its secretariat, and return it as it is then."""
    made = await founded(world, secretariats, **others)
    for party in made["awaits_secretariats"]:
        named = await name_secretariat(world, made["id"], party, secretariats[party])
        assert named.status_code == 201, named.text
    read = await world.as_(registrar_of(made["awaits_secretariats"][0])).get(f"/v1/commissions/{made['id']}")
    assert read.json()["awaits_secretariats"] == []
    return read.json()


async def name_secretariat(world: World, commission_id: str, party: str, organisation_id: str) -> httpx.Response:
    """Name a party's secretariat, as its registrar does."""
    body = {"action": "name_secretariat", "secretariat_id": organisation_id}
    return await world.as_(registrar_of(party)).post(f"/v1/commissions/{commission_id}/transitions", json=body)


def registrar_of(party: str) -> str:
    """Return who acts for a party's registrar."""
    return party if party in CLIENT_IDS else f"{party.lower()}-registrar"


async def name_registrar(world: World, party: str) -> str:
    """Name a registrar of a party that has none, with the principal `tr-registrar` of TR, say, and return its organisation's id."""
    body = {
        "organisation": {"name": "Secretariat (sample)"},
        "principal": {"client_id": f"{party.lower()}-registrar", "name": "Registrar (sample)"},
    }
    made = await world.as_("administrator").post(f"/v1/parties/{party}/registrar", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["organisation"]["id"])


async def record_in(world: World, commission_id: str, number: int, by: str = "PK", **others: Any) -> Any:
    """Record a commitment between sessions of the commission, and return it."""
    body: dict[str, Any] = {
        "commission_id": commission_id,
        "sector": "trade",
        "titles": {"en": f"Sample {number}"},
        "texts": {"en": f"Sample {number}"},
        "instrument_required": False,
        "agreement": {"agreed_on": "2025-01-24"},
    }
    made = await world.as_(by).post("/v1/commitments", json=body | others)
    assert made.status_code == 201, made.text
    return made.json()
