"""`make demo`: a whole ride-voucher programme on this machine, played with real taxi rides.

It deploys the real template on the emulator, plays every caller with real proofs of identity, a
case worker's day among them, and checks the books from the stored items. On a running system it
plays another run with new people, vouchers and rides.
"""

import sys
import time
import uuid
from datetime import UTC, datetime

from infra.local import (
    books,
    casework,
    cast,
    emulator,
    mint_cards,
    ready_events,
    rides,
    show,
    stack,
)
from infra.local.client import Refused, audit, keep_house
from infra.local.mint_cards import Card, Stock
from infra.local.play import Played, Player


def main() -> int:
    """Returns 1, with the reason on stderr, if something went wrong or the books don't balance."""
    started = time.monotonic()
    try:
        return _demo(started)
    except (stack.NotUp, emulator.NotStarted, Refused, OSError) as error:
        print(f"\ndemo: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\ndemo: stopped; `make demo` plays another run", file=sys.stderr)
    return 1


def _demo(started: float) -> int:
    show.heading("The system")
    print("   The real template on an emulator of AWS, with IAM enforced. The first time takes 1–3")
    print("   minutes, later ones seconds.")
    running = stack.ensure_up()

    show.heading("Those who take part")
    run = uuid.uuid4().hex[:6]
    show.say(f"Run {run}. One programme, two partners and a ride company, by admin commands.")
    players = cast.gather(running, run)
    show.say(
        f"The programme has {show.dollars(cast.FUNDED_CENTS)} more; its partners may mint "
        f"{show.dollars(sum(cast.ALLOTTED_CENTS.values()))} of it. Each partner's app has an OAuth "
        "token, the ride company a secret to sign with."
    )
    enrolling = show.Progress("people enrolled", sum(mint_cards.PEOPLE.values()))
    people = mint_cards.enroll(players, run, enrolling.tick)
    orders = [*mint_cards.ORDERS, mint_cards.EXPIRING, mint_cards.STARTING_TOMORROW]
    minting = show.Progress(
        "vouchers minted", sum(order.people + order.unassigned for order in orders)
    )
    stock = mint_cards.mint(players, run, people, minting.tick)

    played = _play(players, run, stock)
    day = casework.play(running, players, run, people[casework.ORGANISATION])
    cards = [*stock.all_cards, *day.cards]
    played += day.played

    show.outcome({one: len(ids) for one, ids in people.items()}, cards, played)
    show.declines(played)
    refunded_cents = _afterwards(running, players, run, played)
    is_right = _check(running, players, [*cards, day.new_card], played, refunded_cents)
    # Only now: they have a programme and vouchers of their own, which are nothing of this run.
    ready_events.write(running, players, run)
    _how_to_go_on(running, time.monotonic() - started)
    return 0 if is_right else 1


def _play(players: cast.Cast, run: str, stock: Stock) -> list[Played]:
    show.heading("The rides")
    real = rides.read()
    show.say(
        f"{len(real)} taxi rides of New York City, asked for and driven now, with their real "
        "fares, tips, distances and durations (infra/local/rides-2019-03.csv says where they are "
        "from)."
    )
    progress = show.Progress("rides played, as signed callbacks", len(real))
    player = Player(players.company, run, progress.tick)
    late = [*stock.expiring, *stock.starting_tomorrow]
    played = player.play(stock.cards, real[: -len(late)])
    _wait_until(stock.expire_at)
    played += player.play(late, real[-len(late) :])
    repeats = sum(one.repeats for one in played)
    conflicts = sum(one.conflicts for one in played)
    show.say(
        f"{repeats} messages were sent twice: each got its first answer again, marked as a "
        f"repeat. {conflicts} rides were reported a second time with another fare: refused, and on "
        "record. Neither moved a cent, as the books will show."
    )
    return played


def _afterwards(running: stack.Stack, players: cast.Cast, run: str, played: list[Played]) -> int:
    """What comes after the rides: a refund, and the jobs. Returns the cents that were refunded."""
    show.heading("Afterwards")
    player = Player(players.company, run, lambda: None)
    refunded_cents = player.refund(next(one for one in played if one.covered_cents))
    show.say(
        "One passenger was taken the wrong way, and the ride company takes the fare back, in a "
        f"message that it sends twice: the voucher has its {show.dollars(refunded_cents)} again, "
        "once."
    )
    kept = keep_house(running)
    show.say(
        "Housekeeping, which a schedule runs every hour, looked for vouchers that ended a week ago "
        f"or more: the money of {kept['returned']} went back to their partners. Programmes that it "
        f"paused, since they owe more than they may: {len(kept['paused'])}."
    )
    ends = audit(running)
    show.say(
        "The audit, which a schedule runs every day, rebuilt every balance from the ledger: the "
        f"books of {ends.get('books_checked', 0)} programmes are right, "
        f"{ends.get('books_differ', 0)} differ."
    )
    return refunded_cents


def _check(
    running: stack.Stack,
    players: cast.Cast,
    cards: list[Card],
    played: list[Played],
    refunded_cents: int,
) -> bool:
    """Whether all of the books are right: the stored items, the ledger, and this run's answers."""
    found = books.add_up(running, cast.PROGRAM_ID)
    said = players.admin.do("check_books", program_id=cast.PROGRAM_ID)
    show.books(found, said["in_words"])
    spent_cents = books.spent_on(running, (card.voucher_id for card in cards))
    told_cents = sum(one.covered_cents for one in played) - refunded_cents
    show.say(
        f"This run's vouchers have spent {show.dollars(spent_cents)}; the ride company was told "
        f"that {show.dollars(told_cents)} is covered."
    )
    return found.are_right and said["balance"] and spent_cents == told_cents


def _how_to_go_on(running: stack.Stack, seconds: float) -> None:
    show.heading("How to go on")
    token = "$(.local/venv/bin/python -m infra.local.access_token)"
    print(f"   The API is up until `make down`:  {running.api_url}\n")
    print("   Its contract:")
    print(f"     curl -s {running.api_url}/openapi.json\n")
    print("   What a partner's app sees first (the token comes from .local/stack.json):")
    print(f'     curl -s -H "Authorization: Bearer {token}" \\')
    print(f"       {running.api_url}/whoami\n")
    show.say(
        f"An admin's commands: each file in {stack.named(ready_events.FOLDER)} is one that works "
        "on this stack as it stands; `make send-event EVENT=block_voucher` sends one."
    )
    print()
    print("   The code:   template.yaml    the whole system at a glance")
    print("               functions/       a ride's way: redemption/app.py → operations/ →")
    print("                                farechance/ride_table.py → farechance/store/")
    print("               infra/local/     this demo, and the system on one machine")
    print("   More:       `make demo` plays another run, `make e2e` tests the running system,")
    print("               `make check` is the gate, `make forget` throws the local data away\n")
    print(f"   Done in {seconds:.0f} s.", flush=True)


def _wait_until(moment: datetime) -> None:
    left = (moment - datetime.now(UTC)).total_seconds()
    if left > 0:
        time.sleep(left)


if __name__ == "__main__":
    sys.exit(main())
