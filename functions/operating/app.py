"""The door for operators: the function behind their dashboard, and commands by hand in the Lambda
console, those that can be taken back. IAM says who may invoke it."""

from farechance.alarms import Alarms
from farechance.call_metrics import CallMetrics
from farechance.edge.clock import utc_now
from farechance.edge.console import Console
from farechance.edge.widget_door import WidgetDoor
from farechance.roles import Role
from farechance.settings import Settings
from operations.administer import Tools
from operations.control_room import control_room

settings = Settings.from_environment()
tools = Tools.of(settings, utc_now)
shows = control_room(tools, CallMetrics(settings), Alarms(settings))
widgets = WidgetDoor(Role.OPERATOR, shows, utc_now)
console = Console(Role.OPERATOR, tools.carry_out, widgets.answer)
handler = console.handle
