"""What partners do in a play: one step each, chosen by chance. It owns which calls are worth
trying; it must never say what they should be told."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import builders
from farechance.roles import Role
from farechance.times import instant_text
from model import acts
from model.admin_moves import command
from model.letters import Card
from model.play import PARTNERS, Call, Play
from model.state import Books
from operations.act_on_voucher import (
    VoucherCall,
    block_voucher,
    extend_voucher,
    revoke_voucher,
    unblock_voucher,
)
from operations.assign_voucher import assign_voucher
from operations.reissue_voucher import reissue_voucher

_ROLES = (Role.ADMINISTRATOR, Role.OPERATOR)


def mint(play: Play, chance: Random) -> None:
    """One to three cards."""
    partner = _partner(chance)
    own = [name for name, one in play.books.people.items() if one.partner == partner]
    anybody = own if chance.randrange(10) else list(play.books.people)
    most = play.books.rules.max_rides
    call = acts.Mint(
        partner=partner,
        names=tuple(play.next("v") for _ in range(chance.choice((1, 1, 1, 2, 3)))),
        value=10_001 if _rarely(chance) else chance.choice((4_000, 10_000, 3_001)),
        rides=most + 1 if _rarely(chance) else chance.choice((None, None, 1, most)),
        cap=chance.choice((None, None, None, None, None, 500, 1_501)),
        valid_from=play.now + timedelta(days=2) if _rarely(chance) else None,
        person=chance.choice(anybody) if anybody and chance.randrange(2) else None,
    )
    key = f"{call.partner} {play.next('mint')}"

    def model(books: Books, now: datetime) -> Any:
        made = acts.mint(books, call, now)
        return [(one.rides, one.cap, one.expires_at) for one in made]

    def real(play: Play, is_changed: bool) -> tuple[Any, bool]:
        people = (play.people[call.person],) * len(call.names) if call.person else ()
        request = builders.mint_request(
            value_cents=call.value,
            rides=call.rides,
            cap_cents=call.cap,
            valid_from=call.valid_from,
            language="es" if is_changed else None,
            **{"participant_ids": people} if people else {"unassigned": len(call.names)},
        )
        minted, replayed = play.world.mints(request, key.split()[1], call.partner)
        for name, one in zip(call.names, minted.vouchers, strict=True):
            _keep(play, name, one.code or "", one.voucher_id)
        return [(one.rides, one.cap_cents, one.expires_at) for one in minted.vouchers], replayed

    play.does(Call("mint", key, call, model, real))


def enroll(play: Play, chance: Random) -> None:
    """A person."""
    partner, name, key = _partner(chance), play.next("p"), play.next("enroll")

    def real(play: Play, is_changed: bool) -> tuple[Any, bool]:
        language = "es" if is_changed else "en"
        request = builders.enrollment(external_ref=f"case-{name}", language=language)
        enrolled, replayed = play.world.enrolls(request, key, partner)
        first = play.people.setdefault(name, enrolled.participant_id)
        assert enrolled.participant_id == first, "a repeat enrolled another person"
        return name, replayed

    def model(books: Books, now: datetime) -> Any:
        return acts.enroll(books, name, partner, key, now)

    play.does(Call("enroll", key, name, model, real))


def on_voucher(play: Play, chance: Random) -> None:
    """block, unblock, extend, assign, revoke or reissue; some by command."""
    names = list(play.cards)
    if not names:
        return
    open_ones = [it for it in names if play.books.vouchers[it].is_open(play.now)]
    name = chance.choice(open_ones if open_ones and chance.randrange(6) else names)
    voucher = play.books.vouchers[name]
    likely = ["reissue", "extend", "assign", "block", "unblock", "revoke"]
    likely += ["unblock", "unblock", "block"] if voucher.state == "blocked" else []
    likely += ["reissue"] * 3 if voucher.holds else []
    act = chance.choice(likely)
    until, person = None, None
    if act == "assign" and play.people:
        person = chance.choice(list(play.people))
    if act == "extend":
        ends = voucher.rules.ends_at
        soon = (play.now, play.now + timedelta(seconds=1), play.now + timedelta(days=2))
        later = (voucher.expires_at, voucher.expires_at + timedelta(seconds=1))
        until = chance.choice((*soon, *later, ends, ends + timedelta(seconds=1)))
    if act in ("block", "unblock", "revoke") and chance.randrange(3) == 2:
        # Only an administrator revokes.
        role = _ROLES[len(play.calls) % 2 if act != "revoke" else 0]
        _by_command(play, name, act, role)
    elif act != "assign" or person is not None:
        _by_call(play, name, act, until, person)


def _by_call(play: Play, name: str, act: str, until: datetime | None, person: str | None) -> None:
    key, new_name = play.next(act), f"{name}+"
    voucher_id, partner = play.cards[name].voucher_id, play.books.vouchers[name].partner
    content = {"act": act, "until": until and instant_text(until), "person": person}

    def model(books: Books, now: datetime) -> Any:
        return acts.act(books, name, act, now, until=until, person=person, new_name=new_name)

    def real(play: Play, is_changed: bool) -> tuple[Any, bool]:
        sent = {**content, "more": "words"} if is_changed else content
        call, tools = VoucherCall(voucher_id, partner, key, sent), play.world.tools
        if act == "extend" and until is not None:
            answer, replayed = extend_voucher(call, until, tools)
        elif act == "assign" and person is not None:
            answer, replayed = assign_voucher(call, play.people[person], tools)
        elif act == "reissue":
            answer, replayed = reissue_voucher(call, tools, codes_too=True)
        else:
            simple = {
                "block": block_voucher,
                "unblock": unblock_voucher,
                "revoke": revoke_voucher,
            }
            answer, replayed = simple[act](call, tools)
        if act == "reissue":
            play.world.codes.append(str(answer["code"]))
            _keep(play, new_name, str(answer["code"]), str(answer["successor_id"]))
        return (answer["status"], answer["available_cents"], answer["held_cents"]), replayed

    play.does(Call(act, f"{name} {key}", content, model, real, (f"voucher {name}",)))


def _by_command(play: Play, name: str, act: str, role: Role) -> None:
    voucher_id = play.cards[name].voucher_id
    fields = {"voucher_id": voucher_id, **({"confirm": voucher_id} if act == "revoke" else {})}
    command(
        play,
        f"{act}_voucher",
        fields,
        lambda books, now: acts.act(books, name, act, now, by=role.value),
        ("status", "available_cents", "held_cents"),
        (f"voucher {name}",),
        role,
    )


def _keep(play: Play, name: str, code: str, voucher_id: str) -> None:
    """The card that a call told; a repeat must tell the same one."""
    card = Card(code, voucher_id, play.world.voucher_key(code))
    assert play.cards.setdefault(name, card) == card, "a repeat made another card"


def _partner(chance: Random) -> str:
    return PARTNERS[1] if chance.randrange(5) == 4 else PARTNERS[0]


def _rarely(chance: Random) -> bool:
    return chance.randrange(16) == 15
