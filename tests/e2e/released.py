"""A stack made from a release in a bucket, as an admin makes one in the console, beside the one
that all other end-to-end tests are about. What a deleted stack retains is thrown away with it."""

import json
import shutil
import time
import uuid
import zipfile
from pathlib import Path
from typing import Any

from infra import release
from infra.local import stack
from infra.local.client import Answer, call

SECONDS = 180
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# What an admin's form has other than its defaults, here where there is no real account.
ON_THIS_MACHINE = {"OnAws": "no", "DeletionProtection": "no", "Architecture": stack.architecture()}


class Released:
    """A bucket, and the stack that is made from the release in it."""

    def __init__(self, running: stack.Stack, folder: Path) -> None:
        """Packages what the running stack was built from. The stack isn't made yet."""
        self._running = running
        self._folder = folder
        self.name = f"released-{uuid.uuid4().hex[:8]}"
        self.files = [file.name for file in release.package(stack.BUILD_FOR_HERE, folder)]
        running.client("s3").create_bucket(Bucket=self.name)
        self.upload()

    def upload(self) -> None:
        """Uploads every file of the release, as it is now, into the bucket."""
        for file in self._folder.iterdir():
            self._running.client("s3").upload_file(str(file), self.name, file.name)

    def create(self) -> str:
        """Makes the stack and returns CloudFormation's word for how that ended."""
        self._cloudformation.create_stack(StackName=self.name, **self._request())
        return self._ended()

    def update(self) -> str:
        """Makes the stack what the bucket has now, as an admin does with a newer release."""
        self._cloudformation.update_stack(StackName=self.name, **self._request())
        return self._ended()

    def release_newer_code(self) -> None:
        """Puts into the folder what a newer release has: the same code with one file more."""
        (older,) = self._folder.glob("functions-*.zip")
        newer = older.with_name("functions-newer.zip")
        shutil.copy(older, newer)
        with zipfile.ZipFile(newer, "a") as archive:
            archive.writestr("newer.txt", "one file more")
        template = release.template_of(self._folder)
        text = template.read_text(encoding="utf-8").replace(older.name, newer.name)
        template.write_text(text, encoding="utf-8")

    def physical_id(self, logical_id: str) -> str:
        """What a resource of the stack is really called."""
        return str(self._resources()[logical_id])

    def output(self, name: str) -> str:
        """One of the stack's outputs."""
        (described,) = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return str({one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}[name])

    def get(self, path: str) -> Answer:
        """Calls the stack's own API."""
        api = f"{self._running.endpoint_url}/_aws/execute-api/{self.physical_id('Api')}"
        return call("GET", f"{api}/{stack.STAGE}{path}")

    def command(self, saved: str, **changes: Any) -> dict[str, Any]:
        """Sends a saved test event to the stack's own administration, as the console's test does:
        to the function itself and not to an alias."""
        event = json.loads((stack.ROOT / f"infra/events/{saved}.json").read_text(encoding="utf-8"))
        answer = self._running.client("lambda").invoke(
            FunctionName=self.output("AdministrationFunctionName"),
            Payload=json.dumps({**event, **changes}),
        )
        read: dict[str, Any] = json.loads(answer["Payload"].read())
        return read

    def versions(self, logical_id: str) -> tuple[str, list[str]]:
        """To which version of a function the alias leads, and which there are."""
        functions = self._running.client("lambda")
        name = self.physical_id(logical_id)
        versions = functions.list_versions_by_function(FunctionName=name)["Versions"]
        alias = functions.get_alias(FunctionName=name, Name="live")
        numbers = [one["Version"] for one in versions if one["Version"] != "$LATEST"]
        return str(alias["FunctionVersion"]), numbers

    def invoke_version(self, logical_id: str, version: str) -> int:
        """The status of what one version of a function answers to a request of the gateway."""
        event: dict[str, Any] = {"httpMethod": "GET", "path": "/openapi.json", "headers": {}}
        event |= {"requestContext": {"requestId": "r"}, "resource": "/openapi.json", "body": None}
        answer = self._running.client("lambda").invoke(
            FunctionName=self.physical_id(logical_id), Qualifier=version, Payload=json.dumps(event)
        )
        return int(json.loads(answer["Payload"].read())["statusCode"])

    def delete(self) -> None:
        """Deletes the stack, then what it retains, then the bucket."""
        retained = self._resources()
        self._cloudformation.delete_stack(StackName=self.name)
        self._cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=self.name, WaiterConfig={"Delay": 1}
        )
        for logical_id in ("ProgramsTable", "VouchersTable", "PeopleTable", "LedgerTable"):
            if logical_id in retained:
                self._running.client("dynamodb").delete_table(TableName=retained[logical_id])
        if "Partners" in retained:
            self._running.client("cognito-idp").delete_user_pool(UserPoolId=retained["Partners"])
        if "CodeSecret" in retained:
            self._running.client("secretsmanager").delete_secret(
                SecretId=retained["CodeSecret"], ForceDeleteWithoutRecovery=True
            )
        for bucket in (retained.get("ReportsBucket"), self.name):
            if bucket:
                self._empty(bucket)
                self._running.client("s3").delete_bucket(Bucket=bucket)

    @property
    def _cloudformation(self) -> Any:
        return self._running.client("cloudformation")

    def _request(self) -> dict[str, Any]:
        values = {release.BUCKET: self.name, **ON_THIS_MACHINE}
        template = release.template_of(self._folder).name
        return {
            "TemplateURL": f"{self._running.endpoint_url}/{self.name}/{template}",
            "Capabilities": CAPABILITIES,
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value} for name, value in values.items()
            ],
        }

    def _ended(self) -> str:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            (described,) = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"]
            if not described["StackStatus"].endswith("_IN_PROGRESS"):
                return str(described["StackStatus"])
            time.sleep(0.5)
        raise TimeoutError(f"{self.name} isn't done after {SECONDS} s")

    def _resources(self) -> dict[str, str]:
        described = self._cloudformation.describe_stack_resources(StackName=self.name)
        return {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for one in described["StackResources"]
        }

    def _empty(self, bucket: str) -> None:
        storage = self._running.client("s3")
        for one in storage.list_objects_v2(Bucket=bucket).get("Contents", []):
            storage.delete_object(Bucket=bucket, Key=one["Key"])
