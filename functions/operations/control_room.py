"""The widgets of the control room, by the name that a dashboard asks for: the same for the function
of each role. It only reads; a button's command is carried out by the console's edge."""

from collections.abc import Callable, Mapping

import htpy as h

from farechance.alarms import Alarms
from farechance.call_metrics import CallMetrics
from farechance.store import Remembered
from farechance.widgets.asked import Asked
from operations.administer import Tools
from operations.show_attention import show_attention
from operations.show_partners import show_partners
from operations.show_programs import show_programs
from operations.show_reports import show_reports
from operations.show_voucher_story import show_voucher_story


def control_room(
    tools: Tools, metrics: CallMetrics, alarms: Alarms
) -> Mapping[str, Callable[[Asked], h.Element]]:
    """What shows each widget."""
    store, bucket = tools.store, tools.bucket
    remembered = Remembered(store)
    return {
        "programs": lambda asked: show_programs(asked, store=store),
        "voucher": lambda asked: show_voucher_story(
            asked,
            store=store,
            # Anew each time: who has just resumed a programme looks whether that helped.
            remembered=Remembered(store),
            code_keys=tools.vault.code_keys(asked.now),
        ),
        "attention": lambda asked: show_attention(
            asked,
            store=store,
            remembered=remembered,
            ringing=alarms.ringing,
            waiting=tools.given_up.waiting,
        ),
        "partners": lambda asked: show_partners(asked, store=store, metrics=metrics),
        "reports": lambda asked: show_reports(asked, store=store, bucket=bucket),
    }
