"""An admin's dashboard, as CloudWatch would call the functions behind it."""

import re
import time
from collections.abc import Mapping
from typing import Any

from functional.stack import Stack


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


def words(html: str) -> str:
    """What is to be read: without tags, the style sheet and what buttons send."""
    plain = re.sub(r"<(style|cwdb-action).*?</\1>", " ", html, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", plain)
    for sign, written in (("&#39;", "'"), ("&#34;", '"'), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(sign, written)
    return " ".join(text.replace("&amp;", "&").split())
