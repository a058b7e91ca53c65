"""The door for administrators: invoked in the Lambda console with a prepared test event, one
command at a time. IAM says who may."""

from collections.abc import Callable
from typing import Any

from farechance.clients import Clients
from farechance.commands import Command
from farechance.edge.clock import utc_now
from farechance.edge.console import Console
from farechance.report_bucket import ReportBucket
from farechance.report_queue import ReportName, ReportQueue
from farechance.settings import Settings
from farechance.store import Store
from farechance.vault import Vault
from operations.administer import Tools, administer

settings = Settings.from_environment()
store, vault, clients = Store(settings), Vault(settings), Clients(settings)
bucket = ReportBucket(settings)
reports = ReportQueue(settings)


def carry_out(command: Command, has_time: Callable[[], bool]) -> dict[str, Any]:
    """Any admin command of api.md."""
    tools = Tools(
        store,
        vault,
        clients,
        utc_now,
        has_time,
        settings.api_url,
        bucket=bucket,
        send_report=send_report,
    )
    return administer(command, tools)


def send_report(program_id: str, month: str) -> None:
    """Has a month reported."""
    reports.send(ReportName(program_id=program_id, month=month))


console = Console(carry_out)
handler = console.handle
