"""The head of a request: what another reader could understand in another way is refused (RFC 9112)."""

import re
from typing import Final
from urllib.parse import unquote

from starlette.types import Scope

FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})
HOST: Final = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?")
"""A name or an address, and perhaps a port (RFC 3986, 3.2.2). Who has none to say sends an empty one."""
BARE: Final = re.compile(rb"\n(?:(?<!\r\n)|(?=[ \t]))")
"""A line feed alone, and a line folded into the next: h11 takes both (RFC 9112, 2.2 and 5.2), others before it may not.

It begins with the line feed, which is found thirty times as fast in a head with a token as what may come before one.
"""
ABSOLUTE: Final = re.compile(rb"(?i)https?://(?P<host>[^/]*)")


def fault(scope: Scope) -> tuple[int, str] | None:
    """Return the status and the reason for which a request is refused, if there is one."""
    if not scope["http_version"].startswith("1."):
        return 505, "This is a server of HTTP/1.1; a proxy before it may speak others."
    if not _host_is_possible(scope):
        return 400, "Host, and a target with one, name a host and perhaps its port: pacta.example.gov:8443, say."
    if len(_framing(scope)) > 1:
        # RFC 9112, 6.1: whoever sends both may want to be read in two ways.
        return 400, "A request has Content-Length or Transfer-Encoding, not both."
    return None


def announces_body(scope: Scope) -> bool:
    """Return whether a body follows, be it an empty one."""
    return bool(_framing(scope))


def take_path(scope: Scope) -> None:
    """Read an absolute target, as proxies send it, as its path (RFC 9112, 3.2.2)."""
    if not scope["path"].startswith("/") and (found := ABSOLUTE.match(scope["raw_path"])):
        scope["raw_path"] = scope["raw_path"][found.end() :] or b"/"
        scope["path"] = unquote(scope["raw_path"].decode())


def _framing(scope: Scope) -> set[bytes]:
    return {name for name, _ in scope["headers"] if name in FRAMING}


def _host_is_possible(scope: Scope) -> bool:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    absolute = ABSOLUTE.match(scope["raw_path"])
    if absolute and not absolute["host"]:
        return False
    return all(HOST.fullmatch(host) for host in (*hosts, *(absolute.groups() if absolute else ())))
