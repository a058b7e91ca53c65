"""An endpoint of the API. It owns what one is; which there are stands in `endpoints` and in the
modules that it lists."""

from typing import NamedTuple

from pydantic import BaseModel

from farechance.scopes import Scope
from farechance.strictness import SENT


class NoQuery(BaseModel):
    """Nothing may stand behind the '?'."""

    model_config = SENT


class Endpoint[Body, Answer](NamedTuple):
    """One method on one path (without the stage). `body` is read from the body of a POST, else
    from the query. `problems` are the slugs of the 409s that it may answer. `changes` is no for a
    POST that only reads; every other wants an Idempotency-Key. `csv_column`: the body may be a
    table of rows too, of which this column is read, and then the rest stands in the query as
    `csv_parameters` says. `answers_csv`: the answer may be a table too."""

    method: str
    path: str
    scope: Scope | None
    summary: str
    body: type[Body]
    answer: type[Answer]
    status: int = 200
    problems: tuple[str, ...] = ()
    most_bytes: int = 256 * 1024
    csv_column: str = ""
    csv_parameters: type[BaseModel] | None = None
    answers_csv: bool = False
    changes: bool = True

    @property
    def wants_key(self) -> bool:
        """Whether it changes something, and so is made safe to repeat by a key."""
        return self.method == "POST" and self.changes

    @property
    def name(self) -> str:
        """For logs: the method and the path with its parameters unfilled."""
        return f"{self.method} {self.path}"
