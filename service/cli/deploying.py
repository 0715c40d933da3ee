"""`pacta deployment`: the files that an operator starts from, and makes their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from service import durable
from service.errors.operator import OperatorMistake

FILES: Final = Path(__file__).parent / "deployment"


def write(directory: Path) -> Iterator[str]:
    """Write each file that is not there yet, and yield what was done with each; `OperatorMistake` where it cannot be."""
    try:
        durable.make_directory(directory)
        for file in sorted(FILES.iterdir()):
            own = directory / file.name
            if own.exists():
                yield f"{own}: left as it is"
                continue
            durable.replace(own, file.read_bytes(), durable.SHARED)
            yield f"{own}: written"
    except OSError as wrong:
        raise OperatorMistake(f"{directory} cannot be written to: {wrong.strerror}.") from wrong
