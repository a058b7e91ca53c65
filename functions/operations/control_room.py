"""The widgets of the control room, by the name that a dashboard asks for: the same for the function
of each role. It only reads; a button's command is carried out by the console's edge."""

from collections.abc import Callable, Mapping

import htpy as h

from farechance.widgets.asked import Asked
from operations.administer import Tools
from operations.show_programs import show_programs


def control_room(tools: Tools) -> Mapping[str, Callable[[Asked], h.Element]]:
    """What shows each widget."""
    store = tools.store
    return {"programs": lambda asked: show_programs(asked, store=store)}
