"""Digests of what was asked for: a repeat is known, and nobody without the secret can guess."""

import pytest

from farechance import contents
from farechance.errors import BooksDiffer
from farechance.ledger import digest

OLD = {"1": "a" * 40}
BOTH = {**OLD, "2": "b" * 40}
CONTENT = {"participant_id": "par_1"}


def test_a_kept_digest_is_no_plain_digest_and_differs_by_the_secret() -> None:
    kept = contents.sealed(CONTENT, OLD)

    assert digest(CONTENT) not in kept
    assert kept != contents.sealed(CONTENT, {"1": "c" * 40})


def test_a_repeat_is_known_after_a_version_was_added() -> None:
    kept = contents.sealed(CONTENT, OLD)

    assert contents.is_same(CONTENT, kept, BOTH)
    assert not contents.is_same({"participant_id": "par_2"}, kept, BOTH)
    assert contents.sealed(CONTENT, BOTH) != kept
    assert contents.every_seal(CONTENT, BOTH) == [contents.sealed(CONTENT, BOTH), kept]


def test_without_a_digest_nothing_is_the_same() -> None:
    assert not contents.is_same(CONTENT, None, OLD)


def test_a_version_that_is_gone_is_told() -> None:
    with pytest.raises(BooksDiffer):
        contents.is_same(CONTENT, contents.sealed(CONTENT, BOTH), OLD)
