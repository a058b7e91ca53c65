"""Modules of libraries that starts would load, or classes that they would make, for what
no function does; and what stands in their places in the package.

It owns which they are: a manual, a search for plug-ins, HTTP/2, and shapes that only a type checker
reads. It must never touch what a request runs through. A library that comes to want more of one
than its stand-in has can't be imported: then the count of starts fails, or for functions that
nobody waits for the end-to-end tests, which both run functions out of the package.
"""

import ast
import shutil
from collections.abc import Mapping
from pathlib import Path

_NO_MANUAL = '''\
"""Stands for a part of botocore's manual: whatever it is made of, it says nothing."""


class Silent:
    def __init__(self, *args, **kwargs):
        pass

    def say_nothing(self, **kwargs):
        pass

'''

STAND_INS: Mapping[str, str] = {
    # Each method of a client gets a text that is written when it is read. botocore's handlers of
    # that text are made with it, and none is registered (`farechance/aws.py`).
    "botocore/docs/__init__.py": "",
    "botocore/docs/docstring.py": _NO_MANUAL
    + "\nClientMethodDocstring = PaginatorDocstring = WaiterDocstring = Silent\n",
    "botocore/docs/utils.py": _NO_MANUAL
    + "    append_documentation = document_auto_populated_param = say_nothing\n"
    + "    hide_param = replace_documentation_for_matching_shape = say_nothing\n\n\n"
    + "AppendParamDocumentation = AutoPopulatedParam = Silent\n"
    + "DocumentModifiedShape = HideParamFromOperations = Silent\n",
    # Both ask Python's metadata of packages, and to load what reads that takes longer than a
    # request. The template turns plug-ins off, and HTTP/2 needs a package that isn't installed.
    "pydantic/plugin/_loader.py": "def get_plugins():\n    return ()\n",
    "urllib3/http2/__init__.py": "",
}
"""By their places in the package."""
SHAPES = "pydantic_core/core_schema.py"
"""The form of each schema, for type checkers, beside the functions that make them."""


def lighten(folder: Path) -> None:
    """Puts the stand-ins into the functions' folder. Raises LookupError if a library no longer has
    what they stand for."""
    for name in (*STAND_INS, SHAPES):
        if not (folder / name).is_file():
            raise LookupError(f"there is no {name} any more that could be replaced")
    shutil.rmtree(folder / "botocore" / "docs")
    for name, source in STAND_INS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(source, encoding="utf-8")
    shapes = folder / SHAPES
    shapes.write_text(_without_shapes(shapes.read_text(encoding="utf-8")), encoding="utf-8")


def _without_shapes(source: str) -> str:
    """Each TypedDict as the dict that it is when it is called; its fields are for type checkers."""
    lines, found = source.splitlines(), dict[str, ast.ClassDef]()
    for one in ast.parse(source).body:
        if isinstance(one, ast.ClassDef) and any(
            isinstance(base, ast.Name) and base.id in {"TypedDict", *found} for base in one.bases
        ):
            found[one.name] = one
    if not found or "from fractions import Fraction" not in lines:
        raise LookupError(f"{SHAPES} has no TypedDict any more that could be replaced")
    for name, one in reversed(found.items()):
        lines[one.lineno - 1 : one.end_lineno] = [f"{name} = dict"]
    # Annotations aren't evaluated there, so only the shapes needed it.
    lines.remove("from fractions import Fraction")
    return "\n".join([*lines, ""])
