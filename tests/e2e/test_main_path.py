"""From a funder's money to a paid ride, as everybody who takes part sees it."""

from datetime import timedelta

from e2e.scene import Scene, key, now


def test_a_person_gets_a_voucher_rides_with_it_and_the_books_balance(scene: Scene) -> None:
    before = scene.app().get("/whoami").expect(200)["programs"][0]["available_cents"]

    participant_id = scene.enroll(language="es")
    voucher = scene.mint(participant_ids=[participant_id])
    checked = scene.tell("voucher.checked", voucher_code=voucher["code"]).expect(200)
    approved = scene.request(voucher["code"], 1_500)
    captured = scene.complete(approved, 1_800, tip_cents=200, duration_seconds=900)

    assert checked["decision"] == "approved"
    assert approved["decision"] == "approved"
    assert approved["held_cents"] == 1_500
    assert approved["rider_message"]["language"] == "es"
    assert captured["outcome"] == "captured"
    assert captured["captured_cents"] == 1_600
    assert captured["replayed"] is False

    shown = scene.show(voucher)
    assert shown["available_cents"] == 2_400
    assert shown["held_cents"] == 0
    assert shown["spent_cents"] == 1_600
    assert shown["rides_left"] == 1
    assert shown["assigned"] is True

    entries = scene.app().get(f"/vouchers/{voucher['voucher_id']}/entries").expect(200)["entries"]
    assert [one["kind"] for one in entries] == [
        "voucher.minted",
        "ride.requested",
        "ride.completed",
    ]
    assert all(sum(one["changes"].values()) == 0 for one in entries)
    assert not any("ride_id" in one or "at" in one for one in entries)

    person = scene.app().get(f"/participants/{participant_id}").expect(200)
    assert person["open_voucher_ids"] == [voucher["voucher_id"]]
    after = scene.app().get("/whoami").expect(200)["programs"][0]["available_cents"]
    assert after == before - 4_000
    assert scene.books_are_right()


def test_whoami_tells_a_partner_its_scopes_rules_and_ride_companies(scene: Scene) -> None:
    answer = scene.app("vouchers:read", "participants:read").get("/whoami").expect(200)

    assert answer["partner_id"] == scene.partner_id
    assert answer["scopes"] == ["participants:read", "vouchers:read"]
    assert answer["environment"] == "trial"
    (program,) = [one for one in answer["programs"] if one["program_id"] == scene.program_id]
    assert program["rules"]["valid_days"] == 7
    assert program["status"] == "active"
    (provider,) = program["providers"]
    assert provider["provider_id"] == scene.provider_id
    assert provider["rider_needs"]["smartphone"] is True


def test_twenty_five_vouchers_are_minted_at_once_for_people_who_may_get_two(scene: Scene) -> None:
    people = [scene.enroll() for _ in range(3)]

    minted = scene.app().post(
        "/vouchers",
        scene.minting(participant_ids=(people * 9)[:25], value_cents=1_000),
        key(),
    )

    vouchers = minted.expect(201)["vouchers"]
    assert len({one["code"] for one in vouchers}) == 25
    assert [one["participant_id"] for one in vouchers] == (people * 9)[:25]
    person = scene.app().get(f"/participants/{people[0]}").expect(200)
    assert len(person["open_voucher_ids"]) == 9


def test_the_dates_rides_and_cap_of_a_voucher_are_those_that_were_asked_for(scene: Scene) -> None:
    tomorrow = (now() + timedelta(days=1)).replace(microsecond=0)

    voucher = scene.mint(
        value_cents=5_000,
        rides=1,
        cap_cents=3_000,
        valid_from=tomorrow.isoformat(),
        expires_at=(tomorrow + timedelta(days=1)).isoformat(),
        language="es",
    )

    shown = scene.show(voucher)
    assert (shown["rides"], shown["cap_cents"], shown["value_cents"]) == (1, 3_000, 5_000)
    assert shown["valid_from"].startswith(tomorrow.isoformat()[:19])
    assert shown["language"] == "es"
    assert "code" not in shown
