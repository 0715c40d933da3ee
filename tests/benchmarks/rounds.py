"""Alternating short rounds: service, limit, and the limit once more as a control, in orders that take turns.

The machine is shared and drifts; within a round all three meet the same machine, so ratios are taken there, and their
median and quartiles are reported. The control's ratio to the limit says how far a ratio can be trusted.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.benchmarks.load import Measured, measure
from tests.benchmarks.machine import cpu, used
from tests.benchmarks.operations import Asker
from tests.benchmarks.processes import Backends, Side
from tests.benchmarks.settling import settled

SIDES = ("service", "limit", "control")
ORDERS = tuple(tuple(SIDES[int(number)] for number in order) for order in ("012", "021", "210", "102", "120", "201"))
"""Six rounds in which each side has each place twice, follows each of the others three times, and never itself."""


@dataclass(slots=True)
class Tally:
    """One side's rounds of one operation."""

    rates: list[float] = field(default_factory=list)
    latencies: list[int] = field(default_factory=list)
    count: int = 0
    cpu: float = 0.0
    generator: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """One operation with one number of clients: each side's rounds."""

    name: str
    clients: int
    tallies: dict[str, Tally] = field(default_factory=lambda: {side: Tally() for side in SIDES})

    def ratios(self, side: str) -> list[float]:
        """Return this side's rate as a share of the limit's, round by round."""
        return [a / b for a, b in zip(self.tallies[side].rates, self.tallies["limit"].rates, strict=True)]

    def summary(self) -> dict[str, object]:
        """Return the figures of the report: rates, times in milliseconds, ratios, CPU in milliseconds per request."""
        found: dict[str, object] = {"operation": self.name, "clients": self.clients}
        for side in ("service", "limit"):
            tally = self.tallies[side]
            times = quantiles(tally.latencies, n=100) if len(tally.latencies) > 1 else [0.0] * 99
            found[side] = {
                "per_second": round(median(tally.rates), 1),
                "p50_ms": round(median(tally.latencies) / 1e6, 2),
                "p99_ms": round(times[98] / 1e6, 2),
                "cpu_ms": round(1000 * tally.cpu / tally.count, 3),
                "requests": tally.count,
                "generator_cpu_share": round(median(tally.generator), 2),
            }
        for side in ("service", "control"):
            low, middle, high = (
                quantiles(self.ratios(side), n=4, method="inclusive") if len(self.ratios(side)) > 1 else [0.0] * 3
            )
            found[f"{side}_ratio"] = {"median": round(middle, 3), "quartiles": [round(low, 3), round(high, 3)]}
        return found


@dataclass(frozen=True, slots=True)
class Pace:
    """How many rounds, how long each, and with how many clients."""

    rounds: int
    seconds: float
    clients: tuple[int, ...] = (1, 16)


async def compare(operation: str, asks: Mapping[str, Asker], backends: Backends, pace: Pace) -> list[Result]:
    """Measure one operation on both sides, after a warm-up that is thrown away."""
    results: list[Result] = []
    for clients in pace.clients:
        for name in ("service", "limit"):
            asker = asks[name]
            await measure(asker.side.ports, asker.works(operation), max(clients, 4), pace.seconds, {})
            await settled(backends.connection, asker.side)
        found: dict[str, Result] = {}
        for number in range(pace.rounds):
            for side in ORDERS[number % len(ORDERS)]:
                asker = asks["service" if side == "service" else "limit"]
                await _round(operation, side, asker, backends, (clients, pace.seconds), found)
        results += found.values()
    return results


async def _round(
    operation: str, side: str, asker: Asker, backends: Backends, load: tuple[int, float], found: dict[str, Result]
) -> None:
    clients, seconds = load
    before = cpu(await pids_of(asker.side, backends))
    measured, own = dict[str, Measured](), time.process_time()
    await measure(asker.side.ports, asker.works(operation), clients, seconds, measured)
    own = time.process_time() - own
    # What the sequencer has left to do is no part of the round, but of what the requests cost.
    await settled(backends.connection, asker.side)
    worked = used(before, cpu(await pids_of(asker.side, backends)))
    spent = sum(one.seconds for one in measured.values())
    for name, one in measured.items():
        tally = found.setdefault(name, Result(name, clients)).tallies[side]
        tally.rates.append(one.rate)
        tally.latencies += one.latencies
        tally.count += one.count
        tally.generator.append(own / spent if spent else 0.0)
        # A pair's CPU is shared out by time; the two are also in the same round, so no tick tells them apart.
        tally.cpu += worked * one.seconds / spent if spent else 0.0


async def pids_of(side: Side, backends: Backends) -> list[int]:
    """Return every process that works for a side: workers, sequencer, PostgreSQL's backends."""
    return [*side.pids, *(one.pid for one in side.beside), *await backends.of(side)]
