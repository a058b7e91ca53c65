"""What AWS asks for what 1,000 rides take: the list of us-east-1, without any free tier. It owns
these prices and no amounts."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """Dollars for so many of a unit, by the list of us-east-1."""

    dollars: float
    count: int
    words: str


PRICES: Mapping[str, Price] = {
    # Amazon API Gateway, 'Pricing', REST APIs, the first 333 million.
    "request": Price(3.50, 1_000_000, "$3.50 a million"),
    # AWS WAF, 'Pricing'.
    "looked at": Price(0.60, 1_000_000, "$0.60 a million"),
    # AWS Lambda, 'Pricing', Arm; since August 2025 a function's start is paid like a call.
    "call": Price(0.20, 1_000_000, "$0.20 a million"),
    "GB-s": Price(0.0000133334, 1, "$0.0000133334 a GB-s"),
    # Amazon DynamoDB, 'Pricing for On-Demand Capacity'.
    "write unit": Price(0.625, 1_000_000, "$0.625 a million"),
    "read unit": Price(0.125, 1_000_000, "$0.125 a million"),
    # AWS Secrets Manager, 'Pricing'.
    "secret read": Price(0.05, 10_000, "$0.05 for 10,000"),
    # Amazon CloudWatch, 'Pricing', collected logs.
    "logged GB": Price(0.50, 1, "$0.50 a GB"),
    # AWS X-Ray, 'Pricing', recorded traces.
    "trace": Price(5.00, 1_000_000, "$5 a million"),
    # Amazon EC2, 'On-Demand Pricing', data transfer out to the internet.
    "sent GB": Price(0.09, 1, "$0.09 a GB"),
}
