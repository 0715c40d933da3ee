"""`pacta deployment`: the files that an operator starts from, and makes their own."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Final

from service import durable
from service.errors.operator import OperatorMistake

FILES: Final = Path(__file__).parent / "deployment"
CLUSTER: Final = FILES / "cluster"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]")
SECRETS: Final = ("superuser", "replication", "rewind", "restapi")


def write(directory: Path, machines: Sequence[str] = ()) -> Iterator[str]:
    """Write each file that is not there yet, and yield what was done with each; `OperatorMistake` where it cannot be.

    `machines`, as NAME=ADDRESS, are those of a cluster: two with a database each, and a third that has a vote.
    """
    known = _read(machines)
    try:
        for file in sorted(one for one in FILES.iterdir() if one.is_file()):
            yield _kept(directory / file.name, file.read_text(encoding="utf-8"))
        if known:
            yield from _cluster(directory, known)
    except OSError as wrong:
        raise OperatorMistake(f"{directory} cannot be written to: {wrong.strerror}.") from wrong


def _read(machines: Sequence[str]) -> Mapping[str, str]:
    told = [one.partition("=") for one in machines]
    names = {name for name, _, _ in told}
    if machines and (len(names) != 3 or len(told) != 3 or not all(name and address for name, _, address in told)):
        raise OperatorMistake(
            "A cluster has three machines, the first two with a database each: --machine db1=ADDRESS --machine db2=ADDRESS "
            "--machine db3=ADDRESS."
        )
    known = {name: address for name, _, address in told}
    for name, address in known.items():
        if not _NAME.fullmatch(name):
            raise OperatorMistake(
                f"{name!r} names no machine: letters, digits and hyphens. It is the name of a directory, too."
            )
        if not _ADDRESS.fullmatch(address):
            raise OperatorMistake(
                f"{address!r} is no address of {name}: a host's name or an IP address, an IPv6 one in brackets, without a port."
            )
    if len(set(known.values())) < len(known):
        raise OperatorMistake(
            "Two of the three machines have one address. Of a cluster on one machine nothing fails over."
        )
    return known


def _cluster(directory: Path, machines: Mapping[str, str]) -> Iterator[str]:
    everywhere = {
        "members": ",".join(f"{name}=http://{address}:2380" for name, address in machines.items()),
        "endpoints": ", ".join(f'"{address}:2379"' for address in machines.values()),
        **{name: secrets.token_urlsafe(24) for name in SECRETS},
    }
    # The passwords in it are others each time.
    if (own := directory / "patroni.env").exists():
        yield f"{own}: left as it is"
    else:
        yield _kept(own, _filled(own.name, everywhere), durable.PRIVATE)
    for number, (name, address) in enumerate(machines.items()):
        for file in ("etcd",) if number == 2 else ("etcd", "patroni.yml", "patroni.service"):
            yield _kept(directory / name / file, _filled(file, everywhere | {"name": name, "address": address}))


def _filled(name: str, told: Mapping[str, str]) -> str:
    return Template((CLUSTER / name).read_text(encoding="utf-8")).substitute(told)


def _kept(own: Path, text: str, mode: int = durable.SHARED) -> str:
    if own.exists():
        differs = own.read_bytes() != text.encode()
        return f"{own}: left as it is{', which is not what would be written now' if differs else ''}"
    durable.make_directory(own.parent)
    durable.replace(own, text.encode(), mode)
    return f"{own}: written"
