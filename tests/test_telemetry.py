"""What is logged: never the values of a statement, nor the members of a body, wherever an error comes from."""

import io
import logging
import sys

import httpx
import orjson
import pytest
import sqlalchemy as sa
import structlog
from pydantic import BaseModel

from service import telemetry
from service.database.columns import table
from service.database.statement import Query
from service.identity.models import Principal
from tests.conftest import World, item
from tests.register.commitments.test_journey import SIGN
from tests.serving import served_here

SECRET = "s3cr3t-value"
_principal = table(Principal)
BY_ID = Query(sa.select(_principal.c.name).where(_principal.c.id == sa.bindparam("which")), str)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is logged from now on."""
    written = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", written)
        telemetry.configure("INFO")
    return written


def log(error: BaseException) -> None:
    structlog.get_logger("test").error("failed", exc_info=error)
    logging.getLogger("library").error("failed, too", exc_info=error)


async def test_a_value_that_the_driver_could_not_send_is_not_logged(still: World, told: io.StringIO) -> None:
    with pytest.raises(Exception, match=SECRET) as failed:
        async with still.pool.connection() as connection:
            await BY_ID.row(connection, which=SECRET)
    log(failed.value)
    lines = [orjson.loads(line) for line in told.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["failed", "failed, too"]
    for line in lines:
        assert "DataError" in line["exception"]
        assert "statement.py" in line["exception"]
        assert SECRET not in str(line)


async def test_an_unforeseen_error_of_the_database_is_logged_without_the_values_that_it_quotes(
    world: World, told: io.StringIO
) -> None:
    owner = await world.connect()
    await owner.execute(
        "CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'unforeseen: %', NEW.evidence USING DETAIL = NEW.evidence; END $$;"
        "CREATE TRIGGER quote BEFORE INSERT ON transition FOR EACH ROW EXECUTE FUNCTION quote()"
    )
    token = world.as_("PK").headers["Authorization"]
    async with served_here(world.app) as origin, httpx.AsyncClient(headers={"Authorization": token}) as client:
        moves = f"{origin}/v1/commitments/{item(4)}/transitions"
        assert (await client.post(moves, json=SIGN | {"place": SECRET})).status_code == 500
    assert "P0001" in told.getvalue()
    assert SECRET not in told.getvalue()


def test_the_members_of_a_body_that_were_wrong_are_not_logged(told: io.StringIO) -> None:
    class Wanted(BaseModel):
        number: int

    def follow() -> None:
        try:
            Wanted.model_validate({"number": SECRET})
        except ValueError as wrong:
            raise LookupError("found") from wrong

    with pytest.raises(LookupError) as failed:
        follow()
    assert SECRET in str(failed.value.__cause__)
    log(failed.value)
    assert "ValidationError" in told.getvalue()
    assert "LookupError: found" in told.getvalue()
    assert SECRET not in told.getvalue()


def test_each_error_of_a_group_is_logged(told: io.StringIO) -> None:
    log(ExceptionGroup("both", [KeyError("one"), OSError("two")]))
    assert told.getvalue().count("KeyError: 'one'") == 2
    assert told.getvalue().count("OSError: two") == 2
