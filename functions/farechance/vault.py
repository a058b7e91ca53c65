"""Secrets Manager: the only place that knows it. It owns the keys from which codes come and the
signing secrets of providers; it must never log one or hand one to a caller but where it is made."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from botocore.config import Config
from botocore.exceptions import ClientError

from farechance import aws
from farechance.codes import ALPHABET, CodeKeys
from farechance.errors import BooksDiffer, Busy
from farechance.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import CreateSecretRequestTypeDef

# So that a provider's rotation is seen soon; the keys of codes only ever gain versions.
_REMEMBERED = timedelta(minutes=1)

# Which command made the newest of a ride company's secrets.
_ROTATED_BY = "rotated_by"


class Vault:
    """Reads secrets and remembers each for a minute. One for each function's process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._secrets: dict[str, tuple[datetime, dict[str, str]]] = {}
        config = Config(
            connect_timeout=1,
            read_timeout=3,
            retries={"mode": "standard", "total_max_attempts": 3},
        )
        self._client = aws.client("secretsmanager", config=config)

    def code_keys(self, now: datetime) -> CodeKeys:
        """Version symbol → key. Raises BooksDiffer if the secret isn't what the template made."""
        keys = self._read(self.settings.code_secret_id, now)
        if not keys or any(version not in ALPHABET for version in keys):
            raise BooksDiffer("the secret for codes")
        return keys

    def provider_secrets(self, provider_id: str, now: datetime) -> tuple[str, ...]:
        """The signing secrets of a provider, the newest first; empty if it has none."""
        try:
            found = self._read(self._provider_name(provider_id), now)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return ()
            raise
        return tuple(found[name] for name in ("current", "previous") if name in found)

    def keep_provider_secret(self, provider_id: str, secret: str) -> str:
        """Keeps a new provider's signing secret and returns it; or, if an attempt before was cut
        short after this step, the one that was kept then."""
        name = self._provider_name(provider_id)
        request: CreateSecretRequestTypeDef = {"Name": name}
        request["SecretString"] = json.dumps({"current": secret})
        if self.settings.own_key_arn:
            request["KmsKeyId"] = self.settings.own_key_arn
        try:
            self._client.create_secret(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceExistsException":
                raise
            return self._kept(name)[0]["current"]
        return secret

    def rotate_provider_secret(self, provider_id: str, secret: str, command_id: str) -> str:
        """Keeps a new signing secret beside the present one and returns it; or, if the same command
        has come so far before, the one that was kept then. Raises Busy where the same command is
        under way twice. Only one command at a time may touch a ride company's secrets."""
        name = self._provider_name(provider_id)
        kept, version = self._kept(name)
        if kept.get(_ROTATED_BY) == command_id:
            return kept["current"]
        after = {"current": secret, "previous": kept["current"], _ROTATED_BY: command_id}
        self._put(name, after, command_id, version)
        return secret

    def settle_provider_secret(
        self, provider_id: str, stays: Literal["current", "previous"], command_id: str
    ) -> None:
        """Of two signing secrets only this one is good, once functions have forgotten the other:
        within a minute. Raises Busy as above."""
        name = self._provider_name(provider_id)
        kept, version = self._kept(name)
        if "previous" in kept:
            self._put(name, {"current": kept[stays]}, command_id, version)

    def _kept(self, name: str) -> tuple[dict[str, str], str]:
        """What a secret holds now, whatever is remembered, and the name of this version of it."""
        found = self._client.get_secret_value(SecretId=name)
        return json.loads(found["SecretString"]), found["VersionId"]

    def _put(self, name: str, held: dict[str, str], command_id: str, version: str) -> None:
        """In place of the version that was read: by the same token Secrets Manager takes no second
        content, so of a command that is under way twice only one gets through."""
        token = hashlib.sha256(f"{command_id} {version}".encode()).hexdigest()
        try:
            self._client.put_secret_value(
                SecretId=name, SecretString=json.dumps(held), ClientRequestToken=token
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceExistsException":
                raise Busy from error
            raise

    def _provider_name(self, provider_id: str) -> str:
        return self.settings.provider_secret_prefix + provider_id

    def _read(self, name: str, now: datetime) -> dict[str, str]:
        remembered = self._secrets.get(name)
        if remembered and remembered[0] > now - _REMEMBERED:
            return remembered[1]
        found = self._kept(name)[0]
        self._secrets[name] = (now, found)
        return found
