"""The way forward after a refusal to sign: an older dump is put back, its log reopened, acknowledged, and what is missing is told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from service.cli.__main__ import app
from service.log import reading
from service.log.export.directory import to_directory
from service.sequencer import reopening
from service.tlog.checkpoint import parse_checkpoint
from service.tlog.note import parse_note
from service.trail.models import REGISTRY
from tests.conftest import COMMISSION, Maker, World, item
from tests.register.commitments.test_journey import SIGN
from tests.tampering import tamper

LOG = UUID(COMMISSION)
CHARTER = f"/v1/commissions/{COMMISSION}"
NOT_YET = "log reopened, not acknowledged by PK, AZ"


@pytest.fixture
async def lost(make_world: Maker, tmp_path: Path) -> AsyncIterator[tuple[World, Path]]:
    """An older backup of a register, put back with the sequencer's directory of now; and the newest checkpoint that a party holds."""
    world = await make_world(log_dir=tmp_path / "log")
    await world.sequence()
    backup = await world.backup()
    for number in (4, 6):
        made = await world.as_("PK").post(f"/v1/commitments/{item(number)}/transitions", json=SIGN)
        assert made.status_code in {201, 409}
    made = await world.as_("PK").post(
        f"{CHARTER}/transitions", json={"action": "amend", "changes": {"founded_on": "1994"}, "reason": "R"}
    )
    assert made.status_code == 201
    await world.sequence()
    held = tmp_path / "held"
    held.write_bytes((await world.as_("AZ").get(f"{CHARTER}/log/checkpoint")).content)
    maker = Maker(make_world.server, make_world.pilot, make_world.copies)
    yield maker.on(backup, log_dir=tmp_path / "log"), held
    await maker.close()


class Operator:
    """Who runs the service: `pacta`, with the settings of a register."""

    def __init__(self, world: World, directory: Path) -> None:
        self.directory = directory
        self.environment = {
            "PACTA_LOG_DIR": str(world.sequencer.directory.path),
            "PACTA_DATABASE_URL": world.server.url("pacta_app", world.database),
            "COLUMNS": "200",
        }

    async def __call__(self, *arguments: str | Path) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner(env=self.environment).invoke, app, [str(one) for one in arguments])
        said = str(done.exception) if done.exception and not isinstance(done.exception, SystemExit) else done.output
        return done.exit_code, said

    async def reopen(self, name: str = "PK-AZ", because: str = "The newest dump could not be read.") -> str:
        return (await self("log", "reopen", name, "--because", because))[1]


async def size_of(world: World) -> int:
    return int((await world.as_("PK").get(f"{CHARTER}/log")).json()["checkpoint"]["size"])


async def noticed(world: World) -> None:
    async with world.service.lookout.connection() as connection:
        await world.service.notice.look(connection)


async def acknowledge(world: World, who: str, number: int = 2) -> Any:
    return await world.as_(who).post(f"{CHARTER}/transitions", json={"action": "acknowledge_log", "number": number})


async def verified(world: World, pacta: Operator, *options: str | Path) -> tuple[int, str]:
    await to_directory(world.pool, "PK-AZ", pacta.directory / "export", 0)
    return await pacta("verify", pacta.directory / "export", *options)


async def test_an_older_dump_is_refused_reopened_and_acknowledged_and_the_verifier_tells_what_is_missing(
    lost: tuple[World, Path], tmp_path: Path
) -> None:
    (world, held), pacta = lost, Operator(lost[0], tmp_path)
    directory = world.sequencer.directory
    old = directory.signer(LOG)
    (tmp_path / "old").write_text(directory.policy([LOG]))
    await world.sequence()
    kept, had = await size_of(world), int(held.read_text().splitlines()[1])
    assert had > kept
    assert f"fewer than the {had} entries" in (await world.as_("").get("/readyz")).json()["checks"]["log"]

    told = await pacta.reopen()
    assert f"had {had} entries as far as is known; the first {kept} are here, {had - kept} are missing" in told
    await world.sequence()
    assert (await world.as_("").get("/readyz")).json()["checks"]["log"] == "ready"
    log = (await world.as_("PK").get(f"{CHARTER}/log")).json()
    assert (log["origin"], log["notice"]) == (f"{old.name}/2", NOT_YET)
    # The old log is never signed again, and its last note stays as evidence.
    assert f"\n{had}\n" in (directory.path / f"{LOG}.note").read_text()

    # The reader's own policy does not name the new log: it is not followed.
    status, said = await verified(world, pacta, "--policy", tmp_path / "old")
    assert (status, "Log reopened as number 2" in said) == (2, True)
    (tmp_path / "new").write_text(directory.policy([LOG]))
    status, said = await verified(world, pacta, "--policy", tmp_path / "new")
    assert (status, f"missing: its entries {kept} to {had - 1}, {had - kept} of them" in said) == (0, True), said
    assert f"L{NOT_YET[1:]}" in said
    status, said = await verified(world, pacta, "--policy", tmp_path / "new", "--against", held)
    assert (status, f"the entries {kept} to {had - 1} of '{old.name}'" in said) == (2, True), said

    # Moves go on, and every answer says it.
    await noticed(world)
    moved = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)
    assert (moved.status_code, moved.headers["pacta-notice"]) == (201, f"PK-AZ: {NOT_YET}")
    assert "pacta-notice" not in (await world.as_("").get("/v1/me")).headers
    await world.sequence()
    report = await world.as_("PK").get(f"{CHARTER}/report")
    assert report.json()["log"]["notice"] == NOT_YET, report.text
    assert "acknowledge_log" in [
        one["action"] for one in (await world.as_("AZ").get(CHARTER)).json()["allowed_actions"]
    ]

    wrong = await acknowledge(world, "PK", 3)
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/number"]
    assert (await acknowledge(world, "PK")).json()["status"] == "effective"
    assert (await acknowledge(world, "PK")).status_code == 422
    assert (await world.as_("AZ").get(CHARTER)).json()["reopened"]["notice"] == "log reopened, not acknowledged by AZ"
    assert (await acknowledge(world, "AZ")).json()["status"] == "effective"
    assert (await acknowledge(world, "AZ")).status_code == 409
    await noticed(world)
    assert "pacta-notice" not in (await world.as_("PK").get(CHARTER)).headers
    await world.sequence()
    status, said = await verified(world, pacta, "--policy", tmp_path / "new")
    assert (status, "not acknowledged" in said, "Log reopened as number 2" in said) == (0, False, True), said


async def test_a_checkpoint_of_the_old_log_over_what_is_there_is_continued_by_the_new_one(
    lost: tuple[World, Path], tmp_path: Path
) -> None:
    world, pacta = lost[0], Operator(lost[0], tmp_path)
    await world.sequence()
    earlier = tmp_path / "earlier"
    earlier.write_bytes((await world.as_("AZ").get(f"{CHARTER}/log/checkpoint")).content)
    await pacta.reopen()
    await world.sequence()
    (tmp_path / "new").write_text(world.sequencer.directory.policy([LOG]))
    status, said = await verified(world, pacta, "--policy", tmp_path / "new", "--against", earlier)
    assert status == 0, said


async def test_what_can_be_signed_is_not_reopened(make_world: Maker, tmp_path: Path) -> None:
    world = await make_world(log_dir=tmp_path / "log")
    await world.sequence()
    pacta = Operator(world, tmp_path)
    assert "there is nothing to reopen" in await pacta.reopen()
    assert "There is no commission 'PK-XX'" in await pacta.reopen("PK-XX")
    assert world.sequencer.directory.number(LOG) == 1


async def test_what_was_changed_is_mended_and_not_reopened(lost: tuple[World, Path], tmp_path: Path) -> None:
    world, pacta = lost[0], Operator(lost[0], tmp_path)
    owner = await world.connect()
    await tamper(owner, "UPDATE log_entry SET leaf = set_byte(leaf, 3, 7) WHERE log_id = $1 AND index = 2", LOG)
    assert "must be mended first" in await pacta.reopen()
    assert world.sequencer.directory.number(LOG) == 1


async def test_a_directory_and_a_record_that_speak_of_two_logs_are_refused(
    lost: tuple[World, Path], tmp_path: Path
) -> None:
    world, pacta = lost[0], Operator(lost[0], tmp_path)
    world.sequencer.directory.begin_anew(LOG)
    await world.sequence()
    said = (await world.as_("").get("/readyz")).json()["checks"]["log"]
    assert "log number 2 is signed as PACTA_LOG_DIR says, but by the record it is number 1" in said
    # Whoever was interrupted between the two reopens once more; no number is used twice.
    assert "is reopened as" in await pacta.reopen()
    await world.sequence()
    assert (await world.as_("PK").get(f"{CHARTER}/log")).json()["origin"].endswith("/log/3")
    assert (await world.as_("").get("/readyz")).json()["checks"]["log"] == "ready"


async def test_the_registry_s_own_log_is_reopened_alike(lost: tuple[World, Path], tmp_path: Path) -> None:
    world, pacta = lost[0], Operator(lost[0], tmp_path)
    directory = world.sequencer.directory
    note = directory.path / f"{REGISTRY}.note"
    await world.sequence()
    note.unlink()
    await world.second_principal("another", kind="observer")
    await world.sequence()
    assert "is not there" in (await world.as_("").get("/readyz")).json()["checks"]["log"]
    assert "0 are missing" in await pacta.reopen("registry")
    await world.sequence()
    (tmp_path / "new").write_text(directory.policy([REGISTRY]))
    await to_directory(world.pool, "registry", tmp_path / "registry", 0)
    status, said = await pacta("verify", tmp_path / "registry", "--policy", tmp_path / "new")
    assert (status, "nothing that was signed is missing" in said) == (0, True), said


async def test_a_log_is_not_reopened_again_before_its_first_checkpoint(
    lost: tuple[World, Path], tmp_path: Path
) -> None:
    world, pacta = lost[0], Operator(lost[0], tmp_path)
    await world.sequence()
    assert "is reopened as" in await pacta.reopen()
    assert "is reopened already, as number 2" in await pacta.reopen()
    await world.sequence()
    (tmp_path / "new").write_text(world.sequencer.directory.policy([LOG]))
    status, said = await verified(world, pacta, "--policy", tmp_path / "new")
    assert status == 0, said


async def test_a_log_that_was_rewritten_is_not_passed_off_as_one_of_which_nothing_is_missing(
    lost: tuple[World, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world, held), pacta = lost, Operator(lost[0], tmp_path)
    had = int(held.read_text().splitlines()[1])
    for path, body in ((f"/v1/commitments/{item(4)}", SIGN), (CHARTER, {"action": "amend", "changes": {"founded_on": "1995"}, "reason": "R"})):  # fmt: skip
        assert (await world.as_("PK").post(f"{path}/transitions", json=body)).status_code == 201
    await world.sequence()

    async def as_if_all_were_there(*_: object) -> int:
        return had

    monkeypatch.setattr(reopening, "_what_is_left", as_if_all_were_there)
    monkeypatch.setattr(reading, "root_of", lambda *_: asyncio.sleep(0, parse_checkpoint(parse_note(held.read_bytes()).text).root))  # fmt: skip
    await pacta.reopen()
    monkeypatch.undo()
    await world.sequence()
    (tmp_path / "new").write_text(world.sequencer.directory.policy([LOG]))
    status, said = await verified(world, pacta, "--policy", tmp_path / "new")
    assert (status, f"the first {had} entries are not those of its last checkpoint" in said) == (1, True), said
