"""A release in a bucket makes a stack of its own, and a newer one updates it: what an admin does
who has no command line."""

from collections.abc import Iterator

import pytest

from e2e.released import Released
from e2e.scene import Scene
from infra.local import template

# What the alias `live` leads to, of each function that the API calls; one stands for all.
CONTRACT = "ContractFunction"


@pytest.fixture(scope="module")
def released(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    """A release that was uploaded, and in the end deleted with what was made from it."""
    made = Released(scene.running, tmp_path_factory.mktemp("release"))
    yield made
    made.delete()


def test_a_release_makes_a_stack_that_answers_and_a_newer_one_updates_it(
    released: Released,
) -> None:
    created = released.create()
    contract = released.get("/openapi.json")
    registered = released.command("register_provider")

    released.release_newer_code()
    released.upload()
    updated = released.update()

    assert created == "CREATE_COMPLETE"
    assert contract.expect(200)["openapi"].startswith("3.")
    assert registered["done"]
    assert released.get("/whoami").status == 401
    assert updated == "UPDATE_COMPLETE"
    # The alias leads to the newer code; a request that the older began is ended by the older.
    assert released.versions(CONTRACT) == ("2", ["1", "2"])
    assert [released.invoke_version(CONTRACT, one) for one in ("1", "2", "live")] == [200, 200, 200]
    assert released.get("/openapi.json").expect(200) == contract.json()
    # The data is what it was: the same command is a repeat.
    repeated = released.command("register_provider")
    assert repeated["in_words"].startswith("This was done before")


def test_every_part_of_a_release_is_in_the_stack(released: Released) -> None:
    nested = template.resources("AWS::CloudFormation::Stack")

    kinds = {name.split("-")[0] for name in released.files}

    assert all(released.physical_id(name) for name in nested)
    assert {"fare", "functions", "SHA256SUMS", "for", "sbom.cdx.json"} < kinds
    assert len(released.files) == 5 + len(template.nested())
