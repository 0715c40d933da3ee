"""A computer that is none: a disk that is a file, PostgreSQL on it, the API and the sequencer; its power can be cut."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import asyncpg

from service.demo.postgres.cluster import SUPERUSER, Cluster, program
from tests.reliability.machines import Machine, tell, tree
from tests.reliability.scene import COMMANDS, Scene

PORT: Final = 5432
DISK_BYTES: Final = 768 * 2**20
FAKETIME: Final = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
START_SECONDS: Final = 240
SETTINGS: Final = (
    f"port={PORT}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "timezone=UTC", "max_wal_size=160MB",
)  # fmt: skip


class Computer:
    """Everything that is lost when its power is."""

    def __init__(self, directory: Path, *, careless: bool) -> None:
        self.directory, self.disk, self.image = directory, directory / "disk", directory / "image"
        self.settings = (*SETTINGS, "synchronous_commit=off", "wal_writer_delay=10s") if careless else SETTINGS
        self.hindrances: dict[str, str] = {}
        self.here = Machine(None, "127.0.0.1")
        self.server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.disk.mkdir()
        with self.image.open("wb") as made:
            made.truncate(DISK_BYTES)
        try:
            _run("mkfs.ext4", "-q", "-F", str(self.image))
            self._mount()
        except (subprocess.CalledProcessError, FileNotFoundError) as wrong:
            said = f"no disk that is a file can be made here: {wrong}"
            self.hindrances |= {"power_cut": said, "disk_full": said}
        if not Path(FAKETIME).exists():
            self.hindrances["clock_set_back"] = "faketime is not there: install Debian's package"
        self.disk.chmod(0o755)
        self.cluster = Cluster(self.disk / "database")
        self.cluster.directory.mkdir(mode=0o755)
        self.cluster.create()
        word = self.cluster.passwords[SUPERUSER]
        self.scene = Scene(self.here, self.directory, f"127.0.0.1:{PORT}", word, log_dir=self.disk / "log")
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_all()
        if "power_cut" not in self.hindrances:
            _run("umount", "--lazy", str(self.disk))

    async def begin(self) -> None:
        """Start everything, on a database with the pilot in it."""
        await self.begin_postgres()
        await self.scene.begin()

    async def begin_postgres(self, told: Mapping[str, str] | None = None) -> None:
        """Start PostgreSQL, if it does not run, as its supervisor does, and wait until it takes changes."""
        async with asyncio.timeout(START_SECONDS):
            while True:
                if self.server is None or self.server.poll() is not None:
                    self._spawn(told or {})
                try:
                    await (await self.scene.connect("postgres")).close()
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(0.1)
                else:
                    return

    async def begin_all(self) -> None:
        """Start everything that was killed."""
        await self.begin_postgres()
        for name in COMMANDS:
            self.scene.start(name)

    def postgres(self) -> list[int]:
        """Return the processes of PostgreSQL, the first of them first."""
        return tree(self.server.pid) if self.server else []

    def kill_postgres(self) -> None:
        """Kill PostgreSQL, all of it."""
        if self.server:
            tell(self.postgres(), signal.SIGKILL)
            self.server.wait()

    def kill_all(self) -> None:
        """Kill everything."""
        self.kill_postgres()
        for name in self.scene.processes:
            self.scene.kill(name)

    def cut_power(self) -> None:
        """Go on from the disk as it is at this moment, without what was not yet written to it."""
        # Nothing runs while it is copied, or the copy would be of several moments.
        tell([*self.postgres(), *(one.pid for one in self.scene.processes.values())], signal.SIGSTOP)
        copy = self.image.with_suffix(".copy")
        _run("cp", "--sparse=always", str(self.image), str(copy))
        self.kill_all()
        _run("umount", "--lazy", str(self.disk))
        copy.replace(self.image)
        # 1: what was not right is mended.
        checked = subprocess.run(["e2fsck", "-fy", str(self.image)], capture_output=True, check=False)
        assert checked.returncode in {0, 1}, checked
        self._mount()

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Leave no byte on the disk."""
        file = self.disk / "filler"
        free = shutil.disk_usage(self.disk).free
        _run("fallocate", "--length", str(free), str(file))
        try:
            yield
        finally:
            file.unlink()

    def told(self) -> str:
        """Return who runs, and what each said last."""
        running = {name: one.poll() for name, one in self.scene.processes.items()}
        logs = {file.name: file.read_text()[-2000:] for file in self.directory.glob("*.log")}
        return "\n".join([f"ended: {running}", *(f"{name}:\n{text}" for name, text in logs.items())])

    async def behind(self) -> float:
        """Return by how many seconds the clock of the database is behind that of this program."""
        connection = await self.scene.connect("postgres")
        theirs = await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
        await connection.close()
        return time.time() - float(theirs)

    @staticmethod
    def hour_behind() -> dict[str, str]:
        """Return what has a process see a clock that is an hour behind: it alone, never the machine."""
        return {"LD_PRELOAD": FAKETIME, "FAKETIME": "-1h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def _mount(self) -> None:
        _run("mount", "-o", "loop", str(self.image), str(self.disk))

    def _spawn(self, told: Mapping[str, str]) -> None:
        # Whoever wrote it is gone, and its number may be another's by now.
        (self.cluster.data / "postmaster.pid").unlink(missing_ok=True)
        options = [word for setting in self.settings for word in ("-c", setting)]
        # Of its own environment, once it is nobody: what root had loaded for the clock, nobody may not share.
        told_last = ["/usr/bin/env", *(f"{name}={value}" for name, value in told.items())] if told else []
        command = [*told_last, str(program("postgres")), "-D", str(self.cluster.data), *options]
        self.server = self.here.start(command, self.directory / "postgres.log", within=self.cluster.data)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, env={"PATH": os.environ["PATH"]})
