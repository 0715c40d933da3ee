"""Typesets one document, in a process of its own: JSON comes in on standard input, the PDF goes out on standard output.

It is run by its path, without the rest of the service: it knows no database, no settings and no environment. What is asked
for beyond the limits ends this process alone.
"""

import json
import resource
import sys
from pathlib import Path

MEMORY, CPU_SECONDS = 1536 * 2**20, 40
TEMPLATES = Path(__file__).with_name("templates")


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    # It writes no file: typst would keep packages, which it is never asked for.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read what is to be typeset and where the fonts are; write the PDF, or end with the compiler's own words."""
    _limit()
    import typst  # noqa: PLC0415 -- within the limits

    told = json.load(sys.stdin)
    nowhere = str(TEMPLATES / "packages")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=told["fonts"])
    try:
        made = typst.compile(
            str(TEMPLATES / "report.typ"),
            root=str(TEMPLATES),
            font_paths=fonts,
            ignore_system_fonts=True,
            package_path=nowhere,
            package_cache_path=nowhere,
            format="pdf",
            sys_inputs={"data": json.dumps(told["document"])},
            pdf_standards=["a-2b", "ua-1"],
            timestamp=told["timestamp"],
        )
    except typst.TypstError as wrong:
        sys.exit(wrong.diagnostic)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
