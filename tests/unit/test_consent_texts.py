"""The texts by which a person is asked: there in every version and language, of 200 words, and easy
enough for somebody who reads like a child of 11."""

import re
from pathlib import Path
from typing import get_args

import pytest

from farechance.identifiers import Language
from farechance.participants import ConsentUse, TextVersion
from infra.local import template
from readability import english_syllables, measured, spanish_syllables

FOLDER = Path(template.TEMPLATE).parent / "infra" / "consent"
TEXTS = [
    (version, language) for version in get_args(TextVersion) for language in get_args(Language)
]


def _text(version: str, language: str) -> str:
    return (FOLDER / f"{version}.{language}.md").read_text(encoding="utf-8")


def test_there_is_a_text_of_each_version_in_each_language_and_no_other() -> None:
    there = {file.name for file in FOLDER.iterdir()}

    assert there == {f"{version}.{language}.md" for version, language in TEXTS}


@pytest.mark.parametrize(("version", "language"), TEXTS)
def test_a_text_has_200_words(version: str, language: str) -> None:
    assert 190 <= measured(_text(version, language), language).words <= 210


@pytest.mark.parametrize("version", get_args(TextVersion))
def test_the_english_text_is_read_at_eleven(version: str) -> None:
    assert measured(_text(version, "en"), "en").grade <= 5


@pytest.mark.parametrize("version", get_args(TextVersion))
def test_the_spanish_text_is_read_at_eleven(version: str) -> None:
    assert measured(_text(version, "es"), "es").ease >= 80


@pytest.mark.parametrize(("version", "language"), TEXTS)
def test_a_text_asks_for_each_use_by_itself(version: str, language: str) -> None:
    asked = re.findall(r"^\d\. ", _text(version, language), re.MULTILINE)

    assert len(asked) == len(get_args(ConsentUse))


@pytest.mark.parametrize(("version", "language"), TEXTS)
def test_a_text_says_nothing_of_where_the_person_comes_from(version: str, language: str) -> None:
    text = _text(version, language).lower()

    for word in ("prison", "jail", "parole", "offen", "reentry", "cárcel", "prisi", "condena"):
        assert word not in text


def test_hard_words_are_found_to_be_hard() -> None:
    hard = (
        "The undersigned participant acknowledges that personally identifiable information "
        "pertaining to transportation assistance will be retained in accordance with applicable "
        "regulations until termination of programmatic eligibility."
    )
    duro = (
        "La persona participante reconoce que la información personal identificable relativa a la "
        "asistencia de transporte será conservada conforme a la reglamentación aplicable hasta la "
        "finalización de la elegibilidad programática correspondiente."
    )

    assert measured(hard, "en").grade > 12
    assert measured(duro, "es").ease < 50


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("the", 1),
        ("ride", 1),
        ("rides", 1),
        ("erased", 2),
        ("blocked", 1),
        ("table", 2),
        ("family", 3),
        ("company", 3),
        ("interview", 3),
        ("90", 2),
    ],
)
def test_english_syllables_are_counted(word: str, syllables: int) -> None:
    assert english_syllables(word) == syllables


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("tú", 1),
        ("muy", 1),
        ("hay", 1),
        ("día", 2),
        ("país", 2),
        ("viaje", 2),
        ("ciudad", 2),
        ("quieras", 2),
        ("guardamos", 3),
        ("familia", 3),
        ("aéreo", 4),
        ("90", 3),
    ],
)
def test_spanish_syllables_are_counted(word: str, syllables: int) -> None:
    assert spanish_syllables(word) == syllables


def test_sentences_end_with_points_paragraphs_and_items() -> None:
    text = "# A heading\n\nOne thing. Another:\n\n1. An item.\n2. A second.\n"

    assert measured(text, "en").sentences == 5
    assert measured(text, "en").words == 9
