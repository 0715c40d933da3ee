"""Machines that are none: a network namespace each, and processes in it that can be killed, frozen and cut off.

All of it is made inside namespaces of this program alone (`ALONE`), and is gone with it: no process, address or mount is left behind.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from service.demo.postgres.cluster import LAUNCH, environment, unprivileged
from tests import loopback

_NAMESPACES: Final = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
# The shell is the first process there: it takes leave of those whose parents have ended, for which Patroni waits.
ALONE: Final = (*_NAMESPACES, "sh", "-c", '"$@"; exit $?', "sh")
"""What stands before a command that is to run alone."""
HERE: Final = "10.77.0.1"
"""The address of this program, and of the third machine, on the wire between all."""


def alone() -> None:
    """Bring the loopback up, and have memory of our own where shared memory lies: what is killed leaves it behind."""
    loopback.main()
    subprocess.run(["mount", "-t", "tmpfs", "none", "/dev/shm"], check=True)


def hindrance() -> str | None:
    """Return why such machines cannot be made here, if they cannot."""
    if os.geteuid() != 0:
        return "network namespaces are made by root"
    for name in ("unshare", "ip"):
        if shutil.which(name) is None:
            return f"{name} is not there: install Debian's packages util-linux and iproute2"
    tried = "mount -t tmpfs none /mnt && ip link add hub type bridge && ip link add one type veth peer name other"
    done = subprocess.run([*ALONE, "sh", "-c", tried], capture_output=True, text=True, check=False)
    return f"network namespaces cannot be made here: {done.stderr.strip()}" if done.returncode else None


@dataclass
class Machine:
    """A place with an address of its own, or, without a name, the place of this program."""

    name: str | None
    address: str
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def start(
        self,
        command: Sequence[str],
        log: Path,
        told: Mapping[str, str] | None = None,
        *,
        within: Path | None = None,
        as_root: bool = False,
    ) -> "subprocess.Popen[bytes]":
        """Start a program here, as nobody unless `as_root`; it ends with this program."""
        there = ["ip", "netns", "exec", self.name] if self.name else []
        become = [] if as_root else [sys.executable, "-I", str(LAUNCH), str(os.getpid()), str(unprivileged())]
        known = {**environment(), **(told or {})}
        with log.open("ab") as written:
            started = subprocess.Popen(
                [*there, *become, *command],
                env=known,
                cwd=within,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                start_new_session=True,
            )
        self.processes.append(started)
        return started

    def cut_off(self) -> None:
        """Pull the cable out at the far end: what is sent is lost, and nobody is told."""
        _ip("link", "set", f"v-{self.name}", "nomaster")

    def reconnect(self) -> None:
        """Put the cable back."""
        _ip("link", "set", f"v-{self.name}", "master", "hub")


class Machines:
    """The wire, and the machines on it."""

    def __init__(self) -> None:
        # Names of namespaces are files; these go with our mounts.
        Path("/run/netns").mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", "/run/netns"], check=True)
        _ip("link", "add", "hub", "type", "bridge")
        _ip("address", "add", f"{HERE}/24", "dev", "hub")
        _ip("link", "set", "hub", "up")
        self.here = Machine(None, HERE)

    def add(self, name: str, address: str) -> Machine:
        """Make a machine, and connect it."""
        _ip("netns", "add", name)
        _ip("link", "add", f"v-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", f"v-{name}", "master", "hub", "up")
        for words in (
            ("address", "add", f"{address}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", name, *words)
        return Machine(name, address)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def tree(pid: int) -> list[int]:
    """Return a process and its children."""
    with suppress(FileNotFoundError):
        return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    return []


def tell(pids: Sequence[int], what: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for one in pids:
        with suppress(ProcessLookupError):
            os.kill(one, what)
