"""Plays the contract against the running stack with Schemathesis: each operation by itself, with
right and with wrong requests, then walks along the links. It owns proofs, figures and what isn't a
fault; it never stops at one, so that a run tells all that it finds."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition
from requests.auth import AuthBase
from schemathesis import BaseSchema, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.specs.openapi.checks import negative_data_rejection

from e2e.scene import Scene
from fuzz import contract
from fuzz.meant import Case, is_meant, prepare, undocumented_headers
from infra.local.client import SECONDS

WALKS, STEPS = 3, 30
# Faults of one class that one operation is told with.
MOST_ALIKE = 10
type Operation = schemathesis.APIOperation[Any, Any, Any, Any]


class Contract:
    """The contract of a running stack, ready to be played, and the figures: how often what was
    answered, which links led to a success, and the first of each kind of fault."""

    def __init__(self, scene: Scene) -> None:
        """Prepares what calls shall be about, in a programme of its own."""
        self.requests = 0
        self.statuses: dict[str, Counter[int]] = defaultdict(Counter)
        self.links: Counter[str] = Counter()
        self.faults: dict[tuple[str, ...], str] = {}
        self._scene = scene
        self._proof = _Proof(scene)
        self._program_id = scene.new_program("fuzz", 20_000_000, max_rides=50, direct_capture=True)
        self._schema = self._loaded()

    def _loaded(self) -> BaseSchema:
        api_url = self._scene.running.api_url
        known = contract.prepare(self._scene, self._program_id)
        schema = schemathesis.openapi.from_dict(contract.narrowed(contract.served(api_url), known))
        config = schema.config
        config.update(base_url=api_url, request_timeout=SECONDS)
        # A fault is told with the request as it was sent; nothing in it is anybody's secret.
        config.output.sanitization.update(enabled=False)
        # _Proof has all of these.
        config.generation.with_security_parameters = False
        # In walks ids come from answers, and the narrowed schemas don't know them; what is wrong is
        # sent to each operation by itself.
        config.phases.stateful.generation.modes = [GenerationMode.POSITIVE]
        # The links are ours; to guess others takes longer than to follow these.
        config.phases.stateful.inference.algorithms = []
        # Which fields may stand together, and what a programme's rules allow, no schema can say.
        config.checks.positive_data_acceptance.expected_statuses = ["2xx", "404", "409", "422"]
        config.checks.negative_data_rejection.expected_statuses = [
            "400",
            "401",
            "404",
            "415",
            "422",
        ]
        return schema

    def renew(self) -> None:
        """Other people, vouchers and moments: those of before are used up or old."""
        self._schema = self._loaded()

    @property
    def reached(self) -> set[str]:
        """The operations that did what they are for, at least once."""
        return {one for one, told in self.statuses.items() if any(status < 300 for status in told)}

    def line(self) -> str:
        """How much was tried, and what came of it."""
        never = sorted(self.operations - self.reached)
        return (
            f"{self.requests:,} requests, {len(self.reached)} of {len(self.operations)} operations "
            f"reached{f' (never {never})' if never else ''}, {len(self.links)} links followed "
            f"{self.links.total():,} times, {len(self.faults)} faults"
        )

    def books_are_right(self) -> bool:
        """Of the programme in which all of it was played."""
        return self._scene.books_are_right(self._program_id)

    @property
    def operations(self) -> set[str]:
        """All that the contract names."""
        return {one.label for one in self._operations()}

    def each_alone(self, seed: int, examples: int) -> None:
        """Every operation with so many right and so many wrong requests."""
        for operation in self._operations():
            self._try(operation, GenerationMode.POSITIVE, seed, examples)
            # Where nothing is sent, nothing is wrong.
            if operation.body or list(operation.iter_parameters()):
                self._try(operation, GenerationMode.NEGATIVE, seed, examples)

    def _operations(self) -> Iterator[Operation]:
        for result in self._schema.get_all_operations():
            assert isinstance(result, Ok), result
            yield result.ok()

    def _try(self, operation: Operation, mode: GenerationMode, seed: int, examples: int) -> None:
        @hypothesis.seed(seed)
        @_settings(examples)
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case: Case) -> None:
            prepare(case, is_right=mode.is_positive)
            self._check(case, case.call(auth=self._proof))

        call()

    def walk(self, seed: int) -> None:
        """Some walks along the links, of STEPS calls each."""
        outer, machine = self, self._schema.as_state_machine()

        class Walk(machine):  # type: ignore[misc,valid-type] # It is made at run time.
            rule_order_seed = seed

            def before_call(self, case: Case) -> None:
                prepare(case, is_right=True)

            def get_call_kwargs(self, _case: Case) -> dict[str, Any]:
                return {"auth": outer._proof}

            def validate_response(
                self, response: schemathesis.Response, case: Case, **_: Any
            ) -> None:
                outer._check(case, response, self.recorder)

        # Hypothesis minds where two walks that begin alike go on differently; since the stack
        # remembers the first, they may.
        with suppress(FlakyStrategyDefinition):
            hypothesis.seed(seed)(Walk).run(settings=_settings(WALKS))

    def _check(
        self,
        case: Case,
        response: schemathesis.Response,
        recorder: ScenarioRecorder | None = None,
    ) -> None:
        label = case.operation.label
        self.requests += 1
        self.statuses[label][response.status_code] += 1
        node = recorder.cases[case.id] if recorder else None
        if node and node.transition and node.is_transition_applied and response.status_code < 300:
            self.links[node.transition.id] += 1
        found = [*undocumented_headers(case, response)]
        try:
            case.validate_response(
                response,
                excluded_checks=[negative_data_rejection] if recorder else None,
                transport_kwargs={"auth": self._proof},
                recorder=recorder,
            )
        except FailureGroup as group:
            found += [one for one in group.exceptions if not is_meant(one, case, response)]
        for one in found:
            answered = f"{response.status_code} {response.text[:1_000]}"
            shown = f"{label}: {one}\n{case.as_curl_command()}{_proof_of(case)}\n{answered}"
            self._add_fault((label, type(one).__name__, one.title, one.message), shown)

    def _add_fault(self, kind: tuple[str, ...], shown: str) -> None:
        """One of a class may hide another, such as a second header; but some say what they got, so
        that there is no end of them."""
        alike = sum(known[:2] == kind[:2] for known in self.faults)
        if alike < MOST_ALIKE:
            self.faults.setdefault(kind, shown)


def _proof_of(case: Case) -> str:
    """What a command must also have: the proof is added when the request is sent."""
    signed = ("webhook-id: $ID", "webhook-timestamp: $SECONDS", "webhook-signature: $SIGNATURE")
    is_callback = contract.PROVIDERS in case.operation.path
    names = signed if is_callback else ("Authorization: Bearer $TOKEN",)
    return "".join(f' -H "{name}"' for name in names)


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


class _Proof(AuthBase):
    """Signs what is sent: a callback's exact bytes as the ride company, all else by a token."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if contract.PROVIDERS in str(request.url):
            body = request.body or b""
            assert isinstance(body, str | bytes)
            raw = body.encode() if isinstance(body, str) else body
            request.headers.update(self._scene.company.signed(raw))
        else:
            request.headers["Authorization"] = f"Bearer {self._scene.app().token()}"
        return request
