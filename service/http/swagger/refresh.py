"""Take another version of swagger-ui-dist: ``python -m service.swagger.refresh 5.35.0``.

Needs npm and whatever registry npm is set up to use; the service itself needs neither.
"""

import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Final

import typer

from service.http.swagger.vendored import MANIFEST, VENDOR, Vendored

PACKAGE: Final = "swagger-ui-dist"
FILES: Final = (
    "LICENSE",
    "NOTICE",
    "favicon-32x32.png",
    "oauth2-redirect.html",
    "oauth2-redirect.js",
    "swagger-ui-bundle.js",
    "swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui.css",
)


def pack(version: str, into: Path) -> Path:
    """Let npm fetch the published archive, its integrity checked by npm, and return where it lies."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise typer.BadParameter(f"an exact version such as 5.35.0 is needed, not {version!r}")
    subprocess.run(  # noqa: S603 - the version is digits and dots only
        ["npm", "pack", f"{PACKAGE}@{version}", "--silent", "--pack-destination", str(into)],  # noqa: S607 - npm of the PATH
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return into / f"{PACKAGE}-{version}.tgz"


def read(archive: Path) -> dict[str, bytes]:
    """Return the bytes of each file of ``FILES``; ``KeyError`` if a version no longer has one."""
    with tarfile.open(archive) as tar:
        return {name: _content(tar, f"package/{name}") for name in FILES}


def _content(tar: tarfile.TarFile, member: str) -> bytes:
    stream = tar.extractfile(member)
    if stream is None:
        raise KeyError(member)
    with stream:
        return stream.read()


def write(version: str, contents: dict[str, bytes]) -> None:
    """Write the files unchanged, and their hashes beside them."""
    for name, content in contents.items():
        (VENDOR / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    manifest = Vendored(package=PACKAGE, version=version, license="Apache-2.0", files=hashes)
    MANIFEST.write_text(manifest.model_dump_json(indent=2) + "\n")


def refresh(version: str) -> None:
    """Replace the vendored Swagger UI by VERSION of swagger-ui-dist."""
    with tempfile.TemporaryDirectory() as directory:
        contents = read(pack(version, Path(directory)))
    write(version, contents)
    typer.echo(f"{PACKAGE} {version}: {len(contents)} files")


if __name__ == "__main__":
    typer.run(refresh)
