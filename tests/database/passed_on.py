"""A server before the database that passes on what it is sent: over IPv6, a socket, or TLS, as PostgreSQL speaks it."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ASKS_FOR_TLS = bytes.fromhex("0000000804d2162f")


@asynccontextmanager
async def passed_on(
    port: int,
    *,
    host: str = "127.0.0.1",
    path: Path | None = None,
    tls: ssl.SSLContext | None = None,
    late: float = 0,
) -> AsyncIterator[int]:
    """Listen, pass everything on to `port`, and give the port listened on; with `path` on a socket there. `late`: seconds of silence before."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if tls is not None:
                assert await reader.readexactly(8) == ASKS_FOR_TLS
                writer.write(b"S")
                await writer.start_tls(tls)
            await asyncio.sleep(late)
            inner, outer = await asyncio.open_connection("127.0.0.1", port)
            async with asyncio.TaskGroup() as both:
                both.create_task(pump(reader, outer))
                both.create_task(pump(inner, writer))

    made = await (
        asyncio.start_unix_server(handle, path / ".s.PGSQL.5432") if path else asyncio.start_server(handle, host, 0)
    )
    async with made:
        yield 5432 if path else made.sockets[0].getsockname()[1]


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@dataclass
class Authority:
    """Who signs certificates; its own lies at `file`."""

    directory: Path
    name: str = "authority"

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._signed(self.name, self.key.public_key(), [], ca=True)
        self.file = self.directory / f"{self.name}.crt"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, addresses: list[str]) -> tuple[Path, Path]:
        """Return the files of a certificate for these names and addresses, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(name, key.public_key(), addresses, ca=False)
        files = self.directory / f"{name}.crt", self.directory / f"{name}.key"
        files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files

    def serving(self, *addresses: str, asks: bool = False) -> ssl.SSLContext:
        """Return what a server at these addresses shows; with `asks` it wants a client's certificate of ours."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(*self.issue("server", list(addresses)))
        if asks:
            made.verify_mode = ssl.CERT_REQUIRED
            made.load_verify_locations(self.file)
        return made

    def _signed(self, name: str, key: ec.EllipticCurvePublicKey, addresses: list[str], *, ca: bool) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)]))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if addresses:
            named = [_named(one) for one in addresses]
            made = made.add_extension(x509.SubjectAlternativeName(named), critical=False)
        return made.sign(self.key, hashes.SHA256())


def _named(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)
