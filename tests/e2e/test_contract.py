"""The served contract against the running stack, with real tokens and signatures: a share of what
`make fuzz` plays."""

from e2e.scene import Scene
from fuzz.play import Contract

# Bounded, and the same in each run but for the ids that the stack gives.
SEED, EXAMPLES, WALKS = 1, 5, 3
MORE_WALKS = 6


def test_requests_that_are_made_up_get_the_contracts_answers_alone(scene: Scene) -> None:
    played = Contract(Scene(scene.running))

    played.each_alone(SEED, EXAMPLES)
    for number in range(WALKS + MORE_WALKS):
        if number < WALKS or played.reached != played.operations:
            played.walk(SEED + number)

    assert list(played.faults.values()) == [], played.line()
    assert played.reached == played.operations, played.line()
    # Ids of people, vouchers, batches and rides went from answers into later calls that succeeded.
    for producer in ("/participants -> [201]", "/vouchers -> [201]", "/whoami -> [200]"):
        assert any(producer in link for link in played.links), played.line()
    assert len(played.links) > 15, played.line()
    assert played.books_are_right()
