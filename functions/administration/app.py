"""The door for administrators: the function behind their dashboard, and every admin command by
hand: invoked in the Lambda console with a prepared test event, one command at a time. IAM says who
may invoke it."""

from farechance.edge.clock import utc_now
from farechance.edge.console import Console
from farechance.edge.widget_door import WidgetDoor
from farechance.roles import Role
from farechance.settings import Settings
from operations.office import Office

office = Office(Settings.from_environment(), utc_now)
widgets = WidgetDoor(Role.ADMINISTRATOR, office.shows, utc_now)
console = Console(Role.ADMINISTRATOR, office.carry_out, widgets.answer)
handler = console.handle
