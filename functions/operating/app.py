"""The door for operators: the function behind their dashboard, and commands by hand in the Lambda
console, those that can be taken back. IAM says who may invoke it."""

from farechance.edge.clock import utc_now
from farechance.edge.console import Console
from farechance.edge.widget_door import WidgetDoor
from farechance.roles import Role
from farechance.settings import Settings
from operations.office import Office

office = Office(Settings.from_environment(), utc_now)
widgets = WidgetDoor(Role.OPERATOR, office.shows, utc_now)
console = Console(Role.OPERATOR, office.carry_out, widgets.answer)
handler = console.handle
