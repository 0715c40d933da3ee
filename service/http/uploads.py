"""A file that is sent, read in pieces as it comes: as the body itself, or as the one part `file` of `multipart/form-data`.

Starlette's own form keeps what it reads in files of its own before anybody is asked who sends it; here the caller is known, and
has been let in, before the first piece is read. The library that Starlette uses for it, python-multipart, reads the parts.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from service.errors import InvalidContent, Unreadable, UnsupportedMediaType
from service.http.bodies import packed

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

PART: Final = "file"
_DIGESTS: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_DIGEST: Final = re.compile(r"\s*([a-z0-9*.-]+)=:([A-Za-z0-9+/=]*):\s*")


def body(summary: str, sample: str) -> dict[str, Any]:
    """Return the `requestBody` of a route that takes a file, with a `sample` of one, said in a sentence."""
    described = {"type": "string", "format": "binary", "description": "The file."}
    form = {
        "type": "object",
        "required": [PART],
        "additionalProperties": False,
        "properties": {PART: described},
    }
    return {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": form,
                "examples": {"sample": {"summary": summary, "value": {PART: sample}}},
            },
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "examples": {"sample": {"summary": summary, "value": sample}},
            },
        },
    }


class Upload:
    """The file of one request; `pieces` is read once, and then `name` is what the client calls it."""

    def __init__(self, request: Request) -> None:
        if encoding := packed(request):
            raise UnsupportedMediaType(f"The body is packed (Content-Encoding: {encoding}); send it as it is.")
        self.name: str | None = None
        self._request = request
        self._given = [(name, _digests(name, value)) for name in ("Content-Digest", "Repr-Digest")
                       if (value := request.headers.get(name))]  # fmt: skip
        self._hashes = {one: _DIGESTS[one]() for _, said in self._given for one in said}

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the file's bytes; 400 if they cannot be told from what is around them, 422 if a digest of the body differs."""
        kind, options = parse_options_header(self._request.headers.get("content-type"))
        if kind == b"multipart/form-data":
            async for piece in self._of_parts(options.get(b"boundary", b"")):
                yield piece
        else:
            async for piece in self._body():
                yield piece
        for header, said in self._given:
            for algorithm, digest in said.items():
                if self._hashes[algorithm].digest() != digest:
                    wrong = f"is not the digest ({algorithm}) of the body that came"
                    raise InvalidContent.listing([{"parameter": header, "detail": wrong}])

    async def _body(self) -> AsyncIterator[bytes]:
        async for piece in self._request.stream():
            for one in self._hashes.values():
                one.update(piece)
            if piece:
                yield piece

    async def _of_parts(self, boundary: bytes) -> AsyncIterator[bytes]:
        if not 0 < len(boundary) <= 70:
            raise Unreadable(
                "Content-Type says no boundary between the parts, of 1 to 70 characters (RFC 2046, 5.1.1)."
            )
        parts = _Parts()
        parser = MultipartParser(boundary, parts.callbacks)
        async for piece in self._body():
            try:
                parser.write(piece)
            except FormParserError as wrong:
                raise Unreadable(f"The parts of the body cannot be told apart: {wrong}.") from wrong
            if found := parts.taken():
                yield found
        if not parts.ended:
            raise Unreadable("The body ends before its last part does.")
        if parts.files != 1:
            raise _needed("is needed, once: the part of the form that holds the file")
        self.name = parts.name


class _Parts:
    """What python-multipart tells of the parts; of any but the file only that it is there."""

    def __init__(self) -> None:
        self.files, self.ended = 0, False
        self.name: str | None = None
        self._pieces: list[bytes] = []
        self._field, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}

    @property
    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._headers.clear,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": self._on_headers,
            "on_part_data": lambda data, start, end: self._pieces.append(data[start:end]),
            "on_end": self._on_end,
        }

    def taken(self) -> bytes:
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _on_headers(self) -> None:
        _, said = parse_options_header(self._headers.get(b"content-disposition"))
        part = said.get(b"name", b"").decode(errors="replace")
        if part != PART:
            raise _needed(f"is the only part that is taken, not {part[:60]!r}: all else is said in the address")
        self.files += 1
        if self.files > 1:
            raise _needed("is given more than once; send one file at a time")
        name = said[b"filename"].decode(errors="replace") if b"filename" in said else None
        # So browsers write what would end the header (HTML, 4.10.22.8); nothing else is written by its number.
        self.name = name.replace("%22", '"').replace("%0D", " ").replace("%0A", " ") if name else None

    def _on_end(self) -> None:
        self.ended = True


def _needed(detail: str) -> InvalidContent:
    return InvalidContent.listing([{"pointer": f"/{PART}", "detail": detail}])


def _digests(header: str, value: str) -> Mapping[str, bytes]:
    """Return the digests in a field (RFC 9530) that we can compute; 400 if it is not spelled so, or has none of these."""
    found: dict[str, bytes] = {}
    for one in value.split(","):
        spelled = _DIGEST.fullmatch(one)
        try:
            digest = base64.b64decode(spelled[2], validate=True) if spelled else None
        except binascii.Error:
            digest = None
        if spelled is None or digest is None:
            raise _misspelled(header)
        if spelled[1] in _DIGESTS:
            found[spelled[1]] = digest
    if not found:
        raise _misspelled(header)
    return found


def _misspelled(header: str) -> Unreadable:
    wrong = f"{header} must be spelled as RFC 9530 says, by sha-256 or sha-512: {header}: sha-256=:...:"
    return Unreadable(wrong, errors=[{"parameter": header, "detail": wrong}])
