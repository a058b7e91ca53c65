"""Unit tests are pure: they reach no network, and they see the same examples in every run."""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(Path(__file__).resolve().parents[2] / ".local" / "hypothesis")
settings.register_profile("the_same_each_time", derandomize=True, database=None, deadline=None)
settings.load_profile("the_same_each_time")


@pytest.fixture(autouse=True)
def _without_network(socket_disabled: None) -> None:
    """Whatever opens a socket fails."""
