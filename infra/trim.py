"""What of the functions' folder isn't needed on AWS; and which services they ask for, in one list.

It takes away from a copy that `sam build` made: what nothing reads at run time, the AWS services
that nobody asks for, and the prose of those that stay. It must never touch a licence, a package's
METADATA or a line of code: what runs is what was installed, only less lies beside it.
"""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

# Those of which functions make a client, and no others: a test compares the two. A function's
# credentials come from its environment, so botocore asks none of its own (sts, sso) for them.
SERVICES = frozenset(
    {"cloudwatch", "cognito-idp", "dynamodb", "s3", "secretsmanager", "sns", "sqs"}
)
# What functions ask of the two services whose clients nearly each of them makes when it starts: to
# make a client takes as long as its service is large. Of the others all stays. A test compares.
OPERATIONS = {
    "dynamodb": frozenset({"BatchGetItem", "Query", "TransactWriteItems"}),
    "secretsmanager": frozenset({"CreateSecret", "GetSecretValue", "PutSecretValue"}),
}
# What installers note down, what only a type checker reads, and the list that was installed from.
_FILES_FOR_TOOLS = frozenset(
    {"INSTALLER", "RECORD", "REQUESTED", "WHEEL", "direct_url.json", "py.typed", "top_level.txt"}
    | {"requirements.txt", "zip-safe"}
)
# Stubs of types, caches that aren't ours, and what an extension was compiled from.
_SUFFIXES_FOR_TOOLS = frozenset({".c", ".pyc", ".pyi"})
_FOLDERS_FOR_TOOLS = frozenset({"__pycache__", "test", "tests"})


def trim(folder: Path) -> None:
    """Takes from the functions' folder what isn't needed there. Raises LookupError if botocore
    doesn't know a service or an operation that the functions ask for."""
    _remove_what_is_for_tools(folder)
    _trim_data(folder / "botocore" / "data")


def _remove_what_is_for_tools(folder: Path) -> None:
    # Scripts and manuals, for which a folder of code has no place.
    for data in folder.glob("*.data"):
        shutil.rmtree(data)
    for found in sorted(folder.rglob("*")):
        if found.is_dir() and found.name in _FOLDERS_FOR_TOOLS:
            shutil.rmtree(found)
        elif found.is_file() and (
            found.name in _FILES_FOR_TOOLS or found.suffix in _SUFFIXES_FOR_TOOLS
        ):
            found.unlink()


def _trim_data(data: Path) -> None:
    prefixes = set()
    for service in _services_in(data):
        if service.name not in SERVICES:
            shutil.rmtree(service)
            continue
        _keep_newest_version(service)
        for file in sorted(service.glob("*/*.json*")):
            _write_plainly(file)
        (model,) = service.glob("*/service-2.json")
        prefixes.add(json.loads(model.read_bytes())["metadata"]["endpointPrefix"])
    unknown = SERVICES - {service.name for service in _services_in(data)}
    if unknown:
        raise LookupError(f"botocore knows no {', '.join(sorted(unknown))}")
    _keep_endpoints(data / "endpoints.json", prefixes)


def _services_in(data: Path) -> list[Path]:
    return [one for one in data.iterdir() if one.is_dir()]


def _keep_newest_version(service: Path) -> None:
    """A service's versions are dates, of which botocore takes the newest that has a model."""
    *older, _ = sorted(model.parent for model in service.glob("*/service-2.json*"))
    for version in service.iterdir():
        if version in older or not any(version.glob("service-2.json*")):
            shutil.rmtree(version)


def _write_plainly(file: Path) -> None:
    """Without documentation, and unpacked: the package is a zip anyway, and a start needn't unpack
    a second time what nobody reads then."""
    if file.name.startswith("examples-"):
        file.unlink()
        return
    content = file.read_bytes()
    if file.suffix == ".gz":
        content = gzip.decompress(content)
        file.unlink()
        file = file.with_suffix("")
    model = _undocumented(json.loads(content))
    service = file.parent.parent.name
    if file.name == "service-2.json" and service in OPERATIONS:
        _keep_operations(model, OPERATIONS[service])
    _write(file, model)


def _keep_operations(model: dict[str, Any], wanted: frozenset[str]) -> None:
    """Some operations of a service, and the shapes that they lead to."""
    unknown = wanted - model["operations"].keys()
    if unknown:
        raise LookupError(f"botocore knows no {', '.join(sorted(unknown))}")
    model["operations"] = {name: model["operations"][name] for name in sorted(wanted)}
    shapes, kept = model["shapes"], dict[str, Any]()
    found = _shapes_named(model["operations"])
    while found:
        name = found.pop()
        if name not in kept:
            kept[name] = shapes[name]
            found |= _shapes_named(shapes[name])
    model["shapes"] = kept


def _shapes_named(part: Any) -> set[str]:
    match part:
        case dict():
            inner = set[str]().union(*(_shapes_named(value) for value in part.values()))
            # A member may be called `shape` too; what it holds is no name then.
            return inner | ({part["shape"]} if isinstance(part.get("shape"), str) else set())
        case list():
            return set[str]().union(*(_shapes_named(one) for one in part))
    return set()


def _undocumented(model: Any) -> Any:
    match model:
        case dict():
            # Emptied and not taken away: botocore looks for some of these texts. A field of this
            # name, which a service may have, is a shape and no text.
            return {
                key: ""
                if key == "documentation" and isinstance(value, str)
                else _undocumented(value)
                for key, value in model.items()
            }
        case list():
            return [_undocumented(one) for one in model]
    return model


def _keep_endpoints(file: Path, prefixes: set[str]) -> None:
    """The services' addresses in every partition, under the names that their models give them."""
    endpoints = json.loads(file.read_bytes())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in prefixes}
    _write(file, endpoints)


def _write(file: Path, content: Any) -> None:
    file.write_text(
        json.dumps(content, separators=(",", ":"), ensure_ascii=False), encoding="utf-8"
    )
