"""Beyond its limits the system sheds, and loses nothing: a share of `make load`."""

from e2e.scene import Scene
from load.storm import Storm

SEED, SECONDS, CALLS = 1, 8.0, 240


def test_what_is_shed_says_when_to_come_again_and_what_was_applied_is_in_the_books(
    scene: Scene,
) -> None:
    storm = Storm(Scene(scene.running), SEED)

    storm.blow(SECONDS, CALLS)
    storm.repeat_what_was_shed()
    storm.check()

    assert storm.faults == [], storm.line()
    assert storm.shed() > 0, storm.line()
