"""A request body that is read loosely and published strictly.

Whether a move is refused with 409 or 422 depends on the commitment's state, so its body can be judged only under the
lock; the published document still shows the whole discriminated union.
"""

from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from service.errors.sent import NoObject, json_value


class PublishedAs:
    """Annotates a `dict` body: any object is accepted, the JSON Schema is that of `model`."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 -- any annotation that pydantic understands
        self.model = model

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        """Accept any JSON value, which FastAPI has read: what is no object is refused in its turn. Publish what JSON would be held to."""
        return core_schema.json_or_python_schema(
            json_schema=handler.generate_schema(self.model),
            python_schema=core_schema.no_info_plain_validator_function(_members),
        )


def _members(body: object) -> dict[str, Any]:
    return body if isinstance(body := json_value(body), dict) else NoObject(body)
