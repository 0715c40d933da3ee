"""Starting and stopping the private PostgreSQL.

Its life is bound to ours by the kernel, and the lock on the data directory is inherited by it: whoever holds the lock
knows that no server, not even one that is still shutting down after our death, uses the data.
"""

import fcntl
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from service.demo.postgres.cluster import (
    Cluster,
    DataDirectoryInUse,
    EmbeddedError,
    EmbeddedPostgresMissing,
    StartFailed,
    command,
    environment,
)

START_SECONDS = 30
LOCK_SECONDS = 10
__all__ = ["DataDirectoryInUse", "EmbeddedError", "EmbeddedPostgresMissing", "Server", "StartFailed", "start"]
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "deadlock_timeout=50ms")


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL."""

    cluster: Cluster
    process: "subprocess.Popen[bytes]"
    port: int
    lock: int

    def url(self, role: str, database: str = "pacta") -> str:
        """Return the address of `database` for `role`; it has no TLS, whatever the environment says of that."""
        word = self.cluster.passwords[role]
        return f"postgresql://{role}:{word}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def stop(self) -> None:
        """Shut it down in good order (fast mode), or at once if it takes longer than 30 seconds."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
        os.close(self.lock)


def start(directory: Path, *, durable: bool = True, fresh: bool = False) -> Server:
    """Start PostgreSQL on `directory`, making the cluster if there is none.

    `durable=False` is for tests: it forgets what a power failure would, and finds a deadlock within 50 ms instead of a second.
    `fresh=True` begins anew. Must be called in a thread that lives as long as the server shall (the kernel binds it to that thread).
    Raises an `EmbeddedError` that says what to do.
    """
    directory = directory.absolute()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = _lock(directory)
    try:
        cluster = Cluster(directory)
        if fresh:
            cluster.discard()
        cluster.create()
        # We hold the lock, so whoever wrote this is gone.
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        port = _free_port()
        server = Server(cluster, _spawn(cluster, port, lock, durable=durable), port, lock)
        _await_ready(server)
    except BaseException:
        os.close(lock)
        raise
    return server


def _lock(directory: Path) -> int:
    """Return the locked file; while the holder is dead its PostgreSQL is still shutting down, which is waited for."""
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if _alive(os.pread(lock, 20, 0)) or time.monotonic() > end:
                os.close(lock)
                raise DataDirectoryInUse(
                    f"Another Pacta runs on {directory}. End it, or choose another --data-dir."
                ) from None
            time.sleep(0.1)
        else:
            os.truncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            return lock


def _alive(pid: bytes) -> bool:
    return pid.isdigit() and Path(f"/proc/{int(pid)}").exists()


def _spawn(cluster: Cluster, port: int, lock: int, *, durable: bool) -> "subprocess.Popen[bytes]":
    settings = (f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "timezone=UTC")
    options = [word for setting in (*settings, *(() if durable else HASTY)) for word in ("-c", setting)]
    with cluster.log.open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            command("postgres", ["-D", str(cluster.data), *options]),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=cluster.data,
            env=environment(),
            pass_fds=(lock,),
            # Its own session: Ctrl-C is for us, and we stop it in good order.
            start_new_session=True,
        )


def _await_ready(server: Server) -> None:
    status = server.cluster.data / "postmaster.pid"
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        lines = status.read_text().splitlines() if status.exists() else []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return
        time.sleep(0.02)
    server.process.kill()
    server.process.wait()
    raise StartFailed(f"PostgreSQL did not start. Its last words:\n{server.cluster.log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
