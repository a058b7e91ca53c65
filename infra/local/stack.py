"""The same template on this machine: builds it, deploys it on the emulator, says where it all is.

`ensure_up()` is what the demo, the end-to-end tests and `make up` call. It owns
`.local/stack.json`. It changes nothing about the template; what the emulator drops of it, the
gateway's own answers, is put by the emulator's API.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable
from copy import replace
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra import package, trim
from infra.local import emulator, template

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
CONFIG = ROOT / "infra" / "samconfig.toml"
# What goes to AWS, and what runs on this machine: each built for the processor that it runs on.
BUILD_FOR_AWS = ROOT / ".aws-sam" / "build"
BUILD_FOR_HERE = LOCAL / "build"
FILE = LOCAL / "stack.json"
# What was deployed last, so that nothing is built or deployed that is there already.
FINGERPRINT = LOCAL / "deployed"
# What the demo's case worker has on her desk. Its cards are good as long as the data is there.
DESK = LOCAL / "demo"
NAME = "farechance-trial"
STAGE = "v1"
FUNCTION_SECONDS = 900
# CloudFormation's words for a stack that is whole and can be updated.
WHOLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")

type Say = Callable[[str], None]


class NotUp(Exception):
    """The stack couldn't be built or deployed; the message says where to look."""


@dataclass(frozen=True)
class Stack:
    """Where the local stack answers. Whoever makes partners and providers adds them and saves."""

    api_url: str
    token_url: str
    endpoint_url: str
    region: str
    admin_function: str
    partners: list[dict[str, str]] = field(default_factory=list)
    providers: list[dict[str, str]] = field(default_factory=list)

    def save(self) -> None:
        """Writes `.local/stack.json`, for its owner's eyes only: it holds secrets."""
        FILE.touch(mode=0o600)
        FILE.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def client(self, service: str) -> Any:
        """A boto3 client for the emulator that may do everything."""
        return _client(service, self.endpoint_url)

    def output(self, name: str) -> str:
        """One of the template's outputs, such as a table's or a function's name."""
        (described,) = self.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
        outputs = {one["OutputKey"]: str(one["OutputValue"]) for one in described["Outputs"]}
        return outputs[name]

    def physical_id(self, logical_id: str) -> str:
        """What a resource of the template is really called."""
        return _resource(self.endpoint_url, logical_id)


def load() -> Stack:
    """The stack as `.local/stack.json` has it. Raises FileNotFoundError if none was ever up."""
    return Stack(**json.loads(FILE.read_text(encoding="utf-8")))


def ensure_up(*, quiet: bool = False) -> Stack:
    """Has the stack running with the code and the template as they are now.

    Starts the emulator if need be, and builds and deploys only if something has changed since the
    last time. Raises NotUp, or emulator.NotStarted.
    """
    LOCAL.mkdir(exist_ok=True)
    # Of two that come at once the second waits, and finds everything done.
    with (LOCAL / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _bring_up(_silent if quiet else _aloud)


def down() -> bool:
    """Stops the emulator and keeps its state. Returns False if it wasn't running."""
    return emulator.stop()


def forget() -> None:
    """Throws the stopped stack away: its state, and what is known of it."""
    emulator.forget()
    for file in (FILE, FINGERPRINT):
        file.unlink(missing_ok=True)
    shutil.rmtree(DESK, ignore_errors=True)


def named(file: Path) -> str:
    """A file of this checkout as one names it from its folder."""
    return str(file.relative_to(ROOT))


def architecture() -> str:
    """This machine's, in Lambda's words."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def build(folder: Path, processor: str) -> package.Size:
    """Builds with `sam build`, which fetches packages again only if the requirements changed, and
    makes the one package that all functions run from."""
    _sam(
        "build",
        ["--template", str(template.TEMPLATE), "--build-dir", str(folder), "--cached"]
        + ["--cache-dir", str(LOCAL / "cache" / f"sam-{processor}")]
        + ["--parameter-overrides", f"Architecture={processor}"],
        {},
    )
    try:
        return package.package(folder)
    except (package.NotPackaged, LookupError) as error:
        raise NotUp(f"the build can't be packaged: {error}") from error


def _bring_up(say: Say) -> Stack:
    started = time.monotonic()
    endpoint_url = emulator.endpoint()
    if endpoint_url is None:
        say("starting the emulator")
        endpoint_url = emulator.start()
    is_whole = _status(endpoint_url) in WHOLE
    fingerprint = _fingerprint()
    if not is_whole or _read(FINGERPRINT) != fingerprint:
        FINGERPRINT.unlink(missing_ok=True)
        say("building")
        say(str(build(BUILD_FOR_HERE, architecture())))
        say("deploying")
        _deploy(endpoint_url)
        _put_gateway_responses(endpoint_url)
        FINGERPRINT.write_text(fingerprint, encoding="utf-8")
    stack = _describe(endpoint_url)
    if is_whole and FILE.exists():
        known = load()
        stack = replace(stack, partners=known.partners, providers=known.providers)
    stack.save()
    say(f"up after {time.monotonic() - started:.0f} s: {stack.api_url}")
    return stack


def _deploy(endpoint_url: str) -> None:
    """Deploys the built template as `sam deploy` would on AWS."""
    overrides = {
        "Environment": "trial",
        "Architecture": architecture(),
        "OnAws": "no",
        "DeletionProtection": "no",
        # The emulator takes an SMS and sends none.
        "SmsReady": "yes",
    }
    arguments = ["--template", str(BUILD_FOR_HERE / "template.yaml"), "--config-file", str(CONFIG)]
    arguments += ["--config-env", "local", "--no-progressbar", "--parameter-overrides"]
    _sam(
        "deploy",
        arguments + [f"{name}={value}" for name, value in overrides.items()],
        {
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": emulator.ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": emulator.ROOT_KEY,
            # Nothing of the developer's own account may come into play.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        },
    )


def _put_gateway_responses(endpoint_url: str) -> None:
    """Puts the template's gateway responses, which the emulator drops, and deploys the stage."""
    gateway = _client("apigateway", endpoint_url)
    api_id = _resource(endpoint_url, "Api")
    (api,) = template.resources("AWS::Serverless::Api").values()
    for kind, response in api["Properties"]["GatewayResponses"].items():
        headers = response["ResponseParameters"]["Headers"]
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            statusCode=str(response["StatusCode"]),
            responseParameters={
                f"gatewayresponse.header.{name}": value for name, value in headers.items()
            },
            responseTemplates=response["ResponseTemplates"],
        )
    gateway.create_deployment(restApiId=api_id, stageName=STAGE)


def _describe(endpoint_url: str) -> Stack:
    """Where everything is. The API is found by a path: not every client resolves *.localhost."""
    return Stack(
        api_url=f"{endpoint_url}/_aws/execute-api/{_resource(endpoint_url, 'Api')}/{STAGE}",
        token_url=f"{endpoint_url}/oauth2/token",
        endpoint_url=endpoint_url,
        region=emulator.REGION,
        admin_function=_resource(endpoint_url, "AdministrationFunction"),
    )


def _status(endpoint_url: str) -> str | None:
    """CloudFormation's word for the stack's state, or None if there is no stack."""
    try:
        described = _client("cloudformation", endpoint_url).describe_stacks(StackName=NAME)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return str(described["Stacks"][0]["StackStatus"])


def _resource(endpoint_url: str, logical_id: str) -> str:
    """The physical id of one resource of the stack."""
    described = _client("cloudformation", endpoint_url).describe_stack_resource(
        StackName=NAME, LogicalResourceId=logical_id
    )
    return str(described["StackResourceDetail"]["PhysicalResourceId"])


@cache
def _client(service: str, endpoint_url: str) -> Any:
    session = boto3.Session(
        aws_access_key_id=emulator.ROOT_KEY,
        aws_secret_access_key=emulator.ROOT_KEY,
        region_name=emulator.REGION,
    )
    # An invoked job may take as long as a function may; to invoke it again wouldn't be faster.
    config = Config(read_timeout=FUNCTION_SECONDS, retries={"total_max_attempts": 2})
    # boto3's types want a literal service name, which this function can't know.
    return session.client(  # type: ignore[call-overload]
        service, endpoint_url=endpoint_url, config=config
    )


def _sam(command: str, arguments: list[str], environment: dict[str, str]) -> None:
    """Runs the SAM command line with its own Python; its words go to a log. Raises NotUp."""
    programs = LOCAL / "sam" / "bin"
    log = LOCAL / "log" / f"sam-{command}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        done = subprocess.run(
            [programs / "sam", command, *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                # `sam build` takes the python3.13 that it finds first, and its pip.
                "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)]),
                "PIP_CACHE_DIR": str(LOCAL / "cache" / "pip"),
                "SAM_CLI_TELEMETRY": "0",
                "__SAM_CLI_APP_DIR": str(LOCAL / "cache" / "sam-home"),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        last = "\n".join(log.read_text(encoding="utf-8").splitlines()[-25:])
        raise NotUp(f"sam {command} failed; all of its output is in {log}\n{last}")


def _fingerprint() -> str:
    """A digest of all that a deployment depends on."""
    digest = hashlib.sha256()
    sources = [template.TEMPLATE, *template.nested(), CONFIG, Path(__file__)]
    sources += [Path(package.__file__), Path(trim.__file__)]
    sources += sorted(
        file
        for file in (ROOT / "functions").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    )
    for file in sources:
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _aloud(text: str) -> None:
    print(f"stack: {text}", flush=True)


def _silent(text: str) -> None:
    pass
