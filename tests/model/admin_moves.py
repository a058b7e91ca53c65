"""What an administrator does in a play: one step each, chosen by chance. It owns which commands are
worth trying; it must never say what they should be told."""

from collections.abc import Callable, Mapping
from copy import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import builders
from builders import PROGRAM
from farechance.roles import Role
from farechance.store import keys
from model import acts
from model.play import PARTNERS, PROVIDERS, Call, Play
from model.state import Books, Rules, month_of


def some_rules(chance: Random) -> Rules:
    """One of the many ways to promise."""
    made = Rules(
        overage=chance.choice(("decline", "rider_pays", "program_pays")),
        most_fee=chance.choice((0, 500)),
        hold_for=timedelta(hours=chance.choice((1, 1, 24, 120))),
        direct_capture=chance.choice((True, False)),
        return_hours=chance.choice((12, 0, 48)),
        max_rides=chance.choice((2, 6, 6, 10, 1)),
        cap=chance.choice((None, 1_500, 6_000, 6_000)),
        valid_days=chance.choice((7, 1, 30, 30)),
        ends_on=chance.choice((date(2026, 12, 31), date(2026, 12, 31), date(2026, 11, 20))),
        most_in_month=chance.choice((10, 2)),
        most_owed=chance.choice((None, None, 9_000)),
        providers=chance.choice((PROVIDERS, PROVIDERS, PROVIDERS[:1])),
    )
    # Who is strict with a person's month is strict with a partner's hour.
    return replace(made, most_in_hour=4) if made.most_in_month == 2 else made


def set_rules(play: Play, chance: Random) -> None:
    """A new version: vouchers are minted under it from now on."""
    rules = some_rules(chance)
    real = builders.rules(
        overage=rules.overage,
        max_cancellation_fee_cents=rules.most_fee,
        hold_seconds=int(rules.hold_for.total_seconds()),
        direct_capture=rules.direct_capture,
        return_hours=rules.return_hours,
        max_rides=rules.max_rides,
        cap_cents=rules.cap,
        valid_days=rules.valid_days,
        ends_on=rules.ends_on,
        max_vouchers_per_participant_month=rules.most_in_month,
        max_vouchers_per_partner_hour=rules.most_in_hour,
        max_owed_cents=rules.most_owed,
        provider_ids=rules.providers,
    )
    fields = {"rules": real, "program_id": PROGRAM}
    command(play, "set_rules", fields, lambda books, _: acts.set_rules(books, rules))


def money(play: Play, chance: Random) -> None:
    """fund, defund, allot or unallot."""
    verb = chance.choice(("fund", "allot", "unallot", "defund"))
    partner = chance.choice(PARTNERS) if verb in ("allot", "unallot") else ""
    there = play.books.allotted[partner] if verb == "unallot" else play.books.unallotted
    cents = max(1, chance.choice((5_000, 12_000, there, there + 1)))
    fields = {"program_id": PROGRAM, "amount_cents": cents}
    command(
        play,
        verb,
        {**fields, "partner_id": partner} if partner else fields,
        lambda books, _: acts.move(books, verb, cents, partner),
        ("available_cents" if partner else "funded_cents", "unallotted_cents"),
        (f"allotment {partner}",) if partner else (),
    )


def statuses(play: Play, chance: Random) -> None:
    """The programme or a partner is stopped, and more often let go on."""
    partner = chance.choice(PARTNERS)
    wanted = ["pause_program", "suspend_partner"]
    if play.books.status == "paused":
        wanted = ["resume_program"] * 4
    if partner in play.books.suspended:
        wanted = ["resume_partner"] * 4
    wanted += ["resume_program", "resume_partner", "pause_program", "suspend_partner"]
    verb = "close_program" if chance.randrange(30) == 29 else chance.choice(wanted)
    if verb.endswith("partner"):
        command(
            play,
            verb,
            {"partner_id": partner},
            lambda books, _: acts.suspend(books, verb, partner),
            ("status",),
            (f"allotment {partner}",),
        )
        return
    fields = {"program_id": PROGRAM}
    fields |= {"confirm": PROGRAM} if verb == "close_program" else {}
    command(play, verb, fields, lambda books, _: acts.turn(books, verb), ("status",))


def owed(play: Play, chance: Random) -> None:
    """A shortfall or an overage is accepted or written off, or a payment is on record."""
    verb = chance.choice(("accept_shortfall", "accept_overage", "write_off", "record_payment"))
    if verb == "record_payment":
        _record_payment(play, chance)
        return
    rides = play.books.rides
    keys = [key for key, ride in rides.items() if ride.owed > 0] or list(rides)
    if verb == "accept_overage":
        keys = [key for key in keys if rides[key].overage_by == "program"] or keys
    if not keys:
        return
    key = chance.choice(keys)
    ride = rides[key]
    cents = max(1, chance.choice((ride.owed, ride.owed // 2, ride.owed + 1, ride.overage)))
    fields = {"program_id": PROGRAM, "provider_id": ride.provider, "ride_id": key.split("#")[1]}
    command(
        play,
        verb,
        {**fields, "amount_cents": cents},
        lambda books, now: acts.settle_owed(books, verb, key, cents, now),
        ("undecided_cents",),
        (f"ride {key}",),
    )


def _record_payment(play: Play, chance: Random) -> None:
    provider, cents = PROVIDERS[0], chance.choice((1_000, 50))
    month = month_of(play.now - chance.choice((timedelta(0), timedelta(days=20))))
    command(
        play,
        "record_payment",
        {
            "program_id": PROGRAM,
            "provider_id": provider,
            "month": month,
            "invoice_ref": "invoice 7",
            "amount_cents": cents,
        },
        lambda books, _: acts.record_payment(books, provider, month, cents),
        ("payable_cents",),
    )


def command(
    play: Play,
    verb: str,
    fields: Mapping[str, Any],
    model: Callable[[Books, datetime], Any],
    shown: tuple[str, ...] = (),
    touches: tuple[str, ...] = (),
    role: Role = Role.ADMINISTRATOR,
) -> None:
    """One command; `shown` names what of its answer the model says too."""
    command_id = play.next("command")

    def real(play: Play, is_changed: bool) -> tuple[Any, bool]:
        done = keys.command(command_id)
        asked, content = verb, fields
        if is_changed and play.world.store.read(done)[done] is not None:
            asked = "pause_program" if verb != "pause_program" else "resume_program"
            content = {"program_id": play.world.program_id}
        # Whoever repeats a command words its reason anew.
        answer = play.world.another(role=role).administer(
            asked, command_id=command_id, reason=f"asked at {play.now}", **content
        )
        play.forget()
        told = tuple(answer[name] for name in shown)
        return (told[0] if len(told) == 1 else told or None), "repeated" in answer

    content = (verb, role, tuple(sorted(fields.items(), key=str)))
    play.does(Call(verb, command_id, content, model, real, touches))
