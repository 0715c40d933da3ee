"""A container engine of the test's own: podman with runc, its images and networks in a directory, nothing of the machine's.

`docker` on the path of what it runs is a word for podman-compose, told to ignore `depends_on`, as some such programs do: all
parts start at once.
"""

import os
import resource
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

COMPOSE: Final = "podman-compose==1.6.0"
LIMIT: Final = 4096
DOCKER: Final = f"""#!/bin/sh
[ "$1" = compose ] && shift
case "$1" in
    up) podman build --quiet --network=host --tag pacta:0.1.0 . && shift && set -- up --no-deps "$@" ;;
    exec) shift && set -- exec -T "$@" ;;
esac
uv tool run --quiet {COMPOSE} --podman-run-args=--read-only-tmpfs=false "$@" || exit
for bridge in /sys/class/net/podman*; do
    [ ! -e "$bridge" ] || ip link set dev "${{bridge##*/}}" address "$(cat "$bridge/address")" || exit
done
"""
"""podman-compose alone would build the image once for each part, ask for a terminal, and give every container a writable /tmp.

A bridge of podman's (netavark 1.4) has the lowest of its ports' addresses, and another one when that port leaves, as `migrate` does:
then the others ask the name server at an address that nobody has any more, for half a minute. Here it keeps the one that it has.
"""


class EngineError(Exception):
    """A command of the engine failed; the message is what it said."""


class Engine:
    """podman on a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        files = min(LIMIT, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        for name, text in (
            ("storage.conf", f'[storage]\ndriver = "overlay"\ngraphroot = "{directory}/images"\nrunroot = "{directory}/run"\n'),
            ("containers.conf", f"""
[containers]
default_ulimits = ["nofile={files}:{files}", "nproc={LIMIT}:{LIMIT}"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_backend = "netavark"
network_config_dir = "{directory}/networks"
"""),
            ("docker", DOCKER),
        ):  # fmt: skip
            (directory / name).write_text(text)
        (directory / "docker").chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{directory}:{os.environ['PATH']}",
            "CONTAINERS_STORAGE_CONF": str(directory / "storage.conf"),
            "CONTAINERS_CONF": str(directory / "containers.conf"),
        }

    def run(self, *command: str, within: Path | None = None, good: bool = True) -> str:
        """Run a command that knows of this engine, and return what it says."""
        done = subprocess.run(command, cwd=within, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode and good:
            raise EngineError(f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def hindrance(self) -> str | None:
        """Return why containers cannot be run here, if they cannot."""
        for name in ("podman", "runc", "uv", "ldd", "ip"):
            if shutil.which(name) is None:
                return (
                    f"{name} is not there: install Debian's packages podman, runc, netavark, aardvark-dns and iproute2"
                )
        if not Path("/usr/lib/podman/aardvark-dns").exists():
            return "aardvark-dns, by which podman's containers find each other, is not there: install Debian's package"
        if os.geteuid() != 0:
            return "the stand-ins for base images are made by root"
        return None

    def bring(self, root: Path, said: Sequence[str], name: str) -> None:
        """Make the image `name` of the files under `root`."""
        archive = self.directory / "root.tar"
        with tarfile.open(archive, "w") as made:
            made.add(root, ".")
        changes = [word for one in said for word in ("--change", one)]
        self.run("podman", "import", "--quiet", *changes, str(archive), f"docker.io/library/{name}")
        archive.unlink()

    def end(self) -> None:
        """Leave nothing."""
        for command in (
            ["rm", "--all", "--force", "--time", "1"],
            ["volume", "prune", "--force"],
            ["network", "prune", "--force"],
            ["rmi", "--all", "--force"],
        ):
            self.run("podman", *command, good=False)
