"""The page on which a developer reads the contract and, on a trial stack, tries it. It owns how the
page is put together, with Swagger UI as Powertools carries it, and what a browser may do with it:
run these two scripts, call this API and fetch tokens. It must never load anything from elsewhere.
"""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

from farechance.settings import Settings

_SWAGGER_UI = ("event_handler", "openapi", "swagger_ui")


def docs_page(folder: Path, settings: Settings) -> dict[str, Any]:
    """The page as an answer of a Lambda proxy integration, made of `docs.html`, `docs.css` and
    `docs.js` in this folder: some 1.7 MB of the 6 MB that Lambda hands back."""
    # Found by the package's folder: to import the part of it that has them takes half a second.
    swagger_ui = files("aws_lambda_powertools").joinpath(*_SWAGGER_UI)
    parts = {
        "swagger_css": swagger_ui.joinpath("swagger-ui.min.css").read_text(encoding="utf-8"),
        "swagger_js": swagger_ui.joinpath("swagger-ui-bundle.min.js").read_text(encoding="utf-8"),
        "own_css": folder.joinpath("docs.css").read_text(encoding="utf-8"),
        "own_js": folder.joinpath("docs.js").read_text(encoding="utf-8"),
    }
    page = Template(folder.joinpath("docs.html").read_text(encoding="utf-8"))
    return {
        "statusCode": 200,
        "headers": {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": "public, max-age=300",
            "Content-Security-Policy": _policy(parts, settings.token_url),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
        "body": page.substitute(
            parts, environment=settings.environment, token_url=escape(settings.token_url)
        ),
        "isBase64Encoded": False,
    }


def _policy(parts: Mapping[str, str], token_url: str) -> str:
    """CSP Level 3. Tokens come from another host, unless the address names none."""
    token_host = urlsplit(token_url)
    elsewhere = f" {token_host.scheme}://{token_host.netloc}" if token_host.netloc else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_digest(parts['swagger_js'])} {_digest(parts['own_js'])}",
            f"style-src {_digest(parts['swagger_css'])} {_digest(parts['own_css'])}",
            # Swagger UI's own icons, within its style sheet.
            "img-src data:",
            f"connect-src 'self'{elsewhere}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
