"""The door of the watch over the ledger: the table's stream, filtered to entries that were changed
or removed, which nothing in the system does. It needs no table, and says which entry it was."""

from typing import Any

from farechance.telemetry import Count, Event, count, invocation, logger


def handler(event: dict[str, Any], context: Any) -> None:
    """One batch of records. A record may come more than once; an alarm too many does no harm."""
    with invocation(getattr(context, "aws_request_id", "")):
        for record in event["Records"]:
            keys = record["dynamodb"]["Keys"]
            count(Count.LEDGER_OVERWRITTEN)
            logger.error(
                Event.LEDGER_OVERWRITTEN,
                what=record["eventName"],
                account=keys["pk"]["S"],
                identity=keys["sk"]["S"],
            )
