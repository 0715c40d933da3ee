"""Handing out the bytes of a document: whole, or a part of them; always as an attachment, never to be shown as a page."""

import base64
import re
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from service.errors import Gone, RangeNotSatisfiable, Unavailable
from service.register.decisions.engine.matter import Row
from service.register.documents.store import Reading, Store

_RANGE: Final = re.compile(r"(?i)bytes\s*+=\s*+([0-9]{0,18})\s*+-\s*+([0-9]{0,18})")
_UNSAFE: Final = re.compile(r'[^ !#$&+.0-9A-Z^_`a-z|~()\',;=@\[\]{}-]|["\\%]')


def disposition(name: str) -> str:
    """Return the header that names a file that is to be kept (RFC 6266): in ASCII, and as it is (RFC 8187)."""
    plain = _UNSAFE.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def etag(row: Row) -> str:
    """Return the strong tag of a document's bytes: their digest."""
    return f'"{row["sha256"]}"'


async def opened(store: Store, row: Row) -> Reading:
    """Return the bytes of a document, to be read; `Gone` where it was withdrawn, `Unavailable` where they are not as they were kept."""
    if row["withdrawn_at"]:
        raise Gone(
            f"{row['party']} withdrew this document on {row['withdrawn_at']:%Y-%m-%d}, and its bytes are gone. Its digest and "
            "its entries stay.",
        )
    reading = await store.open(row["sha256"])
    if reading is None or reading.size != row["size"]:
        if reading is not None:
            await reading.close()
        raise Unavailable(
            "The bytes of this document are not where they were kept. Tell the operator: `pacta documents check`."
        )
    return reading


async def content(request: Request, row: Row, reading: Reading) -> Response:
    """Return the answer with a document's bytes: 200, 206, or 304 where the client has them; 416 raised."""
    size = reading.size
    headers = _headers(row)
    if _matches(request.headers.get("if-none-match", ""), etag(row)):
        await reading.close()
        return Response(status_code=304, headers=headers)
    start, end, status = 0, size, 200
    # A part is of what the client has the rest of (RFC 9110, 13.1.5); dates we have none.
    if request.headers.get("if-range", etag(row)) == etag(row) and (asked := request.headers.get("range")):
        try:
            if part := wanted(asked, size):
                (start, end), status = part, 206
                headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        except RangeNotSatisfiable:
            await reading.close()
            raise
    headers["Content-Length"] = str(end - start)
    closing = BackgroundTask(reading.close)
    return StreamingResponse(reading.pieces(start, end), status, headers, row["media_type"], closing)


def wanted(asked: str, size: int) -> tuple[int, int] | None:
    """Return the part that a Range header asks for, its end excluded; None for what is to be ignored (RFC 9110, 14.2).

    `RangeNotSatisfiable` if nothing of the file is in it. Several parts at once are ignored: the whole is sent.
    """
    spelled = _RANGE.fullmatch(asked.strip())
    if spelled is None or not (spelled[1] or spelled[2]):
        return None
    first, last = spelled[1], spelled[2]
    if first and last and int(first) > int(last):
        return None
    start = int(first) if first else max(0, size - int(last))
    end = size if not first or not last else min(int(last) + 1, size)
    if start >= end:
        raise RangeNotSatisfiable(
            f"The file has {size} bytes, and nothing of it is in '{asked.strip()[:60]}'.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end


def _headers(row: Row) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(row["sha256"])).decode()
    return {
        "ETag": etag(row),
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(row["name"]),
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        # Rights change: who keeps it asks again each time.
        "Cache-Control": "private, no-cache",
        "Repr-Digest": f"sha-256=:{digest}:",
    }


def _matches(known: str, tag: str) -> bool:
    return known.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in known.split(",")}
