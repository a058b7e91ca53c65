"""The door for administrators: invoked in the Lambda console with a prepared test event, one
command at a time. IAM says who may."""

from typing import Any

from farechance.clients import Clients
from farechance.commands import Command
from farechance.edge.clock import utc_now
from farechance.edge.console import Console
from farechance.settings import Settings
from farechance.store import Store
from farechance.vault import Vault
from operations.administer import Tools, administer

settings = Settings.from_environment()
tools = Tools(Store(settings), Vault(settings), Clients(settings), utc_now)


def carry_out(command: Command) -> dict[str, Any]:
    """Any admin command of api.md."""
    return administer(command, tools)


console = Console(carry_out)
handler = console.handle
