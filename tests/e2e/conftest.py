"""The running stack, with IAM enforced, and one scene on it for all end-to-end tests."""

import pytest

from e2e.scene import Scene
from infra.local import stack


@pytest.fixture(scope="session")
def scene() -> Scene:
    """A programme with two partners and two ride companies, used by no other run."""
    return Scene(stack.ensure_up(quiet=True))
