"""Run the tests of this folder alone, in one process; what is given beside goes to pytest."""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["-n", "0", "-rs", "-m", "", str(Path(__file__).parent), *sys.argv[1:]]))
