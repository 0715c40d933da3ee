"""The service at the largest size beside the service at the smallest: both run, and short rounds alternate.

Rates taken minutes apart on a shared machine differ by more than the size does; within a round they can be compared.
Both have a sequencer of their own, which has done its work before the other is measured.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import asyncpg

from service.demo.postgres import Server
from tests.benchmarks.load import Measured, measure
from tests.benchmarks.operations import Asker, tokens_of
from tests.benchmarks.processes import running
from tests.benchmarks.rounds import Pace
from tests.benchmarks.settling import settled


@dataclass(frozen=True, slots=True)
class Measurable:
    """A register that was filled and measured, with who asks its service and in which state each row was left."""

    size: int
    directory: Path
    asker: Asker


async def grow(
    small: tuple[Server, Measurable], large: tuple[Server, Measurable], only: list[str], pace: Pace
) -> list[dict[str, object]]:
    """Return, for each operation, both rates and what share of the small one's is left at the large one, in quartiles."""
    found: list[dict[str, object]] = []
    (first, one), (second, other) = small, large
    async with running(first, one.directory) as (here, _), running(second, other.directory) as (there, _):
        asks = []
        for server, side, known in ((first, here, one), (second, there, other)):
            tokens = await tokens_of(side, known.asker.filled)
            watching = await asyncpg.connect(server.url("postgres"))
            await settled(watching, side)
            asks.append((replace(known.asker, side=side, tokens=tokens), watching))
        for operation in only:
            print(f"  {operation}: {one.size:,} and {other.size:,} in turn ...", flush=True)
            for clients in pace.clients:
                found += await _alternate(operation, asks, clients, pace)
        for _, watching in asks:
            await watching.close()
    return found


async def _alternate(
    operation: str, asks: list[tuple[Asker, Any]], clients: int, pace: Pace
) -> list[dict[str, object]]:
    rates: dict[str, list[tuple[float, float]]] = {}
    # The first round warms both up.
    for number in range(-1, pace.rounds):
        measured: list[dict[str, Measured]] = [{}, {}]
        for which in (0, 1) if number % 2 else (1, 0):
            asker, watching = asks[which]
            await measure(asker.side.ports, asker.works(operation), clients, pace.seconds, measured[which])
            await settled(watching, asker.side)
        if number >= 0:
            for name, one in measured[0].items():
                rates.setdefault(name, []).append((one.rate, measured[1][name].rate))
    return [_summary(name, clients, pairs) for name, pairs in rates.items()]


def _summary(name: str, clients: int, pairs: list[tuple[float, float]]) -> dict[str, object]:
    shares = [large / small for small, large in pairs]
    low, middle, high = quantiles(shares, n=4, method="inclusive")
    return {
        "operation": name,
        "clients": clients,
        "small_per_second": round(median(small for small, _ in pairs), 1),
        "large_per_second": round(median(large for _, large in pairs), 1),
        "share": {"median": round(middle, 3), "quartiles": [round(low, 3), round(high, 3)]},
    }
