"""What is done to the service, as a table: `python -m tests.reliability.report failover|harness [TIMES]`, in `artifacts/` too."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.reliability import cluster, failover, harness, machines

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


def trials(rounds: int) -> list[str]:
    """Return the lines of a table of so many rounds of everything else."""
    if said := machines.hindrance():
        raise SystemExit(said)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "report.json"
        subprocess.run(harness.command(file, rounds), check=True)
        found: dict[str, Any] = json.loads(file.read_text())
    lines = ["| trial | times | longest without writes, seconds | acknowledged |", "|---|---|---|---|"]
    for name in harness.TRIALS:
        rows = [one for one in found["table"] if one["trial"] == name and "skipped" not in one]
        longest = max((one["seconds_without_writes"] for one in rows), default="skipped")
        lines.append(f"| {name} | {len(rows)} | {longest} | {sum(one['acknowledged'] for one in rows)} |")
    notes = [f"{name}: {value}" for name, value in found["notes"].items()]
    said = (
        f"{found['acknowledged']} acknowledged, {len(found['anomalies'])} anomalies in {found['readings']} readings; answers "
        f"{found['answers']}; `pacta verify`: exit {found['verdict'].split()[0]}; {found['took']} s; load of the machine "
        f"{found['load_of_the_machine']:.1f}."
    )
    return [*lines, "", said, *notes]


def main(name: str, times: int) -> None:
    """Do what is named so many times, and write it down."""
    lines = {"failover": failovers, "harness": trials}[name](times)
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / f"{name}.md").write_text("\n".join(lines) + "\n")
    sys.stdout.write("\n".join([*lines, f"Load now: {os.getloadavg()[0]:.1f}", ""]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1)
