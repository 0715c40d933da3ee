"""What a principal may ask of one process in a minute: counted apart for each, told in every answer, and given back steadily."""

import pytest

from service.errors import TooManyRequests
from service.identity.rates import MOST_KNOWN, Rates
from tests.conftest import Maker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_quota_is_taken_at_once_and_comes_back_a_sixtieth_a_second() -> None:
    clock = Clock()
    rates = Rates(120, clock)
    told = [rates.take("PK") for _ in range(120)]
    assert told[0] == {"RateLimit-Policy": '"principal";q=120;w=60', "RateLimit": '"principal";r=119;t=1'}
    assert told[-1]["RateLimit"] == '"principal";r=0;t=60'
    with pytest.raises(TooManyRequests) as refused:
        rates.take("PK")
    assert refused.value.headers["Retry-After"] == "1"
    assert rates.take("AZ")["RateLimit"] == '"principal";r=119;t=1'
    clock.now += 0.5
    assert rates.take("PK")["RateLimit"] == '"principal";r=0;t=60'
    clock.now += 3600
    assert rates.take("PK")["RateLimit"] == '"principal";r=119;t=1'


def test_whoever_waits_as_long_as_is_said_is_served() -> None:
    clock = Clock()
    rates = Rates(7, clock)
    for _ in range(7):
        rates.take("PK")
    for _ in range(3):
        with pytest.raises(TooManyRequests) as refused:
            rates.take("PK")
        clock.now += int(refused.value.headers["Retry-After"])
        rates.take("PK")


def test_without_a_quota_nothing_is_counted_and_nothing_said() -> None:
    rates = Rates()
    assert [rates.take("PK") for _ in range(3)] == [{}, {}, {}]
    assert rates.buckets == {}


def test_what_is_remembered_is_bounded_by_who_called_in_the_last_minute() -> None:
    clock = Clock()
    rates = Rates(60, clock)
    for number in range(MOST_KNOWN):
        rates.take(number)
    clock.now += 60
    rates.take("one more")
    assert len(rates.buckets) == 1


async def test_the_limit_is_each_principals_own_and_told_in_every_answer(make_world: Maker) -> None:
    world = await make_world(requests_per_minute=3)
    answers = [await world.as_("PK").get("/v1/me") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"principal";q=3;w=60'
    assert [one.headers["ratelimit"].partition(";t=")[0] for one in answers[:3]] == [
        f'"principal";r={left}' for left in (2, 1, 0)
    ]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert answers[3].json()["type"].endswith("too-many-requests")
    # A refusal counts too; another principal, and who is nobody, are not held up.
    assert (await world.as_("AZ").get("/v1/commitments/00000000-0000-0000-0000-000000000001")).status_code == 404
    assert (await world.as_("AZ").get("/v1/me")).headers["ratelimit"].startswith('"principal";r=1')
    assert (await world.as_("").get("/v1/lifecycle")).status_code == 200
