"""Sentences that can be said in another language: English governs, and each remembers what it was made of. Pure."""

from collections.abc import Callable, Iterable
from typing import Self

from typing_extensions import override


class Sentence(str):
    """What `template` says with the values in its places; a value may be a sentence itself."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Return the sentence in English."""
        made = super().__new__(cls, template.format(**values))
        made.template, made.values = template, values
        return made

    @override
    def __reduce__(self) -> tuple[object, ...]:
        """Return how a copy is made: of the same parts."""
        return _again, (type(self), self.template, self.values)

    def said(self, translate: Callable[[str], str]) -> str:
        """Return it in another language, by the translation of its template and of the sentences in it."""
        return translate(self.template).format(**{name: _said(one, translate) for name, one in self.values.items()})


def _again(made: type[Sentence], template: str, values: dict[str, object]) -> Sentence:
    return made(template, **values)


def _said(value: object, translate: Callable[[str], str]) -> object:
    return value.said(translate) if isinstance(value, Sentence) else value


def joined(parts: Iterable[str], between: str = " ") -> Sentence:
    """Return several sentences as one."""
    named = {f"part_{number}": one for number, one in enumerate(parts)}
    return Sentence(between.join(f"{{{name}}}" for name in named), **named)
