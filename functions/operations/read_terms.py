"""Reads what beside a voucher decides about its rides: the rules that it was minted under, and the
status of its programme and partner, which may be a minute old."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from farechance.errors import BooksDiffer
from farechance.programs import Partner, Program, Rules
from farechance.store import Remembered, keys
from farechance.vouchers import Voucher


class ProgramTerms(NamedTuple):
    """A voucher's programme, rules and partner."""

    program: Program
    rules: Rules
    partner: Partner


def read_terms(voucher: Voucher, remembered: Remembered, now: datetime) -> ProgramTerms:
    """Raises BooksDiffer if one is missing: a voucher is minted only where all are."""
    program_key = keys.program(voucher.program_id)
    rules_key = keys.rules(voucher.program_id, voucher.rules_version)
    partner_key = keys.partner(voucher.partner_id)
    found = remembered.read(program_key, rules_key, partner_key, now=now)
    program, rules, partner = found[program_key], found[rules_key], found[partner_key]
    if program is None or rules is None or partner is None:
        raise BooksDiffer(f"{voucher.voucher_id} has no programme, rules or partner")
    return ProgramTerms(program, rules, partner)


def provider_help_phone(provider_id: str, remembered: Remembered, now: datetime) -> str:
    """Whom a rider may call about a code that leads to no voucher. Raises BooksDiffer if the
    provider, which has just signed, isn't there."""
    key = keys.provider(provider_id)
    provider = remembered.read(key, now=now)[key]
    if provider is None:
        raise BooksDiffer(f"{provider_id} isn't there")
    return provider.help_phone


def read_rules(program_id: str, version: int, remembered: Remembered, now: datetime) -> Rules:
    """A version of a programme's rules. Raises BooksDiffer if it isn't there."""
    key = keys.rules(program_id, version)
    rules = remembered.read(key, now=now)[key]
    if rules is None:
        raise BooksDiffer(f"{program_id} has no rules {version}")
    return rules


def program_zone(program_id: str, remembered: Remembered, now: datetime) -> ZoneInfo:
    """In which a programme counts days: the same in every version of its rules."""
    return read_rules(program_id, 1, remembered, now).zone


def current_rules_version(program_id: str, remembered: Remembered, now: datetime) -> int:
    """May be a minute old: new rules begin within 60 seconds."""
    key = keys.program(program_id)
    program = remembered.read(key, now=now)[key]
    if program is None:
        raise BooksDiffer(f"{program_id} has an allotment and no programme")
    return program.rules_version
