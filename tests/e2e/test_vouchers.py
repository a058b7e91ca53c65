"""Minting vouchers and looking at them."""

from e2e.scene import Scene, key


def test_minting_again_under_the_same_key_tells_the_same_codes_and_takes_no_money(
    scene: Scene,
) -> None:
    body, idempotency_key = scene.minting(unassigned=2), key()
    first = scene.app().post("/vouchers", body, idempotency_key)
    left = _left(scene)

    again = scene.app().post("/vouchers", body, idempotency_key)

    assert again.expect(201) == first.expect(201)
    assert again.headers["idempotency-replayed"] == "true"
    assert _left(scene) == left


def test_the_same_key_with_another_mint_is_refused(scene: Scene) -> None:
    idempotency_key = key()
    scene.app().post("/vouchers", scene.minting(), idempotency_key).expect(201)

    answer = scene.app().post("/vouchers", scene.minting(unassigned=2), idempotency_key)

    assert answer.expect(422)["type"].endswith(":idempotency_key_reused")


def test_codes_are_told_only_to_a_token_that_may_read_them(scene: Scene) -> None:
    body, idempotency_key = scene.minting(), key()

    without = scene.app("vouchers:write").post("/vouchers", body, idempotency_key).expect(201)
    with_codes = scene.app("vouchers:write", "codes:read").post("/vouchers", body, idempotency_key)

    assert "code" not in without["vouchers"][0]
    told = with_codes.expect(201)["vouchers"][0]
    assert told["code"].replace("-", "").endswith(told["last4"])
    assert told["voucher_id"] == without["vouchers"][0]["voucher_id"]


def test_a_mint_above_the_allotment_is_refused_with_what_is_left(scene: Scene) -> None:
    program_id = scene.new_program("small", cents=5_000)

    answer = scene.app().post(
        "/vouchers", scene.minting(program_id=program_id, unassigned=2), key()
    )

    problem = answer.expect(409)
    assert problem["type"].endswith(":insufficient_allotment")
    assert (problem["available_cents"], problem["needed_cents"]) == (5_000, 8_000)


def test_wrong_fields_of_a_mint_are_all_named(scene: Scene) -> None:
    answer = scene.app().post(
        "/vouchers",
        scene.minting(purpose="holiday", value_cents=20_000, rides=9),
        key(),
    )

    pointers = [one["pointer"] for one in answer.expect(422)["errors"]]
    assert pointers == ["/purpose", "/value_cents", "/rides"]


def test_the_entries_of_a_voucher_are_read_page_by_page(scene: Scene) -> None:
    voucher = scene.mint(rides=2)
    for _ in range(2):
        scene.complete(scene.request(voucher["code"]))
    path = f"/vouchers/{voucher['voucher_id']}/entries"

    first = scene.app("vouchers:read").get(path, limit=3).expect(200)
    second = scene.app("vouchers:read").get(path, limit=3, cursor=first["cursor"]).expect(200)

    assert [one["sequence"] for one in first["entries"]] == [1, 2, 3]
    assert [one["sequence"] for one in second["entries"]] == [4, 5]
    assert "cursor" not in second


def test_another_partners_things_look_like_things_that_are_not_there(scene: Scene) -> None:
    voucher_id = scene.mint()["voucher_id"]
    participant_id = scene.enroll()
    absent_voucher = voucher_id[:-1] + ("0" if voucher_id[-1] != "0" else "1")
    pairs = [
        (f"/vouchers/{voucher_id}", f"/vouchers/{absent_voucher}"),
        (f"/vouchers/{voucher_id}/entries", f"/vouchers/{absent_voucher}/entries"),
        (f"/participants/{participant_id}", "/participants/par_0"),
    ]

    for theirs, absent in pairs:
        not_theirs, not_there = scene.other_app().get(theirs), scene.other_app().get(absent)
        assert _without_names(not_theirs.expect(404)) == _without_names(not_there.expect(404))

    answer = scene.other_app().post(
        "/vouchers", scene.minting(participant_ids=[participant_id]), key()
    )
    assert answer.status == 404


def _without_names(problem: dict[str, object]) -> dict[str, object]:
    """Without the request's own id, and without the thing's, which the caller has sent."""
    return {name: value for name, value in problem.items() if name not in ("instance", "detail")}


def _left(scene: Scene) -> int:
    programs = scene.app().get("/whoami").expect(200)["programs"]
    return int(
        next(one for one in programs if one["program_id"] == scene.program_id)["available_cents"]
    )
