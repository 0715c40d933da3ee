"""What the application keeps for documents: where they are kept, how much of them, and how many come at once."""

import shlex
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from service import durable
from service.database.state import State
from service.errors import Unavailable
from service.errors.operator import OperatorMistake
from service.http.at_once import AtOnce, Most
from service.register.documents.store import Directory, Store
from service.settings import Settings

OF_EACH: Final = 2
"""Uploads of one caller at once."""
INCOMING: Final = "incoming"


def uploads() -> AtOnce:
    """Return the places for what is being received, by who sends it."""
    return AtOnce(
        in_all=Most(8, "As many files are being received as can be at once. Send it again soon.", 5),
        of_each=Most(OF_EACH, f"{OF_EACH} uploads of yours are under way. Wait until one has ended.", 5),
    )


@dataclass(frozen=True, slots=True)
class Documents:
    """Where documents are kept, and what the operator allows."""

    kept_in: Store | None
    incoming: Path
    longest: int
    quota: int
    scan: tuple[str, ...]
    uploads: AtOnce = field(default_factory=uploads)

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
            raise Unavailable(
                "This service keeps no documents: its operator has set neither PACTA_DOCUMENTS_DIR nor PACTA_DOCUMENTS_URL."
            )
        return self.kept_in

    def receiving(self) -> Path:
        """Return the folder of what is being received, made if need be."""
        durable.make_directory(self.incoming, 0o700)
        return self.incoming


def store_of(settings: Settings) -> Store | None:
    """Return where the settings keep documents: in the bucket if one is named; None if they say nothing of it."""
    if settings.documents_url:
        from service.register.documents.bucket import Bucket  # noqa: PLC0415 -- slow to import, and most keep a directory

        return Bucket(settings.documents_url)
    return Directory(settings.documents_dir) if settings.documents_dir else None


def required_store(settings: Settings) -> Store:
    """Return where the settings keep documents, for a command that needs them."""
    if (store := store_of(settings)) is None:
        raise OperatorMistake("Set PACTA_DOCUMENTS_DIR or PACTA_DOCUMENTS_URL, where documents are kept.")
    return store


@dataclass(kw_only=True)
class HasDocuments(State):
    """What this room needs of the application."""

    documents: Documents
