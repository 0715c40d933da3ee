"""Twenty-two commitments of six bodies come in as their sources tell them: in few requests, and without one invented fact."""

from typing import Any, Final

import pytest

from service.verify.judgement import verify
from tests.conftest import World
from tests.register.commitments.communiques import BODIES, MERGED
from tests.three_parties import in_force, name_registrar
from tests.verify.journal import POLICY, in_memory
from tests.verify.test_register import exported

REQUESTS: Final = {
    ("AF", "IR", "TJ"): 6, ("BA", "HR"): 5, ("CN", "KH", "LA", "MM", "TH", "VN"): 8, ("LK", "PK"): 4, ("PH", "VN"): 9, ("RU", "US"): 4,
}  # fmt: skip
"""One for each commitment, one for each other party to confirm them all; three more where two were merged into a third."""


async def founded(world: World, parties: tuple[str, ...]) -> str:
    """Found the body, with a secretariat and a principal (`XX-secretariat`) for each party, and return its id."""
    admin, secretariats = world.as_("administrator"), {}
    for code in parties:
        await admin.post("/v1/parties", json={"code": code, "names": {"en": code}})
        named = (await world.as_("PK").get(f"/v1/parties/{code}")).json()["registrar"]
        secretariats[code] = named["id"] if named else await name_registrar(world, code)
        await world.second_principal(f"{code}-secretariat", organisation_id=secretariats[code])
    made = await in_force(world, secretariats, titles={"en": "A body"}, rule="mutual")
    return str(made["id"])


class Counted:
    """Calls for the parties of a body, and counts."""

    def __init__(self, world: World, commission: str) -> None:
        self.world, self.commission, self.requests = world, commission, 0

    async def call(self, party: str, method: str, path: str, body: Any = None) -> Any:
        """Return the answer to one request, which must succeed."""
        self.requests += 1
        done = await self.world.as_(f"{party}-secretariat").request(method, path, json=body)
        assert done.is_success, done.text
        return done.json()

    async def all_confirm(self, parties: tuple[str, ...], transitions: list[str]) -> None:
        """Let every other party confirm all of them, each in one request."""
        for party in parties[1:]:
            path = f"/v1/commissions/{self.commission}/confirmations"
            done = await self.call(party, "POST", path, {"transitions": transitions, "decision": "confirm"})
            assert [one["problem"] for one in done["results"]] == [None] * len(transitions)


async def brought_in(world: World, parties: tuple[str, ...]) -> tuple[Counted, list[dict[str, Any]]]:
    """Record and confirm what a body agreed; return what was counted, and the commitments in their order."""
    counted = Counted(world, await founded(world, parties))
    opened = [
        (await counted.call(parties[0], "POST", "/v1/commitments", one | {"commission_id": counted.commission}))
        for one in BODIES[parties]
    ]
    await counted.all_confirm(parties, [one["open_transition"]["id"] for one in opened])
    if parties == ("PH", "VN"):
        await _merge(counted, parties, opened)
    there = world.as_(f"{parties[-1]}-secretariat")
    return counted, [(await there.get(f"/v1/commitments/{one['id']}")).json() for one in opened]


async def _merge(counted: Counted, parties: tuple[str, ...], opened: list[dict[str, Any]]) -> None:
    first, *others = opened[:3]
    into = (await counted.call(parties[0], "GET", f"/v1/commitments/{first['id']}"))["reference"]
    body = MERGED | {"target": into, "matters": [one["id"] for one in others]}
    proposed = await counted.call(parties[0], "POST", f"/v1/commissions/{counted.commission}/proposals", body)
    await counted.all_confirm(parties, [one["transition"]["id"] for one in proposed["results"]])


def dates_of(value: Any) -> set[str]:
    """Return every day, month or year that a commitment tells as a fact."""
    names = (
        "agreed_on",
        "effective_on",
        "target_date",
        "signed_on",
        "drafted_on",
        "expires_on",
        "enters_into_force_on",
        "ceremony_on",
    )
    if not isinstance(value, dict):
        return set()
    own = {value[name] for name in names if value.get(name)}
    return own.union(*map(dates_of, value.values()))


@pytest.mark.parametrize("parties", BODIES, ids="-".join)
async def test_what_a_body_agreed_comes_in_as_its_sources_tell_it(world: World, parties: tuple[str, ...]) -> None:
    counted, commitments = await brought_in(world, parties)
    assert counted.requests == REQUESTS[parties]
    for told, one in zip(BODIES[parties], commitments, strict=True):
        said = dates_of(told)
        assert dates_of(one) <= said | (dates_of(MERGED) if one["state"] == "merged" else set())
        assert one["state"] in {told["agreement"].get("found_in", "agreed"), "merged"}
        assert not one["disputed"]
        known = told["agreement"]
        assert not set(one["unknown"]) & ({*known} - {"signatories"})
        if known.get("found_in") == "signed":
            assert "authentic_texts" in one["unknown"]
        else:
            assert bool(one["unknown"]) == ("found_in" in known)
    assert verify(in_memory(await exported(world, counted.commission)), POLICY).findings.listed == []


def test_twenty_two_commitments_take_thirty_six_requests() -> None:
    assert (sum(map(len, BODIES.values())), sum(REQUESTS.values())) == (22, 36)
    assert REQUESTS.keys() == BODIES.keys()
