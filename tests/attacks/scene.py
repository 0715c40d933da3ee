"""A register whose log is signed, witnessed and exported, what a party kept of it, and everything that may catch a host."""

import math
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from typer.testing import CliRunner

from service.cli.__main__ import app
from service.errors import ServiceError
from service.log import proofs
from service.log import reading as log
from service.log.export.directory import to_directory
from service.tlog.add_checkpoint import AddCheckpoint, Refused
from service.tlog.cosignature import Cosigner
from service.tlog.keys import Verifier
from service.tlog.note import parse_note
from service.witness import directory
from service.witness.memory import Memory, recall
from tests.conftest import COMMISSION, Maker, World

LOG = UUID(COMMISSION)


class Check(StrEnum):
    """Who or what may catch the host."""

    SEQUENCER = "the sequencer refuses to sign"
    EXPORT = "pacta export refuses"
    VERIFY = "pacta verify, exit 1"
    KEPT = "pacta verify --against a kept checkpoint, exit 1"
    SHORTER = "pacta verify --against a kept checkpoint of more entries, exit 2"
    WITNESS = "the witness does not cosign"
    QUORUM = "pacta verify with a quorum, exit 2"


@dataclass
class Scene:
    """A register, the witness of a party, and the checkpoint that the party kept."""

    world: World
    place: Path
    witness: Memory
    make_world: Maker
    kept: bytes = b""
    answered: Any = None
    """What the party was answered when it recorded something."""

    @property
    def key(self) -> Verifier:
        """The log's key, as the party got it in person."""
        verifier: Verifier = self.world.sequencer.directory.signer(LOG).verifier
        return verifier

    def policy(self, quorum: str = "quorum none\n") -> str:
        """Return a policy that believes this log, and demands what `quorum` says."""
        return f"log {self.key.vkey}\n{quorum}"

    @property
    def demanding(self) -> str:
        """The party's own policy: its witness must have cosigned."""
        return self.policy(f"witness ours {self.witness.cosigner.verifier.vkey}\nquorum ours\n")

    async def settle(self) -> str | None:
        """Sign the log and ask the witness; keep the checkpoint. Return what the witness said if it refused."""
        await self.world.sequence()
        refused = await self.ask(self.witness)
        self.kept = await self.newest()
        return refused

    async def newest(self) -> bytes:
        """Return the newest checkpoint, with its cosignatures."""
        async with self.world.pool.transaction() as connection:
            signed = await log.newest(connection, LOG)
        assert signed is not None
        return signed.note

    async def ask(self, witness: Memory) -> str | None:
        """Ask a witness for the newest checkpoint, and publish its cosignature; return what it said if it refused."""
        known = witness.logs[self.key.name].checkpoint
        old = known.size if known else 0
        async with self.world.pool.transaction() as connection:
            signed = await log.newest(connection, LOG)
            assert signed is not None
            size = signed.checkpoint.size
            proof = await log.consistency(connection, LOG, old, size) if 0 < old < size else []
        request = AddCheckpoint(old, tuple(proof), parse_note(signed.note))
        try:
            cosignature = witness.cosign(request, math.ceil(time.time()))
        except Refused as refusal:
            return str(refusal)
        owner = await self.world.connect()
        await owner.execute(
            "INSERT INTO log_cosignature VALUES ($1, $2, $3, $4, now()) ON CONFLICT DO NOTHING",
            *(LOG, size, witness.cosigner.verifier.vkey, cosignature.signature),
        )
        return None

    async def export(self, name: str) -> Path:
        """Export the log and return where it is."""
        await to_directory(self.world.pool, "PK-AZ", self.place / name, 0)
        return self.place / name

    def verify(self, exported: Path, policy: str, kept: bytes | None = None) -> tuple[int, str]:
        """Run `pacta verify` as the party does; return its exit status and what it printed."""
        (self.place / "policy").write_text(policy)
        command = ["verify", str(exported), "--policy", str(self.place / "policy")]
        if kept is not None:
            (self.place / "kept").write_bytes(kept)
            command += ["--against", str(self.place / "kept")]
        done = CliRunner().invoke(app, command)
        return done.exit_code, done.output


async def begin(world: World, place: Path, make_world: Maker) -> Scene:
    """Return the scene in which nobody has done anything wrong: all is signed, witnessed, kept, and proven."""
    await world.sequence()
    key = world.sequencer.directory.signer(LOG).verifier
    scene = Scene(world, place, witness_of(place / "witness", "ours.example/witness", key), make_world)
    assert await scene.settle() is None
    return scene


def witness_of(place: Path, name: str, key: Verifier) -> Memory:
    """Return a party's witness, which watches the log of this key and has cosigned nothing yet."""
    directory.prepare(place)
    return recall(place, Cosigner(name, name.encode().ljust(32)[:32]), [key])


async def caught(scene: Scene, doctor: Callable[[Path], object] = lambda _: None) -> dict[Check, str]:
    """Let the log go on, export it and verify it; return what catches the host, each with what it says.

    `doctor` is what the host does to an export before it hands it over.
    """
    found: dict[Check, str] = {}
    await scene.world.sequence()
    owner = await scene.world.connect()
    if reason := await owner.fetchval("SELECT reason FROM log_alarm WHERE log_id = $1", LOG):
        found[Check.SEQUENCER] = reason
    if refused := await scene.ask(scene.witness):
        found[Check.WITNESS] = refused
    try:
        exported = await scene.export("after")
    except ServiceError as refusal:
        found[Check.EXPORT] = str(refusal)
        # A host that means it hands the log out all the same.
        with patch.object(proofs, "verify_inclusion"):
            exported = await scene.export("after")
    doctor(exported)
    return found | verified(scene, exported)


def verified(scene: Scene, exported: Path) -> dict[Check, str]:
    """Return what a party that verifies this export notices: with its key alone, its kept checkpoint, its witness."""
    found: dict[Check, str] = {}
    plain, said = scene.verify(exported, scene.policy())
    assert plain in {0, 1}, said
    if plain:
        found[Check.VERIFY] = said
    against, said = scene.verify(exported, scene.policy(), scene.kept)
    if "does not continue the one you kept" in said:
        shorter = "does not continue the one you kept: it has" in said
        assert against == (plain or (2 if shorter else 1))
        found[Check.SHORTER if shorter else Check.KEPT] = said
    demanding, said = scene.verify(exported, scene.demanding)
    if "is not the quorum" in said:
        assert demanding == (plain or 2)
        found[Check.QUORUM] = said
    assert bool(found) == any((plain, against, demanding))
    return found


@asynccontextmanager
async def second(scene: Scene, log_dir: Path) -> AsyncIterator[Callable[[], World]]:
    """Copy the database as it is now; what is given opens a register on the copy, with this log directory."""
    world = scene.world
    backup = await world.backup()
    made = Maker(scene.make_world.server, scene.make_world.pilot, scene.make_world.copies)
    try:
        yield lambda: made.on(backup, log_dir=log_dir)
    finally:
        await made.close()


def key_alone(scene: Scene, to: Path) -> Path:
    """Copy the log key to another directory, without the notes: what a host does that means to sign another history."""
    to.mkdir()
    shutil.copy2(scene.world.sequencer.directory.key, to / "key")
    return to


def as_it_is(scene: Scene, to: Path) -> Path:
    """Copy the sequencer's directory with the notes as they are now, as a backup of the whole machine holds it."""
    return Path(shutil.copytree(scene.world.sequencer.directory.path, to))
