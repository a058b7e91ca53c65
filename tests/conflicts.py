"""Transactions that overlap on an item, as DynamoDB answers them (Amazon DynamoDB Developer Guide,
'Transaction conflict handling in DynamoDB'): while a TransactWriteItems is under way, another one
that shares an item with it is cancelled, with TransactionConflict at exactly the actions whose
items are shared, and a plain write of such an item fails with TransactionConflictException. Reads
of single items and in batches pass, and see what is committed.

DynamoDB Local carries out one after the other and never answers so. A fault for `Wire.disturb`; who
calls must take turns, as on a `Timeline`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from botocore.awsrequest import AWSResponse

from wire import WRITES_ONE, Call, answered, key_text

_READS = ("BatchGetItem", "GetItem", "Query", "Scan")

type _Item = tuple[str, str]
"""A table, and a key as JSON."""


@dataclass
class Conflicts:
    """What all callers have under way. `transaction` lasts as long as a transaction does, and
    `other` as long as any other call, or a transaction that is cancelled at once."""

    transaction: Callable[[], None]
    other: Callable[[], None]
    under_way: set[_Item] = field(default_factory=set)

    def __call__(self, call: Call) -> AWSResponse:
        """Carries the call out when its time is over, or refuses it."""
        if call.operation == "TransactWriteItems":
            return self._transact(call)
        if call.operation not in (*WRITES_ONE, *_READS):
            raise NotImplementedError(call.operation)
        is_refused = call.operation in WRITES_ONE and _item(call.sent) in self.under_way
        self.other()
        return answered(400, "TransactionConflictException") if is_refused else call.deliver()

    def _transact(self, call: Call) -> AWSResponse:
        items = [_item(next(iter(one.values()))) for one in call.sent["TransactItems"]]
        if not self.under_way.isdisjoint(items):
            codes = ["TransactionConflict" if item in self.under_way else "None" for item in items]
            self.other()
            reasons = [{"Code": code} for code in codes]
            return answered(400, "TransactionCanceledException", CancellationReasons=reasons)
        self.under_way.update(items)
        try:
            self.transaction()
            return call.deliver()
        finally:
            self.under_way.difference_update(items)


def _item(action: dict[str, object]) -> _Item:
    key = action.get("Item") or action["Key"]
    assert isinstance(key, dict)
    return str(action["TableName"]), key_text(key)
