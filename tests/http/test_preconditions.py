"""If-Match: which spellings name the present version, and what is said of those that name none."""

import pytest

from tests.conftest import World, item
from tests.http.test_manners import check
from tests.http.test_order import placed

URL = f"/v1/commitments/{item(4)}"


async def changed(world: World, *if_match: str | bytes) -> tuple[int, str]:
    """Change a fact under these If-Match headers; return the status, and the detail of a refusal."""
    headers = [(b"If-Match", one.encode() if isinstance(one, str) else one) for one in if_match]
    answer = await world.as_("PK").patch(URL, json={"focal_point": "Desk"}, headers=headers)
    return answer.status_code, answer.json().get("detail", "")


async def version_of(world: World) -> int:
    return int((await world.as_("PK").get(URL)).json()["version"])


@pytest.mark.parametrize(
    "spelled", ['"{v}"', 'W/"{v}"', '"0", "{v}"', 'W/"7" , W/"{v}",', '"a,b","{v}"', "*", ' "{v}" ']
)
async def test_the_present_version_is_known_in_every_spelling_of_an_etag(world: World, spelled: str) -> None:
    status, said = await changed(world, spelled.format(v=await version_of(world)))
    assert status == 200, said


async def test_a_list_may_be_broken_into_several_headers(world: World) -> None:
    assert (await changed(world, '"77"', f'"{await version_of(world)}"'))[0] == 200


@pytest.mark.parametrize(
    "media_type", ["application/merge-patch+json", "application/json", "Application/JSON; charset=utf-8"]
)
async def test_a_patch_is_taken_as_the_merge_patch_that_it_is_and_as_plain_json(world: World, media_type: str) -> None:
    headers = {"If-Match": "*", "Content-Type": media_type}
    for sent, kept in ((b'{"focal_point": "Desk"}', "Desk"), (b"{}", "Desk"), (b'{"focal_point": null}', None)):
        answer = await world.as_("PK").patch(URL, content=sent, headers=headers)
        assert answer.json()["party_facts"]["PK"]["focal_point"] == kept, answer.text


async def test_a_patch_of_another_kind_is_told_which_kind_is_taken(worn: World) -> None:
    headers = {"If-Match": "*", "Content-Type": "application/x-www-form-urlencoded"}
    answer = await worn.as_("PK").patch(URL, content=b"a=b", headers=headers)
    assert "must be application/merge-patch+json, not 'application/x-www" in check(answer, 415)["detail"]


@pytest.mark.parametrize("spelled", ['"77"', 'W/"77"', '"77", "78"', '"abc"', '"' + "9" * 40 + '"', '"\xb2"'])
async def test_an_etag_that_is_not_the_present_one_is_stale(worn: World, spelled: str) -> None:
    assert (await changed(worn, spelled.encode("latin-1")))[0] == 412


@pytest.mark.parametrize("spelled", ["3", '"3', '3"', "W/3"])
async def test_a_missing_quote_is_told_as_such(worn: World, spelled: str) -> None:
    answer = await worn.as_("PK").patch(URL, json={"focal_point": "Desk"}, headers={"If-Match": spelled})
    found = check(answer, 400, "unreadable")
    assert found["errors"][0]["parameter"] == "If-Match"
    assert 'quotes are missing; send "3"' in found["detail"]


@pytest.mark.parametrize("spelled", ["three", 'W/ "3"', '"3" "', "é".encode(), b"\xff", '*, "3"'])
async def test_what_is_no_etag_is_said_to_be_none(worn: World, spelled: str | bytes) -> None:
    status, said = await changed(worn, spelled)
    assert status == 400
    assert "is not an ETag" in said


@pytest.mark.parametrize("spelled", ["", " ", ",", " , "])
async def test_an_empty_if_match_is_none(worn: World, spelled: str) -> None:
    assert (await changed(worn, spelled))[0] == 428


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_whatever_has_an_etag_is_read_by_if_match_only_if_it_is_that_one(still: World, method: str) -> None:
    """Each operation that is read, by the document's own examples of its path (RFC 9110, 13.1.1)."""
    judged = 0
    for path, found in still.app.openapi()["paths"].items():
        # Figures are others at each reading, and from some moment on nothing has been signed for too long.
        if "get" not in found or path in {"/metrics", "/readyz"}:
            continue
        url, pk = placed(path), still.as_("PK")
        tag = (await pk.get(url)).headers.get("etag")
        if tag is None:
            continue
        for spelled in (tag, "*", f'"0", {tag}'):
            assert (await pk.request(method, url, headers={"If-Match": spelled})).status_code == 200, path
        stale = await pk.request(method, url, headers={"If-Match": '"77"', "If-None-Match": tag})
        assert (stale.status_code, stale.headers["etag"]) == (412, tag), path
        if method == "GET":
            check(stale, 412, "stale")
            assert 'send "77"' in check(await pk.get(url, headers={"If-Match": "77"}), 400)["detail"]
        judged += 1
    assert judged > 40


async def test_an_organisation_is_named_and_released_by_the_version_that_was_read(world: World) -> None:
    az, path = world.as_("AZ"), placed("/v1/working-groups/{working_group_id}")
    organisation = next(
        one["id"] for one in (await az.get("/v1/organisations?limit=200")).json()["items"] if one["party"] == "AZ"
    )
    member = f"{path}/members/{organisation}"
    tag = (await az.get(path)).headers["etag"]
    for role in ("member", "co_lead"):
        stale = await az.put(member, json={"role": role}, headers={"If-Match": '"77"'})
        assert check(stale, 412, "stale")
    assert check(await az.delete(member, headers={"If-Match": '"77"'}), 412)
    assert (await az.get(path)).headers["etag"] == tag
    assert (await az.put(member, json={"role": "member"}, headers={"If-Match": tag})).status_code == 200
