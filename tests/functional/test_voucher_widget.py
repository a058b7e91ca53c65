"""The widget that finds a voucher and tells its story: what it says, and that a code which was
typed is neither resolved nor repeated nor logged."""

import json
from typing import Any

import pytest

import people
from builders import OTHER_PARTNER, PARTNER
from farechance.codes import grouped
from farechance.vouchers import VoucherState
from farechance.widgets.asked import field_name, form_of
from functional.bodies import requested
from functional.dashboard import look, words
from functional.players import Provider
from functional.saved_events import event
from functional.stack import Stack
from world import World

ROLES = ("viewing", "operating", "administration")


def find(stack: Stack, folder: str = "operating", **typed: str) -> str:
    """What is shown once something was typed into the form."""
    fields = {field_name("find", name): text for name, text in typed.items()}
    return look(stack, folder, "voucher", fields=fields, form="find")


@pytest.fixture
def world(stack: Stack) -> World:
    """The stack's tables."""
    return stack.world


def _press(
    stack: Stack, folder: str, command: str, voucher_id: str, reason: str = "on the phone"
) -> str:
    content: dict[str, Any] = {"voucher_id": voucher_id}
    form = form_of(command, content)
    typed = {field_name(form, "requested_by"): "Ada", field_name(form, "reason"): reason}
    carry_out = {"command": command, "command_id": f"{command}-pressed", **content}
    button: dict[str, Any] = {
        "carry_out": carry_out,
        "form": form,
        "typed": ["requested_by", "reason"],
    }
    return look(stack, folder, "voucher", fields=typed, **button, **content)


@pytest.mark.parametrize("folder", ROLES)
def test_every_role_finds_a_voucher_by_each_way_and_reads_its_story(
    stack: Stack, provider: Provider, folder: str
) -> None:
    code = stack.world.code()
    voucher = stack.world.voucher(code)
    approved = provider.tell("ride.requested", requested(code), "authorizations").body

    pages = [
        find(stack, folder, last4=voucher.last4, partner_id=PARTNER),
        find(stack, folder, named=voucher.voucher_id),
        find(stack, folder, named=approved["authorization_id"]),
    ]

    for page in map(words, pages):
        assert f"The voucher that ends in {voucher.last4}, of {PARTNER} in Harbor rides" in page
        assert "What to do" in page
        assert "$15.00 is set aside for 1 ride under way" in page
        assert "City Cabs asked whether it pays a ride of about $15.00." in page
    for page in pages:
        assert code not in page
        assert ("block_voucher" in page) == (folder != "viewing")


def test_at_first_there_is_the_form_with_every_partner_to_choose_from(stack: Stack) -> None:
    page = look(stack, "viewing", "voucher")

    assert "Find a voucher" in words(page)
    assert f'<option value="{PARTNER}">' in page
    assert f'<option value="{OTHER_PARTNER}">' in page
    assert "Never type a whole code" in words(page)


def test_partners_of_the_same_name_are_told_apart_by_their_ids(stack: Stack) -> None:
    for partner_id in ("org_twin_a", "org_twin_b"):
        stack.world.create_partner(partner_id, name="Twin")

    page = look(stack, "viewing", "voucher")

    assert '<option value="org_twin_a">Twin (org_twin_a)</option>' in page
    assert '<option value="org_twin_b">Twin (org_twin_b)</option>' in page


@pytest.mark.parametrize("field", ["last4", "named", "partner_id"])
@pytest.mark.parametrize("written", ["plain", "grouped", "lower", "one symbol wrong"])
def test_a_code_that_is_typed_is_refused_and_neither_repeated_nor_logged(
    stack: Stack, field: str, written: str
) -> None:
    code = stack.world.code().replace("-", "")
    typed = {
        "plain": code,
        "grouped": grouped(code),
        "lower": grouped(code).lower(),
        "one symbol wrong": grouped(code)[:-1] + ("0" if code[-1] != "0" else "1"),
    }[written]
    stack.private |= {code, typed, typed[:9]}

    with stack.unchanged():
        page = find(stack, **{field: typed})

    # The fixture looks for it in the log.
    assert typed not in page
    assert typed[:9] not in page
    assert "the last 4 symbols suffice" in words(page)
    assert "What happened" not in words(page)


def test_a_code_as_a_reason_is_refused_and_neither_kept_nor_repeated_nor_logged(
    stack: Stack,
) -> None:
    code = stack.world.code()
    voucher_id = stack.world.voucher(code).voucher_id
    stack.private |= {code, code[:9]}

    with stack.unchanged():
        page = _press(stack, "operating", "block_voucher", voucher_id, f"code {code} was stolen")

    assert code[:9] not in page
    assert "the last 4 symbols suffice" in words(page)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"last4": "7KDM"}, "Choose the partner that gave out the card as well."),
        ({"partner_id": PARTNER}, "Type the last 4 symbols of the code."),
        ({"last4": "7K", "partner_id": PARTNER}, "Type exactly the last 4 symbols"),
        ({"named": "something"}, "which begins with vch_"),
        ({"named": "vch_1nothing"}, "There is no voucher with this id."),
        ({"named": "aut_" + "0" * 44}, "We gave no authorization with this id."),
        ({"last4": "0000", "partner_id": PARTNER}, f"No voucher of {PARTNER} ends in 0000."),
        ({"last4": "0000", "partner_id": "org_nobody"}, "No voucher of this partner ends in 0000."),
    ],
    ids=str,
)
def test_what_leads_nowhere_is_told_with_what_to_type_instead(
    stack: Stack, typed: dict[str, str], said: str
) -> None:
    with stack.unchanged():
        page = find(stack, **typed)

    assert said in words(page)
    assert "Find a voucher" in words(page)


def test_what_was_typed_stays_and_is_only_text(stack: Stack) -> None:
    hostile = "\"><img src=x onerror=alert(1)>'</form>"

    page = find(stack, named=hostile, last4="7KDM")

    assert "<img" not in page
    assert "&lt;img" in page
    assert 'value="7KDM"' in page


def test_several_are_told_apart_and_one_is_chosen(stack: Stack, world: World) -> None:
    codes = [world.code(), world.code(value_cents=1_000)]
    last4 = world.voucher(codes[0]).last4
    other = world.voucher(codes[1])
    world.client.update_item(
        TableName=world.tables["vouchers"],
        Key={"pk": {"S": f"voucher#{other.voucher_key}"}},
        UpdateExpression="SET last4 = :last4",
        ExpressionAttributeValues={":last4": {"S": last4}},
    )

    page = find(stack, last4=last4, partner_id=PARTNER)
    chosen = look(stack, "operating", "voucher", voucher_id=other.voucher_id)

    assert f"2 vouchers end in {last4}" in words(page)
    # Each has a button that names it.
    assert page.count(other.voucher_id) == page.count(world.voucher(codes[0]).voucher_id) == 1
    assert "$10.00" in words(page)
    assert "minted worth $10.00" in words(chosen)


@pytest.mark.parametrize("folder", ["operating", "administration"])
def test_who_may_blocks_and_unblocks_and_reads_what_is_so_afterwards(
    stack: Stack, world: World, folder: str
) -> None:
    code = world.code()
    voucher_id = world.voucher(code).voucher_id

    blocked = _press(stack, folder, "block_voucher", voucher_id)
    stored = world.voucher(code).state
    unblocked = _press(stack, folder, "unblock_voucher", voucher_id)

    assert stored is VoucherState.BLOCKED
    assert f"{voucher_id} is blocked: no new ride" in words(blocked)
    by = "an operator" if folder == "operating" else "an administrator"
    assert f"It is blocked by {by}." in words(blocked)
    assert "Unblock …" in words(blocked)
    assert world.voucher(code).state is VoucherState.ACTIVE
    assert "It is active." in words(unblocked)
    assert "Block …" in words(unblocked)
    assert world.kinds(code)[-2:] == ["voucher.blocked", "voucher.unblocked"]


@pytest.mark.parametrize("wished_by", ["administrator", "person"])
def test_an_operator_takes_back_neither_an_administrators_nor_a_persons_own_block(
    stack: Stack, world: World, wished_by: str
) -> None:
    voucher_id = _blocked(stack, world, wished_by)

    page = find(stack, "operating", named=voucher_id)
    with stack.unchanged():
        refused = _press(stack, "operating", "unblock_voucher", voucher_id)
    for_administrator = find(stack, "administration", named=voucher_id)

    assert "Unblock …" not in words(page)
    assert "an administrator unblocks" in words(page) or wished_by == "administrator"
    assert "only an administrator can take that back" in words(refused)
    assert "Unblock …" in words(for_administrator)
    asked = "The person asked for this block, and must want it taken back." in for_administrator
    assert asked is (wished_by == "person")


def _blocked(stack: Stack, world: World, wished_by: str) -> str:
    if wished_by == "administrator":
        voucher_id = world.voucher(world.code()).voucher_id
        stack.command(event("block_voucher", voucher_id=voucher_id))
        return voucher_id
    person = world.enroll()
    request = world.mint_request(participant_ids=(person,), unassigned=None)
    (voucher,) = world.mint(request).vouchers
    people.consents(world, person, people.withdrawing("enrollment", block_vouchers=True))
    return voucher.voucher_id


def test_a_viewer_blocks_nothing_whatever_is_sent(stack: Stack, world: World) -> None:
    voucher_id = world.voucher(world.code()).voucher_id

    with stack.unchanged():
        page = _press(stack, "viewing", "block_voucher", voucher_id)

    assert "Not done" in words(page)
    assert "It is active." in words(page)


def test_a_voucher_that_is_closed_has_no_buttons(stack: Stack, world: World) -> None:
    code = world.code()
    world.revoke(code)

    page = find(stack, "administration", named=world.voucher(code).voucher_id)

    assert "It is closed for good: it was revoked." in words(page)
    assert "block_voucher" not in page


def test_the_command_by_hand_tells_the_same_and_logs_no_code(stack: Stack, world: World) -> None:
    code = world.code()
    voucher = world.voucher(code)
    stack.private.add(code)
    asked: dict[str, Any] = {
        "command": "explain_voucher",
        "command_id": "on-the-phone",
        "requested_by": "Ada",
        "reason": "a rider called",
    }

    told = stack.command({**asked, "voucher_id": voucher.voucher_id})
    with stack.unchanged():
        refused = stack.command({**asked, "voucher_id": code})

    page = words(find(stack, named=voucher.voucher_id))
    assert told["done"] is True
    assert all(line.removeprefix("What to do: ") in page for line in told["story"][1:3])
    assert (refused["done"], refused["problem"]) == (False, "field_errors")
    assert code not in json.dumps(refused)
