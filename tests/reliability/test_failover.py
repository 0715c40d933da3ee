"""PostgreSQL under Patroni with etcd, as `pacta deployment` writes it: the leader goes in every way, and nothing that was promised does."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli.deploying import write
from service.errors.operator import OperatorMistake
from tests.reliability import cluster, machines
from tests.reliability.failover import EVENTS, command
from tests.reliability.required import skip

BACK_SECONDS = 25
"""Patroni's shortest lock is 20 s; what is left is for the promotion and the first write."""
LIMITS = {"switch-over": 5, "leader cut off": 40}
"""With the leader its vote is cut off; where that was etcd's own leader, the next one gives the lock its 20 s anew."""
MACHINES = [f"{name}={address}" for name, address in cluster.ADDRESSES.items()]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was found in one run of all events."""
    if said := cluster.hindrance() or machines.hindrance():
        skip(said)
    file = tmp_path_factory.mktemp("failover") / "report.json"
    done = subprocess.run(command(file), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-6000:]
    found: dict[str, Any] = json.loads(file.read_text())
    artifacts = Path("artifacts")
    artifacts.mkdir(exist_ok=True)
    shutil.copy(file, artifacts / "failover.json")
    return found


@pytest.mark.failover
def test_nothing_acknowledged_is_lost_or_doubled_and_nothing_shown_is_taken_back(report: dict[str, Any]) -> None:
    assert report["acknowledged"] > 100
    assert report["readings"] > 100
    assert report["anomalies"] == []


@pytest.mark.failover
@pytest.mark.parametrize("event", EVENTS)
def test_writes_are_back_in_time(report: dict[str, Any], event: str) -> None:
    (row,) = [one for one in report["table"] if one["event"] == event]
    assert row["acknowledged"] > 0
    assert row["seconds_without_writes"] < LIMITS.get(event, BACK_SECONDS)


@pytest.mark.failover
def test_nobody_is_started_again_and_signing_goes_on_and_the_log_is_proven(report: dict[str, Any]) -> None:
    assert report["ended"] == []
    assert not report["signing_refused"]
    assert report["verdict"].startswith("0 ")
    assert "PROVEN" in report["verdict"]
    assert "compared with the checkpoint that you kept" in report["verdict"]


@pytest.mark.failover
def test_who_asks_meanwhile_is_told_503_and_nothing_worse(report: dict[str, Any]) -> None:
    assert set(report["answers"]) <= {"200", "201", "409", "503"}


def test_the_files_of_a_cluster_fit_each_other_and_passwords_are_its_owners_alone(tmp_path: Path) -> None:
    assert all(line.endswith(": written") for line in write(tmp_path, MACHINES))
    assert (tmp_path / "patroni.env").stat().st_mode & 0o777 == 0o600
    before = (tmp_path / "patroni.env").read_text()
    assert all(line.endswith(": left as it is") for line in write(tmp_path, MACHINES))
    assert (tmp_path / "patroni.env").read_text() == before
    votes = {name: (tmp_path / name / "etcd").read_text() for name in cluster.ADDRESSES}
    for name, address in cluster.ADDRESSES.items():
        assert all(f"{name}=http://{address}:2380" in text for text in votes.values())
    for name in ("db1", "db2"):
        told = yaml.safe_load((tmp_path / name / "patroni.yml").read_text())
        assert told["name"] == name
        assert told["etcd3"]["hosts"] == [f"{address}:2379" for address in cluster.ADDRESSES.values()]
        dcs = told["bootstrap"]["dcs"]
        # Patroni's own rule, without which a leader may lose its lock by one slow answer.
        assert dcs["loop_wait"] + 2 * dcs["retry_timeout"] <= dcs["ttl"]
        assert not any(line.startswith("host ") for line in told["postgresql"]["pg_hba"]), "nobody comes in the clear"
    assert not (tmp_path / "db3" / "patroni.yml").exists()


@pytest.mark.parametrize(
    "told", [["db1=a"], ["db1=a", "db1=b", "db3=c"], ["db1=a", "db2", "db3=c"], [*MACHINES, "db4=d"]]
)
def test_a_cluster_of_another_shape_is_refused_by_a_sentence(tmp_path: Path, told: list[str]) -> None:
    with pytest.raises(OperatorMistake, match="A cluster has three machines"):
        list(write(tmp_path / "made", told))
    assert not (tmp_path / "made").exists()
