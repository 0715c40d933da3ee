"""Asking others: the one HTTP client by which this service reaches out, for providers' keys, witnesses and webhooks.

Whoever is asked may be the other side's, broken or slow, so nothing it does costs more than was said before: one time limit
covers all of a request, however slowly its bytes come, and an answer has a longest size. No redirection is followed, and
nothing is taken from the environment (proxies, passwords): the service reaches whom it asks itself, or not at all. Certificates
are those of the machine, or of the file that SSL_CERT_FILE names.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx

# A compressed answer could grow a thousandfold when it is read: none is asked for, and none is taken.
_HEADERS: Final = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "pacta"}


class Away(Exception):
    """No answer was to be had this time; the message continues "it ..." and is for the operator's log."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; the media type is in small letters and without parameters, "" if none was said."""

    status: int
    media_type: str
    body: bytes


async def ask(
    method: str,
    url: str,
    *,
    seconds: float,
    longest: int,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return the answer of `url` (http or https), of at most `longest` bytes, had within `seconds` in all; else `Away`.

    It may be cancelled at any time. Hold no database connection meanwhile.
    """
    if not _is_address(url):
        raise Away(f"it cannot be reached: {url!r} is no address of the kind http://host/ or https://host/")
    client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=None, verify=_tls())  # noqa: S113 -- one limit is below
    sent = {**_HEADERS, **(headers or {})}
    try:
        async with (
            asyncio.timeout(seconds),
            client,
            client.stream(method, url, content=content, headers=sent) as answer,
        ):
            media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            return Answer(answer.status_code, media_type, await _read(answer, longest))
    except TimeoutError as late:
        raise Away(f"it did not answer within {seconds:g} seconds") from late
    except (httpx.HTTPError, OSError, ValueError) as wrong:
        raise Away(f"it cannot be reached: {str(wrong) or type(wrong).__name__}") from wrong


def _is_address(url: str) -> bool:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return False
    return parsed.scheme in {"http", "https"} and bool(parsed.host) and (parsed.port or 1) < 65_536


async def _read(answer: httpx.Response, longest: int) -> bytes:
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Away("it answered in an encoding that was not asked for")
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > longest:
            raise Away(f"it answered more than {longest} bytes")
    return bytes(body)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
