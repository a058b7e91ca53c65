"""How long everything is kept and what deletes it: one table, from which infra/guides/privacy.md is
written and against which tests move the clock. It owns no deletion; a line without a test that
shows it, or a bound of the template without a line, fails a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

STORAGE = "tests/storage/test_retention.py"
TEMPLATE = "tests/template/test_privacy.py"
FOREVER = None


@dataclass(frozen=True, slots=True)
class Kept:
    """`what` is kept for `days` (FOREVER: nothing deletes it) `since` a moment, until `mechanism`
    deletes it, or with the reason why nothing does. `shown_by`: the test."""

    what: str
    days: float | None
    since: str
    mechanism: str
    shown_by: str

    @property
    def period(self) -> timedelta:
        """How long. Of what is kept for ever there is no such thing."""
        if self.days is None:
            raise ValueError(f"{self.what} is kept for ever")
        return timedelta(days=self.days)

    @property
    def in_words(self) -> str:
        """For the page."""
        match self.days:
            case None:
                return "for ever"
            case 0:
                return "not at all"
            case days if days < 1:
                return (
                    f"{days * 24 * 60:.0f} minutes" if days * 24 < 1 else f"{days * 24:.0f} hours"
                )
            case 1:
                return "24 hours"
            case days:
                return f"{days:.0f} days"


_HOUSE = "housekeeping, every hour"
_RULE = "a life-cycle rule of the bucket"
_ERASED = f"{STORAGE}::test_a_person_is_erased_when_the_table_says"
_SURVIVES = f"{STORAGE}::test_after_many_years_only_what_is_kept_for_ever_is_there"
_RULES = f"{TEMPLATE}::test_each_rule_of_the_buckets_is_in_the_table"
_AWS = f"{TEMPLATE}::test_what_aws_forgets_by_itself_is_kept_nowhere_else"
_QUEUES = f"{TEMPLATE}::test_each_queue_forgets_as_the_table_says"

RETENTION: Mapping[str, Kept] = {
    "asked": Kept(
        "A person who asked to be erased, or whose partner did",
        0,
        "the call",
        "the call itself (`DELETE /v1/participants/{participant_id}`, `erase_participant`)",
        f"{STORAGE}::test_whoever_asks_is_erased_at_once",
    ),
    "left": Kept("A person who left", 90, "her exit", _HOUSE, _ERASED),
    "withdrew": Kept(
        "A person who withdrew her consent to be enrolled", 90, "that day", _HOUSE, _ERASED
    ),
    "rode": Kept(
        "A person who has had vouchers",
        90,
        "the latest of her last voucher's end, the last outcome, and when she enrolled or agreed",
        _HOUSE,
        _ERASED,
    ),
    "waits": Kept(
        "A person who never had a voucher, under a consent without an end",
        365,
        "when she enrolled or agreed last",
        _HOUSE,
        _ERASED,
    ),
    "consent_ends": Kept(
        "A person who never had a voucher, under a consent with an end",
        90,
        "the consent's end",
        _HOUSE,
        _ERASED,
    ),
    "person": Kept(
        "Her partner's reference, the answers to repeated calls about her, the digest of her "
        "enrollment",
        0,
        "her erasure",
        "the erasure, in the same transaction or right after it",
        f"{STORAGE}::test_what_hangs_on_a_person_goes_with_her",
    ),
    "marks": Kept(
        "Of an erased person: her random id, when she was erased, and the digest of an "
        "Idempotency-Key",
        FOREVER,
        "",
        "so that a repeated call neither brings her back nor is told that she never was there",
        _SURVIVES,
    ),
    "batch": Kept(
        "For whom the rows of a batch are",
        7,
        "the batch's end",
        f"{_HOUSE}, through the batch's queue",
        f"{STORAGE}::test_a_batch_forgets_its_people_when_the_table_says",
    ),
    "books": Kept(
        "Vouchers, rides and the ledger's entries, by a random number in a person's place",
        FOREVER,
        "",
        "they are the books: money of a funder is accounted for. The number leads to nobody once "
        "the person is erased",
        _SURVIVES,
    ),
    "provider": Kept(
        "What ride companies sent, as digest and answer, with their numbers of rides",
        FOREVER,
        "",
        "a message may come again after months, and must never be paid twice",
        _SURVIVES,
    ),
    "keys": Kept(
        "Digests of partners' Idempotency-Keys for vouchers, cards, texts and batches",
        FOREVER,
        "",
        "a repeated call must give the same card and never a second one",
        _SURVIVES,
    ),
    "counts": Kept(
        "Counts: outcomes of a month, of a batch, of a programme, of a report",
        FOREVER,
        "",
        "they name nobody; reports are made of them",
        _SURVIVES,
    ),
    "organisations": Kept(
        "Programmes, rules, partners, ride companies and their help lines",
        FOREVER,
        "",
        "vouchers refer to them; they are organisations",
        _SURVIVES,
    ),
    "commands": Kept(
        "Commands of administrators and operators: who, when, why, what, and the answer",
        FOREVER,
        "",
        "who may move money is answerable for it",
        _SURVIVES,
    ),
    "decline": Kept(
        "The hour of the last declined request, as partners are told it (afterwards the day)",
        1,
        "the request",
        "the answer's own clock; the next decline overwrites it",
        f"{STORAGE}::test_the_hour_of_a_decline_is_told_as_long_as_the_table_says",
    ),
    "link": Kept(
        "A link to a sheet of cards",
        15 / (24 * 60),
        "the command",
        "it is stored nowhere and carries its own end, which is signed",
        f"{STORAGE}::test_a_link_to_cards_opens_as_long_as_the_table_says",
    ),
    "same_file": Kept(
        "That a batch with the very same content came",
        1,
        "the batch's start",
        "no longer looked at; the digest stays beside the batch until the same content comes again",
        f"{STORAGE}::test_a_batch_is_known_again_as_long_as_the_table_says",
    ),
    "audit/": Kept("Reports' lines for auditors, `audit/`", 30, "the report", _RULE, _RULES),
    "so-far/": Kept("Months that aren't over, `so-far/`", 30, "the run", _RULE, _RULES),
    "inbox/": Kept(
        "Statements of ride companies as they came, `inbox/`", 90, "the upload", _RULE, _RULES
    ),
    "statements/": Kept(
        "What came of a ride company's statement, `statements/`", 731, "the upload", _RULE, _RULES
    ),
    "older": Kept(
        "Older versions of files (of `audit/`, `so-far/` and `inbox/` for a day)",
        90,
        "a newer version",
        _RULE,
        _RULES,
    ),
    "reports": Kept(
        "Reports, partners' parts of them, closings: sums, with small counts left out",
        FOREVER,
        "",
        "they are what funders were told",
        _RULES,
    ),
    "invocations": Kept(
        "CloudTrail's records of who invoked the functions for people",
        731,
        "the call",
        _RULE,
        _RULES,
    ),
    "logs": Kept(
        "Log lines",
        90,
        "the line",
        "each log group's own retention (`LogRetentionDays`)",
        f"{TEMPLATE}::test_each_log_group_forgets_as_the_table_says",
    ),
    "BatchQueue": Kept("A message that names a batch", 4, "the message", "the queue", _QUEUES),
    "ReportQueue": Kept("A message that names a report", 7, "the message", "the queue", _QUEUES),
    "StatementQueue": Kept("A message that names a file", 7, "the message", "the queue", _QUEUES),
    "given_up": Kept("A message that was given up", 14, "the message", "the queue", _QUEUES),
    "traces": Kept(
        "Traces (X-Ray) of a sample of calls: the address as called, with all that is asked for in "
        "it, and the caller's network address",
        30,
        "the call",
        "X-Ray's own, which can't be told to forget sooner",
        _AWS,
    ),
    "metrics": Kept(
        "Metrics: counts, by caller and programme",
        455,
        "the minute",
        "CloudWatch's own, after 15 months, which can't be told to forget sooner",
        _AWS,
    ),
    "backups": Kept(
        "Backups of all tables, second by second: **who was erased is in them still**",
        35,
        "each second",
        "DynamoDB's point-in-time recovery, which forgets by itself and can't be told to sooner",
        f"{TEMPLATE}::test_backups_are_those_of_the_table",
    ),
    "old_people": Kept(
        "After a restoration, the table of people that isn't used any more: **no erasure reaches "
        "it**",
        35,
        "the restoration, at most; sooner, once the books are audited",
        "the account's owner, by hand, with its backups (infra/runbooks/restore.md, step 9)",
        f"{TEMPLATE}::test_an_old_table_of_people_is_deleted_as_the_table_says",
    ),
    "old_books": Kept(
        "After a restoration, the three other tables that aren't used any more",
        FOREVER,
        "",
        "they are evidence; their random numbers lead to people in a table of people alone",
        f"{TEMPLATE}::test_an_old_table_of_people_is_deleted_as_the_table_says",
    ),
}
