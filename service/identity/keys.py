"""The key that signs tokens lives in a file outside the database, readable by its owner alone."""

import os
from pathlib import Path

from joserfc.jwk import OKPKey


def load_or_create(path: Path | None) -> OKPKey:
    """Return the Ed25519 key in the PEM file `path`, made with mode 0600 if absent; a passing key without a path.

    `ValueError` if the file holds something else. Two processes may start at once: the first to create the file wins.
    """
    if path is None:
        return _named(OKPKey.generate_key("Ed25519"))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _named(OKPKey.import_key(path.read_bytes()))
    with os.fdopen(handle, "wb") as file:
        key = OKPKey.generate_key("Ed25519")
        file.write(key.as_pem(private=True))
    return _named(key)


def _named(key: OKPKey) -> OKPKey:
    key.ensure_kid()
    return key
