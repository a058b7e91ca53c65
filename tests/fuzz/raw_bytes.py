"""Nearly right callbacks, signed rightly, to the doors of the running stack: by companies of
both profiles. It owns who sends, figures and faults; it never stops at a fault, so that a
run tells all that it finds."""

from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPException

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from e2e.hex_company import IN_HEX, HexCompany
from e2e.scene import Scene
from functional import gateway
from fuzz import doors, grammar
from infra.local.client import Answer, Delivery

_TOLD_BYTES = 2_000


class RawBytes:
    """The senders, how often what was told, and the first of each kind of fault."""

    def __init__(self, scene: Scene) -> None:
        """Registers a company that signs in hex, in a programme for both."""
        self.told: Counter[int] = Counter()
        self.faults: dict[tuple[str, ...], str] = {}
        self._scene = scene
        provider_id = f"{scene.provider_id}_bytes"
        in_hex = HexCompany(scene, provider_id, scene.register_provider(provider_id, **IN_HEX))
        self._program_id = scene.new_program(
            "bytes", 20_000_000, provider_ids=[scene.provider_id, provider_id]
        )
        self._senders = {"standard": scene.company.deliver, "in hex": in_hex.send}

    def send(self, door: str, with_seed: int, examples: int) -> None:
        """So many bodies to one door."""
        voucher = self._scene.mint(program_id=self._program_id)
        right = doors.callbacks(voucher["code"])

        @seed(with_seed)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.sampled_from([*self._senders]), st.sampled_from(right).flatmap(grammar.bodies))
        def send(profile: str, body: bytes) -> None:
            deliver = self._senders[profile]
            for fault in self._faults_of(lambda: deliver(Delivery(door, body)), door):
                shown = f"{door}, signed {profile}: {fault}\n{body[:_TOLD_BYTES]!r}"
                self.faults.setdefault((door, profile, fault), shown)

        send()

    def line(self) -> str:
        """How much was tried, and what came of it."""
        shown = ", ".join(f"{status}: {times:,}" for status, times in sorted(self.told.items()))
        return f"{self.told.total():,} raw bodies ({shown}), {len(self.faults)} faults"

    def books_are_right(self) -> bool:
        """Of the programme that all of it was about."""
        return self._scene.books_are_right(self._program_id)

    def _faults_of(self, send: Callable[[], Answer], door: str) -> Iterator[str]:
        try:
            answer = send()
        except (OSError, HTTPException) as error:
            self.told[0] += 1
            yield f"no answer: {type(error).__name__}"
            return
        self.told[answer.status] += 1
        text = answer.body.decode("utf-8", "replace")
        read = gateway.Answer(answer.status, answer.headers, text)
        yield from doors.faults_of(read, f"/providers/{{provider_id}}/{door}")
