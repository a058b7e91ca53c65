"""Pages for people as answers. It owns what a browser may do with one: show it and print it, and
neither run a script, nor load anything, nor keep it."""

from typing import Any

from farechance.card_style import STYLE_DIGEST

# CSP Level 3. The QR codes are pictures within the page, in data: addresses.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{STYLE_DIGEST}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def answer(html: str) -> dict[str, Any]:
    """A page as an answer of a Lambda proxy integration. It holds codes, so nothing on the way or
    in the browser may keep it, and no other page may learn the link that it came by."""
    return {
        "statusCode": 200,
        "headers": {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": "no-store",
            "Content-Security-Policy": _POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        },
        "body": html,
        "isBase64Encoded": False,
    }
