"""Enrolling people and finding them again."""

import pytest

from e2e.scene import Scene, key


def test_enrolling_again_under_the_same_key_is_the_same_enrollment(scene: Scene) -> None:
    body, idempotency_key = scene.enrollment(), key()

    first = scene.app().post("/participants", body, idempotency_key)
    again = scene.app().post("/participants", body, idempotency_key)

    assert again.expect(201) == first.expect(201)
    assert first.headers["idempotency-replayed"] == "false"
    assert again.headers["idempotency-replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(scene: Scene) -> None:
    idempotency_key = key()
    scene.app().post("/participants", scene.enrollment(), idempotency_key).expect(201)

    answer = scene.app().post("/participants", scene.enrollment(), idempotency_key)

    assert answer.expect(422)["type"].endswith(":idempotency_key_reused")


def test_the_same_person_is_not_enrolled_twice_and_is_named(scene: Scene) -> None:
    participant_id = scene.enroll(external_ref="the-same")

    answer = scene.app().post("/participants", scene.enrollment(external_ref="the-same"), key())

    problem = answer.expect(409)
    assert problem["type"].endswith(":already_enrolled")
    assert problem["participant_id"] == participant_id


def test_two_partners_may_use_the_same_reference_and_do_not_see_each_other(scene: Scene) -> None:
    ours = scene.enroll(external_ref="shared")

    theirs = scene.other_app().post("/participants", scene.enrollment(external_ref="shared"), key())

    assert theirs.expect(201)["participant_id"] != ours
    found = scene.other_app().get(
        "/participants", program_id=scene.program_id, external_ref="shared"
    )
    (listed,) = found.expect(200)["participants"]
    assert listed["participant_id"] == theirs.json()["participant_id"]


def test_a_person_is_found_by_id_and_by_reference(scene: Scene) -> None:
    body = scene.enrollment(language="es")
    made = scene.app().post("/participants", body, key()).expect(201)

    by_id = scene.app().get(f"/participants/{made['participant_id']}").expect(200)
    by_reference = scene.app().get(
        "/participants", program_id=scene.program_id, external_ref=body["external_ref"]
    )

    assert by_id["external_ref"] == body["external_ref"]
    assert by_id["language"] == "es"
    assert "subject_id" not in by_id
    assert by_reference.expect(200)["participants"] == [by_id]


def test_a_list_is_read_to_its_end_page_by_page(scene: Scene) -> None:
    enrolled = {scene.enroll() for _ in range(5)}

    seen: list[str] = []
    query: dict[str, str | int] = {"program_id": scene.program_id, "limit": 2, "status": "active"}
    while True:
        page = scene.app("participants:read").get("/participants", **query).expect(200)
        assert len(page["participants"]) <= 2
        seen += [one["participant_id"] for one in page["participants"]]
        if "cursor" not in page:
            break
        query["cursor"] = page["cursor"]

    assert enrolled <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": "somebody"}, "/name"),
        ({"date_of_birth": "1990-01-01"}, "/date_of_birth"),
        ({"offence": "none of our business"}, "/offence"),
        ({"external_ref": "555-010-0199"}, "/external_ref"),
        ({"external_ref": "someone@example.org"}, "/external_ref"),
        ({"external_ref": "078-05-1120"}, "/external_ref"),
        ({"language": "fr"}, "/language"),
    ],
)
def test_what_must_not_be_held_about_a_person_is_refused(
    scene: Scene, changes: dict[str, str], pointer: str
) -> None:
    answer = scene.app().post("/participants", scene.enrollment(**changes), key())

    errors = answer.expect(422)["errors"]
    assert [one["pointer"] for one in errors] == [pointer]
    assert not any(value in answer.body.decode() for value in changes.values())
