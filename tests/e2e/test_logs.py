"""What the logs hold after everything that may reach them: event names and ids, and nothing that
spends money, opens a door, or points to a person."""

from collections.abc import Iterator

import pytest

from e2e import logs
from e2e.scene import Scene, key, now
from infra.local import books
from infra.local.client import AUTHORIZATIONS, Delivery, PartnerApp, RideCompany

PHONE = "212-555-0147"
PLACE = {"latitude": 40.689247, "longitude": -74.044502}
AROUND_PLACE = {"latitude": 40.7, "longitude": -74.0, "radius_meters": 5_000}
STAFF = "staff-who-attested"
REASON = "a reason that an admin typed"


@pytest.fixture(scope="module")
def planted(scene: Scene) -> dict[str, str]:
    """Does everything with things that no log may hold, failures too: name → the thing."""
    reference, idempotency_key = f"planted-{key()}", f"planted-{key()}"
    made = scene.create_partner(f"{scene.partner_id}_logs", reason=REASON)
    provider_id = f"{scene.provider_id}_logs"
    secret = scene.register_provider(provider_id, reason=REASON)
    program_id = f"{scene.program_id}_logs"
    scene.create_program(program_id, provider_ids=[provider_id], service_areas=[AROUND_PLACE])
    scene.admin.do("fund", program_id=program_id, amount_cents=100_000, reason=REASON)
    scene.allot(program_id, f"{scene.partner_id}_logs", 100_000)
    app = PartnerApp(scene.running, made["client_id"], made["client_secret"])
    company = RideCompany(scene.running, provider_id, secret)

    body = scene.enrollment(program_id=program_id, external_ref=reference)
    body["attestation"]["attested_by"] = STAFF
    participant_id = app.post("/participants", body, idempotency_key).expect(201)["participant_id"]
    app.post("/participants", body, idempotency_key).expect(201)
    app.post("/participants", body, key()).expect(409)
    app.post("/participants", {**body, "external_ref": PHONE}, key()).expect(422)
    app.get("/participants", program_id=program_id, external_ref=reference).expect(200)
    app.get("/participants", program_id=program_id, external_ref=f"{reference}@x").expect(422)
    minting = scene.minting(program_id=program_id, participant_ids=[participant_id])
    minted = app.post("/vouchers", minting, idempotency_key).expect(201)
    app.post("/vouchers", minting, idempotency_key).expect(201)
    code = minted["vouchers"][0]["code"]
    app.get(f"/vouchers/{code}").expect(404)
    app.post("/vouchers", {**minting, "code": code}, key()).expect(422)

    _ride(company, code)
    _break_and_mend(scene, company, minted["vouchers"][0]["voucher_id"], code)
    return {
        "code": code,
        "code without dashes": code.replace("-", ""),
        "code in lower case": code.lower(),
        "client secret": made["client_secret"],
        "provider secret": secret.removeprefix("whsec_"),
        "access token": app.token(),
        "signature of the token": app.token().rpartition(".")[2],
        "external_ref": reference,
        "idempotency key": idempotency_key,
        "phone number": PHONE,
        "latitude": str(PLACE["latitude"]),
        "longitude": str(PLACE["longitude"]),
        "staff": STAFF,
        "admin's words": REASON,
    }


def test_no_log_holds_a_code_a_secret_a_token_or_what_points_to_a_person(
    scene: Scene, planted: dict[str, str]
) -> None:
    lines = list(_log_lines(scene))

    found = {
        name: line for name, thing in planted.items() for line in lines if thing.lower() in line
    }
    assert found == {}


@pytest.mark.parametrize(
    "event",
    [
        "call_answered",
        "call_refused",
        "call_failed",
        "ride_event_answered",
        "command_carried_out",
    ],
)
def test_the_search_finds_what_the_logs_do_hold(
    scene: Scene, planted: dict[str, str], event: str
) -> None:
    assert planted

    assert any(event in line for line in _log_lines(scene))


def _ride(company: RideCompany, code: str) -> None:
    """A ride with places, a phone number in a field that we don't know, and calls that fail."""
    ride_id = f"ride-{key()[:12]}"
    named = {"ride_id": ride_id, "voucher_code": code, "currency": "USD"}
    told = company.tell(
        AUTHORIZATIONS,
        "ride.requested",
        **named,
        estimated_fare_cents=1_500,
        requested_at=now(),
        pickup=PLACE,
        dropoff=PLACE,
        rider_phone=PHONE,
    )
    assert told.expect(200)["decision"] == "approved"
    company.tell("events", "ride.completed", **named, fare_cents=1_400, completed_at=now())
    company.tell("events", "ride.completed", **named, fare_cents=1_500, completed_at=now())
    company.tell("events", "ride.completed", ride_id=PHONE * 9, voucher_code=code).expect(422)
    company.tell(AUTHORIZATIONS, "voucher.checked", voucher_code=f"{code}A", pickup=PLACE)
    company.tell(AUTHORIZATIONS, code, rider_phone=PHONE).expect(200)
    unsigned = Delivery(AUTHORIZATIONS, f'{{"voucher_code": "{code}"'.encode())
    company.post(unsigned, {"webhook-signature": code}).expect(401)
    company.deliver(unsigned).expect(400)


def _break_and_mend(scene: Scene, company: RideCompany, voucher_id: str, code: str) -> None:
    """A defect: a stored voucher that can't be read, so that the function logs a trace."""
    table = books.table_names(scene.running)["Vouchers"]
    database = scene.running.client("dynamodb")
    (item,) = [
        one
        for one in books.everything(scene.running)["Vouchers"]
        if one["pk"]["S"].startswith("voucher#") and one["voucher_id"]["S"] == voucher_id
    ]
    database.put_item(TableName=table, Item={**item, "available_cents": {"S": PHONE}})
    try:
        answer = company.tell(AUTHORIZATIONS, "voucher.checked", voucher_code=code)
        assert answer.expect(500)["type"].endswith(":internal_error")
        assert PHONE not in answer.body.decode()
    finally:
        database.put_item(TableName=table, Item=item)


def _log_lines(scene: Scene) -> Iterator[str]:
    """All that the functions have written since the scene was made: to CloudWatch, and to the
    emulator's own output."""
    since = int(scene.made_at.timestamp() * 1000)
    yield from (line.lower() for _, line in logs.everything(scene.running, since))
    yield from (line.lower() for line in logs.output())
