"""A log for witnesses to watch: it grows, and where a test wants it, it forks."""

from dataclasses import dataclass

from service.tlog.add_checkpoint import AddCheckpoint
from service.tlog.checkpoint import Checkpoint, sign_checkpoint
from service.tlog.keys import Signer
from service.tlog.merkle import leaf_hash, root
from service.tlog.note import parse_note
from tests.tlog.proving import consistency_proof

ORIGIN = "pacta.example/az-pk"
SIGNER = Signer(ORIGIN, bytes(range(32)))


@dataclass(frozen=True)
class Log:
    """A history of the log; histories agree on their first `forks_at` entries."""

    history: str = "true"
    forks_at: int = 0
    signer: Signer = SIGNER

    def leaves(self, size: int) -> list[bytes]:
        """Return the hashes of the first `size` entries."""
        told = ("true" if index < self.forks_at else self.history for index in range(size))
        return [leaf_hash(f"{history} {index}".encode()) for index, history in enumerate(told)]

    def checkpoint(self, size: int) -> Checkpoint:
        """Return what the log says of its first `size` entries."""
        return Checkpoint(self.signer.name, size, root(self.leaves(size)))

    def note(self, size: int) -> bytes:
        """Return the signed checkpoint of `size` entries."""
        return sign_checkpoint(self.checkpoint(size), self.signer)

    def proof(self, old_size: int, size: int) -> tuple[bytes, ...]:
        """Return the proof that `size` entries continue `old_size`."""
        return tuple(consistency_proof(self.leaves(size), old_size)) if 0 < old_size < size else ()

    def request(self, old_size: int, size: int) -> bytes:
        """Return the body of an honest request."""
        return bytes(AddCheckpoint(old_size, self.proof(old_size, size), parse_note(self.note(size))))

    @property
    def policy(self) -> bytes:
        """Return the policy file that names this log."""
        return f"log {self.signer.verifier.vkey}\nquorum none\n".encode()
