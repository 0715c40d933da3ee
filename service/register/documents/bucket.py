"""Documents in a bucket of an S3-compatible store, by obstore: `ab/abcdef...` under the prefix, as `Directory` names them too.

An object is there whole or not at all, and stays, once the store has answered. Who may is told by the environment, as everywhere
with S3: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL, and AWS_ALLOW_HTTP where that has no TLS.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from service.errors import Unavailable
from service.errors.operator import OperatorMistake
from service.register.documents.store import Kept

if TYPE_CHECKING:
    # It is there for type checkers alone.
    from obstore.store import ClientConfig

PART: Final = 8 * 1_048_576
"""Bytes that are sent at once of a longer file, or fetched at once: so much of each is in memory."""
log = structlog.get_logger("pacta.documents")


class Bucket:
    """A store in a bucket: `s3://bucket/prefix`."""

    def __init__(self, url: str) -> None:
        if not url.startswith("s3://"):
            raise OperatorMistake("PACTA_DOCUMENTS_URL must be an address such as s3://bucket/prefix.")
        # What is given here takes the place of what the environment says of the connection.
        plain = os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true"}
        options: ClientConfig = {"connect_timeout": "5s", "timeout": "60s", "allow_http": plain}
        try:
            self.store = S3Store.from_url(url, client_options=options, retry_config={"max_retries": 2})
        except (BaseError, ValueError) as wrong:
            raise OperatorMistake(f"PACTA_DOCUMENTS_URL cannot be used: {_said(wrong)}") from wrong

    async def put(self, draft: Path, digest: str) -> None:
        """Send the file, also where the same is there: it is young again then."""
        with _told():
            await obstore.put_async(self.store, _place(digest), draft, chunk_size=PART, max_concurrency=2)

    async def open(self, digest: str) -> "ObjectReading | None":
        """Ask for the object; a part of it is fetched when it is read."""
        found = await self.find(digest)
        return ObjectReading(self.store, digest, found.size) if found else None

    async def find(self, digest: str) -> Kept | None:
        """Return what is kept under a digest."""
        try:
            with _told():
                found = await obstore.head_async(self.store, _place(digest))
        except FileNotFoundError:
            return None
        return Kept(digest, found["size"], _age(found["last_modified"]))

    async def remove(self, digest: str) -> None:
        """Remove the object."""
        with _told():
            await obstore.delete_async(self.store, _place(digest))

    async def every(self) -> AsyncIterator[Kept]:
        """Yield all that is kept; a page of the list at a time is in memory."""
        with _told():
            async for page in obstore.list(self.store):
                for one in page:
                    folder, _, digest = one["path"].rpartition("/")
                    if folder == digest[:2]:
                        yield Kept(digest, one["size"], _age(one["last_modified"]))


@dataclass(slots=True)
class ObjectReading:
    """An object, fetched part by part: whoever reads slowly holds no connection to the store."""

    store: S3Store
    digest: str
    size: int

    async def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes; OSError where the object is gone, or is another, meanwhile."""
        while start < end:
            with _told():
                part = await obstore.get_range_async(
                    self.store, _place(self.digest), start=start, end=min(start + PART, end)
                )
            if not (piece := bytes(part)):
                raise OSError("a document is shorter than it was")
            start += len(piece)
            yield piece

    async def close(self) -> None:
        """Nothing is held."""


def _place(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _age(at: datetime) -> float:
    return (datetime.now(UTC) - at).total_seconds()


@contextmanager
def _told() -> Iterator[None]:
    """Let a store that is away, or refuses, be told as 503."""
    try:
        yield
    except BaseError as wrong:
        log.error("document_store_failed", error=_said(wrong))  # noqa: TRY400 -- what matters is in it
        raise Unavailable(
            "The store of documents is away. Send it again soon; if it lasts, tell the operator."
        ) from wrong


def _said(wrong: Exception) -> str:
    return str(wrong).partition("\n")[0][:200]
