"""What an address of PostgreSQL may say: its parameters, its hosts, and the service whose file says the rest (libpq).

What cannot be used is `ValueError`, in words that follow the name of a setting: "has sslmode=on. It is one of ...".
"""

import configparser
import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SESSIONS: Final = ("any", "primary", "standby", "read-write", "read-only", "prefer-standby")
TLS_FILES: Final = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
FILES: Final = (*TLS_FILES, "passfile")
NAMES: Final = (
    *FILES, "sslmode", "sslpassword", "sslnegotiation", "ssl_min_protocol_version", "ssl_max_protocol_version",
    "host", "port", "user", "password", "dbname", "target_session_attrs", "krbsrvname", "gsslib", "service",
)  # fmt: skip
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {"sslmode": SSL_MODES, "target_session_attrs": SESSIONS}
HOW: Final = (
    "It is written postgresql://user:password@host:port/database; in the password / ? # @ : and % are written %2F %3F %23 "
    "%40 %3A and %25, and an IPv6 address is written in brackets."
)
_NAME: Final = re.compile(r"[\w.%-]+|[/@%].*|[0-9A-Fa-f:.]+(?:%.+)?", re.DOTALL)
"""A name or an address; what begins with / is a directory, and may have any letter in it."""
_PLACE: Final = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\[\]:]*)(?::(\d{1,5}))?")


class Host(NamedTuple):
    """One server: a name, an address or the directory of its socket; None is what the environment or PostgreSQL says."""

    name: str | None
    port: int | None


def split(url: str) -> SplitResult:
    """Return the parts of an address."""
    if url != url.strip():
        raise ValueError("begins or ends with a blank. Take it away.")
    try:
        parts = urlsplit(url)
    except ValueError as wrong:
        raise ValueError(f"cannot be read as an address: {wrong}. {HOW}") from wrong
    if parts.scheme not in {"postgresql", "postgres", "postgresql+asyncpg"}:
        raise ValueError("must begin with postgresql://, such as postgresql://pacta_app@host/pacta.")
    if parts.fragment or "@" in parts.netloc.rpartition("@")[0]:
        raise ValueError(f"does not say a host and a port. {HOW}")
    return parts


def read(query: str) -> dict[str, str]:
    """Return the parameters of an address, with those of its service that it does not say itself, each of them usable."""
    said = dict(parse_qsl(query, keep_blank_values=True))
    _check(said, "")
    named = said.pop("service", None)
    if service := named or os.environ.get("PGSERVICE"):
        served = _service(service, is_said=bool(named))
        _check(served, f" by service={service}")
        said = {**served, **said}
    if said.get("sslmode", os.environ.get("PGSSLMODE")) != "disable":
        for name in TLS_FILES:
            if name not in said and (value := os.environ.get(variable := f"PG{name.upper()}")):
                _check_file(name, value, f" by {variable}")
    return said


def hosts(authority: str, said: dict[str, str]) -> tuple[Host, ...]:
    """Return every host, in the order of trying, and take host and port out of what was `said`.

    Those before the path (`authority`) count more than the parameters, and those more than PGHOST and PGPORT.
    """
    names, ports = said.pop("host", None), said.pop("port", None)
    if authority:
        return tuple(_place(one) for one in authority.split(","))
    listed = (names or os.environ.get("PGHOST") or "").split(",")
    numbers = (ports or os.environ.get("PGPORT") or "").split(",")
    if len(numbers) not in {1, len(listed)}:
        raise ValueError(f"has {len(numbers)} ports for {len(listed)} hosts. Write one for all, or one for each.")
    if len(numbers) == 1:
        numbers *= len(listed)
    return tuple(Host(_name(name), _port(number)) for name, number in zip(listed, numbers, strict=True))


def _place(written: str) -> Host:
    found = _PLACE.fullmatch(written)
    if found is None:
        raise ValueError(f"does not say a host and a port. {HOW}")
    return Host(_name(found[1].strip("[]")), _port(found[2] or ""))


def _name(written: str) -> str | None:
    # Nobody would ever answer under it, and it would be waited for as for one that is away.
    if written and not _NAME.fullmatch(written):
        raise ValueError(
            f"has the host {written[:60]!r}, which is no name of one: letters, digits, dots and hyphens, without a blank."
        )
    return written or None


def _port(written: str) -> int | None:
    if written == "":
        return None
    if not written.isdecimal() or int(written) not in range(1, 65536):
        raise ValueError(f"does not say a host and a port. {HOW}")
    return int(written)


def _check(said: Mapping[str, str], where: str) -> None:
    for name, value in said.items():
        if name == "ssl":
            raise ValueError(f"has the parameter 'ssl'{where}. Write sslmode=require, or sslmode=verify-full.")
        if name not in NAMES:
            near = get_close_matches(name, NAMES, 1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Known are {', '.join(sorted(NAMES))}."
            raise ValueError(f"has a parameter that is not known, '{name}'{where}. {hint}")
        if value not in CHOICES.get(name, (value,)):
            raise ValueError(f"has {name}={value}{where}. It is one of {', '.join(CHOICES[name])}.")
        if value == "":
            raise ValueError(f"has the parameter '{name}'{where} without a value. Leave it out, or give it one.")
        if name in FILES:
            _check_file(name, value, where)


def _check_file(name: str, value: str, where: str) -> None:
    try:
        Path(value).open("rb").close()
    except OSError as wrong:
        raise ValueError(f"names {name}={value}{where}, which cannot be read: {wrong.strerror}.") from wrong


def _service(name: str, *, is_said: bool) -> dict[str, str]:
    """Return what the file of services says of this one."""
    files = list(_service_files())
    for file in files:
        # Passwords may hold %, and names are told as they are written.
        read = configparser.RawConfigParser()
        try:
            read.read_string(file.read_text())
        except FileNotFoundError:
            continue
        except (OSError, UnicodeError, configparser.Error) as wrong:
            raise ValueError(f"names service={name}, and {file} cannot be read: {type(wrong).__name__}.") from wrong
        if read.has_section(name):
            return dict(read.items(name))
    whence = f"service={name}" if is_said else f"no service, but the environment does, PGSERVICE={name}"
    raise ValueError(f"names {whence}, of which nothing is said in {' or '.join(map(str, files))}.")


def _service_files() -> Iterator[Path]:
    # An empty HOME is the user's own directory, which may not be known either.
    if named := os.environ.get("PGSERVICEFILE"):
        yield Path(named)
    else:
        yield Path("~/.pg_service.conf").expanduser()
    if shared := os.environ.get("PGSYSCONFDIR"):
        yield Path(shared) / "pg_service.conf"
