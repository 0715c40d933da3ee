"""The figures as tables, beside the floors and aims; what is missed is marked and named below, and fails nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

FLOORS = {
    "at_once": (0.38, 0.50),
    "propose": (0.35, 0.50),
    "confirm": (0.35, 0.50),
    "list": (0.38, 0.60),
    "read": (0.33, 0.50),
    "trail": (0.38, 0.50),
}
"""The least and the wanted share of the limit's rate."""
READS_KEEP, WRITES_KEEP = (0.85, 0.95), (0.70, 0.90)
"""The least and the wanted share of the rate at the smallest size that is left at the largest."""
WRITES = ("at_once", "propose", "confirm")
P99_TO_P50, COLD_START = 5.0, 1.5
"""At most so many times: p50 (16 clients), the empty application's start."""
HEAD = (
    "operation", "clients", "service/s", "limit/s", "ratio", "quartiles", "floor/aim", "control", "p50 ms", "p99 ms",
    "limit p50", "limit p99", "CPU ms", "limit CPU", "statements", "round trips", "pgbench/s",
)  # fmt: skip


def judged(value: float, floor: float, aim: float) -> str:
    """Return how `value` stands to the floor and the aim."""
    return "MISSED" if value < floor else ("ok" if value < aim else "aim")


def print_size(found: Mapping[str, Any]) -> None:
    print("\n".join(size_lines(found)), flush=True)


def size_lines(found: Mapping[str, Any]) -> list[str]:
    """Return the table of one size in Markdown."""
    title = f"## {found['size']:,} commitments, {found['entries']:,} entries"
    rows = [[*_row(one), *_database(one, found)] for one in found["operations"]]
    return ["", title, "", *markdown(HEAD, rows), "", *missed_lines(_missed(found)), *_facts(found)]


def missed_lines(missed: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the sentences that name what is missed, or say that nothing is."""
    return [f"- {kind} missed: {'; '.join(names) or 'none'}." for kind, names in missed.items()]


def shortfalls(judgements: Iterable[tuple[str, float, tuple[float, float]]]) -> dict[str, list[str]]:
    """Return what is below its floor and what is below its aim, in words; who misses a floor misses the aim too."""
    missed: dict[str, list[str]] = {"Floors": [], "Aims": []}
    for name, value, wanted in judgements:
        for kind, least in zip(missed, wanted, strict=True):
            if value < least:
                missed[kind].append(f"{name} {value:.3f} of {least:.2f}")
    return missed


def _missed(found: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is missed at the most clients, for which floors and aims are given, and in cold start."""
    most = max(one["clients"] for one in found["operations"])
    at_most = [one for one in found["operations"] if one["clients"] == most]
    missed = shortfalls(
        (one["operation"], one["service_ratio"]["median"], FLOORS[one["operation"]])
        for one in at_most
        if one["operation"] in FLOORS
    )
    # A machine that is busy otherwise makes both tails long: the limit's says how far ours is our own.
    bounds = [
        (f"p99 of {one['operation']} (limit {_tail(one, 'limit'):.2f}x)", _tail(one), P99_TO_P50) for one in at_most
    ]
    bounds += [("cold start", _start_times(found), COLD_START)]
    missed["Floors"] += [f"{name} {times:.2f}x of at most {bound}x" for name, times, bound in bounds if times > bound]
    return missed


def _tail(one: Mapping[str, Any], side: str = "service") -> float:
    return float(one[side]["p99_ms"] / one[side]["p50_ms"])


def _start_times(found: Mapping[str, Any]) -> float:
    return float(found["cold_start_seconds"]["service"] / found["cold_start_seconds"]["empty"])


def _row(one: Mapping[str, Any]) -> list[str]:
    ours, limit, ratio, control = one["service"], one["limit"], one["service_ratio"], one["control_ratio"]
    # Floors and aims are given for many clients.
    floor = FLOORS.get(one["operation"]) if one["clients"] > 1 else None
    verdict = f"{floor[0]:.2f}/{floor[1]:.2f} {judged(ratio['median'], *floor)}" if floor else "-"
    tail = " MISSED" if one["clients"] > 1 and _tail(one) > P99_TO_P50 else ""
    return [
        one["operation"],
        str(one["clients"]),
        f"{ours['per_second']:.0f}",
        f"{limit['per_second']:.0f}",
        f"{ratio['median']:.2f}",
        "-".join(f"{value:.2f}" for value in ratio["quartiles"]),
        verdict,
        f"{control['median']:.2f}",
        f"{ours['p50_ms']:.2f}",
        f"{ours['p99_ms']:.2f}{tail}",
        f"{limit['p50_ms']:.2f}",
        f"{limit['p99_ms']:.2f}",
        f"{ours['cpu_ms']:.2f}",
        f"{limit['cpu_ms']:.2f}",
    ]


def _database(one: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    ours, limit = (found["wire"][side][one["operation"]] for side in ("service", "limit"))
    alone = {(row["operation"], row["clients"]): row["per_second"] for row in found["pgbench"]}
    floor = alone.get((one["operation"], one["clients"]))
    return [
        *(f"{ours[name]:.0f} ({limit[name]:.0f})" for name in ("statements", "round_trips")),
        "-" if floor is None else f"{floor:.0f}",
    ]


def _facts(found: Mapping[str, Any]) -> list[str]:
    memory, start, generator = found["pss_bytes"], found["cold_start_seconds"], found["generator"]
    busiest = max(one[side]["generator_cpu_share"] for one in found["operations"] for side in ("service", "limit"))
    sizes = f"{_mib(memory['service'])}, limit {_mib(memory['limit'])}"
    database = memory["postgresql"]
    alone = f"{generator['per_second']:,}/s at {generator['cpu_share']:.0%} of a core"
    starts = f"{start['service']:.2f} s, empty application {start['empty']:.2f} s"
    parts = f"{_mib(database['service'])} serve the service and {_mib(database['limit'])} the limit"
    beside = f"sequencer {_mib(memory['sequencer'])}, PostgreSQL {_mib(database['all'])}"
    return [
        f"- Memory (PSS of two workers): {sizes}.",
        f"- Memory beside both: {beside} in {database['processes']} processes, of which {parts}.",
        f"- Cold start to the first answer: {starts}: {_at_most(_start_times(found), COLD_START)}",
        "- Statements and round trips are per request, the limit's in brackets, counted on the wire.",
        f"- The generator alone: {alone}; in the rounds it used at most {busiest:.0%}.",
    ]


def _mib(count: float) -> str:
    return f"{count / 2**20:.0f} MiB"


def _at_most(times: float, most: float) -> str:
    return f"{times:.2f}x (at most {most}x){'' if times <= most else ' MISSED'}"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a Markdown table whose columns are aligned, so that it also reads well in a terminal."""
    cells = [list(head), *map(list, rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def growth_lines(found: Mapping[str, Any]) -> list[str]:
    """Return what is left of the service's own rates at the largest size, beside the smallest."""
    small, large = f"{found['small']:,}", f"{found['large']:,}"
    rows = []
    for one in found["operations"]:
        share, floor = one["share"], _keeps(one["operation"])
        rows.append(
            [
                one["operation"],
                str(one["clients"]),
                f"{one['small_per_second']:.0f}",
                f"{one['large_per_second']:.0f}",
                f"{share['median']:.2f}",
                "-".join(f"{value:.2f}" for value in share["quartiles"]),
                f"{floor[0]:.2f}/{floor[1]:.2f} {judged(share['median'], *floor)}",
            ]
        )
    head = ("operation", "clients", f"{small}: /s", f"{large}: /s", "share", "quartiles", "floor/aim")
    most = max(one["clients"] for one in found["operations"])
    missed = shortfalls(
        (one["operation"], one["share"]["median"], _keeps(one["operation"]))
        for one in found["operations"]
        if one["clients"] == most
    )
    title = f"## The service at {large} commitments beside {small}"
    return ["", title, "", *markdown(head, rows), "", *missed_lines(missed)]


def _keeps(operation: str) -> tuple[float, float]:
    return WRITES_KEEP if operation in WRITES else READS_KEEP


def write(out: Path, found: Sequence[Mapping[str, Any]], growth: Mapping[str, Any] | None) -> None:
    """Write everything as JSON and as Markdown."""
    out.mkdir(parents=True, exist_ok=True)
    grown = growth_lines(growth) if growth else []
    print("\n".join(grown), flush=True)
    lines = ["# The service beside the limit", *(line for one in found for line in size_lines(one)), *grown]
    content = {"sizes": found, "growth": growth}
    (out / "bench.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (out / "bench.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
