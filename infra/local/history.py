"""`make demo-history`: a month of a programme as it might have been, and its report.

All taxi rides of March 2019 in the project's slice are played through the use cases themselves, by
the clock of the rides, into a programme of its own on the running stack. Then the month's report is
published as an administrator would have it done, fetched into `.local/history`, run again to show
that a report is published once, and compared with what the raw rides add up to. Run again, it
writes nothing, and does the rest anew.
"""

import shutil
import sys
import time

from infra.local import (
    books,
    emulator,
    history_report,
    history_stage,
    history_totals,
    history_write,
    rides,
    show,
    stack,
)
from infra.local.client import Admin, Refused
from infra.local.history_stage import PROGRAM_ID
from infra.local.history_totals import FOLDER

# Tried on two cores, of which the emulator takes one.
PLAYERS = 3


def main() -> int:
    """Returns 1, with the reason on stderr, if something went wrong or a sum differs."""
    started = time.monotonic()
    try:
        is_right = _history()
    except (stack.NotUp, emulator.NotStarted, Refused, OSError) as error:
        print(f"\ndemo-history: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo-history: stopped; run it again, and it goes on", file=sys.stderr)
        return 1
    print(f"\n   Done in {time.monotonic() - started:.0f} s.", flush=True)
    return 0 if is_right else 1


def _history() -> bool:
    show.heading("The system")
    running = stack.ensure_up()

    show.heading("A month of history")
    real = rides.read_month()
    stage = history_stage.on(running, PLAYERS)
    if history_write.is_written(stage):
        show.say("It was written before: there is nothing to write.")
    else:
        show.say(
            f"{len(real):,} taxi rides of New York City in March 2019, each played when it was "
            "driven, by the use cases themselves (infra/local/history_plan.py says what happens to "
            "which)."
        )
        progress = show.Progress("rides asked for", len(real))
        player = history_write.write(stage, real, PLAYERS, progress.tick)
        told = ", ".join(f"{times:,} {said}" for said, times in player.told.most_common())
        show.say(f"What the ride company was told: {told}.")
    found = books.add_up(running, PROGRAM_ID)
    said = Admin(running).do("check_books", program_id=PROGRAM_ID)
    show.books(found, said["in_words"])

    show.heading("The report of March 2019")
    shutil.rmtree(FOLDER, ignore_errors=True)
    first = history_report.run(running)
    report, files = history_report.fetch(running, stage)
    show.say(f"It was {first}. Page one, as it may be read aloud:")
    print(f"\n{history_report.page_one(report)}\n")
    for file in files:
        print(f"   {file.stat().st_size:>10,} bytes  {stack.named(file)}")

    show.heading("The same month again")
    before = history_report.published(running)
    again = history_report.run(running)
    is_same = history_report.published(running) == before
    show.say(
        f"It was {again}: "
        + ("no file of the bucket is new or other than before." if is_same else "FILES CHANGED.")
    )

    show.heading("The same sums from the raw rides alone")
    return (
        history_totals.main() == 0
        and found.are_right
        and bool(said["balance"])
        and (again, is_same) == ("verified", True)
    )


if __name__ == "__main__":
    sys.exit(main())
