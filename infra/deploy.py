"""`make deploy STACK=trial` (or production): has `sam deploy` deploy what was built to AWS.

What the two kinds of stack are is in `infra/samconfig.toml`. Whoever deploys adds what is her own
by `PARAMETERS='CognitoDomainPrefix=harbor-rides AlarmEmail=…'`; a later deployment keeps it. It
uses the credentials that are at hand and holds none. With `ARTIFACTS_BUCKET` and
`CLOUDFORMATION_ROLE_ARN`, both outputs of `infra/github-role.yaml`, it needs hardly any rights.
"""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping

from infra.local import stack

# `local` is in the file too, for this machine.
STACKS = ("trial", "production")
MOST_OF_A_NAME = r"[a-z][a-z0-9-]{0,23}"
"""With `OwnKey`: of more letters CloudFormation may keep fewer in a role's name; buckets are lower
case."""


def main(stacks: list[str], environment: Mapping[str, str]) -> int:
    """Returns what `sam deploy` returned, or 2 if it isn't said which stack, or it would not do."""
    if len(stacks) != 1 or stacks[0] not in STACKS:
        print(f"deploy: say which stack: {' or '.join(f'STACK={one}' for one in STACKS)}")
        return 2
    (name,) = stacks
    parameters = configured(name)["parameter_overrides"]
    if refusal := refused(configured(name)["stack_name"], parameters, environment):
        print(f"deploy: {refusal}")
        return 2
    return subprocess.run(
        [stack.LOCAL / "sam" / "bin" / "sam", *arguments(name, parameters, environment)],
        cwd=stack.ROOT,
        env={**environment, "SAM_CLI_TELEMETRY": "0"},
        check=False,
    ).returncode


def configured(name: str) -> dict[str, str]:
    """What `infra/samconfig.toml` says of one kind of stack."""
    read = tomllib.loads(stack.CONFIG.read_text(encoding="utf-8"))
    parameters: dict[str, str] = read[name]["deploy"]["parameters"]
    return parameters


def refused(stack_name: str, parameters: str, environment: Mapping[str, str]) -> str:
    """Why a stack of this name would not work with its parameters, which no rule of a template can
    see; empty if it would. The key knows roles and buckets by the stack's name."""
    has_own_key = _merged(parameters, environment).get("OwnKey") == "yes"
    if has_own_key and not re.fullmatch(MOST_OF_A_NAME, stack_name):
        return f"with OwnKey a stack's name has 24 lower-case letters at most: not {stack_name}"
    return ""


def arguments(name: str, parameters: str, environment: Mapping[str, str]) -> list[str]:
    """What `sam` is told. `parameters` are the configuration's; whoever deploys overrides them."""
    template = stack.BUILD_FOR_AWS / "template.yaml"
    words = ["deploy", "--template", str(template)]
    words += ["--config-file", str(stack.CONFIG), "--config-env", name]
    # SAM takes its configuration's parameters or those of its command line, never both.
    merged = _merged(parameters, environment)
    words += ["--parameter-overrides", *(f"{key}={value}" for key, value in merged.items())]
    if region := environment.get("AWS_REGION"):
        words += ["--region", region]
    if bucket := environment.get("ARTIFACTS_BUCKET"):
        words += ["--no-resolve-s3", "--s3-bucket", bucket, "--s3-prefix", name]
    if role := environment.get("CLOUDFORMATION_ROLE_ARN"):
        words += ["--role-arn", role]
    if environment.get("CI"):
        # Nobody sits there to confirm; the environment on GitHub was approved before.
        words += ["--no-confirm-changeset", "--no-progressbar"]
    return words


def _merged(parameters: str, environment: Mapping[str, str]) -> dict[str, str]:
    own = [*parameters.split(), *environment.get("PARAMETERS", "").split()]
    return dict(one.split("=", 1) for one in own)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
