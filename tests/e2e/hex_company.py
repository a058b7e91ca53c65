"""A ride company of the profile `hmac_sha256_hex` on the running stack."""

from collections.abc import Mapping

from e2e.scene import Scene
from infra.local.client import Answer, Delivery, call
from signers import signed_in_hex

HEADER = "X-Test-Cabs-Signature"
IN_HEX: Mapping[str, str] = {"profile": "hmac_sha256_hex", "signature_header": HEADER}


class HexCompany:
    """A ride company whose platform signs the body alone, in hex."""

    def __init__(self, scene: Scene, provider_id: str, secret: str) -> None:
        self._url = f"{scene.running.api_url}/providers/{provider_id}"
        self._secret = secret

    def send(self, delivery: Delivery, **headers: str) -> Answer:
        """These bytes with their signature, unless other `headers` are given."""
        proof = headers or {HEADER: signed_in_hex(self._secret, delivery.body)}
        sent = {"Content-Type": "application/json", **proof}
        return call("POST", f"{self._url}/{delivery.door}", delivery.body, sent)
