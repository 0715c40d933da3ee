"""A request's body that is judged in its turn: after who asks, what it is about, and whether the caller may.

A command that takes a `Sent` finds and locks what the request is about (404), asks for the permission (403), collects what is
wrong in this case, and then reads the body: whatever is wrong, in its shape and in this case, is told in one answer (422).
"""

from collections.abc import Iterable, Mapping
from functools import cache, cached_property, partial
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from service.errors import shapes
from service.errors.base import Fault
from service.errors.register import InvalidContent

M = TypeVar("M", bound=BaseModel)


class InItsTurn:
    """What was sent, and is judged by the command that takes it, not by FastAPI; until then nothing is done that is not rolled back."""


class Sent(InItsTurn, Generic[M]):
    """What was sent where a `model` is wanted. As an annotation of a route it is published as that model."""

    def __init__(self, model: type[M], body: object) -> None:
        self.model, self.body = model, body

    @classmethod
    def of(cls, made: M) -> "Sent[M]":
        """Return what would have been sent for `made`: for callers that are not asked over HTTP."""
        return Sent(type(made), made)

    @property
    def sound(self) -> Mapping[str, Any]:
        """Return the members that have the right shape, as JSON values, so that they can be judged already."""
        read, found = self._judged
        if read is not None:
            return read.model_dump(mode="json", exclude_unset=True)
        return shapes.sound(self.body, [one["loc"] for one in found]) if isinstance(self.body, dict) else {}

    def read(self, wrong: Iterable[Fault] = ()) -> M:
        """Return the model; `InvalidContent` with everything that is wrong in its shape, and `wrong` in this case.

        Of a place whose shape is wrong, nothing else is said.
        """
        read, found = self._judged
        wrong = list(wrong)
        if read is not None and not wrong:
            return read
        elsewhere: Mapping[str, str] = getattr(self.model, "elsewhere", {})
        listed = shapes.faults(found, _schema(self.model), lambda name: elsewhere.get(name, ""))
        misshapen = [f"{one['pointer']}/" for one in listed]
        listed += [one for one in wrong if not f"{one['pointer']}/".startswith(tuple(misshapen))]
        raise InvalidContent.listing(listed)

    @cached_property
    def _judged(self) -> tuple[M | None, list[Mapping[str, Any]]]:
        if isinstance(self.body, Nothing):
            return None, [{"type": "missing", "loc": ()}]
        try:
            return self.model.model_validate(self.body), []
        except ValidationError as wrong:
            return None, list(wrong.errors(include_url=False))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        """Accept any JSON value; publish the model."""
        (model,) = get_args(source)
        published = handler.generate_schema(model)
        return core_schema.no_info_plain_validator_function(partial(_sent, model), json_schema_input_schema=published)


class Nothing(bytes):
    """The body of a request that has none: that one is needed is told in its turn, too."""


class NoObject(dict[str, Any]):
    """A body without members, since it is no object: what was `sent` instead is told in its turn, after what it is about."""

    def __init__(self, sent: object) -> None:
        super().__init__()
        self.sent = sent

    def refusal(self) -> InvalidContent:
        """Return the refusal, which says what would be an object."""
        example = 'an object, such as {"action": "correct", ...}'
        if isinstance(self.sent, Nothing):
            return InvalidContent.listing([Fault(pointer="", detail=f"is needed: {example}")])
        instead = "a list" if isinstance(self.sent, list) else shapes.shown(self.sent)
        said = f"must be {example}, not {instead}"
        return InvalidContent.listing([Fault(pointer="", detail=said)])


def json_value(body: object) -> object:
    """Return a body that was read as JSON; `ValueError` for the bytes of one that was not, for want of its Content-Type."""
    if isinstance(body, bytes) and not isinstance(body, Nothing):
        raise ValueError("must be an object in JSON, with Content-Type: application/json")  # noqa: TRY004 -- pydantic's
    return body


def _sent(model: type[M], body: object) -> Sent[M]:
    return Sent(model, json_value(body))


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()
