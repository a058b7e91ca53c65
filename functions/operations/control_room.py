"""The widgets of the control room, by the name that a dashboard asks for: the same for the function
of each role. It only reads; a button's command is carried out by the console's edge."""

from collections.abc import Callable, Mapping

import htpy as h

from farechance.call_metrics import CallMetrics
from farechance.widgets.asked import Asked
from operations.administer import Tools
from operations.show_partners import show_partners
from operations.show_programs import show_programs
from operations.show_reports import show_reports


def control_room(tools: Tools, metrics: CallMetrics) -> Mapping[str, Callable[[Asked], h.Element]]:
    """What shows each widget."""
    store, bucket = tools.store, tools.bucket
    return {
        "programs": lambda asked: show_programs(asked, store=store),
        "partners": lambda asked: show_partners(asked, store=store, metrics=metrics),
        "reports": lambda asked: show_reports(asked, store=store, bucket=bucket),
    }
