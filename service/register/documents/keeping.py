"""What the application keeps for documents: where they are kept, how much of them, and how many come at once."""

import shlex
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from uuid import UUID

from service import durable
from service.database.state import State
from service.errors import TooManyRequests, Unavailable
from service.register.documents.store import Directory, Store
from service.settings import Settings

MOST: Final = 8
"""Uploads of one process at once."""
OF_EACH: Final = 2
"""Of these, those of one caller."""
AGAIN_SECONDS: Final = 5
INCOMING: Final = "incoming"


@dataclass(slots=True)
class Uploads:
    """What is being received, by who sends it."""

    running: Counter[UUID] = field(default_factory=Counter)

    @contextmanager
    def place(self, principal_id: UUID) -> Iterator[None]:
        """Take a place among the uploads; 429 if the caller has enough of them, 503 if all are taken."""
        again = {"Retry-After": str(AGAIN_SECONDS)}
        if self.running[principal_id] >= OF_EACH:
            raise TooManyRequests(f"{OF_EACH} uploads of yours are under way. Wait until one has ended.", headers=again)
        if self.running.total() >= MOST:
            raise Unavailable("As many files are being received as can be at once. Send it again soon.", headers=again)
        self.running[principal_id] += 1
        try:
            yield
        finally:
            self.running[principal_id] -= 1
            self.running += Counter()


@dataclass(frozen=True, slots=True)
class Documents:
    """Where documents are kept, and what the operator allows."""

    kept_in: Store | None
    incoming: Path
    longest: int
    quota: int
    scan: tuple[str, ...]
    uploads: Uploads = field(default_factory=Uploads)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings say; nothing is touched yet."""
        place = settings.documents_dir
        return cls(
            store_of(settings),
            place / INCOMING if place else Path(tempfile.gettempdir()) / "pacta-incoming",
            settings.max_document_bytes,
            settings.document_quota_bytes,
            tuple(shlex.split(settings.document_scan or "")),
        )

    @property
    def store(self) -> Store:
        """Return where contents are kept; 503 if the operator has not said where."""
        if self.kept_in is None:
            raise Unavailable("This service keeps no documents: its operator has not set PACTA_DOCUMENTS_DIR.")
        return self.kept_in

    def receiving(self) -> Path:
        """Return the folder of what is being received, made if need be."""
        durable.make_directory(self.incoming, 0o700)
        return self.incoming


def store_of(settings: Settings) -> Store | None:
    """Return where the settings keep documents; None if they say nothing of it."""
    return Directory(settings.documents_dir) if settings.documents_dir else None


@dataclass(kw_only=True)
class HasDocuments(State):
    """What this room needs of the application."""

    documents: Documents
