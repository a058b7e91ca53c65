"""How hard a text is to read, by published formulas: Flesch-Kincaid's grade for English (Kincaid
and others, 1975) and Fernández Huerta's ease for Spanish (1959, with the constant as corrected
later). Syllables are counted by rules, and so are a little off for single words."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """A text's numbers of words, sentences and syllables."""

    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """The school year in which an English text is understood; a child of 11 ends the fifth."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59

    @property
    def ease(self) -> float:
        """From 0 to 100, how easy a Spanish text is; from 70 on it is 'fairly easy', for 11 on."""
        return 206.84 - 60 * self.syllables / self.words - 1.02 * self.words / self.sentences


def measured(text: str, language: str) -> Measured:
    """Of a text with headings and lists in Markdown: each paragraph, heading and item ends a
    sentence, and so do '.', '!', '?' and ':'."""
    plain = re.sub(r"[*#_`]|^\s*\d+\. ", "", text, flags=re.MULTILINE)
    blocks = re.split(r"\n\s*\n", plain)
    parts = [part for block in blocks for part in re.split(r"[.!?:](?:\s|$)", block)]
    sentences = [part for part in parts if re.search(r"\w", part)]
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+", plain)
    count = english_syllables if language == "en" else spanish_syllables
    return Measured(len(words), len(sentences), sum(count(word.lower()) for word in words))


def english_syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end (and that of -ed and -es, where silent)."""
    if word.isdigit():
        return 2
    groups = len(re.findall(r"[aeiouy]+", word))
    is_silent = re.search(r"[^aeiouylrt]e$|[^aeiouy][rt]e$|[^aeioutd]ed$|[^aeioucgsxz]es$", word)
    return max(1, groups - bool(is_silent))


def spanish_syllables(word: str) -> int:
    """Strong vowels and accented weak ones make one each; weak ones (i, u, y) go with a vowel
    beside them, and make one where there is none."""
    if word.isdigit():
        return 3
    word = re.sub(r"qu(?=[eéií])|gu(?=[eéií])", "q", word)
    strong = re.findall(r"[aeoáéóíú]", word)
    alone = re.findall(r"(?<![aeoáéóíúiuüy])[iuüy]+(?![aeoáéóíúiuüy])", word)
    return max(1, len(strong) + len(alone))
