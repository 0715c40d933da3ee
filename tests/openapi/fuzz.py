"""Run schemathesis against a fresh demo, as each principal: `uv run poe fuzz [EXAMPLES]`.

Examples of the document, coverage of its boundaries, fuzzing, and sequences that follow its links. At the boundaries of one body
that takes every move of a commitment lie 2,600 requests: with no more than `BRIEFLY` examples one party alone asks what is there,
and every principal asks each operation in the other phases. No answer may be a 5xx, or one whose status, media type, headers or
schema the document does not declare.
"""

import re
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.demo.test_demo import Running

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance"
)
PRINCIPALS = ("PK", "AZ", "administrator", "auditor", "observer")
BRIEFLY = 3
SEQUENCES = "stateful"
SECONDS_OF_SEQUENCES = 120
"""Where more is asked than briefly: left to itself schemathesis ends when a dozen sequences are made, of which few follow a link."""


def main(examples: int = BRIEFLY) -> int:
    """Return 0 if nothing was found. Each principal has a demo of its own: what it does may lock the others out."""
    # One waits for its answers about half of its time; who asks most begins first.
    with ThreadPoolExecutor(3) as side_by_side:
        return max(side_by_side.map(lambda who: attempt(who, examples), PRINCIPALS))


def phases(who: str, examples: int) -> tuple[str, ...]:
    """Return the phases in which this principal asks, run by run: where they take a quarter of an hour, its token has ended before the last."""
    coverage = "coverage," if who == PRINCIPALS[0] or examples > BRIEFLY else ""
    each = f"examples,{coverage}fuzzing"
    return (each, SEQUENCES) if examples > BRIEFLY else (f"{each},{SEQUENCES}",)


def attempt(who: str, examples: int) -> int:
    """Fuzz a fresh demo as one principal."""
    with tempfile.TemporaryDirectory() as place:
        demo = Running(Path(place) / ".pacta")
        try:
            return fuzz(demo, who, examples)
        finally:
            demo.end(signal.SIGINT)


def fuzz(demo: Running, who: str, examples: int) -> int:
    """Fuzz as one principal, say what was found, and return schemathesis' exit status."""
    # It is made once; schemathesis would not wait for it for longer than ten seconds.
    demo.call("/openapi.json")
    return max(run(demo, who, examples, those) for those in phases(who, examples))


def run(demo: Running, who: str, examples: int, those: str) -> int:
    """Ask in these phases, with a token of their own."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{demo.url}/openapi.json",
        f"--header=Authorization: Bearer {demo.token(who)}",
        f"--checks={CHECKS}",
        f"--phases={those}",
        f"--max-examples={examples}",
        "--seed=1",
        "--request-timeout=60",
        "--suppress-health-check=all",
        "--no-color",
    ]
    if those == SEQUENCES:
        command.append(f"--max-time={SECONDS_OF_SEQUENCES}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    summary = re.search(r"\d+ generated, .*", done.stdout)
    print(f"{who}, {those}: {summary[0]}" if summary and done.returncode == 0 else done.stdout)  # noqa: T201
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
