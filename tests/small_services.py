"""The AWS services that functions ask for, each with a model as small as botocore's may be."""

import json
from pathlib import Path
from typing import Any

from infra.lighter import SHAPES, STAND_INS
from infra.trim import OPERATIONS, SERVICES

VERSION = "2010-03-31"
_SHAPES = "from fractions import Fraction\nclass Shape(TypedDict): ...\n"


def write(code: Path, members: dict[str, Any] | None = None) -> Path:
    """Puts them into a folder of code, where botocore has its data, and returns that place. Each
    has one structure, `Topic`, with these members."""
    data = code / "botocore" / "data"
    for service in SERVICES:
        version = data / service / VERSION
        version.mkdir(parents=True)
        model = {
            "metadata": {"endpointPrefix": service},
            "operations": {
                name: {"name": name, "input": {"shape": "Topic"}}
                for name in (*OPERATIONS.get(service, ()), "DoSomethingElse")
            },
            "shapes": {
                "Text": {"type": "string"},
                "Topic": {"type": "structure", "members": members or {}},
            },
        }
        (version / "service-2.json").write_text(json.dumps(model), encoding="utf-8")
    for name, source in {**STAND_INS, SHAPES: _SHAPES}.items():
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        (code / name).write_text(source, encoding="utf-8")
    endpoints: dict[str, Any] = {"partitions": [{"services": {}}]}
    (data / "endpoints.json").write_text(json.dumps(endpoints), encoding="utf-8")
    return data
