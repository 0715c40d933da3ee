"""What the kernel knows of processes: the CPU time they used, the memory that is theirs."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu(pids: Iterable[int]) -> dict[int, float]:
    """Return the seconds of CPU, user and system, that each of these processes has used."""
    return {pid: _cpu(pid) for pid in pids}


def used(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Return the seconds used in between; a process that ended meanwhile counts nothing, a new one all it used."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def family(pid: int) -> list[int]:
    """Return this process and its children."""
    return [pid, *(int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit() and _parent(one) == pid)]


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        # It ended meanwhile.
        return 0


def pss(pids: Iterable[int]) -> int:
    """Return the proportional set size of these processes together, in bytes."""
    return sum(_pss(pid) for pid in pids)


def _pss(pid: int) -> int:
    try:
        found = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in found.splitlines() if line.startswith("Pss:"))
