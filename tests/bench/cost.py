"""What 1,000 rides cost on AWS: calls, units, bytes and milliseconds as the benchmark measured them
(`facts.json`), times list prices (`prices.py`). What a ride is made of, and what can't be measured
here, is assumed; each assumption stands below, by name, and in the README. It owns the table there,
and must never hold a measured figure.

`python -m bench.cost` writes the README's table anew from the facts that are recorded.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import fill
from typing import Any

from bench.prices import PRICES, Price
from infra.local import template

README = template.TEMPLATE.parent / "README.md"
FACTS = Path(__file__).with_name("facts.json")
BEGINS, ENDS = "<!-- made by bench.cost -->", "<!-- made by bench.cost, to here -->"

type Facts = Mapping[str, float]

# ── what is assumed ──────────────────────────────────────────────────────────────────────────────

RIDES = 1_000
RIDES_OF_A_VOUCHER = 2
# Of each operation that is measured: which function answers, and how often it does for 1,000 rides.
_VOUCHERS = RIDES // RIDES_OF_A_VOUCHER
CALLBACKS = {"authorize": RIDES, "complete": RIDES}
PARTNERS = dict.fromkeys(("mint", "enroll", "show", "list"), _VOUCHERS)
CALLS = CALLBACKS | PARTNERS
FUNCTIONS = {
    "authorize": "redemption",
    "complete": "redemption",
    "mint": "minting",
    "enroll": "enrollment",
    "show": "minting",
    "list": "minting",
}
# With few rides a day a function has often gone to sleep, and always forgotten what it knows for a
# minute: each call reads all secrets that its function may, and asks who calls and by which rules.
COLD_SHARE = 0.5
CODE_SECRET = "CODE_SECRET_ID"
SECRETS = (CODE_SECRET, "PROVIDER_SECRET_PREFIX")
# Who needs the secret of codes opens its connections while it starts, by a read that finds nothing.
PRIMING_READ_UNITS = 1
# One vCPU of Lambda's, which 1,769 MB have, against one of the machine that measured.
TIMES_AS_SLOW = 2
ONE_CPU_MB = 1_769
# Of DynamoDB and Secrets Manager, beyond what DynamoDB Local takes, which is on the same machine.
ROUND_TRIP_MS = 10
# What Lambda writes of a call, and the gateway, beside our own lines.
OTHER_LOG_BYTES = 1_500

# ── what it comes to ──────────────────────────────────────────────────────────────────────────────


class FactMissing(Exception):
    """Names a figure that no part of the benchmark told."""


@dataclass(frozen=True)
class Line:
    """One line of the table: of which service how much, by one price."""

    what: str
    how_much: str
    amount: float
    price: Price

    @property
    def dollars(self) -> float:
        """To a hundredth of a cent, so that the lines add up as they are written."""
        return round(self.amount * self.price.dollars / self.price.count, 4)


def cost_of(
    facts: Facts, prices: Mapping[str, Price] = PRICES, times_as_slow: float = TIMES_AS_SLOW
) -> tuple[Line, ...]:
    """What 1,000 rides cost, line by line. Facts that it has no use for don't matter. Raises
    FactMissing."""
    calls = sum(CALLS.values())

    def line(what: str, how_much: str, amount: float, unit: str) -> Line:
        return Line(what, how_much, amount, prices[unit])

    def busy(what: str, operations: Mapping[str, int]) -> Line:
        seconds = {
            name: _busy_seconds(name, facts, times_as_slow) * often
            for name, often in operations.items()
        }
        return line(what, *_gb_seconds(seconds), "GB-s")

    cold = {
        name: COLD_SHARE * often * _start_seconds(name, facts, times_as_slow)
        for name, often in CALLS.items()
    }
    writes = _all(facts, "write_units") + _all(facts, "index_units")
    primed = COLD_SHARE * sum(CALLS[name] for name in CALLS if CODE_SECRET in _secrets(name))
    reads = _all(facts, "cold_read_units") + primed * PRIMING_READ_UNITS
    secrets = _all(facts, "secret_reads") + sum(CALLS[name] * len(_secrets(name)) for name in CALLS)
    logged_gb = (_all(facts, "log_bytes") + calls * OTHER_LOG_BYTES) / 1e9
    sent_gb = _all(facts, "answer_bytes") / 1e9
    return (
        line("API Gateway (REST)", f"{calls:,} requests", calls, "request"),
        line("AWS WAF", f"{calls:,} requests", calls, "looked at"),
        line("Lambda, calls", f"{calls:,}", calls, "call"),
        busy("Lambda, callbacks", CALLBACKS),
        busy("Lambda, partners' calls", PARTNERS),
        line("Lambda, cold starts", *_gb_seconds(cold), "GB-s"),
        line("DynamoDB, writes", f"{writes:,.0f} units, with the indexes'", writes, "write unit"),
        line("DynamoDB, reads", f"{reads:,.0f} units", reads, "read unit"),
        line("Secrets Manager", f"{secrets:,.0f} reads at most", secrets, "secret read"),
        line("CloudWatch logs", f"{1_000 * logged_gb:.1f} MB", logged_gb, "logged GB"),
        line("X-Ray", f"{calls:,} traces", calls, "trace"),
        line("Data sent", f"{1_000 * sent_gb:.1f} MB", sent_gb, "sent GB"),
    )


def dollars(lines: Sequence[Line]) -> float:
    """Of all lines."""
    return round(sum(line.dollars for line in lines), 4)


def written(readme: str, facts: Facts) -> str:
    """The README with the cost of 1,000 rides in the place of what stood there."""
    lines = cost_of(facts)
    cents = f"About **{100 * dollars(lines):.0f} cents for 1,000 rides**"
    readme, sentences = re.subn(r"About \*\*\d+ cents for 1,000 rides\*\*", cents, readme)
    block = f"{BEGINS}\n\n{_assumed(lines, facts)}\n\n{_table(lines)}\n\n{ENDS}"
    readme, blocks = re.subn(
        f"{re.escape(BEGINS)}.*{re.escape(ENDS)}", lambda _: block, readme, flags=re.DOTALL
    )
    if (sentences, blocks) != (1, 1):
        raise ValueError(f"the README has the sentence {sentences} times, the table {blocks} times")
    return readme


def recorded() -> dict[str, float]:
    """The facts of the last `make bench`."""
    facts: dict[str, float] = json.loads(FACTS.read_text(encoding="utf-8"))
    return facts


def _fact(facts: Facts, name: str) -> float:
    try:
        return facts[name]
    except KeyError:
        raise FactMissing(name) from None


def _all(facts: Facts, what: str) -> float:
    """Of all calls, for 1,000 rides."""
    return sum(often * _fact(facts, f"{what}.{name}") for name, often in CALLS.items())


def _busy_seconds(operation: str, facts: Facts, times_as_slow: float) -> float:
    computed_ms = _fact(facts, f"warm_ms.{operation}") * times_as_slow / _cpus(operation)
    trips = _fact(facts, f"cold_round_trips.{operation}") + len(_secrets(operation))
    return (computed_ms + trips * ROUND_TRIP_MS) / 1_000


def _start_seconds(operation: str, facts: Facts, times_as_slow: float) -> float:
    """Of the function that answers it."""
    started_ms = _fact(facts, f"start_up_ms.{FUNCTIONS[operation]}")
    return started_ms * times_as_slow / _cpus(operation) / 1_000


def _gb_seconds(seconds: Mapping[str, float]) -> tuple[str, float]:
    """In words, and as a number; of seconds by operation."""
    amount = sum(_memory_mb(name) / 1_024 * it for name, it in seconds.items())
    return f"{sum(seconds.values()):,.0f} s, {amount:,.0f} GB-s", amount


def _cpus(operation: str) -> float:
    return min(_memory_mb(operation) / ONE_CPU_MB, 1)


def _memory_mb(operation: str) -> int:
    memory: int = _property(operation, "MemorySize")
    return memory


def _secrets(operation: str) -> list[str]:
    """Those that its function is told of."""
    return [name for name in SECRETS if name in _property(operation, "Environment")["Variables"]]


@cache
def _property(operation: str, name: str) -> Any:
    """Of the function that answers it, or of all."""
    whole = template.load()
    own = whole["Resources"][f"{FUNCTIONS[operation].capitalize()}Function"]["Properties"]
    return own.get(name, whole["Globals"]["Function"].get(name))


def _assumed(lines: Sequence[Line], facts: Facts) -> str:
    slower = dollars(cost_of(facts, times_as_slow=2 * TIMES_AS_SLOW)) - dollars(lines)
    _, gb_seconds = _gb_seconds({name: COLD_SHARE * often / 10 for name, often in CALLS.items()})
    longer = gb_seconds * PRICES["GB-s"].dollars
    text = (
        "Calls, units, bytes and milliseconds are as the benchmark measured them; what a ride is "
        f"made of is assumed. It is two callbacks, and a voucher pays for {RIDES_OF_A_VOUCHER}; "
        "for each voucher there are a mint, an enrollment and two look-ups. Of all calls "
        f"{COLD_SHARE:.0%} start a function, and none finds anything remembered: neither a secret, "
        "nor who calls, nor the programme's rules. A vCPU of "
        f"Lambda's is taken to need {TIMES_AS_SLOW} times as long as the machine that measured, "
        "less memory has less of it, and each round trip takes "
        f"{ROUND_TRIP_MS} ms more than here: none of this was measured on AWS. If a vCPU needed "
        f"twice as long again, that would be {100 * slower:.1f} cents more. What a first answer "
        "computes beyond a later one is left out: each tenth of a second that Lambda "
        f"takes for it would be {100 * longer:.1f} cents more. "
        f"Lambda and the gateway log {OTHER_LOG_BYTES:,} bytes of a call beside ours, and each is "
        "traced."
    )
    return fill(text, 130)


def _table(lines: Sequence[Line]) -> str:
    def rows() -> Iterator[str]:
        yield f"| for {RIDES:,} rides | how much | price | dollars |"
        yield "| --- | --- | --- | ---: |"
        for line in lines:
            yield f"| {line.what} | {line.how_much} | {line.price.words} | {line.dollars:.4f} |"
        yield f"| **together** | | | **{dollars(lines):.4f}** |"

    return "\n".join(rows())


def main() -> None:
    """Writes the README."""
    README.write_text(written(README.read_text(encoding="utf-8"), recorded()), encoding="utf-8")


if __name__ == "__main__":
    main()
