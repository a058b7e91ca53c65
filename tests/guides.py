"""Guides as their readers use them: the fenced blocks of a page, a shell or an interpreter that
runs them one after another, and what the page says one will see, compared with what one saw.

A block is code (`bash`, `python`), what an administrator sends (`json admin`), or what is seen
after the blocks before it (`json`, `text`). There is no other kind, so nothing on a page goes
untried. It knows nothing of what the pages say."""

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from infra.local import template

TRIED = ("partner", "provider")
"""The guides with blocks."""
FOLDER = Path(template.TEMPLATE).parent / "infra" / "guides"
CODE = ("bash", "python")
ADMIN = "json admin"
SEEN = ("json", "text")
MOST_SECONDS = 90

_FENCE = re.compile(r"^```(.*?)\n(.*?)^```$", re.M | re.S)
# What is another one at each run. Ids and codes are the same wherever the page has the same; of
# times, days and keys only the form is.
_VARYING = {
    "id": r"\b(?:prg|org|pvd|par|vch|bat|aut)_[a-z0-9_]+\b",
    "code": r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b",
    "last4": r'(?<="last4": ")[0-9A-Z]{4}(?=")',
    "request": r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "time": r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z",
    "day": r"\b\d{4}-\d\d-\d\d\b",
    "day_in_words": r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}\b",
}
_FORM_ONLY = {"request", "time", "day", "day_in_words"}
_ANY = re.compile(
    r"(?P<lines>^ *…\n)|(?P<some>…)|"
    + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _VARYING.items()),
    re.M,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: of which kind, its text, and the line where it begins."""

    kind: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    """The blocks of a page, in order. Raises AssertionError for one that is indented: it would be
    passed over."""
    found = [
        Block(one[1].strip(), one[2], page.count("\n", 0, one.start()) + 1)
        for one in _FENCE.finditer(page)
    ]
    assert 2 * len(found) == page.count("```"), "a block doesn't begin a line"
    return found


@dataclass
class Known:
    """What stands on the page for what is really there: found out by comparing, and used to put
    real ids into what an administrator sends."""

    real: dict[str, str] = field(default_factory=dict)

    def compare(self, page: str, seen: str) -> str:
        """Why it isn't what the page says; empty if it is."""
        pattern, written = _pattern(page)
        found = re.fullmatch(pattern, seen)
        if found is None:
            return f"the page says:\n{page}\nbut this is what one sees:\n{seen}"
        for (kind, words), real in zip(written, found.groups(), strict=True):
            if kind not in _FORM_ONLY and self.real.setdefault(words, real) != real:
                return f"{words} is {self.real[words]} first, and then {real}"
        return ""

    def put_in(self, page: str) -> str:
        """The text with what is real in place of what stands on the page."""
        return _ANY.sub(lambda found: self.real.get(found[0], found[0]), page)


def _pattern(page: str) -> tuple[str, list[tuple[str, str]]]:
    """A regular expression for a text, and what its groups stand for on the page."""
    parts, written, end = [], [], 0
    for found in _ANY.finditer(page):
        parts.append(re.escape(page[end : found.start()]))
        kind = str(found.lastgroup)
        if kind == "lines":
            parts.append(r"(?:.*\n)*?")
        elif kind == "some":
            parts.append(r".*?")
        else:
            # What is around it may be no part of it, so look-behinds stay as they are.
            parts.append(f"({_VARYING[kind]})")
            written.append((kind, found[0]))
        end = found.end()
    return "".join([*parts, re.escape(page[end:])]), written


class Reader:
    """A shell or an interpreter that a reader has open, in a folder of her own, with nothing in its
    environment but what she was given."""

    def __init__(self, language: str, folder: Path, given: Mapping[str, str]) -> None:
        self._end = f"the end of a block {os.urandom(8).hex()}"
        self._language = language
        command = ["bash", "--norc", "-u"] if language == "bash" else [sys.executable, "-c", _LOOP]
        self._errors = (folder / "errors.txt").open("w+")
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "END": self._end, **given},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def run(self, block: Block) -> str:
        """What is seen when it is run. Raises AssertionError if it fails."""
        if self._language == "bash":
            script = f'{block.text}\necho "{self._end} $?"\n'
        else:
            script = json.dumps(block.text) + "\n"
        assert self._process.stdin is not None
        self._process.stdin.write(script.encode())
        self._process.stdin.flush()
        seen, _, status = self._read_to_the_end(block).partition(self._end)
        assert status.strip() == "0", self._why(block, seen)
        return seen

    def _read_to_the_end(self, block: Block) -> str:
        assert self._process.stdout is not None
        read, until = b"", time.monotonic() + MOST_SECONDS
        while not re.search(rf"{self._end} \d+\n".encode(), read):
            ready, _, _ = select.select([self._process.stdout], [], [], until - time.monotonic())
            more = os.read(self._process.stdout.fileno(), 65_536) if ready else b""
            # It has ended, or says nothing for too long.
            assert more, self._why(block, read.decode())
            read += more
        return read.decode()

    def _why(self, block: Block, seen: str) -> str:
        self._errors.flush()
        self._errors.seek(0)
        where = f"the {self._language} block of line {block.line} failed"
        return f"{where}:\n{block.text}\n{seen}\n{self._errors.read()}"


_LOOP = """
import json, os, sys, traceback
names = {"__name__": "__main__"}
for line in sys.stdin:
    status = 0
    try:
        exec(compile(json.loads(line), "the guide", "exec"), names)
    except Exception:
        traceback.print_exc()
        status = 1
    print(os.environ["END"], status, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Step:
    """What a reader of one language does next: her block or an administrator's, and what she should
    see, if the page says so."""

    does: Block
    sees: Block | None


def steps(page: str, language: str) -> Iterator[Step]:
    """The steps of one language. Blocks that stand together are the same in each language, and what
    is seen stands behind them. Raises AssertionError for a block that no reader would try."""
    together: list[Block] = []
    for block in blocks(page):
        if block.kind in SEEN:
            assert together, f"line {block.line}: what is seen stands behind nothing"
            yield from (Step(one, block) for one in together if one.kind in (language, ADMIN))
            together = []
            continue
        assert block.kind in (*CODE, ADMIN), f"line {block.line}: nobody tries {block.kind!r}"
        if together and (block.kind == ADMIN or _is_next(together, block)):
            yield from (Step(one, None) for one in together if one.kind in (language, ADMIN))
            together = []
        together.append(block)
    yield from (Step(one, None) for one in together if one.kind in (language, ADMIN))


def _is_next(together: list[Block], block: Block) -> bool:
    return block.kind in {one.kind for one in together} or together[-1].kind == ADMIN
