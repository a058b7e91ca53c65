"""The prepared test events of the administration function, and what every answer to one is like."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local import template

FOLDER = Path(template.TEMPLATE).parent / "infra" / "events"


def event(command: str, **changes: Any) -> dict[str, Any]:
    """A prepared event, with other values where a test needs them."""
    saved: dict[str, Any] = json.loads((FOLDER / f"{command}.json").read_text(encoding="utf-8"))
    return {**saved, **changes}


def reads_well(answer: Mapping[str, Any]) -> None:
    """It begins with whether it is done and with whole sentences, and is strict JSON."""
    assert list(answer)[:2] == ["done", "in_words"]
    words = answer["in_words"]
    assert len(words.split()) >= 5
    assert words.endswith(".")
    assert not any(trace in words for trace in ("None", "{", "[", "_cents", "  ", ".."))
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
