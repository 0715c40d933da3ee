"""Secrets of principals: in a file that its owner alone reads, or handed over once, in an answer that nobody keeps.

In a file they stand by client id, each an object with `client_id` and `client_secret`.
"""

import json
from pathlib import Path
from typing import Any, Protocol

from service import durable
from service.errors.operator import OperatorMistake


class Keeping(Protocol):
    """What a run asks about secrets."""

    def of(self, client_id: str) -> str | None:
        """Return the secret of a principal; None if it is not known here."""

    def prepare(self) -> None:
        """Make sure that a secret can be kept, before one is made."""

    def keep(self, client_id: str, secret: str) -> None:
        """Keep a new secret."""


class Shown:
    """Knows nobody's secret, and holds the new ones until they are handed over."""

    def __init__(self) -> None:
        self.new: dict[str, str] = {}

    def of(self, client_id: str) -> str | None:  # noqa: ARG002 -- nobody's
        """Return None: whoever calls acts as itself alone."""
        return None

    def prepare(self) -> None:
        """Do nothing: an answer can always hold one more."""

    def keep(self, client_id: str, secret: str) -> None:
        """Hold a new secret."""
        self.new[client_id] = secret


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
