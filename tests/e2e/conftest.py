"""The running stack, with IAM enforced, and one scene on it for all end-to-end tests."""

import pytest

from e2e.scene import Scene
from infra.local import stack

# The main path goes first: `make iam-check` stops at the first failure, dozens of times. Then what
# shows widgets, which show no more than the first 24 programmes of a stack.
FIRST = ("e2e/test_main_path.py", "browser/", "e2e/test_widgets.py")
# These take long, and what they notice others mostly notice sooner.
LAST = ("e2e/test_contract.py", "e2e/test_load.py")


@pytest.fixture(scope="session")
def scene() -> Scene:
    """A programme with two partners and two ride companies, used by no other run."""
    return Scene(stack.ensure_up(quiet=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the order of FIRST, then all others, then LAST."""
    items.sort(key=lambda item: _place(item.path.as_posix()))


def _place(path: str) -> int:
    found = (place for place, part in enumerate(FIRST) if f"tests/{part}" in path)
    is_last = any(f"tests/{part}" in path for part in LAST)
    return next(found, len(FIRST) + is_last)
