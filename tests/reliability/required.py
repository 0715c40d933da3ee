"""What a machine may lack: there a test is skipped and says why, unless it is demanded, as in `.ci/run`."""

import os
from typing import NoReturn

import pytest


def skip(hindrance: str) -> NoReturn:
    """Skip this test, or fail where `PACTA_REQUIRE_RELIABILITY` is set."""
    if os.environ.get("PACTA_REQUIRE_RELIABILITY"):
        pytest.fail(hindrance)
    pytest.skip(hindrance)
