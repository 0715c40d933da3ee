"""What `pacta deployment` writes: each alarm comes with its fault, and each query finds something in the figures of a real service."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from service.cli.deploying import write
from service.errors.operator import OperatorMistake
from tests.conftest import World
from tests.serving import free_port

HERE = Path(__file__).parent
needs_prometheus = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not there: install Debian's package prometheus"
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    assert all(line.endswith(": written") for line in write(tmp_path / "deployed"))
    return tmp_path / "deployed"


def queries(directory: Path) -> list[str]:
    groups = yaml.safe_load((directory / "pacta.rules.yml").read_text())["groups"]
    panels = json.loads((directory / "dashboard.json").read_text())["panels"]
    rules = [rule["expr"] for group in groups for rule in group["rules"]]
    return rules + [target["expr"] for panel in panels for target in panel["targets"]]


def test_what_an_operator_has_changed_is_left_as_it_is(written: Path) -> None:
    (written / "prometheus.yml").write_text("mine")
    (written / "dashboard.json").unlink()
    changed = "left as it is, which is not what would be written now"
    assert [line.rpartition(": ")[2] for line in write(written)] == ["written", "left as it is", changed]
    assert (written / "prometheus.yml").read_text() == "mine"
    with pytest.raises(OperatorMistake, match="cannot be written to"):
        list(write(written / "prometheus.yml"))


@pytest.mark.parametrize(
    ("machines", "said"),
    [
        (("a=10.0.0.1",), "three machines"),
        (("a=10.0.0.1", "a=10.0.0.2", "c=10.0.0.3"), "three machines"),
        (("a=10.0.0.1", "b=10.0.0.1", "c=10.0.0.3"), "one address"),
        (("a=10.0.0.1", "b=10.0.0.2", "c d=10.0.0.3"), "names no machine"),
        (("a=10.0.0.1", "b=10.0.0.2", "../c=10.0.0.3"), "names no machine"),
        (("a=10.0.0.1", "b=10.0.0.2:5432", "c=10.0.0.3"), "without a port"),
        (("a=10.0.0.1", "b=10.0.0.2", "c=fe80::1"), "in brackets"),
        (("a=10.0.0.1", "b=two hosts", "c=10.0.0.3"), "is no address of b"),
    ],
)
def test_machines_that_are_none_are_refused_before_anything_is_written(
    tmp_path: Path, machines: tuple[str, ...], said: str
) -> None:
    with pytest.raises(OperatorMistake, match=said):
        list(write(tmp_path / "cluster", machines))
    assert not (tmp_path / "cluster").exists()


def test_files_of_other_machines_are_told_to_be_so(tmp_path: Path) -> None:
    first, second = ("a=10.0.0.1", "b=10.0.0.2", "c=[fe80::3]"), ("a=10.0.0.1", "b=10.0.0.2", "c=10.0.0.4")
    assert all(line.endswith(": written") for line in write(tmp_path, first))
    assert all(line.endswith(": left as it is") for line in write(tmp_path, first))
    told = [line for line in write(tmp_path, second) if line.endswith("which is not what would be written now")]
    assert {line.partition(": ")[0].removeprefix(f"{tmp_path}/") for line in told} >= {"a/etcd", "b/etcd", "c/etcd"}


def test_every_alarm_says_what_it_is_about_and_what_to_do_and_is_tried(written: Path) -> None:
    (group,) = yaml.safe_load((written / "pacta.rules.yml").read_text())["groups"]
    well, wrong = yaml.safe_load((HERE / "alarms.yml").read_text())["tests"]
    for alarm in group["rules"]:
        assert set(alarm["annotations"]) == {"summary", "what_to_do"}
        assert alarm["labels"]["severity"] in {"page", "ticket"}
        assert alarm["alert"] in {one["alertname"] for one in well["alert_rule_test"]}
        assert alarm["alert"] in {one["alertname"] for one in wrong["alert_rule_test"] if one.get("exp_alerts")}


@needs_prometheus
def test_each_alarm_comes_with_its_fault_and_is_silent_else(written: Path) -> None:
    shutil.copy(HERE / "alarms.yml", written)
    for arguments in (["check", "config", "prometheus.yml"], ["test", "rules", "alarms.yml"]):
        done = subprocess.run(["promtool", *arguments], cwd=written, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


async def test_every_figure_that_is_asked_for_is_one_that_the_service_has(still: World, written: Path) -> None:
    await still.as_("PK").get("/v1/me")
    figures = (await still.as_("").get("/metrics")).text
    for query in queries(written):
        for name in set(re.findall(r"\bpacta_\w+", query)):
            assert re.search(rf"^{name}[{{ ]", figures, re.MULTILINE), f"{name} of {query}"


@pytest.fixture
def prometheus(written: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A real Prometheus that scrapes a directory of figures every second, and where that is."""
    port, figures = free_port(), free_port()
    served = tmp_path / "served"
    served.mkdir()
    configuration = yaml.safe_load((written / "prometheus.yml").read_text())
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["scrape_configs"][0]["static_configs"] = [{"targets": [f"127.0.0.1:{figures}"]}]
    (written / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    web = ["python3", "-m", "http.server", str(figures), "--bind", "127.0.0.1", "--directory", str(served)]
    own = ["prometheus", "--config.file=prometheus.yml", f"--storage.tsdb.path={tmp_path / 'data'}"]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with (
        subprocess.Popen(web, **quiet) as serving,
        subprocess.Popen([*own, f"--web.listen-address=127.0.0.1:{port}"], cwd=written, **quiet) as running,
    ):
        yield f"http://127.0.0.1:{port}", served
        running.terminate()
        serving.terminate()


@needs_prometheus
@pytest.mark.long
async def test_each_query_is_answered_by_a_real_prometheus_from_a_real_services_figures(
    still: World, written: Path, prometheus: tuple[str, Path]
) -> None:
    await still.as_("PK").get("/v1/me")
    address, served = prometheus
    (served / "metrics").write_bytes((await still.as_("").get("/metrics")).content)
    async with httpx.AsyncClient(base_url=address, timeout=30) as asked, asyncio.timeout(240):

        async def found(query: str) -> list[Any]:
            try:
                answer = await asked.get("/api/v1/query", params={"query": query})
            except httpx.TransportError:
                return []
            assert answer.status_code in {200, 503}, f"{query}: {answer.text}"
            return answer.json()["data"]["result"] if answer.status_code == 200 else []

        for query in queries(written):
            # What is compared is silent as long as all is well, and no request was refused yet.
            asking = re.sub(r" (==|>) [0-9.]+$", "", query).replace('{status="429"}', "").replace('{status=~"5.."}', "")
            while not await found(asking):  # noqa: ASYNC110 -- two looks must be in its store first
                await asyncio.sleep(0.2)
