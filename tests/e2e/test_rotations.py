"""A partner's and a ride company's secret are rotated on the running stack, with the rights that
the administration's function has: both are good meanwhile, and afterwards one."""

import pytest

from e2e.scene import Scene, key
from infra.local.client import PartnerApp, Refused, RideCompany


def test_a_partner_changes_over_to_its_new_client_and_the_old_one_is_removed(scene: Scene) -> None:
    partner_id = f"{scene.partner_id}_rotated"
    made = scene.create_partner(partner_id)
    old = PartnerApp(scene.running, made["client_id"], made["client_secret"])

    begun = scene.admin.do("rotate_partner_secret", partner_id=partner_id, step="begin")
    new = PartnerApp(scene.running, begun["client_id"], begun["client_secret"])
    both = [app.get("/whoami").expect(200)["partner_id"] for app in (old, new)]
    third = scene.admin.ask("rotate_partner_secret", partner_id=partner_id, step="begin")
    finished = scene.admin.do(
        "rotate_partner_secret", partner_id=partner_id, step="finish", confirm=partner_id
    )

    assert both == [partner_id, partner_id]
    assert third["problem"] == "rotation_open"
    assert finished["removed_client_id"] == made["client_id"]
    # By functions that haven't heard of the partner yet; another remembers it for a minute.
    assert old.post("/cards", {}, key()).status == 401
    assert old.get("/reports", program_id=scene.program_id).status == 401
    assert new.get("/whoami").expect(200)["partner_id"] == partner_id
    with pytest.raises(Refused):
        PartnerApp(scene.running, made["client_id"], made["client_secret"]).token()


def test_a_partners_new_client_is_taken_back_where_its_secret_was_lost(scene: Scene) -> None:
    partner_id = f"{scene.partner_id}_kept"
    made = scene.create_partner(partner_id)
    begun = scene.admin.do("rotate_partner_secret", partner_id=partner_id, step="begin")

    abandoned = scene.admin.do(
        "rotate_partner_secret", partner_id=partner_id, step="abandon", confirm=partner_id
    )

    assert abandoned["removed_client_id"] == begun["client_id"]
    app = PartnerApp(scene.running, made["client_id"], made["client_secret"])
    assert app.get("/whoami").expect(200)["partner_id"] == partner_id
    with pytest.raises(Refused):
        PartnerApp(scene.running, begun["client_id"], begun["client_secret"]).token()


def test_a_ride_company_signs_with_either_secret_until_the_old_one_is_void(scene: Scene) -> None:
    provider_id = f"{scene.provider_id}_rotated"
    # Nobody has signed yet, so no function remembers a secret.
    old = RideCompany(scene.running, provider_id, scene.register_provider(provider_id))
    begun = scene.admin.do("rotate_provider_secret", provider_id=provider_id, step="begin")
    new = RideCompany(scene.running, provider_id, begun["secret"])

    told = [one.tell("events", "webhook.test").expect(200)["secret"] for one in (old, new)]
    unconfirmed = scene.admin.ask("rotate_provider_secret", provider_id=provider_id, step="finish")

    assert told == ["previous", "current"]
    assert [one["pointer"] for one in unconfirmed["errors"]] == ["/confirm"]


def test_an_old_signing_secret_is_void_once_the_rotation_is_finished(scene: Scene) -> None:
    provider_id = f"{scene.provider_id}_done"
    old = RideCompany(scene.running, provider_id, scene.register_provider(provider_id))
    begun = scene.admin.do("rotate_provider_secret", provider_id=provider_id, step="begin")

    scene.admin.do(
        "rotate_provider_secret", provider_id=provider_id, step="finish", confirm=provider_id
    )

    assert old.tell("events", "webhook.test").status == 401
    new = RideCompany(scene.running, provider_id, begun["secret"])
    assert new.tell("events", "webhook.test").expect(200)["secret"] == "current"
