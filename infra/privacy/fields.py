"""What every stored field is for: each item that the store can name, each field of its model and of
the models within, once. infra/guides/privacy.md and the tables of the page for the law are written
from it. It owns the purposes; a field that is stored and not here fails a test."""

import inspect
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from pydantic import BaseModel

from farechance.store import keys
from farechance.store.keys import Key


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of item. `kept`: its lines of `retention`. `purposes`: a line for each purpose, with
    the fields that serve it."""

    what: str
    kept: tuple[str, ...]
    purposes: str

    @property
    def by_purpose(self) -> Mapping[str, tuple[str, ...]]:
        """Purpose → fields."""
        lines = (one.rpartition(": ") for one in self.purposes.strip().splitlines())
        return {why.strip(): tuple(fields.split()) for why, _, fields in lines}


# Whose names `keys` has for a type checker only.
_SELDOM = {
    name: value
    for module in (
        "batches",
        "commands",
        "listings",
        "mints",
        "participant_records",
        "participants",
        "report_records",
        "sends",
        "standings",
    )
    for name, value in vars(import_module(f"farechance.{module}")).items()
}
_ANY: Mapping[object, object] = {int: 1, date: date(2026, 3, 1)}


def stored_models() -> Iterator[tuple[type[BaseModel], str]]:
    """Every model that the store's keys lead to or that is within one, with its table."""
    told: dict[type[BaseModel], str] = {}
    for function in vars(keys).values():
        if not inspect.isfunction(function) or function.__module__ != keys.__name__:
            continue
        hints = typing.get_type_hints(function, localns=_SELDOM)
        if typing.get_origin(hints.pop("return")) is Key:
            # A key says its table and its model; which names it is made of doesn't matter.
            key = function(**{name: _ANY.get(hint, "x") for name, hint in hints.items()})
            for model in _within(key.model):
                told.setdefault(model, key.table)
    yield from told.items()


def _within(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            yield from _within(inner)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models_in(inner)


_BOOKS, _PERSON = ("books",), ("asked", "left", "withdrew", "rode", "waits", "consent_ends")

ITEMS: Mapping[str, Item] = {
    # ── people: the only table that leads to a person ────────────────────────────────────────────
    "Participant": Item(
        "A person, by an opaque id",
        _PERSON,
        """
        whose record it is: participant_id partner_id program_id
        the partner's own reference, by which it finds her: external_ref
        the random number that stands for her in vouchers and entries: subject_id
        in which language she is spoken to: language
        whether she takes part, and why she may: status attestation consent withdrawn
        what became of her, if she agreed to that: outcomes last_outcome_at
        when the record is erased: enrolled_at exited_at last_voucher_ends_at
        the limits of the programme's rules: open_vouchers minted_month minted_in_month
        so that erasing finds what hangs on her: enrollment_key
        so that a change is conditioned on what was read: version
        """,
    ),
    "Attestation": Item(
        "A partner's word that she may take part, and not why",
        _PERSON,
        """
        that it was given: eligible
        by which member of staff (the partner's reference), when: attested_by attested_on
        """,
    ),
    "HeldConsent": Item(
        "What she agreed to",
        _PERSON,
        """
        proof of which text she agreed to, and when: text_version language granted_at
        what may be done, and until when: uses expires_at
        """,
    ),
    "ExternalReference": Item(
        "A partner's reference, once in a programme (it stands in the item's key)",
        ("person",),
        "leads to the person: participant_id",
    ),
    "EnrollmentKey": Item(
        "An enrollment that may be repeated",
        ("person", "marks"),
        """
        tells a repeat from another request, erased with her: body_digest
        leads to the person, and nowhere once she is erased: participant_id
        """,
    ),
    "ParticipantCall": Item(
        "A call about a person that may be repeated, with its answer",
        ("person",),
        """
        tells a repeat from another request: place content_digest
        what a repeat is told: answer
        """,
    ),
    "ErasedParticipant": Item(
        "The mark that somebody was erased",
        ("marks",),
        """
        a random id that leads nowhere: participant_id
        what a repeat is told: erased_at
        """,
    ),
    "OutcomeCount": Item(
        "Outcomes, counted",
        ("counts",),
        """
        whose count of which month: program_id partner_id month outcome
        for reports, which leave small counts out: recorded people
        """,
    ),
    "RowPage": Item(
        "Rows of a batch",
        ("batch",),
        """
        what becomes of each: rows
        so that a change is conditioned on what was read: version
        """,
    ),
    "Row": Item(
        "A row of a batch, without the reference that was sent",
        ("batch",),
        """
        for whom it is: participant_id
        what the partner is told of its own file: line reason
        """,
    ),
    # ── vouchers ─────────────────────────────────────────────────────────────────────────────────
    "Voucher": Item(
        "A card, by a digest of its code, which is stored nowhere",
        ("books", "decline"),
        """
        which it is and by whose rules: voucher_key voucher_id program_id partner_id rules_version
        the random number in a person's place, or none: subject_id
        what is printed on it: purpose language last4
        what it is worth and what is left: value_cents cap_cents max_rides available_cents
        rides under way and made: held_cents spent_cents rides_counted holds last_hold_expires_at
        whether it pays, and who stopped it: state blocked_by closed_reason closed_at
        a card that was lost and its successor: successor_key predecessor_key inherits_at
        when it is good: valid_from expires_at minted_at
        the order of its events, and why a ride was declined: last_captured_at last_decline
        so that no change is lost or made unseen: version chain
        """,
    ),
    "Hold": Item("A ride under way", _BOOKS, "how much is set aside, until when: cents expires_at"),
    "Decline": Item(
        "The last request that was declined",
        ("books", "decline"),
        "to help the rider who calls: at reason",
    ),
    "Ride": Item(
        "A ride, without where it went and who sat in it",
        ("provider",),
        """
        which it is, by the ride company's own number: provider_id ride_id
        which card pays: voucher_key voucher_id
        where it stands: state hold_cents hold_expires_at promised_cents
        what it cost and who pays what: fare_cents captured_cents overage_cents overage_owed_by
        what falls short, and what was decided: shortfall_cents refused_cents accepted_cents
        and what of the overage: accepted_overage_cents written_off_cents
        bounds of its later corrections: counted fee_cap_cents ceiling_cents adjustment completed_at
        so that a change is conditioned on what was read: version
        """,
    ),
    "Adjustment": Item(
        "The last correction of a fare",
        ("provider",),
        "which one counts, and to what: adjustment_id adjusted_at fare_cents",
    ),
    "MintKey": Item(
        "A call for vouchers that may be repeated",
        ("keys",),
        """
        tells a repeat from another request: body_digest
        makes the same cards again: secret_version rules_version minted_at
        """,
    ),
    "DayOfSends": Item(
        "How often a code was sent by SMS on a day, without the number",
        ("keys",),
        """
        at most three a day: count
        so that a change is conditioned on what was read: version
        """,
    ),
    "SendKey": Item(
        "A text that may be asked for again, without the number",
        ("keys",),
        """
        that it isn't sent twice: day counted_at is_sent
        so that a change is conditioned on what was read: version
        """,
    ),
    # ── ledger ───────────────────────────────────────────────────────────────────────────────────
    "Entry": Item(
        "One line of the books; never changed",
        ("books", "provider"),
        """
        of which account, and what happened: account identity kind program_id
        when: recorded_at month ride_day
        for reports: partner_id voucher_id purpose provider_id counted used_up never_used of_fee
        the random number in a person's place, or none: subject_id
        why: reason act_reason command_id batch_id
        money that moved: changes fare_cents tip_cents
        what is owed and by whom: overage_cents overage_owed_by shortfall_cents owed_cents
        what was decided and paid: decided_cents paid_cents paid_month invoice_ref
        that nothing was changed since: sequence previous_digest
        tells a repeat from a conflict, and what a repeat is told: content_digest answer
        """,
    ),
    "Chain": Item(
        "The end of an account's entries",
        _BOOKS,
        "that none is missing and none was changed: sequence last_digest last_recorded_at",
    ),
    # ── programs ─────────────────────────────────────────────────────────────────────────────────
    "Program": Item(
        "A programme, its money and its status",
        ("organisations",),
        """
        which it is and who pays: program_id name funder
        whether it pays, and by which rules: status rules_version time_zone
        its money: funded_cents unallotted_cents paid_direct_cents
        so that no change is lost or made unseen: version chain
        """,
    ),
    "Rules": Item(
        "A version of a programme's rules",
        ("organisations",),
        """
        money and time: currency time_zone starts_on ends_on hold_seconds
        what a voucher may be worth: min_value_cents max_value_cents max_rides cap_cents
        how long and what for: valid_days purposes
        what is paid: overage max_cancellation_fee_cents direct_capture provider_ids max_owed_cents
        where and when: service_areas service_area_ends weekly_hours return_hours
        bounds for a person: max_vouchers_per_participant_month small_count_threshold
        bounds for a partner: max_vouchers_per_partner_hour
        what stands on cards: rider_facing_name
        """,
    ),
    "PurposeRule": Item(
        "A purpose of vouchers",
        ("organisations",),
        "what it is called, and by a neutral word on cards: name public_label",
    ),
    "ServiceArea": Item(
        "An area in which rides are paid",
        ("organisations",),
        "a circle on the map, of the programme and nobody's: latitude longitude radius_meters",
    ),
    "WeeklyHours": Item(
        "Hours in which rides are paid", ("organisations",), "of a weekday: weekday from_ to"
    ),
    "Allotment": Item(
        "What a partner may mint from",
        ("organisations",),
        """
        whose it is: program_id partner_id
        whether it may mint, and how much: status partner_status available_cents
        how fast it mints: minted_hour minted_in_hour
        """,
    ),
    "Partner": Item(
        "An organisation",
        ("organisations",),
        """
        which it is: partner_id name
        what riders are told whom to call: help_name help_phone
        whether and with which credentials it may call: status client_ids void_client_ids
        its programmes: program_ids
        seals the places at which its lists go on: cursor_key
        so that a change is conditioned on what was read: version
        """,
    ),
    "Client": Item("An organisation's app", ("organisations",), "whose: client_id partner_id"),
    "Provider": Item(
        "A ride company",
        ("organisations",),
        """
        which it is, and whom riders call: provider_id name help_phone
        how it signs: profile signature_header rotated_by rotation_step
        what riders need to use it: rider_needs staff_can_book
        whether it may call: status
        """,
    ),
    "RiderNeeds": Item(
        "What riders need to use it",
        ("organisations",),
        "told on cards: smartphone data own_payment_method",
    ),
    "ListedProgram": Item("A place in a list", ("organisations",), "which: program_id"),
    "ListedPartner": Item("A place in a list", ("organisations",), "which: partner_id"),
    "ListedProvider": Item("A place in a list", ("organisations",), "which: provider_id"),
    "ClosedMonth": Item(
        "Sums at a month's end",
        ("counts",),
        """
        of which month: month entries
        where the money was: available_cents held_cents spent_cents reserved_cents
        what came of it: owed_cents covered_cents given_cents
        so that a change is conditioned on what was read: version
        """,
    ),
    "Standing": Item(
        "Sums when housekeeping last came by",
        ("counts",),
        """
        of which programme, when: program_id as_of month
        where the money was: available_cents held_cents spent_cents reserved_cents
        what came of it: owed_cents covered_cents covered_before_cents
        so that a change is conditioned on what was read: version
        """,
    ),
    "CommandRecord": Item(
        "What an administrator or operator did",
        ("commands",),
        """
        that a repeat does nothing: command_id
        who did what and why, in her own words: command requested_by reason carried_out_at
        what was asked for and answered: content answer
        """,
    ),
    "Batch": Item(
        "Vouchers that are minted in the background",
        ("counts", "keys"),
        """
        whose it is: partner_id batch_id program_id
        tells a repeat from another request: body_digest
        what each voucher will be: secret_version rules_version purpose language value_cents
        what else each voucher will be: cap_cents rides valid_from expires_at unassigned
        how far it came: rows refused rows_done minted failed created_at progressed_at
        its money: reserved_cents released_cents
        its end, and when it forgot its people: ended_at stopped_reason forgotten_at
        so that no change is lost or made unseen: version chain
        """,
    ),
    "BatchContent": Item(
        "That a content came as a batch (its digest stands in the item's key)",
        ("same_file", "keys"),
        """
        which, and when: batch_id created_at
        so that a change is conditioned on what was read: version
        """,
    ),
    "PublishedReport": Item(
        "A report that was published",
        ("counts",),
        """
        of what, in which edition: program_id month form rules_version edition changes more_changes
        when: published_at announced_at
        where its files are: files partners
        so that a change is conditioned on what was read: version
        """,
    ),
    "PublishedFile": Item(
        "A file of a report", ("counts",), "that it is the very same: path size_bytes sha256"
    ),
    "ReportSalt": Item(
        "A secret of a programme", ("organisations",), "makes the names in its reports: salt"
    ),
    "ReconciledStatement": Item(
        "What came of a ride company's statement",
        ("counts",),
        """
        of what: program_id month provider_id
        sums and when: statement reconciled_at
        so that a change is conditioned on what was read: version
        """,
    ),
    "Statement": Item(
        "Sums of a statement",
        ("counts",),
        """
        whose: provider_id
        lines by what came of them: lines matched different_amount different_authorization
        lines that differ otherwise: different_fare only_theirs only_ours doubled unreadable
        money: charged_cents ledger_cents
        """,
    ),
}
"""By the name of the model, whether an item of its own or a part of one."""
