"""Setting up from one file: each does its own part, what is joint is proposed and confirmed, and a second run changes nothing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.errors.operator import OperatorMistake
from service.exchange.setting_up import party_steps, steps
from service.exchange.setting_up.file import EXAMPLE, SetUp, read
from service.exchange.setting_up.outcome import Did, Outcome
from service.exchange.setting_up.secrets import Secrets
from tests.conftest import World

NOTHING = {Did.THERE}


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pacta.test") as made:
        yield made


class Runs:
    """Runs of one file, with secrets in one file."""

    def __init__(self, client: httpx.AsyncClient, world: World, place: Path, said: SetUp) -> None:
        self.client, self.said, self.file = client, said, place / "secrets.json"
        self.credentials = place / "credentials.json"
        self.credentials.write_text(json.dumps(world.credentials))

    async def as_(self, party: str | None = None, *, dry: bool = False) -> list[Outcome]:
        secrets = Secrets(self.file, self.credentials)
        run = steps.Run(self.client, self.said, secrets, dry, () if party else ("administrator",))
        done = party_steps.own_part(run, party) if party else steps.administer(run)
        return [outcome async for outcome in done]


def did(outcomes: list[Outcome]) -> set[Did]:
    return {one.did for one in outcomes}


async def test_one_file_sets_up_two_governments_and_what_they_decide_together(
    client: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    runs = Runs(client, world, tmp_path, read(EXAMPLE.read_bytes()))
    assert all(one.planned for one in await runs.as_(dry=True))
    assert not runs.file.exists()
    assert did(await runs.as_()) == {Did.MADE}
    assert runs.file.stat().st_mode & 0o777 == 0o600
    assert did(await runs.as_()) == NOTHING
    first = await runs.as_("TR")
    assert did(first) == {Did.MADE, Did.WAITS}
    assert [one.why for one in first if one.did is Did.WAITS] == [
        "it is in force once KZ has named its secretariat, too"
    ]
    second = await runs.as_("KZ")
    assert did(second) == {Did.MADE, Did.PROPOSED, Did.THERE}
    third = await runs.as_("TR")
    assert {Did.MADE, Did.CONFIRMED} <= did(third) <= {Did.MADE, Did.CONFIRMED, Did.THERE}
    for party in ("TR", "KZ"):
        assert did(await runs.as_(party)) == NOTHING
    kept = json.loads(runs.file.read_text())
    assert set(kept) == {"tr-trade-system", "tr-customs-system", "kz-industry-system"}
    secrets = {one["client_secret"] for one in kept.values()}
    assert not any(secret in str(one) for one in (*first, *second) for secret in secrets)
    assert did(await runs.as_()) == NOTHING
    assert json.loads(runs.file.read_text()) == kept, "a run changes nobody's secret"
    caller: Any = world.as_("tr-trade-system")
    session = (await caller.get("/v1/sessions/TR-KZ/01")).json()
    assert (session["state"], set(session["co_chairs"])) == ("adopted", {"TR", "KZ"})
    group = (await caller.get("/v1/working-groups/TR-KZ/JWG/trade")).json()
    assert (group["state"], group["without_co_lead"], len(group["members"])) == ("active", [], 3)
    connection = await world.connect()
    stored = await connection.fetch("SELECT body FROM idempotency_key")
    assert not any(secret.encode() in row["body"] for row in stored for secret in secrets)


async def test_what_the_other_side_says_otherwise_is_told_and_not_confirmed(
    client: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    text = EXAMPLE.read_text()
    runs = Runs(client, world, tmp_path, read(text.encode()))
    await runs.as_()
    for party in ("TR", "KZ"):
        await runs.as_(party)
    runs.said = read(
        text.replace("2026-05-12", "2026-05-13").replace("Working Group on Trade", "Group on Trade").encode()
    )
    told = [one for one in await runs.as_("TR") if one.did is Did.DIFFERS]
    assert [one.what.split()[0] for one in told] == ["session", "working"]
    opened = (await world.as_("tr-trade-system").get("/v1/transitions?awaiting=TR&status=open")).json()["items"]
    assert len(opened) == 2


async def test_of_a_registrar_that_was_there_nothing_is_said_of_who_acts_for_it(
    client: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    """A file that names another principal than the one that there is would be told that this one is there, too."""
    runs = Runs(client, world, tmp_path, read(EXAMPLE.read_bytes()))
    made = {one.what for one in await runs.as_() if one.did is Did.MADE}
    assert "registrar TR/TRADE, with tr-trade-system" in made
    runs.said = read(EXAMPLE.read_text().replace("tr-trade-system", "tr-another-system").encode())
    told = {one.what: one.did for one in await runs.as_()}
    assert told["registrar TR/TRADE"] is Did.THERE
    assert not any("tr-another-system" in what for what in told)


async def test_who_has_no_secret_is_told_whose_is_wanted(
    client: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    runs = Runs(client, world, tmp_path, read(EXAMPLE.read_bytes()))
    waits = await runs.as_("TR")
    assert did(waits) == {Did.WAITS}
    assert "name who does with --client-id" in waits[0].why
    runs.credentials.write_text("{}")
    with pytest.raises(OperatorMistake, match="administrator"):
        await runs.as_()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("parties: &a []\ncommissions: *a", "aliases"),
        ("parties: !!python/object:os.system []", "tags"),
        ("parties: []\nparties: []", "stands twice"),
        ("parties: " + "[" * 40 + "]" * 40, "deeper"),
        ("parties: [" + "1," * 60_000 + "]", "larger"),
        ("parties: [", "cannot be read"),
        ("party: []", "party: "),
        ("x" * 1_000_001, "bytes"),
        ("parties: [{code: TR, names: {en: T}, registrar: {organisation: {code: KZ/A1, name: A}, principal: {client_id: abc, name: A}}}]",
         "no organisation of TR"),
    ],
)  # fmt: skip
def test_what_is_no_set_up_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(OperatorMistake, match=said):
        read(text.encode())


def test_text_stays_text_whatever_other_readers_make_of_it() -> None:
    text = EXAMPLE.read_text().replace("2026-05-12", "2026").replace("code: KZ", "code: NO").replace("KZ", "NO")
    said = read(text.encode())
    assert said.parties[1].code == "NO"
    assert said.commissions[0].sessions[0].starts_on == "2026"


OF_THE_GROUP = """        sessions:
          - {ordinal: 3, host_party: KZ, venue: Astana, starts_on: 2026-06, minutes: [{language: en, reference: Third (sample)}],
             co_chairs: {TR: {name: C (sample), title: Head (sample)}}}
          - {ordinal: 4, host_party: TR, state: planned, starts_on: 2027}
"""


async def test_a_group_has_sessions_of_its_own_once_it_is_active(
    client: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    said = read((EXAMPLE.read_text() + OF_THE_GROUP).encode())
    assert said.size == read(EXAMPLE.read_bytes()).size + 2
    runs = Runs(client, world, tmp_path, said)
    await runs.as_()
    await runs.as_("TR")
    waits = [one for one in await runs.as_("KZ") if one.did is Did.WAITS]
    assert [(one.what, one.why) for one in waits] == [("sessions of TR-KZ/JWG/trade", "the group is not active")]
    for party in ("TR", "KZ", "TR", "KZ"):
        await runs.as_(party)
    for party in ("TR", "KZ"):
        assert did(await runs.as_(party)) == NOTHING
    caller: Any = world.as_("tr-trade-system")
    third = (await caller.get("/v1/sessions/TR-KZ/JWG/trade/03")).json()
    assert (third["state"], third["venue"], set(third["co_chairs"])) == ("adopted", "Astana", {"TR"})
    assert (await caller.get("/v1/sessions/TR-KZ/JWG/trade/04")).json()["state"] == "planned"
    assert (await caller.get("/v1/sessions/TR-KZ/03")).status_code == 404
