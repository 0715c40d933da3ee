"""Where clients reach the service: the one place in which PACTA_PUBLIC_URL becomes addresses.

Behind a proxy the service knows neither scheme nor host, and believes no header that says them. A path before ours, as in
`https://gov.example/pacta`, is taken off by the proxy, or left on; what the service says of itself always has it.
"""

import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from starlette.types import Message, Scope

from service.errors.operator import OperatorMistake

PUBLIC: Final = re.compile(
    r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?P<path>(?:/[a-z0-9._~-]+)*)", re.IGNORECASE
)
REFERRING: Final = frozenset({b"location"})


@dataclass(frozen=True, slots=True)
class Addresses:
    """`root` is the public address without a slash at its end, `prefix` its path: `/pacta`, or nothing."""

    root: str
    host: str
    prefix: str

    @classmethod
    def of(cls, public_url: str) -> Self:
        """Return the addresses under `public_url`; `OperatorMistake` if that is no http(s) address of a service."""
        root = public_url.rstrip("/")
        found = PUBLIC.fullmatch(root)
        host = found and urlsplit(root).hostname
        if not found or not host:
            raise OperatorMistake(
                f"PACTA_PUBLIC_URL is {public_url!r}. It is the address under which clients reach the service, such as"
                " https://pacta.example.gov or https://example.gov/pacta."
            )
        return cls(root, host, found["path"])

    def absolute(self, path: str) -> str:
        """Return the whole address of a path of ours, which begins with a slash."""
        return f"{self.root}{path}"

    def place(self, scope: Scope) -> None:
        """Let a request know its path as the client sees it (ASGI, `root_path`), whether or not the proxy took ours off."""
        if self.prefix:
            scope["root_path"] = self.prefix
            if not f"{scope['path']}/".startswith(f"{self.prefix}/"):
                scope["path"] = self.prefix + scope["path"]

    def complete(self, start: Message) -> None:
        """Let the paths in an answer's headers begin where the client sees them begin."""
        if self.prefix:
            prefix = self.prefix.encode()
            start["headers"] = [
                (name, prefix + value if name.lower() in REFERRING and value.startswith(b"/") else value)
                for name, value in start["headers"]
            ]
