"""The list of seeded mutants fits the code and the tests."""

from infra.local import mutants


def test_every_invariant_has_a_mutant_and_every_mutant_a_place_and_a_test() -> None:
    assert list(mutants.what_is_stale()) == []
