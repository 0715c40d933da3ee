"""As of when a reading is asked: a day or a moment that has come, so that what lies ahead is told with all else that is wrong."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from service.values import AskedDay, AskedMoment


def _day(day: date) -> date:
    today = datetime.now(UTC).date()
    if day > today:
        raise PydanticCustomError("ahead", "lies in the future; today is {today} (UTC)", {"today": str(today)})
    return day


def _moment(moment: datetime) -> datetime:
    now = datetime.now(UTC)
    if moment > now:
        raise PydanticCustomError("ahead", "lies in the future; it is {now}", {"now": f"{now:%Y-%m-%dT%H:%M:%SZ}"})
    return moment


PastDay = Annotated[AskedDay, AfterValidator(_day)]
"""Today (UTC), or before."""
PastMoment = Annotated[AskedMoment, AfterValidator(_moment)]
