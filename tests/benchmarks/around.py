"""What is measured around the load: cold starts, and the generator itself."""

import os
import sys
import time
from pathlib import Path
from statistics import median

from service.demo.postgres import Server
from tests.benchmarks.load import Ask, Measured, Work, measure, request
from tests.benchmarks.processes import answers, end, serve_command, service_environment, spawn
from tests.serving import free_port


async def cold_start(server: Server, directory: Path, times: int) -> dict[str, float]:
    """Return the seconds from the start of the process to the first answer, service and empty application in turn."""
    found: dict[str, list[float]] = {"service": [], "empty": []}
    environment = service_environment(server, directory)
    for number in range(times + 1):
        for name, seconds in found.items():
            port = free_port()
            empty = [sys.executable, "-m", "tests.benchmarks.empty", str(port)]
            began = time.perf_counter()
            program = spawn(name, serve_command(port) if name == "service" else empty, environment, directory)
            try:
                await answers(program, port)
                # The first start compiles the bytecode.
                if number:
                    seconds.append(time.perf_counter() - began)
            finally:
                end([program])
    return {name: round(median(seconds), 3) for name, seconds in found.items()}


async def generator(directory: Path, seconds: float) -> dict[str, float]:
    """Return what the generator reaches against two responders that do nothing, and its share of one core."""
    ports = [free_port(), free_port()]
    command = [sys.executable, "-m", "tests.benchmarks.constant"]
    programs = [spawn("constant", [*command, str(port)], os.environ, directory) for port in ports]
    try:
        for program, port in zip(programs, ports, strict=True):
            await answers(program, port)
        ask, found, used = Ask(request("GET", "/livez")), dict[str, Measured](), time.process_time()
        await measure(ports, [Work("constant", lambda: ask)], 16, seconds, found)
        share = (time.process_time() - used) / found["constant"].seconds
        return {"per_second": round(found["constant"].rate), "cpu_share": round(share, 2)}
    finally:
        end(programs)
