"""Mints a batch of the demo from a file, as a case worker would who has a spreadsheet of people.

The file has three rows that can't be minted, and stays in `.local/demo` to be looked at.
"""

import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from infra.local import cast, show, stack
from infra.local.client import PartnerApp, Refused
from infra.local.mint_cards import Card, reference

VALUE_CENTS, RIDES, CAP_CENTS = 2_500, 2, 1_500
# Lines of the file, the first of which names its column.
PHONE_LINE, UNKNOWN_LINE, REPEATED_LINE = 13, 38, 66
BAD_LINES = (PHONE_LINE, UNKNOWN_LINE, REPEATED_LINE)
SECONDS = 60


def mint(players: cast.Cast, partner_id: str, run: str, people: Sequence[str]) -> dict[str, Card]:
    """A card for each of the partner's people, by participant id. Raises Refused if other rows than
    the three are refused, or if not all of the others are minted."""
    app = players.apps[partner_id]
    lines = _lines(run, len(people))
    file = stack.DESK / "people.csv"
    # As a spreadsheet saves 'CSV UTF-8'.
    file.write_bytes("".join(f"{line}\r\n" for line in lines).encode("utf-8-sig"))
    rows = len(lines) - 1
    show.say(
        f"A case worker of {cast.PARTNERS[partner_id]} has {rows} people on a list. Each shall "
        f"have a card worth {show.dollars(VALUE_CENTS)}; the administrator allots the "
        f"{show.dollars(rows * VALUE_CENTS)}. She sends the list as her spreadsheet saved it, "
        f"{stack.named(file)}."
    )
    players.admin.do(
        "allot",
        f"allot-{run}-file",
        program_id=cast.PROGRAM_ID,
        partner_id=partner_id,
        amount_cents=rows * VALUE_CENTS,
    )
    started = _started(app, run, file)
    good = started["rows"] - started["refused"]
    show.say(
        f"{good} rows are good, {started['refused']} aren't. "
        f"{show.dollars(started['total_cents'])} is set aside at once. The vouchers are minted in "
        "the background, while her app asks how far it is:"
    )
    path = f"/voucher-batches/{started['batch_id']}"
    _watch(app, path, good)
    listed = app.get(f"{path}/vouchers", limit=100).expect(200)["vouchers"]
    _tell_failed(lines, [row for row in listed if row["outcome"] == "failed"])
    return {
        row["participant_id"]: Card(partner_id, row["voucher_id"], row["code"], VALUE_CENTS)
        for row in listed
        if row["outcome"] == "minted"
    }


def _lines(run: str, people: int) -> list[str]:
    """The people's references, and among them a phone number, a letter O that was typed for a zero,
    and somebody for the second time."""
    lines = ["external_ref", *(reference(run, number) for number in range(1, people + 1))]
    lines.insert(PHONE_LINE - 1, "212-555-0100")
    lines.insert(UNKNOWN_LINE - 1, f"{reference(run, 8)}O")
    lines.insert(REPEATED_LINE - 1, reference(run, 1))
    return lines


def _started(app: PartnerApp, run: str, file: Path) -> dict[str, Any]:
    query = {
        "program_id": cast.PROGRAM_ID,
        "purpose": "job",
        "value_cents": VALUE_CENTS,
        "rides": RIDES,
        "cap_cents": CAP_CENTS,
    }
    headers = {"Content-Type": "text/csv", "Idempotency-Key": f"file-{run}"}
    sent = app.post_bytes(f"/voucher-batches?{urlencode(query)}", file.read_bytes(), headers)
    return sent.expect(202)


def _watch(app: PartnerApp, path: str, good: int) -> None:
    """Shows a batch's progress until it has ended."""
    progress = show.Progress("vouchers minted from the file", good)
    told = 0
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        batch = app.get(path).expect(200)
        for _ in range(batch["minted"] - told):
            progress.tick()
        told = batch["minted"]
        if batch["status"] == "ended":
            break
        time.sleep(0.2)
    if told != good:
        raise Refused(f"{told} of a batch's {good} vouchers were minted in {SECONDS} s")


def _tell_failed(lines: Sequence[str], failed: Sequence[dict[str, Any]]) -> None:
    """Each bad row with its line, what stands there, and the API's words."""
    if tuple(row["line"] for row in failed) != BAD_LINES:
        raise Refused(f"the lines {BAD_LINES} of a file should be refused, and not {failed}")
    show.say("The others have no voucher. Each is told by its line in the file, and why:")
    for row in failed:
        start = f"   line {row['line']:>3}   {lines[row['line'] - 1]:<18}"
        print(
            textwrap.fill(
                row["detail"],
                show.WIDTH,
                initial_indent=start,
                subsequent_indent=" " * len(start),
            ),
            flush=True,
        )
