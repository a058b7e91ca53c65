"""The door for reports: a partner gets links to its own. It can write nothing."""

from farechance.edge.door import Call, Door
from farechance.report_api import ReportList, ReportQuery
from farechance.report_bucket import ReportBucket
from farechance.report_endpoints import LIST_REPORTS
from farechance.settings import Settings
from farechance.store import Remembered, Store
from operations.link_reports import link_reports

settings = Settings.from_environment()
store = Store(settings)
bucket = ReportBucket(settings)
door = Door(Remembered(store))
handler = door.handle


@door.serves(LIST_REPORTS)
def list_reports(call: Call[ReportQuery]) -> ReportList:
    """GET /v1/reports"""
    return link_reports(
        call.body, call.caller.partner_id, store=store, bucket=bucket, now=call.clock()
    )
