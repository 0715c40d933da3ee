"""What an operator can set: environment variables with the prefix PACTA_."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.errors.operator import OperatorMistake

PREFIX: Final = "PACTA_"
MIGRATIONS: Final = Path(__file__).resolve().parent.parent / "alembic"


class Settings(BaseSettings):
    """The configuration of one process; the README's table is made from these descriptions."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    database_url: SecretStr = Field(
        SecretStr("postgresql+asyncpg://pacta_app@127.0.0.1/pacta"),
        description="Database, as the role pacta_app, which can only add to the audit trail.",
    )
    sequencer_database_url: SecretStr | None = Field(
        None, description="Database, as the role pacta_sequencer; needed by `pacta sequencer` and `--with-sequencer`."
    )
    worker_database_url: SecretStr | None = Field(
        None, description="Database, as the role pacta_worker; needed by `pacta worker` alone."
    )
    owner_database_url: SecretStr | None = Field(
        None, description="Database, as the role that owns the tables; needed by `pacta migrate` alone."
    )
    passwords_dir: Path | None = Field(
        None,
        description="Directory with the passwords that these addresses leave out: a file for each role, with its name.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", description="Address under which clients reach the service; issuer of its tokens."
    )
    signing_key_file: Path | None = Field(
        None, description="PEM file (mode 0600) with the Ed25519 key that signs tokens; all processes share one."
    )
    log_dir: Path | None = Field(
        None,
        description="Directory outside the database, the sequencer's alone: its log key, and the last note it signed for "
        "each log.",
    )
    witnesses_file: Path | None = Field(
        None, description="Whom the sequencer asks for cosignatures: `witness` lines with addresses (C2SP tlog-policy)."
    )
    issuers_file: Path | None = Field(
        None, description="JSON file with the OpenID providers that are trusted, each for its own party only."
    )
    pool_size: int = Field(
        10, ge=1, le=200, description="Database connections per process for requests that change something."
    )
    read_pool_size: int = Field(
        10, ge=1, le=200, description="The same for requests that only read; two more are for health and watching."
    )
    pool_timeout: float = Field(
        2.0, gt=0, le=60, description="Longest wait for one before answering 503; if none comes back, it is at once."
    )
    database_connect_seconds: float = Field(
        2.0, gt=0, le=60, description="Seconds for one attempt to connect to one host of the database."
    )
    database_statement_seconds: float = Field(
        4.0, gt=0, le=600, description="Seconds that a statement may take; if the database is silent, one more."
    )
    database_bulk_seconds: float = Field(
        600.0, gt=0, le=86_400, description="The same for each statement of a migration or an export."
    )
    token_lifetime: int = Field(900, ge=1, le=3600, description="Seconds for which an access token is good.")
    max_body_bytes: int = Field(262_144, ge=1024, description="Longest request body in bytes; longer is answered 413.")
    documents_dir: Path | None = Field(
        None,
        description="Directory for documents, of the API and the worker; with `PACTA_DOCUMENTS_URL`, for what is being received.",
    )
    documents_url: str | None = Field(
        None,
        description="Bucket for documents, of the API and the worker, such as `s3://bucket/prefix`; who may, AWS_... say. Without it and "
        "without a directory no documents are taken.",
    )
    max_document_bytes: int = Field(
        52_428_800, ge=1024, le=2**40, description="Longest document in bytes; longer is answered 413."
    )
    document_quota_bytes: int = Field(
        10_737_418_240, ge=0, description="Bytes that the documents of one party may have together."
    )
    document_scan: str | None = Field(
        None,
        description="Command that looks at each document before it is kept: the file's path is added to it, and anything but "
        "exit 0 refuses it.",
    )
    requests_per_minute: int | None = Field(
        None,
        ge=1,
        description="Requests that a principal may send to one process in a minute, then 429; without it, any number.",
    )
    unsigned_limit_seconds: float | None = Field(
        None,
        gt=0,
        description="Age of an entry that is not signed from which on `/readyz` answers 503; without it, never.",
    )
    keep_alive_seconds: int = Field(
        75,
        ge=1,
        le=3600,
        description="Seconds for which an idle connection is kept; longer than the proxy before it keeps one.",
    )
    log_level: str = Field("INFO", description="Least severity that is logged: DEBUG, INFO, WARNING, ERROR.")
    idempotency_days: int = Field(7, ge=1, description="Days for which an answer is kept under its Idempotency-Key.")

    @classmethod
    def read(cls) -> Self:
        """Return what the environment says; `OperatorMistake` names each variable that cannot be used."""
        try:
            return cls()
        except ValidationError as wrong:
            found = wrong.errors(include_url=False)
            raise OperatorMistake(" ".join(_said(str(one["loc"][0]), one) for one in found)) from None


def misspelt(names: Iterable[str]) -> dict[str, str]:
    """Return the settings that are meant by those of these variables of the environment which are almost, and not quite, some."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    others = (name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known)
    near = {name: get_close_matches(name.upper(), known, 1, cutoff=0.85) for name in others}
    return {name: found[0] for name, found in near.items() if found}


_WANTED: Final = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
}
"""What is possible instead, in plain words, by the type of pydantic's error."""


def _said(name: str, error: Mapping[str, Any]) -> str:
    secret = "SecretStr" in str(Settings.model_fields[name].annotation)
    value = "" if secret else f" is {error['input']!r}; it"
    wanted = _WANTED.get(error["type"])
    must = f"must be {wanted.format(**error.get('ctx', {}))}" if wanted else f"cannot be used: {error['msg']}"
    return f"{PREFIX}{name.upper()}{value} {must}. ({Settings.model_fields[name].description})"
