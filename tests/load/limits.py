"""The limits of the running gateway: lowered for a while, since one machine can't reach those of
the template, and put back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from e2e.scene import Scene
from infra.local.stack import STAGE

# Calls a second and at once: less than what the workers send, on any machine.
_LIMITS: Mapping[str, tuple[int, int]] = {
    "~1vouchers": (2, 2),
    "~1providers~1{provider_id}~1authorizations": (4, 4),
    "~1providers~1{provider_id}~1events": (4, 4),
}


@contextmanager
def lowered_limits(scene: Scene) -> Iterator[None]:
    """The gateway's limits of what is called, lowered, as `ApiRateLimit` and its like would."""
    gateway = scene.running.client("apigateway")
    where = {"restApiId": scene.running.physical_id("Api"), "stageName": STAGE}
    before = gateway.get_stage(**where)["methodSettings"]

    def put(path: str, rate: float, burst: float) -> None:
        values = {"rateLimit": rate, "burstLimit": burst}
        gateway.update_stage(
            **where,
            patchOperations=[
                {"op": "replace", "path": f"/{path}/POST/throttling/{name}", "value": str(value)}
                for name, value in values.items()
            ],
        )

    try:
        for path, (rate, burst) in _LIMITS.items():
            put(path, rate, burst)
        yield
    finally:
        for path in _LIMITS:
            was = before.get(f"{path}/POST") or before["*/*"]
            put(path, was["throttlingRateLimit"], was["throttlingBurstLimit"])
