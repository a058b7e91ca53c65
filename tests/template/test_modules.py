"""Each handler loads, when its function starts, the modules that were agreed to, and no others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import handler_modules


@pytest.fixture(scope="module")
def packages() -> Iterator[Path]:
    with handler_modules.installed() as folder:
        yield folder


@pytest.mark.parametrize("function", handler_modules.names())
def test_a_handler_loads_the_modules_on_the_list_and_no_others(
    function: str, packages: Path
) -> None:
    loaded = handler_modules.loaded(function, packages)
    listed = handler_modules.recorded().get(function, frozenset())

    assert loaded == listed, (
        f"{function} loads {len(loaded)} modules, where {len(listed)} are listed. "
        f"Newcomers: {_named(loaded - listed)}. No longer loaded: {_named(listed - loaded)}. "
        f"Each costs every start. If this is meant: {handler_modules.COMMAND}"
    )


def test_the_list_is_of_the_functions_that_there_are() -> None:
    assert sorted(handler_modules.recorded()) == handler_modules.names()


def test_the_list_as_text_says_what_each_function_loads_and_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = {"minting": frozenset({"pydantic", "minting.app"}), "sharing": frozenset({"pydantic"})}
    monkeypatch.setattr(handler_modules, "RECORD", tmp_path / "modules.txt")

    handler_modules.RECORD.write_text(handler_modules.as_text(loads), encoding="utf-8")

    text = handler_modules.RECORD.read_text(encoding="utf-8")
    assert "# minting: 2\n# sharing: 1\n" in text
    assert "\nminting, sharing: 1\n    pydantic\n" in text
    assert handler_modules.recorded() == loads


def test_a_list_from_which_a_line_was_lost_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler_modules, "RECORD", tmp_path / "modules.txt")
    text = handler_modules.as_text({"minting": frozenset({"botocore", "pydantic"})})

    handler_modules.RECORD.write_text(text.replace("    pydantic\n", ""), encoding="utf-8")

    with pytest.raises(ValueError, match="has 1 modules of minting, not 2"):
        handler_modules.recorded()


def test_a_package_that_only_tests_have_is_not_there(packages: Path) -> None:
    there = {one.name for one in packages.iterdir()}

    assert {"botocore", "pydantic", "typing_extensions.py"} <= there
    assert not {"moto", "pytest", "certifi"} & there


def _named(modules: frozenset[str]) -> str:
    return ", ".join(sorted(modules)) or "none"
