"""Hands out a month's entries over HTTP as DynamoDB's Query does, in pages of the index `by_month`.

DynamoDB Local reads a whole partition for each page of it, and at a million entries gives up. This
server keeps the answers ready: what is measured is the reader, with all of boto3, and hardly
anything else.
"""

import json
import sys
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.filling import Item

PAGE = 1_000


def write_pages(items: Iterator[Item], folder: Path) -> None:
    """A file for each page of each partition of the index, as DynamoDB would answer it."""
    waiting: dict[str, list[Item]] = {}
    written: dict[str, int] = {}
    for item in items:
        shard = item["month_shard"]["S"]
        waiting.setdefault(shard, []).append(item)
        # A page is written when it is known that another follows.
        if len(waiting[shard]) > PAGE:
            _write(folder, shard, written, waiting[shard][:PAGE], is_last=False)
            waiting[shard] = waiting[shard][PAGE:]
    for shard, left in waiting.items():
        _write(folder, shard, written, left, is_last=True)


def _write(
    folder: Path, shard: str, written: dict[str, int], items: list[Item], *, is_last: bool
) -> None:
    number = written.get(shard, 0)
    answer: dict[str, Any] = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
    if not is_last:
        names = ("pk", "sk", "month_shard", "month_sort")
        answer["LastEvaluatedKey"] = {name: items[-1][name] for name in names}
        # Where the next page begins is read back from this key.
        answer["LastEvaluatedKey"]["month_sort"] = {"S": str(number + 1)}
    file = _file(folder, shard, number)
    file.write_text(json.dumps(answer, separators=(",", ":")), encoding="utf-8")
    written[shard] = number + 1


def _file(folder: Path, shard: str, number: int) -> Path:
    return folder / f"{shard.replace('#', '_')}_{number:05d}.json"


def serve(folder: Path, others: dict[str, Item]) -> ThreadingHTTPServer:
    """A server on a free port, not started yet. `others` are items of tables, by `pk`; a Query that
    isn't of the index is answered from the ledger's first page."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(size))
            kind = self.headers["X-Amz-Target"].rpartition(".")[2]
            body = _found(asked, others) if kind == "BatchGetItem" else _page(asked, folder)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            # boto3 checks it, as it does with DynamoDB.
            self.send_header("x-amz-crc32", str(zlib.crc32(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: it would be a line for each page."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def _found(asked: dict[str, Any], others: dict[str, Item]) -> bytes:
    found = {
        table: [others[key["pk"]["S"]] for key in wanted["Keys"] if key["pk"]["S"] in others]
        for table, wanted in asked["RequestItems"].items()
    }
    return json.dumps({"Responses": found, "UnprocessedKeys": {}}).encode()


def _page(asked: dict[str, Any], folder: Path) -> bytes:
    (value,) = asked["ExpressionAttributeValues"].values()
    wanted = value["S"]
    if asked.get("IndexName") != "by_month":
        files = sorted(folder.glob("*_00000.json"))
        every = (item for file in files for item in json.loads(file.read_bytes())["Items"])
        own = [item for item in every if item["pk"]["S"] == wanted]
        return json.dumps({"Items": own, "Count": len(own), "ScannedCount": len(own)}).encode()
    after = asked.get("ExclusiveStartKey")
    file = _file(folder, wanted, int(after["month_sort"]["S"]) if after else 0)
    return file.read_bytes() if file.exists() else b'{"Items":[],"Count":0,"ScannedCount":0}'


def main(folder: str) -> None:
    """Serves what was written into a folder, and says on which port; until it is ended."""
    others = json.loads((Path(folder) / "others.json").read_bytes())
    server = serve(Path(folder), others)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
