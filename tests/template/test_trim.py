"""What is taken away of the AWS services' data, tried with botocore's own, and that what functions
ask for is left."""

import ast
import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore import xform_name
from botocore.loaders import Loader

import small_services
from infra.local import template
from infra.trim import OPERATIONS, SERVICES, trim

FUNCTIONS = template.TEMPLATE.parent / "functions"
DATA = Path(botocore.__file__).parent / "data"
MAKES_CLIENTS = FUNCTIONS / "farechance" / "aws.py"
NOT_ASKED_FOR = ("ec2", "sts")
REGIONS = ("us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Botocore's data of all services that are asked for, and some others, trimmed."""
    code = tmp_path_factory.mktemp("code")
    for service in (*SERVICES, *NOT_ASKED_FOR):
        shutil.copytree(DATA / service, code / "botocore" / "data" / service)
    for file in DATA.glob("*.json"):
        shutil.copy(file, code / "botocore" / "data")
    trim(code)
    return code / "botocore" / "data"


def test_a_service_that_is_asked_for_is_there_once_and_without_prose(data: Path) -> None:
    there = {one.name for one in data.iterdir() if one.is_dir()}

    assert there == SERVICES
    for service in SERVICES:
        (version,) = (data / service).iterdir()
        names = {file.name for file in version.iterdir()}
        assert {"service-2.json", "endpoint-rule-set-1.json"} <= names
        assert not [name for name in names if name.endswith(".gz") or "examples" in name]
        model = json.loads((version / "service-2.json").read_bytes())
        was = DATA / service / version.name / "service-2.json.gz"
        whole = _without_prose(json.loads(gzip.decompress(was.read_bytes())))
        if service in OPERATIONS:
            assert model["operations"].keys() == OPERATIONS[service]
            assert len(model["shapes"]) < len(whole["shapes"]) / 2
            for part in ("operations", "shapes"):
                whole[part] = {name: whole[part][name] for name in model[part]}
        assert model == whole
        assert "<p>" not in (version / "service-2.json").read_text(encoding="utf-8")


def test_clients_find_the_same_addresses_and_operations_in_every_partition(data: Path) -> None:
    trimmed, whole = botocore.session.Session(), botocore.session.Session()
    only_ours = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    trimmed.register_component("data_loader", only_ours)

    for service in SERVICES:
        for region in REGIONS:
            ours, theirs = (_described(one, service, region) for one in (trimmed, whole))
            assert ours[:-1] == theirs[:-1]
            assert ours[-1] == [
                name for name in theirs[-1] if name in OPERATIONS.get(service, theirs[-1])
            ]


@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_every_shape_of_an_operation_that_is_left_is_there(data: Path, service: str) -> None:
    session = botocore.session.Session()
    only_ours = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    session.register_component("data_loader", only_ours)
    model = session.get_service_model(service)

    for name in model.operation_names:
        operation = model.operation_model(name)
        for shape in (operation.input_shape, operation.output_shape, *operation.error_shapes):
            assert shape is not None
            _follow(shape, set())


def _follow(shape: Any, seen: set[str]) -> None:
    """To every shape within: botocore raises for one that isn't there."""
    if shape.name in seen:
        return
    seen.add(shape.name)
    inner = [*getattr(shape, "members", {}).values()]
    inner += [getattr(shape, name) for name in ("member", "key", "value") if hasattr(shape, name)]
    for one in inner:
        _follow(one, seen)


@pytest.mark.parametrize(
    ("service", "module"), [("dynamodb", "store/database.py"), ("secretsmanager", "vault.py")]
)
def test_the_operations_that_are_left_are_those_that_functions_call(
    service: str, module: str
) -> None:
    source = (FUNCTIONS / "farechance" / module).read_text(encoding="utf-8")

    called = set(re.findall(r"self\._client\.(\w+)", source))

    assert called == {xform_name(name) for name in OPERATIONS[service]}
    # No other module has a client of these services.
    makers = [
        str(file.relative_to(FUNCTIONS / "farechance"))
        for file in FUNCTIONS.rglob("*.py")
        if file != MAKES_CLIENTS and service in _asked_for(file.read_text(encoding="utf-8"))
    ]
    assert makers == [module]


def test_endpoints_are_those_of_the_services_alone(data: Path) -> None:
    kept = json.loads((data / "endpoints.json").read_bytes())
    whole = json.loads((DATA / "endpoints.json").read_bytes())

    # CloudWatch's address begins with the name that it had first.
    names = SERVICES - {"cloudwatch"} | {"monitoring"}
    for one, other in zip(kept["partitions"], whole["partitions"], strict=True):
        assert one["services"] == {
            name: other["services"][name] for name in other["services"] if name in names
        }
    assert kept["partitions"][0]["services"].keys() == names


def test_a_field_that_is_called_documentation_is_kept(tmp_path: Path) -> None:
    text = {"shape": "Text", "documentation": "Says it."}
    data = small_services.write(tmp_path, members={"documentation": text})

    trim(tmp_path)

    model = json.loads((data / "sns" / small_services.VERSION / "service-2.json").read_bytes())
    assert model["shapes"]["Topic"]["members"] == {
        "documentation": {"shape": "Text", "documentation": ""}
    }


def test_the_newest_version_of_a_service_that_has_a_model_is_kept_alone(tmp_path: Path) -> None:
    topics = small_services.write(tmp_path) / "sns"
    shutil.copytree(topics / small_services.VERSION, topics / "2020-03-31")
    (topics / "2030-03-31").mkdir()

    trim(tmp_path)

    assert list(topics.iterdir()) == [topics / "2020-03-31"]


def test_a_service_that_botocore_does_not_know_is_not_left_out_in_silence(tmp_path: Path) -> None:
    shutil.rmtree(small_services.write(tmp_path) / "sqs")

    with pytest.raises(LookupError, match="sqs"):
        trim(tmp_path)


def test_the_services_in_the_package_are_those_that_functions_ask_for() -> None:
    sources = [file for file in FUNCTIONS.rglob("*.py") if file != MAKES_CLIENTS]

    asked_for = {one for file in sources for one in _asked_for(file.read_text(encoding="utf-8"))}

    assert asked_for == SERVICES
    assert "create_client" in MAKES_CLIENTS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "source",
    [
        "aws.client(SERVICE)",
        "aws.client(service='sqs')",
        "from farechance.aws import client",
        "import boto3",
        "from boto3.session import Session",
        "get_session().create_client('sqs')",
    ],
)
def test_a_client_whose_service_cannot_be_seen_is_an_error(source: str) -> None:
    assert list(_asked_for("from farechance import aws\naws.client('sqs', None)")) == ["sqs"]

    with pytest.raises(AssertionError, match="can't be seen"):
        list(_asked_for(source))


def _asked_for(source: str) -> Iterator[str]:
    """The services of which a module has clients made, all of them by `aws.client`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(ast.Attribute(ast.Name("aws"), "client"), [ast.Constant(service), *_]):
                yield str(service)
            case (
                ast.Call(ast.Attribute(ast.Name("aws"), "client"))
                | ast.ImportFrom("farechance.aws")
                | ast.Attribute(attr="create_client")
            ):
                raise AssertionError(f"a service can't be seen: {ast.unparse(node)}")
            case ast.Import() | ast.ImportFrom() if re.search(r"\bboto3\b", ast.unparse(node)):
                raise AssertionError(f"a service can't be seen: {ast.unparse(node)}")


def _without_prose(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_prose(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: "" if key == "documentation" and isinstance(one, str) else _without_prose(one)
        for key, one in value.items()
    }


def _described(session: botocore.session.Session, service: str, region: str) -> tuple[Any, ...]:
    client = session.create_client(
        service, region_name=region, aws_access_key_id="test", aws_secret_access_key="test"
    )
    model = client.meta.service_model
    # What botocore reads of a model when an operation is called, or its address is made.
    wanted = [one.name for one in model.client_context_parameters]
    return client.meta.endpoint_url, model.api_version, wanted, model.operation_names
