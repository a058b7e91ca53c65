"""The door for viewers: the function behind their dashboard, which only looks. IAM says
who may invoke it."""

from farechance.edge.clock import utc_now
from farechance.edge.console import Console
from farechance.edge.widget_door import WidgetDoor
from farechance.roles import Role
from farechance.settings import Settings
from operations.office import Office

office = Office(Settings.from_environment(), utc_now)
widgets = WidgetDoor(Role.VIEWER, office.shows, utc_now)
console = Console(Role.VIEWER, office.carry_out, widgets.answer)
handler = console.handle
