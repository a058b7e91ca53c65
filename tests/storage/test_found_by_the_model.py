"""Histories that the state machine found and in which the code once differed from domain.md."""

from builders import OTHER_PROVIDER, PROVIDER, rules
from world import World


def test_a_second_name_that_opens_nothing_is_as_unknown_as_a_wrong_check_symbol(
    world: World,
) -> None:
    code = world.code()
    authorization = world.request(code).answer["authorization_id"]
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")

    told = world.complete(world.unknown_code(), authorization_id=authorization)
    told_of_wrong = world.complete(wrong, authorization_id=authorization)

    assert told.answer["reason"] == "voucher_unknown"
    assert told == told_of_wrong
    assert world.voucher(code).held_cents == 1_500


def test_a_second_name_of_a_voucher_that_the_provider_may_not_use_is_unknown(world: World) -> None:
    not_for_it = world.code()
    world.register_provider(OTHER_PROVIDER)
    both = rules(provider_ids=(PROVIDER, OTHER_PROVIDER))
    world.administer("set_rules", program_id=world.program_id, rules=both)
    elsewhere = world.another(provider_id=OTHER_PROVIDER)
    code = elsewhere.code()
    authorization = elsewhere.request(code).answer["authorization_id"]

    told = elsewhere.complete(not_for_it, authorization_id=authorization)

    assert told.answer["reason"] == "voucher_unknown"
    assert elsewhere.voucher(code).held_cents == 1_500
