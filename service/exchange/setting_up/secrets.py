"""Secrets of principals, in a file that its owner alone reads: by client id, as an object with `client_id` and `client_secret`."""

import json
from pathlib import Path
from typing import Any

from service import durable
from service.errors.operator import OperatorMistake


class Secrets:
    """What is known of who can log in. New secrets are on the disk before anything else happens."""

    def __init__(self, file: Path, *others: Path) -> None:
        self.file, self.known = file, _read(file)
        self.readable: dict[str, str] = {}
        for one in others:
            self.readable |= _secrets(_read(one))
        self.readable |= _secrets(self.known)

    def of(self, client_id: str) -> str | None:
        """Return the secret of a principal; None if it is in none of the files."""
        return self.readable.get(client_id)

    def prepare(self) -> None:
        """Make sure that the file can be written: a secret is shown once, and lost if it cannot."""
        durable.replace(self.file, json.dumps(self.known, indent=2).encode())

    def keep(self, client_id: str, secret: str) -> None:
        """Write a new secret to the file (mode 0600)."""
        self.known[client_id] = {"client_id": client_id, "client_secret": secret}
        self.readable[client_id] = secret
        self.prepare()


def _secrets(known: dict[str, Any]) -> dict[str, str]:
    return {one["client_id"]: one["client_secret"] for one in known.values() if one.get("client_secret")}


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise OperatorMistake(f"{file} is no file of secrets: it is no JSON.") from wrong
    if not isinstance(known, dict) or not all(isinstance(one, dict) and "client_id" in one for one in known.values()):
        raise OperatorMistake(f"{file} is no file of secrets: it has an object with `client_id` for each principal.")
    return known
