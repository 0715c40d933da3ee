"""What the commands `pacta witness` and `pacta witness-key` do before anything listens."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from service.tlog.cosignature import Cosigner
from service.tlog.encoding import as_written
from service.tlog.keys import Verifier
from service.tlog.policy_file import PolicyMalformed, parse_policy
from service.witness import directory
from service.witness.directory import WitnessCannotStart
from service.witness.memory import Memory, recall


@contextmanager
def opened(place: Path, logs: Path, name: str | None) -> Iterator[Memory]:
    """Give the memory in the directory `place` for the logs in the policy file `logs`; others are kept out of it.

    The key is made on the first start. Raises `WitnessCannotStart`.
    """
    keys = _read_logs(logs)
    with _own(place, name) as cosigner:
        yield recall(place, cosigner, keys)


def public_key(place: Path, name: str | None) -> str:
    """Return the public key (vkey) of the witness in `place`, whose private key is made if there is none.

    Raises `WitnessCannotStart`, also while the witness runs, since that has the directory.
    """
    with _own(place, name) as cosigner:
        return cosigner.verifier.vkey


@contextmanager
def _own(place: Path, name: str | None) -> Iterator[Cosigner]:
    with ExitStack() as held:
        try:
            directory.prepare(place)
            held.enter_context(directory.locked(place))
            cosigner = directory.cosigner(place, name)
        except OSError as wrong:
            raise _unusable(place, wrong) from wrong
        yield cosigner


def _read_logs(file: Path) -> list[Verifier]:
    try:
        found = [log.key for log in parse_policy(as_written(file.read_bytes())).logs]
    except OSError as wrong:
        raise _unusable(file, wrong) from wrong
    except PolicyMalformed as wrong:
        raise WitnessCannotStart(f"{file}: {wrong}") from wrong
    if not found:
        raise WitnessCannotStart(f"{file} names no log. Write a line for each: log <vkey>")
    return found


def _unusable(path: Path, wrong: OSError) -> WitnessCannotStart:
    return WitnessCannotStart(f"{wrong.filename or path} cannot be used: {wrong.strerror}")
