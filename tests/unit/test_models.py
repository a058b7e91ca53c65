"""Every model at a boundary is frozen, strict and silent about what it was given; what partners and
admins send is refused when it holds more than we know, what providers send and what is stored is
not (layout-and-style.md, 'Style', 6)."""

from collections.abc import Iterator

from pydantic import BaseModel

from farechance import (
    batch_api,
    callbacks,
    card_api,
    commands,
    enrollment_api,
    ledger,
    listings,
    mints,
    participant_api,
    participant_records,
    participants,
    partner_api,
    places,
    problem_api,
    programs,
    provider_api,
    report_api,
    report_records,
    rides,
    standings,
    voucher_api,
    vouchers,
)

MODULES = [
    batch_api,
    callbacks,
    card_api,
    commands,
    enrollment_api,
    ledger,
    listings,
    mints,
    participant_api,
    participant_records,
    participants,
    partner_api,
    places,
    problem_api,
    programs,
    provider_api,
    report_api,
    report_records,
    rides,
    standings,
    voucher_api,
    vouchers,
]
FORBID = {
    # What partners send, and what both they and admins send in it.
    "ActRequest",
    "AssignRequest",
    "Attestation",
    "Consent",
    "ConsentRequest",
    "EnrollmentRequest",
    "EntryQuery",
    "ExtendRequest",
    "ExitRequest",
    "LanguageRequest",
    "OutcomeRequest",
    "MintRequest",
    "ParticipantQuery",
    "ReportQuery",
    "VoucherQuery",
    # What admins send.
    "Allot",
    "CheckBooks",
    "CreatePartner",
    "CreateProgram",
    "EraseParticipant",
    "ExplainVoucher",
    "Fund",
    "PauseProgram",
    "RegisterProvider",
    "ResumeProgram",
    "RunReport",
    "PurposeRule",
    "RiderNeeds",
    "Rules",
    "ServiceArea",
    "WeeklyHours",
}
IGNORE = {
    # What providers send.
    "Callback",
    "Place",
    "RideAdjusted",
    "RideCancelled",
    "RideCompleted",
    "RideRequested",
    "VoucherChecked",
    # What is stored: a gradual deployment reads what its successor wrote.
    "Allotment",
    "Chain",
    "Client",
    "CommandRecord",
    "Decline",
    "EnrollmentKey",
    "Entry",
    "ErasedParticipant",
    "ExternalReference",
    "Hold",
    "MintKey",
    "OutcomeCount",
    "Participant",
    "ParticipantCall",
    "Partner",
    "Program",
    "Provider",
    "PublishedFile",
    "PublishedReport",
    "ReconciledStatement",
    "ReportSalt",
    "Ride",
    "Voucher",
}


def models() -> Iterator[type[BaseModel]]:
    """Every model that one of the modules makes."""
    for module in MODULES:
        for thing in vars(module).values():
            is_model = isinstance(thing, type) and issubclass(thing, BaseModel)
            if is_model and thing.__module__ == module.__name__:
                yield thing


def test_every_model_is_frozen_strict_and_silent_about_what_it_was_given() -> None:
    found = list(models())

    assert len(found) > len(FORBID) + len(IGNORE)
    for model in found:
        assert model.model_config.get("frozen"), model
        assert model.model_config.get("strict"), model
        assert model.model_config.get("hide_input_in_errors"), model


def test_what_is_sent_to_us_holds_no_more_than_we_know_and_what_we_keep_may() -> None:
    extra = {model.__name__: model.model_config.get("extra") for model in models()}

    assert {name: extra[name] for name in FORBID} == dict.fromkeys(FORBID, "forbid")
    assert {name: extra[name] for name in IGNORE} == dict.fromkeys(IGNORE, "ignore")
