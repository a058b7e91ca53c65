"""The contract: one OpenAPI 3.1 document for all functions, made from the code that serves them.

It owns the document's frame: what the API is, where it is, and how callers prove who they are. It
must never say of a path, a model or a problem what the code or the template doesn't.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

from farechance import signatures
from infra.contract import examples, operations, problem_responses
from infra.contract.schemas import Schemas

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "functions" / "contract" / "openapi.json"
INTRODUCTION = Path(__file__).with_name("introduction.md")


def text() -> str:
    """The document as it is committed and served: the same for the same code."""
    return written(document())


def written(contract: dict[str, Any]) -> str:
    """A contract as a file has it."""
    return json.dumps(contract, indent=1, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The whole contract."""
    schemas = Schemas()
    described = operations.paths(schemas)
    examples.put_into(described)
    paths, responses = problem_responses.shared(described)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Fare Chance",
            "version": project["version"],
            "summary": project["description"],
            "description": INTRODUCTION.read_text(encoding="utf-8"),
            "license": {"name": "MIT License", "identifier": project["license"]},
        },
        "servers": _servers(),
        "tags": [{"name": name, "description": words} for name, words in operations.TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": _security_schemes(),
            "responses": responses,
            "schemas": schemas.components(),
        },
    }


def _servers() -> list[dict[str, Any]]:
    """Relative to where the document is served, so that it holds on any stack; and in full, for
    programs that read it from a file."""
    return [
        {"url": "../v1", "description": "The stage that served this document."},
        {
            "url": "https://{api_id}.execute-api.{region}.amazonaws.com/v1",
            "description": "A stack on AWS; its output ApiUrl is this address. `v1` is the stage.",
            "variables": {
                "api_id": {"default": "api-id", "description": "Made by AWS for each stack."},
                "region": {"default": "us-east-1"},
            },
        },
    ]


def _security_schemes() -> dict[str, Any]:
    return {
        "partner_token": {
            "type": "oauth2",
            "description": "A partner's client has an id and a secret. Each stack has a token URL "
            "of its own, its output TokenUrl; the one below is a placeholder and leads nowhere.",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "https://token-url-of-the-stack.invalid/oauth2/token",
                    "scopes": operations.scopes(),
                }
            },
        },
        "callback_signature": {
            "type": "apiKey",
            "in": "header",
            "name": "webhook-signature",
            "description": "Standard Webhooks 1.0: `v1,` and base 64 of HMAC-SHA-256 over "
            "`{webhook-id}.{webhook-timestamp}.{body}`. Several may stand here, parted by blanks; "
            f"one that is right among the first {signatures.MAX_SIGNATURES} is enough, so that "
            "secrets can be rotated.",
        },
        "callback_hmac": {
            "type": "apiKey",
            "in": "header",
            "name": "x-signature",
            "description": "The profile `hmac_sha256_hex`: HMAC-SHA-256 over the exact bytes of "
            "the body, in hex of either case; the key is the secret as it was given, in UTF-8. The "
            "header's name is the ride company's choice, made when it is registered; this one is "
            "an example.",
        },
    }
