"""The examples of the contract are what the handlers say. It stands alone, since the play has a
stack of its own."""

from functional.examples import play
from infra.contract.examples import FILE, text


def test_played_again_each_example_is_answered_as_the_contract_says() -> None:
    assert text(play()) == FILE.read_text(encoding="utf-8"), "run `make examples`"
