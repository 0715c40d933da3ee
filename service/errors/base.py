"""What all refusals share."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

type_prefix = "/problems/"


class Fault(dict[str, str]):
    """One wrong place in a request: ``pointer`` (RFC 6901, into the body) or ``parameter``, and ``detail``."""


def fault(pointer: str, detail: str) -> Fault:
    """Return a fault in the body at `pointer` (RFC 6901)."""
    return Fault(pointer=pointer, detail=detail)


class ServiceError(Exception):
    """The service itself failed; the request may have been sound, and nothing was changed.

    Send the request again later. If it fails again, give the operator the `request_id`: the reason stands in the log under it.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "The service failed"
    told: ClassVar[Mapping[str, str]] = {}
    """Members beside those of every problem: the name of each, and what it says."""

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.members = {name: value for name, value in members.items() if value is not None}

    @classmethod
    def type(cls) -> str:
        """Return the stable problem type, the address of its page: the class name in kebab case."""
        return type_prefix + re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()
