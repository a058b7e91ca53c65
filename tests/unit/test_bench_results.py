"""What the benchmark found becomes one table for its own file and a shorter one for the README."""

import pytest

from bench import telling
from bench.measured import Part, Ratio

KEPT = Ratio(what="a start", against="a floor", turns=(0.9, 1.1, 0.95), most=1.0, figures="9 ms")
MISSED = Ratio(what="many", against="one", turns=(7.5,), least=8)
FREE = Ratio(what="a look", against="a read", turns=(3.0, 2.0))
PART = Part(title="Starts", told="They were counted.", ratios=(KEPT, MISSED, FREE), notes=("n.",))


@pytest.fixture(autouse=True)
def _anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which machine this is, and what is installed on it, doesn't matter."""
    monkeypatch.setattr(telling, "_machine", lambda: "A machine")
    monkeypatch.setattr(telling, "_version_in", lambda _, name: f"of {name}")


def test_a_line_has_the_median_the_spread_and_whether_its_bound_is_kept() -> None:
    told = telling.results([(PART, 12.4)])

    assert "| a start | a floor | 0.950 | 0.900–1.100 | ≤ 1 | yes |\n" in told
    assert "| many | one | 7.500 | one turn | ≥ 8 | **no** |\n" in told
    assert "| a look | a read | 2.500 | 2.000–3.000 |  |  |\n" in told
    assert "* a start: 9 ms" in told
    assert "They were counted. (12 s.)" in told
    assert "* n." in told


def test_the_readme_has_the_lines_with_a_bound_between_its_marks_and_nothing_else_changes() -> None:
    told = telling.results([(PART, 12.4)])
    readme = f"before\n\n{telling.BEGINS}\nold\n{telling.ENDS}\n\nafter\n"

    written = telling.in_readme(readme, told)

    assert written == (
        f"before\n\n{telling.BEGINS}\n"
        "| what | against | median | spread | bound |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| a start | a floor | 0.950 | 0.900–1.100 | ≤ 1 |\n"
        "| many | one | 7.500 | one turn | ≥ 8 |\n"
        f"{telling.ENDS}\n\nafter\n"
    )
    assert telling.in_readme(written, told) == written


def test_a_readme_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        telling.in_readme("before\n", telling.results([(PART, 1)]))


def test_a_part_without_ratios_has_no_table() -> None:
    told = telling.results([(Part(title="Units", told="They were counted."), 3)])

    assert told.endswith("## Units\n\nThey were counted. (3 s.)\n")


def test_a_machine_without_valgrind_is_told_of_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    told = telling.results([(PART, 12.4)])

    assert ", awslambdaric of awslambdaric, " in told
    assert ", no valgrind, " in told
