"""Plants what no table, bucket, queue or log may hold in the end, in everything that touches a
person, a code or a place; erases the people; and reads all that is held afterwards."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from e2e import dump
from e2e.batch_worker import ended, ended_long_ago, resting, until
from e2e.cards import codes_on, open_sheet
from e2e.dump import Document
from e2e.scene import Scene, key, now
from infra.local.client import AUTHORIZATIONS, audit, keep_house
from spellings import Wanted, in_percents, wanted

AREA = {"latitude": 64.8, "longitude": -147.7, "radius_meters": 30_000}
# Far enough north that no clock ever shows them; each stands in one kind of message.
NEAR = [{"latitude": 64.8370128 + n / 99, "longitude": -147.7163921 + n / 99} for n in range(5)]
FAR = [{"latitude": 67.2510347 + n / 99, "longitude": -150.1750284 + n / 99} for n in range(4)]


@dataclass(slots=True)
class Planted:
    """What must not be found (name → thing), what must, and all that the stack holds."""

    things: dict[str, Wanted] = field(default_factory=dict)
    number: str = ""
    erased: list[str] = field(default_factory=list)
    voucher_id: str = ""
    batch_id: str = ""
    documents: list[Document] = field(default_factory=list)

    def plant_code(self, name: str, code: str) -> None:
        """A code is stored without dashes, if at all; `wanted` takes both cases."""
        self.things[name] = wanted(code, code.replace("-", ""))

    def found(self, thing: Wanted, kind: str = "") -> list[Document]:
        """Where the thing stands; the one line that the emulator itself writes is left out."""
        return [
            one
            for one in self.documents
            if kind in ("", one.kind) and not one.is_sms_of_the_emulator and thing.is_in(one.text)
        ]


def plant(scene: Scene) -> Planted:
    """Plants everything, erases three people, and reads all that is held afterwards."""
    made = Planted(number=f"+1212555{100 + int(key(), 16) % 9_000:04d}")
    national = made.number.removeprefix("+1")
    dashed = f"{national[:3]}-{national[3:6]}-{national[6:]}"
    made.things["phone number"] = wanted(national, dashed, f"({national[:3]}) {dashed[4:]}")
    for place in (*NEAR, *FAR):
        for name, degrees in place.items():
            # What is longer begins so.
            made.things[f"{name} {degrees}"] = wanted(str(degrees)[:8])
    program_id = scene.new_program(
        "swept", service_areas=[AREA], service_area_ends="both", direct_capture=True, max_rides=5
    )
    references = [f"planted-{key()}" for _ in range(3)]
    people = [_enroll(scene, program_id, one) for one in references]
    made.things |= {f"reference {n}": wanted(one) for n, one in enumerate(references)}
    minting = scene.minting(program_id=program_id, participant_ids=people[:1], rides=5)
    once = key()
    minted = scene.app().post("/vouchers", minting, once).expect(201)
    scene.app().post("/vouchers", minting, once).expect(201)
    voucher = minted["vouchers"][0]
    made.voucher_id = voucher["voucher_id"]
    made.plant_code("minted code", voucher["code"])
    _ride(scene, voucher)
    successor = _reissue_and_print(scene, made, voucher)
    _send(scene, made, successor, dashed)
    _mint_cards(scene, made, program_id)
    with _batch(scene, made, program_id, [*references[1:], dashed]):
        made.documents = list(dump.queues(scene.running))
    _erase(scene, program_id, people, references)
    made.erased = people
    _forget_batch(scene, made)
    with _message_that_is_given_up(scene, made):
        _call_every_function(scene, successor, program_id)
        made.documents += dump.everything(scene.running, scene.made_at)
    return made


def _enroll(scene: Scene, program_id: str, reference: str) -> str:
    consent = {**scene.enrollment()["consent"], "uses": ["enrollment", "sms", "outcomes"]}
    person = scene.enroll(program_id=program_id, external_ref=reference, consent=consent)
    scene.app().get("/participants", program_id=program_id, external_ref=reference).expect(200)
    path, day = f"/participants/{person}", str(now().date())
    scene.app().post(f"{path}/language", {"language": "es"}, key()).expect(200)
    scene.app().post(f"{path}/outcomes", {"kind": "job_started", "day": day}, key()).expect(201)
    return person


def _ride(scene: Scene, voucher: dict[str, Any]) -> None:
    """Places in everything that may carry one: declined, approved, repeated, in conflict, wrong."""
    code = voucher["code"]
    asked = {"requested_at": now(), "ride_id": f"ride-{key()[:12]}"}
    checked = scene.tell("voucher.checked", voucher_code=code, pickup=NEAR[0], dropoff=NEAR[0])
    assert checked.expect(200)["decision"] == "approved"
    declined = scene.request(code, 500, pickup=FAR[0], dropoff=NEAR[1])
    assert declined["reason"] == "outside_service_area"
    approved = scene.request(code, 500, **asked, pickup=NEAR[1], dropoff=NEAR[2], route=[FAR[1]])
    assert approved["decision"] == "approved"
    again = scene.request(code, 500, **asked, pickup=FAR[1], dropoff=FAR[1])
    assert again["replayed"] is True
    conflict = scene.request(code, 600, **asked, pickup=NEAR[2], dropoff=NEAR[2])
    assert conflict["reason"] == "event_conflict"
    scene.complete(approved, 500, pickup=NEAR[3], dropoff=FAR[2])
    for ends, outcome in (((NEAR[4], NEAR[4]), "captured"), ((FAR[3], NEAR[4]), "refused")):
        direct = scene.tell(
            "ride.completed",
            ride_id=f"ride-{key()[:12]}",
            voucher_code=code,
            fare_cents=500,
            currency="USD",
            completed_at=now(),
            pickup=ends[0],
            dropoff=ends[1],
        )
        assert direct.expect(200)["outcome"] == outcome
    malformed = {name: str(degrees) for name, degrees in FAR[2].items()}
    scene.tell("voucher.checked", voucher_code=code, pickup=malformed).expect(422)
    scene.tell("voucher.checked", AUTHORIZATIONS, voucher_code=f"{code}A", pickup=FAR[2])


def _reissue_and_print(scene: Scene, made: Planted, voucher: dict[str, Any]) -> dict[str, Any]:
    path = f"/vouchers/{voucher['voucher_id']}/reissue"
    reissued = scene.app().post(path, {"reason": "lost"}, key()).expect(201)
    successor: dict[str, Any] = {**reissued, "voucher_id": reissued["successor_id"]}
    made.plant_code("reissued code", reissued["code"])
    card = scene.app().get(f"/vouchers/{successor['voucher_id']}/card")
    sheet = scene.app().post("/cards", {"voucher_ids": [successor["voucher_id"]]}, "")
    assert codes_on(card) == codes_on(sheet) == [reissued["code"]]
    return successor


def _send(scene: Scene, made: Planted, voucher: dict[str, Any], dashed: str) -> None:
    path, body = f"/vouchers/{voucher['voucher_id']}/send", {"phone_number": made.number}
    sends = [scene.app().post(path, body, key()).status for _ in range(4)]
    assert sends == [200, 200, 200, 409]
    scene.app().post(path, {"phone_number": dashed}, key()).expect(422)
    without = scene.mint()["voucher_id"]
    scene.app().post(f"/vouchers/{without}/send", body, key()).expect(409)


def _mint_cards(scene: Scene, made: Planted, program_id: str) -> None:
    command = {"program_id": program_id, "partner_id": scene.partner_id, "purpose": "family"}
    answer = scene.admin.do("mint_cards", **command, cards=2, value_cents=1_000)
    page = open_sheet(scene.running, answer["link"])
    for number, code in enumerate(codes_on(page)):
        made.plant_code(f"code {number} of a sheet", code)
    made.things["link to a sheet"] = wanted(urlsplit(answer["link"]).query.removeprefix("token="))


@contextmanager
def _batch(scene: Scene, made: Planted, program_id: str, rows: list[str]) -> Iterator[None]:
    """Within it the batch waits in its queue; afterwards it has ended."""
    query = {"program_id": program_id, "purpose": "family", "value_cents": 1_000}
    headers = {"Content-Type": "text/csv", "Idempotency-Key": key()}
    file = "\r\n".join(["external_ref", *rows]).encode()
    path = f"/voucher-batches?{urlencode(query)}"
    with resting(scene.running):
        started = scene.app().post_bytes(path, file, headers).expect(202)
        made.batch_id = started["batch_id"]
        yield
    shown = ended(scene.app(), made.batch_id)
    assert (shown["minted"], shown["failed"]) == (len(rows) - 1, 1)
    results = f"/voucher-batches/{made.batch_id}/vouchers"
    assert scene.app().get(results, format="csv").status == 200
    for one in scene.app().get(results).expect(200)["vouchers"]:
        if one["outcome"] == "minted":
            made.plant_code(f"code of line {one['line']}", one["code"])


def _erase(scene: Scene, program_id: str, people: list[str], references: list[str]) -> None:
    """By the partner and by an administrator; then somebody asks for them still."""
    for person in people[:2]:
        scene.app().get(f"/participants/{person}/record").expect(200)
        scene.app().delete(f"/participants/{person}").expect(200)
    named = {"participant_id": people[2], "confirm": people[2]}
    scene.admin.do("erase_participant", partner_id=scene.partner_id, **named)
    for person, reference in zip(people, references, strict=True):
        scene.app().get(f"/participants/{person}").expect(404)
        query = {"program_id": program_id, "external_ref": reference}
        assert scene.app().get("/participants", **query).expect(200)["participants"] == []
    body = {"program_id": program_id, "purpose": "family", "value_cents": 1_000}
    rows = [{"external_ref": one} for one in references]
    scene.app().post("/voucher-batches", {**body, "rows": rows}, key()).expect(422)


def _forget_batch(scene: Scene, made: Planted) -> None:
    """A week after its end the ids are taken out of its rows."""
    ended_long_ago(scene.running, scene.partner_id, made.batch_id)
    keep_house(scene.running)
    until(lambda: not _rows_name_people(scene, made.batch_id))


def _rows_name_people(scene: Scene, batch_id: str) -> bool:
    rows = [
        one for one in scene.stored()["People"] if one["pk"]["S"].startswith(f"batch#{batch_id}")
    ]
    return "par_" in json.dumps(rows)


@contextmanager
def _message_that_is_given_up(scene: Scene, made: Planted) -> Iterator[None]:
    """Puts a message that names a batch, as such messages do, among those that are given up; and
    what the search must find, in every spelling."""
    sqs, url = scene.running.client("sqs"), scene.running.physical_id("GivenUpBatchQueue")
    percents = in_percents(f"{made.voucher_id}-in_percents")[1]
    letters = base64.b64encode(f"this is {made.voucher_id}-in_base64 of a test".encode()).decode()
    body = {"batch_id": made.batch_id, "plain": f"{made.voucher_id}-plain"}
    sent = json.dumps({**body, "in_percents": percents, "in_base64": letters})
    sqs.send_message(QueueUrl=url, MessageBody=sent)
    try:
        yield
    finally:
        (message,) = [
            one
            for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
            if one["Body"] == sent
        ]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _call_every_function(scene: Scene, voucher: dict[str, Any], program_id: str) -> None:
    """The emulator takes what was written late with a function's next call (logs.py)."""
    scene.app().get("/participants", limit=1).expect(200)
    scene.app().get("/whoami").expect(200)
    assert scene.app().get(f"/vouchers/{voucher['voucher_id']}/card").status == 200
    scene.app().post(f"/vouchers/{voucher['voucher_id']}/send", {}, key()).expect(422)
    scene.tell("webhook.test").expect(200)
    keep_house(scene.running)
    audit(scene.running)
    assert scene.books_are_right(program_id)
