"""A private PostgreSQL 18 for `pacta demo` and the tests: a direct child that dies with its parent."""

from service.demo.postgres.server import (
    DataDirectoryInUse,
    EmbeddedError,
    EmbeddedPostgresMissing,
    Server,
    StartFailed,
    start,
)

__all__ = ["DataDirectoryInUse", "EmbeddedError", "EmbeddedPostgresMissing", "Server", "StartFailed", "start"]
