"""An admin's dashboard, as CloudWatch would call the functions behind it."""

import time
from collections.abc import Mapping
from typing import Any

from functional.stack import Stack
from shown import words


def look(
    stack: Stack,
    folder: str,
    widget: str,
    *,
    fields: Mapping[str, str] | None = None,
    hours: float = 3,
    **button: Any,
) -> str:
    """The HTML of one widget of a role's dashboard, for the last hours; `button` is what one that
    was pressed sends beside what was typed."""
    end = time.time() * 1_000 + 1_000
    context = {
        "dashboardName": "a-dashboard",
        "widgetId": "widget-1",
        "locale": "en",
        "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
        "period": 300,
        "isAutoPeriod": True,
        "timeRange": {"mode": "relative", "start": end - hours * 3_600_000, "end": end},
        "theme": "light",
        "linkCharts": True,
        "title": "A widget",
        "forms": {"all": dict(fields or {})},
        "params": {"widget": widget},
        "width": 900,
        "height": 700,
    }
    html = stack.job(folder, {"widget": widget, **button, "widgetContext": context})
    assert isinstance(html, str)
    assert "<script" not in html
    return html


__all__ = ["look", "words"]
