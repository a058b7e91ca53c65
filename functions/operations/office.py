"""What the function of each role carries commands out with, and what it shows on its dashboard: the
same for all three. A function knows only what its role needs (the template says what), and what it
doesn't know it can't reach."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import htpy as h

from farechance.clients import Clients
from farechance.commands import Command
from farechance.report_bucket import ReportBucket
from farechance.report_queue import ReportName, ReportQueue
from farechance.settings import Settings
from farechance.store import Store
from farechance.vault import Vault
from farechance.widgets.asked import Asked
from operations.administer import Tools, administer
from operations.show_programs import show_programs


class Office:
    """One for each function's process."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.store, self.vault = Store(settings), Vault(settings)
        self.clock = clock
        self._api_url = settings.api_url
        self._clients = Clients(settings)
        self._bucket = ReportBucket(settings)
        self._reports = ReportQueue(settings)

    def carry_out(self, command: Command, has_time: Callable[[], bool]) -> dict[str, Any]:
        """A command of api.md, whoever may send it: the console's edge has asked for the role."""
        tools = Tools(
            self.store,
            self.vault,
            self._clients,
            self.clock,
            has_time,
            self._api_url,
            bucket=self._bucket,
            send_report=self._send_report,
        )
        return administer(command, tools)

    @property
    def shows(self) -> Mapping[str, Callable[[Asked], h.Element]]:
        """The widgets, by the name that a dashboard asks for."""
        return {"programs": lambda asked: show_programs(asked, store=self.store)}

    def _send_report(self, program_id: str, month: str) -> None:
        self._reports.send(ReportName(program_id=program_id, month=month))
