"""The revisions of the schema, by their files: what this release is made for."""

from service.settings import MIGRATIONS


def newest() -> str:
    """Return the newest revision by its file's name: Alembic would read them all, and stay in memory for good."""
    return max(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))
