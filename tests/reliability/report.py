"""What is done to the service, as a table: `python -m tests.reliability.report failover [TIMES]`, written to `artifacts/` too."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.reliability import cluster, failover, machines

ARTIFACTS: Final = Path("artifacts")


def failovers(times: int) -> list[str]:
    """Return the lines of a table of so many runs of all fail-overs."""
    if said := cluster.hindrance() or machines.hindrance():
        raise SystemExit(said)
    lines = ["| run | event | seconds without writes | whole again after | acknowledged |", "|---|---|---|---|---|"]
    notes = []
    for run in range(1, times + 1):
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "report.json"
            subprocess.run(failover.command(file), check=True)
            found: dict[str, Any] = json.loads(file.read_text())
        lines += [
            f"| {run} | {one['event']} | {one['seconds_without_writes']} | {one['seconds_to_mend']} | {one['acknowledged']} |"
            for one in found["table"]
        ]
        notes.append(
            f"Run {run}: {found['acknowledged']} acknowledged, {found['lost']} lost, {len(found['anomalies'])} anomalies in "
            f"{found['readings']} readings; answers {found['answers']}; ended: {found['ended'] or 'nobody'}; "
            f"`pacta verify`: exit {found['verdict'].split()[0]}; load of the machine {found['load_of_the_machine']:.1f}."
        )
    return [*lines, "", *notes]


def main(words: Sequence[str]) -> None:
    """Do what is named, and write it down."""
    (name, *times) = words
    assert name == "failover"
    lines = failovers(int(times[0]) if times else 1)
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / f"{name}.md").write_text("\n".join(lines) + "\n")
    sys.stdout.write("\n".join([*lines, f"Load now: {os.getloadavg()[0]:.1f}", ""]))


if __name__ == "__main__":
    main(sys.argv[1:])
