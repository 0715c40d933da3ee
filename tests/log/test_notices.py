from service.log.notices import _Reopened
from tests.conftest import World


async def test_a_notice_is_told_to_who_may_read_the_commission_alone(world: World) -> None:
    told = {"awaits": ["PK", "AZ"]}
    world.service.notice.waiting = [_Reopened("PK-AZ.DEF", ["PK", "AZ"], [], False, told), _Reopened("TR-AZ", ["TR", "AZ"], [], True, told)]  # fmt: skip
    for path in ("/livez", "/readyz", "/openapi.json"):
        got = await world.as_("").get(path, headers={"Authorization": "nonsense"})
        assert (got.status_code, got.headers.get("pacta-notice")) == (200, None)
    open_one = "TR-AZ: log reopened, not acknowledged by PK, AZ"
    assert (await world.as_("observer").get("/v1/me")).headers["pacta-notice"] == open_one
    assert (await world.as_("PK").get("/v1/me")).headers["pacta-notice"].startswith("PK-AZ.DEF: ")
