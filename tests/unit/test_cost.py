"""What 1,000 rides cost, added up by hand."""

import math
from itertools import product

import pytest

from bench import cost
from bench.cost import BEGINS, ENDS, FactMissing
from bench.prices import PRICES

OPERATIONS = ("authorize", "complete", "mint", "enroll", "show", "list")
EVERY = {
    "warm_ms": 20,
    "cold_round_trips": 2,
    "write_units": 6,
    "index_units": 2,
    "cold_read_units": 4,
    "secret_reads": 1,
    "log_bytes": 500,
    "answer_bytes": 1_000,
}
FACTS: dict[str, float] = {
    **{f"{what}.{name}": EVERY[what] for what, name in product(EVERY, OPERATIONS)},
    **dict.fromkeys(
        ("start_up_ms.redemption", "start_up_ms.minting", "start_up_ms.enrollment"), 500
    ),
}
# Two callbacks of each ride; a mint, an enrollment and two look-ups of every other ride.
CALLS = 4_000


def test_each_line_is_what_a_pencil_makes_of_the_same_figures() -> None:
    lines = {line.what: line for line in cost.cost_of(FACTS)}

    # A callback has a whole vCPU, which takes 40 ms for what took 20 here, and waits 20 ms more for
    # DynamoDB and as long for two secrets.
    callbacks = 2_000 * 0.080 * 1_769 / 1_024
    # A partner's call has 1 GB, and so a part of a vCPU; all but enrollments read one secret.
    partners = 2_000 * (0.040 * 1_769 / 1_024 + 0.020) + 1_500 * 0.010
    # Half of the calls start a function: as long in the parts of a vCPU, but with less memory.
    starts = 1_000 * 1.0 * 1_769 / 1_024 + 1_000 * 1.0 * 1_769 / 1_024
    expected = {
        "API Gateway (REST)": CALLS * 3.50e-6,
        "AWS WAF": CALLS * 0.60e-6,
        "Lambda, calls": CALLS * 0.20e-6,
        "Lambda, callbacks": callbacks * 0.0000133334,
        "Lambda, partners' calls": partners * 0.0000133334,
        "Lambda, cold starts": starts * 0.0000133334,
        "DynamoDB, writes": CALLS * (6 + 2) * 0.625e-6,
        # Half of all calls but enrollments start with a read that finds nothing.
        "DynamoDB, reads": (CALLS * 4 + 3_500 / 2) * 0.125e-6,
        # Beside what a warm function reads: redemption knows two, minting one, enrollment none.
        "Secrets Manager": (CALLS + 2_000 * 2 + 1_500) * 0.05e-4,
        "CloudWatch logs": CALLS * (500 + 1_500) * 0.50e-9,
        "X-Ray": CALLS * 5e-6,
        "Data sent": CALLS * 1_000 * 0.09e-9,
    }
    assert {what: line.dollars for what, line in lines.items()} == {
        what: round(dollars, 4) for what, dollars in expected.items()
    }
    assert math.isclose(cost.dollars(list(lines.values())), sum(expected.values()), abs_tol=0.0006)


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_figure_that_was_not_measured_is_named_and_nothing_stands_in_for_it(name: str) -> None:
    facts = {one: figure for one, figure in FACTS.items() if one != name}

    with pytest.raises(FactMissing, match=f"^{name}$"):
        cost.cost_of(facts)


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_figure_counts(name: str) -> None:
    dearer = cost.cost_of({**FACTS, name: FACTS[name] * 1_000})

    assert cost.dollars(dearer) > cost.dollars(cost.cost_of(FACTS))


def test_a_figure_that_costs_nothing_changes_nothing() -> None:
    more = {**FACTS, "package_mb": 9.1, "warm_ms.cancel": 12}

    assert cost.cost_of(more) == cost.cost_of(FACTS)


def test_a_price_is_said_as_it_is_counted() -> None:
    counts = {" a million": 1_000_000, " for 10,000": 10_000, " a GB": 1, " a GB-s": 1}

    for price in PRICES.values():
        dollars, after, rest = price.words.removeprefix("$").partition(" ")
        assert (float(dollars), counts[after + rest]) == (price.dollars, price.count)


def test_the_table_and_the_sentence_take_the_place_of_what_stood_there() -> None:
    readme = (
        f"About **9 cents for 1,000 rides**, and more.\n\n{BEGINS}\nAs it was.\n{ENDS}\n\nAfter.\n"
    )

    written = cost.written(readme, FACTS)

    cents = round(100 * cost.dollars(cost.cost_of(FACTS)))
    assert written.startswith(f"About **{cents} cents for 1,000 rides**, and more.\n\n{BEGINS}\n")
    assert written.endswith(f"\n{ENDS}\n\nAfter.\n")
    assert "As it was." not in written
    assert "| Secrets Manager | 9,500 reads at most | $0.05 for 10,000 | 0.0475 |\n" in written
    assert cost.written(written, FACTS) == written


@pytest.mark.parametrize("readme", [f"{BEGINS}{ENDS}", "About **9 cents for 1,000 rides**"])
def test_a_readme_without_a_place_for_it_is_not_taken_for_written(readme: str) -> None:
    with pytest.raises(ValueError, match="the README has"):
        cost.written(readme, FACTS)
