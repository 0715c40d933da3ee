"""What was found wrong, and how it is mended."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: what it is `about`, what is wrong, and how to mend it.

    `statements` mend it without harm to anything that is there, all of them or none; without any, a person has to.
    """

    about: str
    said: str
    mend: str = ""
    statements: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """Return what is wrong and what to do, for an operator."""
        how = "pacta doctor --fix mends it." if self.statements else self.mend
        return f"{self.said} {how}".rstrip()
