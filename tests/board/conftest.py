"""The Chromium that Swagger UI is tried in."""

from tests.swagger.conftest import browser

__all__ = ["browser"]
