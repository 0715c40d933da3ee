"""What an operator is told: it lives, it is ready, how it fares, and that signing has stopped."""

from uuid import UUID

import pytest

from tests.conftest import COMMISSION, World
from tests.http.test_manners import check
from tests.sequencer.filling import fill

LOG = UUID(COMMISSION)


async def test_livez_readyz_and_metrics_say_how_it_fares(world: World) -> None:
    # The copy's entries may be old by now.
    await world.sequence()
    nobody = world.as_("")
    await world.sequence()
    assert (await nobody.get("/livez")).json() == {"status": "alive"}
    ready = (await nobody.get("/readyz")).json()
    assert ready["checks"] == {
        "database": "ready",
        "schema": "ready",
        "record": "ready",
        "guards": "ready",
        "log": "ready",
        "signing": "ready",
        "sequencer": "ready",
        "search": "ready",
    }
    figures = (await nobody.get("/metrics")).text
    assert 'pacta_requests_total{method="GET",route="/readyz",status="200"} 1.0' in figures


async def test_an_old_schema_is_said_to_be_old(world: World) -> None:
    owner = await world.connect()
    await owner.execute("UPDATE alembic_version SET version_num = '0000'")
    found = check(await world.as_("").get("/readyz"), 503)
    assert "pacta migrate" in found["checks"]["schema"]


async def test_nobody_who_asks_misses_that_signing_has_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.log.health.LATE_SECONDS", 0.0)
    await world.sequence()
    asked = world.as_("")
    assert (await asked.get("/readyz")).json()["status"] == "ready"
    await fill(await world.connect(), {LOG: 3})
    # The sequencer is dead: nothing gets an index.
    told = (await asked.get("/readyz")).json()
    assert told["status"] == "late"
    assert told["checks"]["signing"].startswith("late: PK-AZ (3 entries without an index, the oldest unsigned for ")
    figures = (await asked.get("/metrics")).text
    assert 'pacta_entries_waiting{log="PK-AZ"} 3.0' in figures
    for name in ("oldest_entry_waiting", "oldest_entry_unsigned", "newest_checkpoint"):
        line = next(line for line in figures.splitlines() if line.startswith(f'pacta_{name}_seconds{{log="PK-AZ"}}'))
        assert float(line.split()[1]) > 0
    # It gives indexes, but cannot sign.
    await world.sequencer.step()
    told = (await asked.get("/readyz")).json()
    assert told["checks"]["signing"].startswith("late: PK-AZ (0 entries without an index, ")
    assert 'pacta_oldest_entry_waiting_seconds{log="PK-AZ"} 0.0' in (await asked.get("/metrics")).text
    await world.sequence()
    assert (await asked.get("/readyz")).json()["status"] == "ready"


async def test_past_the_operators_limit_a_service_that_signs_nothing_is_not_ready(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.log.health.LATE_SECONDS", 0.0)
    await fill(await world.connect(), {LOG: 1})
    world.service.unsigned_limit = 3600
    assert (await world.as_("").get("/readyz")).status_code == 200
    world.service.unsigned_limit = 0.000_001
    told = check(await world.as_("").get("/readyz"), 503)
    assert told["checks"]["signing"].startswith("late: ")
    await world.sequence()
    assert (await world.as_("").get("/readyz")).status_code == 200
