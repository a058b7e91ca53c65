"""What admins see and press: a real Chromium shows the widgets in a page that imitates the frame of
the console, on the running stack, with IAM enforced. Its pictures are in `.local/pictures`."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from e2e.identities import FUNCTIONS, person_with
from e2e.scene import Scene
from infra.local import chromium, stack
from infra.local.client import Refused
from infra.local.console_browser import Dashboard, dashboard
from infra.local.console_frame import FramedWidget, Theme

Folder = Literal["viewing", "operating", "administration"]

PICTURES = stack.LOCAL / "pictures"
# Themes and sizes that an admin may have a widget in: a whole row, and a third of one.
LOOKS: tuple[tuple[Theme, int], ...] = (
    ("light", 1_160),
    ("dark", 1_160),
    ("light", 380),
    ("dark", 380),
)


@pytest.fixture(scope="session", autouse=True)
def _chromium() -> None:
    """These tests don't pass where they can't run."""
    missing = chromium.whats_missing()
    if missing:
        pytest.fail(missing, pytrace=False)


@pytest.fixture(scope="session")
def scene() -> Scene:
    """A programme with two partners and two ride companies, used by no other run."""
    return Scene(stack.ensure_up(quiet=True))


@dataclass
class Desk:
    """An admin's browser, and the stack behind it."""

    scene: Scene
    browser: Dashboard
    test: str
    _arns: dict[str, str] = field(default_factory=dict)

    def endpoint(self, folder: Folder) -> str:
        """A role's function, as a dashboard names it."""
        if folder not in self._arns:
            running = self.scene.running
            name = running.output(f"{folder.title()}FunctionName")
            found = running.client("lambda").get_function(FunctionName=name)
            self._arns[folder] = found["Configuration"]["FunctionArn"]
        return self._arns[folder]

    def widget(
        self, folder: Folder, name: str, width: int = 800, height: int = 700, **more: str
    ) -> FramedWidget:
        """One widget of a role's dashboard."""
        params = {"widget": name, **more}
        return FramedWidget(name.title(), self.endpoint(folder), params, width, height)

    def look(self, folder: Folder, name: str) -> Dashboard:
        """Opens a dashboard with this widget alone."""
        self.browser.open([self.widget(folder, name)])
        return self.browser

    def picture(self) -> Path:
        """A picture of what is open, named by the test."""
        return self.browser.picture(PICTURES / f"{self.test}.png")

    def repeat_last_call(self) -> Any:
        """What a second click of a button is answered: the very same event once more."""
        event = self.browser.frame.calls[-1]
        return self.browser.frame.call(self.endpoint("operating"), event)["answer"]

    def status_of(self, program_id: str) -> str:
        """A programme's, as it is stored."""
        (program,) = self._stored(pk=f"program#{program_id}", sk="program")
        return str(program["status"]["S"])

    def status_of_partner(self, partner_id: str) -> str:
        """The same of a partner."""
        (partner,) = self._stored(pk=f"partner#{partner_id}", sk="partner")
        return str(partner["status"]["S"])

    def commands_with(self, reason: str) -> list[dict[str, Any]]:
        """The records of commands that were given this reason."""
        return self._stored(reason=reason, sk="command")

    def _stored(self, **same: str) -> list[dict[str, Any]]:
        items = self.scene.stored()["Programs"]
        return [
            one
            for one in items
            if all(one.get(name) == {"S": value} for name, value in same.items())
        ]


@pytest.fixture(scope="session")
def _browser(scene: Scene) -> Iterator[Dashboard]:
    """Each function is called by somebody whom an admin gave that role's policy, and no other."""
    running = scene.running
    with ExitStack() as stack_of_people:
        lambdas = {
            running.physical_id(function): stack_of_people.enter_context(
                person_with(policy, running)
            ).client("lambda")
            for policy, function in FUNCTIONS.items()
        }

        def call(endpoint: str, event: dict[str, Any]) -> Any:
            person = lambdas[endpoint.rpartition(":")[2]]
            response = person.invoke(FunctionName=endpoint, Payload=json.dumps(event))
            answer = json.loads(response["Payload"].read())
            if "FunctionError" in response:
                raise Refused(str(answer))
            return answer

        with dashboard(call) as opened:
            yield opened


@pytest.fixture
def desk(scene: Scene, _browser: Dashboard, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """An admin's browser. After each test: no page was left, no script ran, nothing was loaded."""
    _browser.complaints.clear()
    _browser.frame.calls.clear()
    name = re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")
    yield Desk(scene, _browser, name)
    assert _browser.complaints == []


def contrasts(browser: Dashboard) -> list[tuple[float, str]]:
    """The contrast of each piece of text to what is behind it (WCAG 2.2, 1.4.3), the worst first,
    with the text."""
    found: list[tuple[float, str]] = [
        (one["ratio"], one["text"]) for one in browser.page.evaluate(_CONTRASTS)
    ]
    return sorted(found)


_CONTRASTS = (Path(__file__).parent / "contrasts.js").read_text(encoding="utf-8")
