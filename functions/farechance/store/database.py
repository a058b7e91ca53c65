"""Reads and transactions. It owns what an answer of DynamoDB means (storage.md, 'What goes wrong on
the real thing'); it must never repeat a write by itself: whoever lost a race reads again and
decides again."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    HTTPClientError,
)
from botocore.exceptions import (
    ConnectionError as NoConnection,
)
from pydantic import BaseModel
from pydantic_core import to_json

from farechance import aws
from farechance.errors import Busy, Refusal
from farechance.ledger import MONTH_SHARDS, Entry, Kind, digest
from farechance.passing import busy_if_it_passes
from farechance.settings import Settings
from farechance.store import attributes, keys
from farechance.store.keys import Key
from farechance.store.side_by_side import side_by_side
from farechance.store.writes import Write, key_attributes
from farechance.times import instant_text
from farechance.vouchers import Voucher

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from farechance.batches import Batch
    from farechance.participants import Participant

# Many who meet at one item come through by trying often, and not by waiting long: all pauses
# together are less than a second, and a ride company waits for two.
MAX_ATTEMPTS = 12
_LONGEST_PAUSE_SECONDS = 0.1
MAX_ACTIONS = 100
_PAGE = 100
# As much as one answer holds (1 MB), where all of it is read.
_LARGE_PAGE = 1_000

# The key's attributes stand in the digest under their own names; the index's follow from others.
_NOT_DIGESTED = frozenset({"pk", "sk", "month_shard", "month_sort"})
# DynamoDB Developer Guide, 'Quotas': a longer key is refused as invalid, so it names nothing.
_MAX_PK_BYTES, _MAX_SK_BYTES = 2_048, 1_024

# Reasons that pass with time. Each action of a cancelled transaction has one, in any mix.
_PASSING = frozenset(
    {
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
    }
)
_IN_THE_WAY = frozenset({"TransactionInProgressException", "TransactionConflictException"})
# botocore has tried these three times, with pauses of seconds, before they come here.
_THROTTLED = frozenset(
    {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"}
)
_BLOCKED = _PASSING | _IN_THE_WAY | _THROTTLED
# Errors after which nobody knows whether a write was made.
_UNKNOWN = frozenset({"InternalServerError", "ServiceUnavailable"})


class LostRace(Exception):
    """A condition did not hold or another transaction was in the way: nothing was written. Never
    leaves the store and the operations: `again` reads and decides anew."""


class Found:
    """What a read found: `found[key]` is the item's model, or None."""

    __slots__ = ("items",)

    def __init__(self, items: Mapping[Key[Any], Any]) -> None:
        self.items = items

    def __getitem__[Model: BaseModel](self, key: Key[Model]) -> Model | None:
        return cast("Model | None", self.items[key])


class Page[Model: BaseModel](NamedTuple):
    """Some items in the order of their keys, and the sort key after which the next page begins."""

    items: tuple[Model, ...]
    after: str | None


class AllotmentPlace(NamedTuple):
    """Where in an allotment a voucher stands; `minted_at` as it is stored."""

    key: Key[Voucher]
    minted_at: str


class AllotmentPage(NamedTuple):
    """The vouchers that a look at some of an allotment found, and the place of the last one that
    was looked at if more follow."""

    found: tuple[Key[Voucher], ...]
    last: AllotmentPlace | None


class Exceptions(NamedTuple):
    """Entries that somebody should look at, and, where not all were looked at, the moment before
    which some weren't."""

    entries: tuple[Entry, ...]
    looked_from: datetime | None


class Store:
    """The four tables. One for each function's process."""

    def __init__(
        self,
        settings: Settings,
        client: "DynamoDBClient | None" = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tables = settings.tables
        self._client = client or _client()
        self.pause = pause

    # ── reads ────────────────────────────────────────────────────────────────────────────────

    def read(self, *wanted: Key[Any]) -> Found:
        """Up to 100 items in one consistent BatchGetItem. Raises Busy when DynamoDB throttles."""
        request: dict[str, Any] = {}
        for key in filter(_can_exist, wanted):
            table = request.setdefault(
                self._tables[key.table], {"Keys": [], "ConsistentRead": True}
            )
            table["Keys"].append(attributes.written(key_attributes(key)))
        raw: dict[tuple[str, str, str | None], dict[str, Any]] = {}
        for attempt in range(MAX_ATTEMPTS):
            if not request:
                break
            self._wait_before(attempt)
            with busy_if_it_passes(_BLOCKED | _UNKNOWN):
                response = self._client.batch_get_item(RequestItems=request)
            for table_name, items in response["Responses"].items():
                for item in items:
                    plain = attributes.read(item)
                    raw[table_name, plain["pk"], plain.get("sk")] = plain
            # Keys are left over when a table throttles: only they are asked for again.
            request = dict(response["UnprocessedKeys"])
        if request:
            raise Busy
        return Found(
            {
                key: self._model(key.model, raw.get((self._tables[key.table], key.pk, key.sk)))
                for key in wanted
            }
        )

    def page[Model: BaseModel](
        self,
        first: Key[Model],
        prefix: str = "",
        after: str | None = None,
        limit: int = _PAGE,
    ) -> Page[Model]:
        """Items of one partition whose sort key begins with `prefix`, from behind `after`."""
        condition, values = "pk = :pk", {":pk": first.pk}
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            values[":prefix"] = prefix
        more: dict[str, Any] = {}
        if after is not None:
            more["ExclusiveStartKey"] = attributes.written({"pk": first.pk, "sk": after})
        items, last = self._one_page(
            first.table, condition, values, ConsistentRead=True, Limit=limit, **more
        )
        return Page(
            tuple(self._model(first.model, item) for item in items),
            None if last is None else str(attributes.read(last)["sk"]),
        )

    def all_of[Model: BaseModel](self, first: Key[Model], prefix: str = "") -> Iterator[Model]:
        """Every item of one partition, page by page. For what is bounded by its nature."""
        after: str | None = None
        while True:
            page = self.page(first, prefix, after)
            yield from page.items
            if page.after is None:
                return
            after = page.after

    def entries(self, account: str, after: int, limit: int) -> list[Entry]:
        """The entries of an account that follow the one numbered `after`, in order."""
        pages = self._entry_items(account, after, limit)
        return [self._model(Entry, item) for item in next(pages)]

    def digested_entries(self, account: str) -> Iterator[tuple[Entry, str]]:
        """All entries of an account in the order of their numbers, each with the digest of what is
        stored, whatever wrote it."""
        for page in self._entry_items(account, 0, _PAGE):
            for item in page:
                content = keys.with_key(Entry, item)
                stored = {name: content[name] for name in content if name not in _NOT_DIGESTED}
                yield self._model(Entry, item), digest(stored)

    def _entry_items(self, account: str, after: int, limit: int) -> Iterator[list[dict[str, Any]]]:
        return self._query(
            "ledger",
            "by_sequence",
            "pk = :account AND #sequence > :after",
            {":account": account, ":after": after},
            ConsistentRead=True,
            ExpressionAttributeNames={"#sequence": "sequence"},
            Limit=limit,
        )

    def month_entries(self, program_id: str, month: str) -> Iterator[Entry]:
        """A programme's entries of a month, from the index (which may be a moment behind). All
        shards are read side by side, a page of each at a time: nothing else is kept."""
        shards = [
            self._query(
                "ledger",
                "by_month",
                "month_shard = :shard",
                {":shard": f"{program_id}#{month}#{shard}"},
                Limit=_LARGE_PAGE,
            )
            for shard in range(MONTH_SHARDS)
        ]
        for page in side_by_side(shards):
            yield from (self._model(Entry, item) for item in page)

    def exceptions(
        self,
        months: Sequence[tuple[str, str]],
        begins_at: datetime,
        ends_at: datetime,
        *,
        most_looked_at: int,
    ) -> Exceptions:
        """Entries with a shortfall, and messages that came again with other content, recorded
        between two moments in these months of these programmes, the newest first, from the index
        (which may be a moment behind). All shards are looked at side by side, and of each at most
        so many entries."""

        def look(shard: str) -> tuple[list[dict[str, Any]], Mapping[str, Any] | None]:
            # Entries that say neither are left out where they are kept.
            return self._one_page(
                "ledger",
                "month_shard = :shard AND month_sort BETWEEN :begins AND :ends",
                {
                    ":shard": shard,
                    ":begins": instant_text(begins_at),
                    # '$' follows the '#' that parts a moment from a number.
                    ":ends": f"{instant_text(ends_at)}$",
                    ":conflict": Kind.RIDE_CONFLICT.value,
                },
                IndexName="by_month",
                FilterExpression="attribute_exists(shortfall_cents) OR kind = :conflict",
                ScanIndexForward=False,
                Limit=most_looked_at,
            )

        shards = [
            f"{program_id}#{month}#{shard}"
            for program_id, month in months
            for shard in range(MONTH_SHARDS)
        ]
        with ThreadPoolExecutor(MONTH_SHARDS) as pool:
            pages = list(pool.map(look, shards))
        entries = [self._model(Entry, item) for items, _ in pages for item in items]
        cut = [
            str(attributes.read(last)["month_sort"]).partition("#")[0] for _, last in pages if last
        ]
        return Exceptions(
            tuple(sorted(entries, key=lambda entry: entry.month_sort, reverse=True)),
            datetime.fromisoformat(max(cut)) if cut else None,
        )

    def voucher_keys(self, program_id: str, partner_id: str) -> Iterator[tuple[Key[Voucher], ...]]:
        """The keys of an allotment's vouchers, in pages of at most 100, from the index (which may
        be a moment behind). Read the vouchers themselves for their balances."""
        values = {":allotment": f"{program_id}#{partner_id}"}
        for page in self._query("vouchers", "by_allotment", "allotment = :allotment", values):
            if page:
                yield tuple(keys.voucher_named(item["pk"]) for item in page)

    def allotment_page(
        self,
        program_id: str,
        partner_id: str,
        *,
        after: AllotmentPlace | None,
        size: int,
        same: Mapping[str, str],
    ) -> AllotmentPage:
        """Looks at up to `size` vouchers of an allotment in the index (which may be a moment
        behind), the newest first, from behind `after`: those whose attributes are the `same`."""
        allotment = f"{program_id}#{partner_id}"
        more: dict[str, Any] = {}
        if same:
            more["FilterExpression"] = " AND ".join(f"{name} = :{name}" for name in same)
        if after is not None:
            place = {"pk": after.key.pk, "allotment": allotment, "minted_at": after.minted_at}
            more["ExclusiveStartKey"] = attributes.written(place)
        items, following = self._one_page(
            "vouchers",
            "allotment = :allotment",
            {":allotment": allotment, **{f":{name}": same[name] for name in same}},
            IndexName="by_allotment",
            ScanIndexForward=False,
            Limit=size,
            **more,
        )
        last = attributes.read(following or {})
        return AllotmentPage(
            tuple(keys.voucher_named(one["pk"]) for one in items),
            AllotmentPlace(keys.voucher_named(last["pk"]), last["minted_at"]) if last else None,
        )

    def due_vouchers(self, shard: int, until: datetime) -> Iterator[Key[Voucher]]:
        """Vouchers of one shard whose `return_at` has come, the longest due first, from the index
        (which may be a moment behind): each is read again before anything is done."""
        due = "return_shard = :shard AND return_at <= :until"
        values = {":shard": str(shard), ":until": instant_text(until)}
        for page in self._query("vouchers", "by_return", due, values):
            yield from (keys.voucher_named(item["pk"]) for item in page)

    def due_batches(self, until: datetime) -> "Iterator[Key[Batch]]":
        """Batches for which something was due before `until`, the longest due first, from the index
        (which may be a moment behind): whoever works on one reads it again."""
        due = "due_shard = :shard AND due_at <= :until"
        values = {":shard": keys.DUE_BATCHES, ":until": instant_text(until)}
        for page in self._query("programs", "by_due", due, values):
            yield from (keys.batch_named(item["pk"], item["sk"]) for item in page)

    def due_participants(self, shard: int, until: datetime) -> "Iterator[Key[Participant]]":
        """People of one shard whose `erase_at` has come, the longest due first, from the index
        (which may be a moment behind): each is read again before anything is done."""
        due = "erase_shard = :shard AND erase_at <= :until"
        values = {":shard": str(shard), ":until": instant_text(until)}
        for page in self._query("people", "by_erasure", due, values):
            yield from (keys.participant_named(item["pk"], item["sk"]) for item in page)

    def vouchers_of(self, subject_id: str, limit: int) -> tuple[Key[Voucher], ...]:
        """The keys of a person's vouchers, the newest first, from the index (which may be a moment
        behind)."""
        found = self._query(
            "vouchers",
            "by_subject",
            "subject_id = :subject",
            {":subject": subject_id},
            Limit=limit,
            ScanIndexForward=False,
        )
        return tuple(keys.voucher_named(item["pk"]) for item in next(found))

    def participant_of(self, partner_id: str, subject_id: str) -> "Participant | None":
        """The person of a partner behind a voucher's random subject_id; None once erased."""
        found = self._query(
            "people",
            "by_subject",
            "pk = :partner AND subject_id = :subject",
            {":partner": partner_id, ":subject": subject_id},
            ConsistentRead=True,
        )
        for item in next(found):
            key = keys.participant(partner_id, item["sk"].removeprefix(keys.PARTICIPANTS))
            return self.read(key)[key]
        return None

    def _query(
        self, table: str, index: str, condition: str, values: Mapping[str, Any], **more: Any
    ) -> Iterator[list[dict[str, Any]]]:
        """Pages of an index, at least one."""
        arguments = {"Limit": _PAGE, **more}
        while True:
            items, last = self._one_page(table, condition, values, IndexName=index, **arguments)
            yield items
            if last is None:
                return
            arguments["ExclusiveStartKey"] = last

    def _one_page(
        self, table: str, condition: str, values: Mapping[str, Any], **more: Any
    ) -> tuple[list[dict[str, Any]], Mapping[str, Any] | None]:
        """One answer to a query, and behind which key the next one begins, in DynamoDB's form.
        Raises Busy."""
        with busy_if_it_passes(_BLOCKED | _UNKNOWN):
            response = self._client.query(
                TableName=self._tables[table],
                KeyConditionExpression=condition,
                ExpressionAttributeValues=attributes.written(values),
                **more,
            )
        return [attributes.read(item) for item in response["Items"]], response.get(
            "LastEvaluatedKey"
        )

    # ── transactions ─────────────────────────────────────────────────────────────────────────

    def commit(self, *writes: Write) -> None:
        """All of the writes or none, in one TransactWriteItems. Raises LostRace if a condition
        didn't hold or the way was blocked; the caller reads and decides again. Raises Busy where
        it is unknown whether the writes were made: repeating the whole use case is safe."""
        if not 1 <= len(writes) <= MAX_ACTIONS:
            raise ValueError("a transaction has 1 to 100 actions")
        try:
            self._client.transact_write_items(TransactItems=[self._action(w) for w in writes])
        except ClientError as error:
            if _lost(error):
                raise LostRace from error
            if error.response["Error"]["Code"] in _UNKNOWN | _THROTTLED:
                raise Busy from error
            raise
        except (HTTPClientError, NoConnection) as error:
            # The answer may be lost after the commit: then the repeat finds its own items.
            raise Busy from error

    @contextmanager
    def refusing_unless(self, done: Key[Any]) -> Iterator[None]:
        """Around a decision that may refuse. A BatchGetItem is no snapshot: it may have missed the
        record of a call and seen what the call did. So before a refusal is told, the record is
        looked for once more, by itself; if it is there, LostRace has all be read again."""
        try:
            yield
        except Refusal as refusal:
            if self.read(done)[done] is not None:
                raise LostRace from refusal
            raise

    def again[Answer](self, attempt: Callable[[], Answer]) -> Answer:
        """Runs a read–decide–write until it isn't overtaken, up to MAX_ATTEMPTS times with growing
        pauses of random length, all together less than a second; then raises Busy."""
        for number in range(MAX_ATTEMPTS):
            self._wait_before(number)
            try:
                return attempt()
            except LostRace:
                continue
        raise Busy

    # ── DynamoDB's own forms ─────────────────────────────────────────────────────────────────

    def _action(self, write: Write) -> "TransactWriteItemTypeDef":
        action: dict[str, Any] = {
            "TableName": self._tables[write.table],
            "ConditionExpression": write.condition,
        }
        if write.action == "Put":
            action["Item"] = attributes.written({**write.key, **(write.item or {})})
        else:
            action["Key"] = attributes.written(write.key)
            if write.update is not None:
                action["UpdateExpression"] = write.update
        if write.names:
            action["ExpressionAttributeNames"] = dict(write.names)
        if write.values:
            action["ExpressionAttributeValues"] = attributes.written(write.values)
        return cast("TransactWriteItemTypeDef", {write.action: action})

    def _model[Model: BaseModel](self, model: type[Model], item: Mapping[str, Any] | None) -> Any:
        if item is None:
            return None
        named = keys.with_key(model, item)
        # As JSON, where strict reading takes text for a time, a day or a state, but never for a
        # number; and ignoring what a successor's version of the code may have added.
        return model.model_validate_json(to_json(named), extra="ignore")

    def _wait_before(self, attempt: int) -> None:
        if attempt > 0:
            longest = min(0.01 * 2**attempt, _LONGEST_PAUSE_SECONDS)
            self.pause(random.uniform(0, longest))  # noqa: S311 - jitter, no secret


def _can_exist(key: Key[Any]) -> bool:
    return len(key.pk.encode()) <= _MAX_PK_BYTES and len((key.sk or "").encode()) <= _MAX_SK_BYTES


def _lost(error: ClientError) -> bool:
    """Whether nothing was written for a reason that passes or that another read explains."""
    code = error.response["Error"]["Code"]
    if code != "TransactionCanceledException":
        return code in _IN_THE_WAY
    reasons = cast("dict[str, Any]", error.response).get("CancellationReasons", [])
    codes = {reason.get("Code") for reason in reasons} - {"None", None}
    # ItemCollectionSizeLimitExceeded and ValidationError are defects, whatever stands beside them.
    return bool(codes) and codes <= _PASSING | {"ConditionalCheckFailed"}


def _client() -> "DynamoDBClient":
    """What is sent is built here and tested on DynamoDB itself, so it isn't validated before: that
    would take longer than our own code. Time-outs such that three tries end before the shortest of
    the functions' own (10 seconds); botocore's repeats are safe, since it gives each transaction a
    token."""
    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 3},
        tcp_keepalive=True,
        parameter_validation=False,
    )
    made: DynamoDBClient = aws.client("dynamodb", config)
    return made
