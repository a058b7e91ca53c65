"""The running stack, with IAM enforced, and one scene on it for all end-to-end tests."""

import pytest

from e2e.scene import Scene
from infra.local import stack

FIRST = "test_main_path.py"


@pytest.fixture(scope="session")
def scene() -> Scene:
    """A programme with two partners and two ride companies, used by no other run."""
    return Scene(stack.ensure_up(quiet=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The main path goes first: `make iam-check` stops at the first failure, dozens of times."""
    items.sort(key=lambda item: item.path.name != FIRST)
