"""With whose credentials the stack is called: a function's own, or those of a person to whom an
admin has attached one of the template's policies. The emulator enforces what each may do."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3

from infra.local.stack import Stack

# Which function a policy lets its holder invoke.
FUNCTIONS = {
    "ViewerLooks": "ViewingFunction",
    "OperatorActs": "OperatingFunction",
    "AdministratorRules": "AdministrationFunction",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Credentials, and where they are good."""

    running: Stack
    access_key: str
    secret_key: str
    token: str | None = None

    def client(self, service: str) -> Any:
        """A boto3 client that may what the identity may."""
        session = boto3.Session(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.token,
            region_name=self.running.region,
        )
        # boto3's types want a literal service name, which this function can't know.
        return session.client(  # type: ignore[call-overload]
            service, endpoint_url=self.running.endpoint_url
        )


def with_role_of(function: str, running: Stack) -> Identity:
    """As a function. Its role trusts Lambda alone: the account may assume it for a moment, which
    changes nothing of what it may do."""
    iam, name = running.client("iam"), running.physical_id(f"{function}Role")
    role = iam.get_role(RoleName=name)["Role"]
    trusted = role["AssumeRolePolicyDocument"]
    account = role["Arn"].split(":")[4]
    tester = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "sts:AssumeRole",
    }
    widened = {**trusted, "Statement": [*trusted["Statement"], tester]}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(widened))
    try:
        assumed = running.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")
    finally:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trusted))
    credentials = assumed["Credentials"]
    return Identity(
        running,
        credentials["AccessKeyId"],
        credentials["SecretAccessKey"],
        credentials["SessionToken"],
    )


@contextmanager
def person_with(policy: str, running: Stack) -> Iterator[Identity]:
    """A user whom an admin gave one of the template's policies, by its logical id."""
    iam, name = running.client("iam"), f"person-{uuid.uuid4().hex[:8]}"
    arn = running.physical_id(policy)
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=arn)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    try:
        yield Identity(running, key["AccessKeyId"], key["SecretAccessKey"])
    finally:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.detach_user_policy(UserName=name, PolicyArn=arn)
        iam.delete_user(UserName=name)
