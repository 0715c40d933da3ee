"""For whom something is told, and what of a commission that tells. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from service.permissions import Confidentiality
from service.register.commitments.rules.lifecycle import State
from service.register.history.rules.lives import COMMITMENT, INSTRUMENT, Known, Life
from service.register.instruments.rules.lifecycle import InstrumentState

AUDIENCES: Final = {level: tuple(list(Confidentiality)[: place + 1]) for place, level in enumerate(Confidentiality)}
"""For each audience what it may see: `public` is for everybody, `restricted` for secretariats and the owning groups."""
_PROPOSED: Final = (State.PROPOSED, InstrumentState.PROPOSED)


@dataclass(frozen=True, slots=True)
class Shown:
    """The commitments and instruments, by their ids, of which this audience may be told; `seen`: of those alone (None: of all).

    Each is judged where it is asked about: what tells of a few looks at these, not at all of the commission.
    """

    known: Known
    audience: Confidentiality
    seen: Collection[str] | None = None

    def __contains__(self, key: object) -> bool:
        life = self.known.lives.get(str(key))
        if life is None or (self.seen is not None and key not in self.seen):
            return False
        if life.kind == COMMITMENT:
            return self._may_hear(life)
        # Of an instrument may be told only where all that it carries may be.
        return (
            life.kind == INSTRUMENT
            and self._may_hear(life)
            and all(one in self for one in life.members["commitment_ids"])
        )

    def names(self, reference: str) -> bool:
        """Return whether a matter with this reference, or that had it as a draft, may be told of."""
        return bool(self.called(reference))

    def called(self, reference: str) -> list[str]:
        """Return the present reference of the matter that was named by this one; nothing if it may not be told of."""
        return [life.members["reference"] for life in self.known.named.get(reference, ()) if life.id in self]

    def _may_hear(self, life: Life) -> bool:
        members = life.members
        is_joint = self.audience is not Confidentiality.PUBLIC or members["state"] not in _PROPOSED
        return is_joint and members["confidentiality"] in AUDIENCES[self.audience]
