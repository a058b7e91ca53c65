"""Rides on the real transactions of DynamoDB Local."""

from builders import PROGRAM
from world import World


def test_a_ride_is_held_and_captured_and_the_books_balance(world: World) -> None:
    code = world.code()

    held = world.request(code, cents=1_500)
    captured = world.complete(code, cents=1_200)

    assert held.answer["decision"] == "approved"
    assert held.answer["held_cents"] == 1_500
    assert captured.answer["outcome"] == "captured"
    assert captured.answer["captured_cents"] == 1_200
    assert captured.answer["released_cents"] == 300
    books = world.administer("check_books", program_id=PROGRAM)
    assert books["balance"]
    assert books["spent_cents"] == 1_200
