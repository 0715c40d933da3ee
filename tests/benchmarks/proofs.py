"""What verifying an exported log costs, as a ratio to a bare loop of SHA-256 over the same bytes in the same run.

The entries record commitments and move them on, fourteen entries each, by moves whose evidence is texts and dates; signing,
drafting and amending, which come once or twice in a commitment's life, have longer evidence and take some microseconds more.

`python -m tests.benchmarks.proofs [--entries N] [--version V | --kinds] [--json FILE]` prints a table in Markdown; with `--kinds` one of
logs in which that is told most often which came later: reports, amendments, corrections. Times are this process's own
(CPU), so that what else the machine does counts little; a whole verification reads its files within that time.
"""

import argparse
import gc
import hashlib
import json
import multiprocessing
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from service.cli.__main__ import COLLECT
from service.tlog.checkpoint import Checkpoint, sign_checkpoint
from service.tlog.merkle import leaf_hashes
from service.tlog.note import parse_note
from service.tlog.tiles import Bundle, Tile, bundles_of, decode_bundle, encode_bundle
from service.trail.entry import VERSIONS
from service.verify.export import PROOFS, open_directory
from service.verify.judgement import verify
from service.verify.tower import Tower
from tests.benchmarks.lives import ALIVE, KINDS, Life, entries, moved
from tests.verify.journal import LOG, POLICY, WITNESS

ROUNDS = 9
TARGETS = {"leaves_and_root": 2.5, "without_replay": 12.0, "with_replay": 30.0}


def write(directory: Path, size: int, life: Life, version: int) -> float:
    """Write an export of so many entries of such lives (without proofs); return the bytes of an entry on average."""
    tower, total, stream = Tower(), 0, entries(life, version)
    for bundle in bundles_of(size):
        batch = list(islice(stream, bundle.width))
        total += sum(map(len, batch))
        _put(directory, bundle, encode_bundle(batch))
        for tile, hashes in tower.add(leaf_hashes(batch)):
            _put(directory, tile, b"".join(hashes))
    for tile, hashes in tower.rest():
        _put(directory, tile, b"".join(hashes))
    checkpoint = Checkpoint(LOG.name, size, tower.root())
    note = parse_note(sign_checkpoint(checkpoint, LOG)).signed(WITNESS.cosign(checkpoint.text, 1_737_800_000))
    (directory / "checkpoint").write_bytes(bytes(note))
    return total / size


def _put(directory: Path, tile: Tile | Bundle, content: bytes) -> None:
    path = directory / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def hashing(directory: Path, size: int) -> tuple[float, float]:
    """Return the seconds of the bare loop, and of leaf hashes with the root, alternating bundle by bundle."""
    bare = ours = 0.0
    tower, sha, clock = Tower(), hashlib.sha256, time.process_time
    for bundle in bundles_of(size):
        batch = decode_bundle(bundle, (directory / bundle.path).read_bytes())
        start = clock()
        for stored in batch:
            sha(stored).digest()
        middle = clock()
        tower.add(leaf_hashes(batch))
        ours += clock() - middle
        bare += middle - start
    start = clock()
    tower.root()
    return bare, ours + clock() - start


def verifying(directory: Path, *, replay: bool) -> tuple[float, int, int]:
    """Return the seconds of a whole verification (files read and all), the memory it took at most (bytes), and the commitments."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_verify, (directory, replay))


def _verify(directory: Path, replay: bool) -> tuple[float, int, int]:  # a process of its own, so that memory is its own
    # As the command does.
    gc.set_threshold(*COLLECT)
    start = time.process_time()
    verdict = verify(open_directory(directory), POLICY, replay=replay)
    taken = time.process_time() - start
    # This export has no proofs; whatever else is found makes the figure worthless.
    assert [one.where for one in verdict.findings.listed] == [PROOFS]
    return taken, _peak(), verdict.commitments


def _peak() -> int:
    """Return this process's largest resident set (Linux; `ru_maxrss` would be inherited from the parent)."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def of_kinds(size: int) -> dict[str, Any]:
    """Measure logs of so many of today's entries, each of lives in which one thing is told most often; return the figures of each."""
    found = {}
    for kind, life in KINDS.items():
        with tempfile.TemporaryDirectory() as made:
            average = write(Path(made), size, life, VERSIONS[-1])
            least = _least([_round(Path(made), size) for _ in range(ROUNDS)])
        found[kind] = {"bytes_per_entry": round(average), "ratios": _ratios(least)}
    return found


def main(size: int, version: int) -> dict[str, Any]:
    """Measure with so many entries of this version, of commitments that are moved; return the figures."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        average = write(directory, size, moved(laps=1), version)
        rounds = [_round(directory, size) for _ in range(ROUNDS)]
    tenth = max(size // 10, 1)
    few = {many: _memory_of_few(many, version) for many in (tenth, size)}
    least = _least(rounds)
    return {
        "entries": size,
        "version": version,
        "bytes_per_entry": round(average),
        "bare_us_per_entry": round(least["bare"] / size * 1e6, 3),
        "ratios": _ratios(least),
        "targets": TARGETS,
        "memory": {
            key: {
                "peak": (peak := max(one[f"{key}_rss"] for one in rounds)),
                "peak_few_commitments_tenth_of_entries": few[tenth][key],
                "peak_few_commitments": few[size][key],
                "per_commitment": round((peak - few[size][key]) / max(least["commitments"] - ALIVE, 1)),
            }
            for key in few[size]
        },
    }


def _least(rounds: list[dict[str, float]]) -> dict[str, float]:
    # What else the machine does can only add to a process's own time.
    return {key: min(one[key] for one in rounds) for key in rounds[0]}


def _ratios(least: dict[str, float]) -> dict[str, float]:
    return {key: round(least[key] / least["bare"], 2) for key in TARGETS}


def _memory_of_few(size: int, version: int) -> dict[str, int]:
    """Return the memory that verifying so many entries of `ALIVE` commitments takes, which live long."""
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), size, moved(laps=size), version)
        return {key: verifying(Path(name), replay=key == "with_replay")[1] for key in ("without_replay", "with_replay")}


def _round(directory: Path, size: int) -> dict[str, float]:
    before, leaves = hashing(directory, size)
    without, without_rss, commitments = verifying(directory, replay=False)
    with_, with_rss, _ = verifying(directory, replay=True)
    after, leaves_after = hashing(directory, size)
    return {
        "bare": min(before, after),
        "leaves_and_root": min(leaves, leaves_after),
        "without_replay": without,
        "with_replay": with_,
        "without_replay_rss": without_rss,
        "with_replay_rss": with_rss,
        "commitments": commitments,
    }


def table(found: dict[str, Any]) -> str:
    """Return the figures as a Markdown table."""
    memory = found["memory"]
    heading = (
        f"{found['entries']} entries of version {found['version']}, of {found['bytes_per_entry']} bytes; "
        f"bare SHA-256: {found['bare_us_per_entry']} µs per entry\n\n"
        f"| Part | Times the bare loop | Target | Peak memory, MB | with {ALIVE} commitments | and a tenth of the entries "
        "| Bytes kept per commitment |\n|---|---|---|---|---|---|---|"
    )
    rows = [
        f"| {key.replace('_', ' ')} | {ratio} | {found['targets'][key]} | {_kept(memory[key]) if key in memory else '|||'} |"
        for key, ratio in found["ratios"].items()
    ]
    return "\n".join([heading, *rows])


def table_of_kinds(found: dict[str, Any]) -> str:
    """Return the figures of each kind of life as a Markdown table."""
    heading = f"| Today's entries, of commitments that are | Bytes | {' | '.join(map(str, TARGETS))} |\n|{'---|' * (len(TARGETS) + 2)}"
    rows = [
        f"| {kind} | {one['bytes_per_entry']} | {' | '.join(map(str, one['ratios'].values()))} |"
        for kind, one in found.items()
    ]
    return "\n".join([heading, *rows]).replace("_", " ")


def _kept(found: dict[str, int]) -> str:
    *peaks, each = (
        found[key]
        for key in ("peak", "peak_few_commitments", "peak_few_commitments_tenth_of_entries", "per_commitment")
    )
    return " | ".join([*(str(round(peak / 1e6)) for peak in peaks), str(each)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--version", type=int, default=1, choices=VERSIONS)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--kinds", action="store_true")
    asked = parser.parse_args()
    figures = of_kinds(asked.entries) if asked.kinds else main(asked.entries, asked.version)
    print(table_of_kinds(figures) if asked.kinds else table(figures))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")
