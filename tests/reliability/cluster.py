"""Two PostgreSQL under Patroni with etcd, as the files that `pacta deployment` writes say.

The binaries of PostgreSQL here know no TLS, and lie elsewhere than Debian's: that is all that is changed in those files.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import yaml

from service.cli.deploying import write
from service.demo.postgres.cluster import program, unprivileged
from tests.reliability.machines import HERE, Machine, Machines, tell, tree

ADDRESSES: Final = {"db1": "10.77.0.11", "db2": "10.77.0.12", "db3": HERE}
START_SECONDS: Final = 240
Members: TypeAlias = dict[str, dict[str, Any]]
WHOLE: Final = [("leader", "running"), ("sync_standby", "streaming")]


def hindrance() -> str | None:
    """Return what is missing, if anything is."""
    if shutil.which("etcd") is None:
        return "etcd is not there: install Debian's package etcd-server"
    if find_spec("patroni") is None:
        return "Patroni is not there: uv sync"
    return None


class Database(Machine):
    """A machine with PostgreSQL, its Patroni, and a member of etcd."""

    def __init__(self, made: Machine, directory: Path) -> None:
        assert made.name
        super().__init__(made.name, made.address)
        self.directory, self.named = directory, made.name
        self.patroni: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Return where its PostgreSQL keeps its data."""
        return self.directory / "postgres"

    def begin(self, told: dict[str, str]) -> None:
        """Start Patroni, and with it PostgreSQL."""
        command = [sys.executable, "-m", "patroni", str(self.directory / "patroni.yml")]
        self.patroni = self.start(command, self.directory / "patroni.log", told, within=self.directory)

    def postgres(self) -> list[int]:
        """Return the processes of its PostgreSQL."""
        file = self.data / "postmaster.pid"
        return tree(int(file.read_text().split()[0])) if file.exists() else []

    def tell(self, what: signal.Signals, *, postgres: bool = True) -> None:
        """Send Patroni a signal, and PostgreSQL too."""
        assert self.patroni
        every = [self.patroni.pid, *(self.postgres() if postgres else ())]
        tell(every, what)
        if what is signal.SIGKILL:
            self.patroni.wait()


class Cluster:
    """The three machines; every wait ends with an error."""

    def __init__(self, machines: Machines, directory: Path) -> None:
        self.machines, self.directory = machines, directory
        list(write(directory, [f"{name}={address}" for name, address in ADDRESSES.items()]))
        self.told = _environment(directory / "patroni.env")
        self.databases = {}
        for name, address in list(ADDRESSES.items())[:2]:
            self.databases[name] = Database(machines.add(name, address), directory / name)
        self.client = httpx.Client(timeout=10)

    def start(self) -> None:
        """Start everything, and wait for a leader with a synchronous standby."""
        for name, machine in (*self.databases.items(), ("db3", self.machines.here)):
            place = self.directory / name
            given = _environment(place / "etcd") | {"ETCD_DATA_DIR": str(place / "votes")}
            machine.start(["/usr/bin/etcd"], place / "etcd.log", given, as_root=True, within=place)
        for one in self.databases.values():
            _adapt(one.directory)
            one.begin(self.told)
        self.await_whole()

    def seen(self) -> list[Members]:
        """Return what each machine that answers says of all: one that was away may not know better yet."""
        found = []
        for one in self.databases.values():
            with suppress(httpx.TransportError):
                told = self.client.get(f"http://{one.address}:8008/cluster", timeout=2)
                found += [{one["name"]: one for one in told.json()["members"]}]
        return found

    def leader(self) -> Database:
        """Return who leads, while all say the same."""
        (name,) = {name for told in self.seen() for name, one in told.items() if one["role"] == "leader"}
        return self.databases[name]

    def other(self, than: Database) -> Database:
        """Return the database beside this one."""
        (found,) = [one for one in self.databases.values() if one is not than]
        return found

    def await_whole(self, seconds: float = START_SECONDS) -> None:
        """Wait until one leads and the other, as its synchronous standby, has all that it has, as both say."""
        end = time.monotonic() + seconds
        while not _is_whole(seen := self.seen()):
            if time.monotonic() > end:
                said = "\n".join((one.directory / "patroni.log").read_text()[-4000:] for one in self.databases.values())
                raise TimeoutError(f"{seen}\n{said}")
            time.sleep(0.2)

    def switch_over(self) -> None:
        """Ask the leader to hand over to the other."""
        leader = self.leader()
        body = {"leader": leader.named, "candidate": self.other(leader).named}
        account = "pacta", self.told["PATRONI_RESTAPI_PASSWORD"]
        answer = self.client.post(f"http://{leader.address}:8008/switchover", json=body, auth=account, timeout=30)
        assert answer.status_code == 200, answer.text


def _is_whole(seen: list[Members]) -> bool:
    """Say whether both machines answer, and name the same leader and standby."""
    told = [sorted((one["role"], one["state"], one["name"]) for one in members.values()) for members in seen]
    return len(told) == 2 and told[0] == told[1] and [one[:2] for one in told[0]] == WHOLE


def _environment(file: Path) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(file.read_text(), comments=True))


def _adapt(directory: Path) -> None:
    """Let the configuration fit the binaries that are here."""
    file = directory / "patroni.yml"
    told = yaml.safe_load(file.read_text())
    own = told["postgresql"]
    own |= {
        "bin_dir": str(program("postgres").parent),
        "data_dir": str(directory / "postgres"),
        "pgpass": str(directory / "pgpass"),
        "pg_hba": [line.replace("hostssl", "host") for line in own["pg_hba"]],
        "authentication": {role: {"username": one["username"]} for role, one in own["authentication"].items()},
        "parameters": {"unix_socket_directories": str(directory)},
    }
    told["watchdog"] = {"mode": "off"}
    file.write_text(yaml.safe_dump(told))
    for one in (directory, file):
        os.chown(one, unprivileged(), unprivileged())
