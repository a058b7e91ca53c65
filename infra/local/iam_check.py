"""`make iam-check`: proves that no function may do more than it needs.

Takes each allowed action out of its function's policy on the local stack, one at a time, and runs
the end-to-end tests: they must fail. An action whose absence nobody notices is surplus, or a test
is missing. Every policy is put back. Logs and traces come from managed policies, which the emulator
doesn't enforce; they are left alone.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.local import e2e, stack, template

# Stops at the first failure, since one is enough, and keeps nothing from the run before.
COMMAND = [*e2e.COMMAND, "-x", "-q", "-p", "no:cacheprovider"]

type Policy = dict[str, Any]


@dataclass(frozen=True)
class Grant:
    """One action that one statement of a function's policy allows."""

    function: str
    role: str
    policy: str
    sid: str
    action: str


def main(functions: list[str]) -> int:
    """Checks these functions, by logical id, or all of them.

    Returns 1 if an action is surplus, 2 if the tests fail even with the policies as they are.
    """
    running = stack.ensure_up()
    if not _passes():
        print("iam-check: the end-to-end tests fail with the policies as they are", file=sys.stderr)
        return 2
    surplus = []
    for grant in _grants(running, functions):
        started = time.monotonic()
        document = _policy(running, grant.role, grant.policy)
        try:
            _put(running, grant, _without(document, grant))
            noticed = not _passes()
        finally:
            _put(running, grant, document)
        if not noticed:
            surplus.append(grant)
        word = "needed " if noticed else "SURPLUS"
        seconds = time.monotonic() - started
        print(f"{word} {grant.function} {grant.sid} {grant.action} ({seconds:.0f} s)", flush=True)
    print(f"iam-check: {len(surplus)} surplus")
    return 1 if surplus else 0


def _grants(running: stack.Stack, functions: list[str]) -> Iterator[Grant]:
    iam = running.client("iam")
    for logical_id in template.resources("AWS::Serverless::Function"):
        if functions and logical_id not in functions:
            continue
        role = running.physical_id(f"{logical_id}Role")
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            for statement in _policy(running, role, policy)["Statement"]:
                for action in _actions(statement):
                    yield Grant(logical_id, role, policy, statement["Sid"], action)


def _policy(running: stack.Stack, role: str, name: str) -> Policy:
    found = running.client("iam").get_role_policy(RoleName=role, PolicyName=name)
    document: Policy = found["PolicyDocument"]
    return document


def _without(document: Policy, grant: Grant) -> Policy:
    """The policy less the one action, and less the statement if that was its only one."""
    statements = []
    for statement in document["Statement"]:
        if statement["Sid"] == grant.sid:
            left = [action for action in _actions(statement) if action != grant.action]
            if left:
                statements.append({**statement, "Action": left})
        else:
            statements.append(statement)
    return {**document, "Statement": statements}


def _put(running: stack.Stack, grant: Grant, document: Policy) -> None:
    """Puts the policy, and has the function start anew: a warm one remembers what it has read."""
    iam = running.client("iam")
    if document["Statement"]:
        iam.put_role_policy(
            RoleName=grant.role, PolicyName=grant.policy, PolicyDocument=json.dumps(document)
        )
    else:
        iam.delete_role_policy(RoleName=grant.role, PolicyName=grant.policy)
    functions = running.client("lambda")
    name = running.physical_id(grant.function)
    timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
    functions.update_function_configuration(FunctionName=name, Timeout=timeout)
    functions.get_waiter("function_updated_v2").wait(
        FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def _passes() -> bool:
    done = subprocess.run(COMMAND, cwd=stack.ROOT, check=False, capture_output=True)
    return done.returncode == 0


def _actions(statement: Policy) -> list[str]:
    actions = statement["Action"]
    return actions if isinstance(actions, list) else [actions]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
