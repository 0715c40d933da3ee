"""What of swagger-ui-dist lies in ``vendor/``: the version, and the SHA-256 of each file as published."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

HERE: Final = Path(__file__).parent
VENDOR: Final = HERE / "vendor"
MANIFEST: Final = VENDOR / "VENDORED.json"


class Vendored(BaseModel):
    """The content of ``VENDORED.json``; ``files`` maps a file name to its SHA-256 in lower-case hex."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    package: str
    version: str
    license: str
    files: dict[str, str]


def read_manifest() -> Vendored:
    """Return the manifest; pydantic's ``ValidationError`` if it is not one."""
    return Vendored.model_validate_json(MANIFEST.read_bytes())
