"""How guides are tried (tests/guides.py): nothing on a page goes untried, and what is seen must be
what the page says, with other ids, codes and times."""

from pathlib import Path

import pytest

from guides import FOLDER, TRIED, Block, Known, Reader, blocks, steps

PAGE = """
```bash
echo one
```
```python
print("one")
```
and you see
```text
one
```
```bash
echo two
```
```json admin
{"command": "fund"}
```
"""
MINTED = '{"voucher_id": "vch_1a", "code": "AAAA-BBBB-CCCC-DDDD", "cents": 4000}\n'


def test_each_reader_does_her_own_blocks_and_waits_for_the_administrator() -> None:
    shell, interpreter = (
        [(one.does.text, one.sees and one.sees.text) for one in steps(PAGE, language)]
        for language in ("bash", "python")
    )

    command = ('{"command": "fund"}\n', None)
    assert shell == [("echo one\n", "one\n"), ("echo two\n", None), command]
    assert interpreter == [('print("one")\n', "one\n"), command]


@pytest.mark.parametrize(
    "page", ["```console\n$ ls\n```\n", "```\nls\n```\n", "```text\nseen behind nothing\n```\n"]
)
def test_a_block_that_nobody_would_try_is_not_passed_over(page: str) -> None:
    with pytest.raises(AssertionError, match="line 1"):
        list(steps(page, "bash"))


def test_a_block_within_a_list_is_not_passed_over() -> None:
    with pytest.raises(AssertionError, match="begin a line"):
        blocks("1. Say\n   ```bash\n   ls\n   ```\n")


def test_every_guide_with_blocks_is_one_that_is_tried() -> None:
    pages = {file.stem: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md")}

    assert {name for name, page in pages.items() if "```" in page} == set(TRIED)


def test_ids_and_codes_may_be_others_and_nothing_else() -> None:
    seen = MINTED.replace("1a", "1z").replace("AAAA", "ZZZZ")

    assert Known().compare(MINTED, seen) == ""
    assert "4001" in Known().compare(MINTED, seen.replace("4000", "4001"))
    assert Known().compare(MINTED, seen.replace("ZZZZ", "ZZZZZ")) != ""
    assert Known().compare(MINTED, "") != ""


def test_what_is_one_id_on_the_page_is_one_id_all_along() -> None:
    known = Known()

    assert known.compare("vch_1a\n", "vch_1z\n") == ""
    assert known.put_in('{"voucher_id": "vch_1a"}') == '{"voucher_id": "vch_1z"}'
    assert known.compare("vch_1a\n", "vch_1y\n") == "vch_1a is vch_1z first, and then vch_1y"


def test_dots_stand_for_what_the_page_leaves_out() -> None:
    page = '{\n  …\n  "cents": 1,\n  "text": "Paid …"\n}\n'

    assert (
        Known().compare(page, '{\n  "a": 1,\n  "cents": 1,\n  "text": "Paid up to $5.00"\n}\n')
        == ""
    )
    assert Known().compare(page, '{\n  "cents": 2,\n  "text": "Paid "\n}\n') != ""


@pytest.mark.parametrize(
    ("language", "first", "second", "fails"),
    [
        ("bash", "NAME=one", 'echo "$NAME"', 'echo "$NOBODY"'),
        ("python", "name = 'one'", "print(name)", "print(nobody)"),
    ],
)
def test_a_reader_keeps_what_she_has_and_sees_what_fails(
    language: str, first: str, second: str, fails: str, tmp_path: Path
) -> None:
    with Reader(language, tmp_path, {}) as reader:
        seen = [reader.run(Block(language, text, 1)) for text in (first, second)]

        with pytest.raises(AssertionError, match=r"line 7 failed(?s:.*)(?i:nobody)"):
            reader.run(Block(language, fails, 7))

    assert seen == ["", "one\n"]
