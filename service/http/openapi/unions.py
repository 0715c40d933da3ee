"""What answers hold by kind, as the tables of the register make it: a union, told apart by a member of each alternative.

A model whose member is one of these says so by name, `json_schema_extra=one_of("Evidence")`; it knows no alternatives, which are
made of tables above it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NotRequired, get_args, get_origin, get_type_hints

from pydantic import BaseModel, create_model
from pydantic.json_schema import models_json_schema
from typing_extensions import is_typeddict

from service.http.openapi.spelling import PREFIX, Schema, each

MARK: Final = "x-union"


def one_of(name: str) -> dict[str, Any]:
    """Return the mark of a member that holds one alternative of the union `name`."""
    return {MARK: name}


@dataclass(frozen=True, slots=True)
class Union:
    """A union: its name in the document, what it is, the member that tells the alternatives apart, and these by its value.

    An alternative is a model or a typed dictionary; the member is added to it, those that it is `without` are left out. What an
    alternative holds in turn has `prefix` before its name, since a request may hold what is named alike.
    """

    name: str
    said: str
    tag: str
    alternatives: Mapping[str, type]
    prefix: str
    without: frozenset[str] = frozenset()

    def schemas(self) -> Schema:
        """Return the union and its alternatives as components; that of `commitment.sign` is `CommitmentSign`."""
        models = {value: self._tagged(value, shape) for value, shape in self.alternatives.items()}
        _, made = models_json_schema(
            [(model, "serialization") for model in models.values()], ref_template=f"{PREFIX}{{model}}"
        )
        mapping = {value: PREFIX + model.__name__ for value, model in models.items()}
        found: Schema = made["$defs"]
        renamed = {name: self.prefix + name for name in found if PREFIX + name not in mapping.values()}
        for schema in each(found):
            if (name := str(schema.get("$ref")).removeprefix(PREFIX)) in renamed:
                schema["$ref"] = PREFIX + renamed[name]
        return self._union(mapping) | {renamed.get(name, name): schema for name, schema in found.items()}

    def _union(self, mapping: Mapping[str, str]) -> Schema:
        """Return what is known, what is not, and one or the other: generators demand that a `oneOf` knows each value of its tag."""
        known, other = f"Known{self.name}", f"Other{self.name}"
        return {
            self.name: {"anyOf": [{"$ref": PREFIX + known}, {"$ref": PREFIX + other}], "description": self.said},
            known: {
                "oneOf": [{"$ref": reference} for reference in mapping.values()],
                "description": f"Told apart by `{self.tag}`.",
                "discriminator": {"propertyName": self.tag, "mapping": dict(mapping)},
            },
            other: {
                "type": "object",
                "description": "What came after this document was made; its members are as they are.",
                "properties": {self.tag: {"type": "string"}},
                "required": [self.tag],
                "additionalProperties": True,
            },
        }

    def _tagged(self, value: str, shape: type) -> type[BaseModel]:
        name = "".join(part.capitalize() for part in value.replace(".", "_").split("_"))
        held = {name: field for name, field in _fields(shape) if name not in self.without}
        assert self.tag not in held, f"{value} has a member of its own that is called {self.tag}"
        fields: Any = {self.tag: (Literal[value], ...), **held}
        made: type[BaseModel] = create_model(name, __doc__=shape.__doc__, **fields)
        return made


def _fields(shape: type) -> Iterator[tuple[str, Any]]:
    if is_typeddict(shape):
        for name, hint in get_type_hints(shape, include_extras=True).items():
            optional = get_origin(hint) is NotRequired
            yield name, (get_args(hint)[0] if optional else hint, None if optional else ...)
    elif issubclass(shape, BaseModel):
        yield from ((name, (field.annotation, field)) for name, field in shape.model_fields.items())
