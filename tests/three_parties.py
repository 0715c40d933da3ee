"""A commission of three governments, or one of three that one keeps alone, beside the pilot's."""

from typing import Any

from tests.conftest import World, organisation


async def commission_of_three(world: World, kept_by: str | None = None, **others: Any) -> str:
    """Found a commission of PK, AZ and TR (with the principal `tr-secretariat`), and return its id."""
    admin = world.as_("administrator")
    await admin.post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    ours = await name_registrar(world, "TR")
    await world.second_principal("tr-secretariat", organisation_id=ours)
    secretariats = {"PK": organisation(101), "AZ": organisation(201), "TR": ours}
    body = {
        "titles": {"en": "Trilateral commission (sample)"},
        "parties": [
            {"party": code, "secretariat_id": one if kept_by in {None, code} else None}
            for code, one in secretariats.items()
        ],
        "languages": ["en"],
        "kept_by": kept_by,
    }
    made = await admin.post("/v1/commissions", json=body | others)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


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
