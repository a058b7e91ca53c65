"""Secrets Manager: the only place that knows it. It owns the keys from which codes come and the
signing secrets of providers; it must never log one or hand one to a caller but where it is made."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from farechance.codes import ALPHABET, CodeKeys
from farechance.errors import BooksDiffer
from farechance.settings import Settings

# So that a provider's rotation is seen soon; the keys of codes only ever gain versions.
_REMEMBERED = timedelta(minutes=1)


@dataclass
class Vault:
    """Reads secrets and remembers each for a minute. One for each function's process."""

    settings: Settings
    _secrets: dict[str, tuple[datetime, dict[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = Config(
            connect_timeout=1,
            read_timeout=3,
            retries={"mode": "standard", "total_max_attempts": 3},
        )
        self._client = boto3.client("secretsmanager", config=config)

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
        try:
            self._client.create_secret(Name=name, SecretString=json.dumps({"current": secret}))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceExistsException":
                raise
            kept = json.loads(self._client.get_secret_value(SecretId=name)["SecretString"])
            return str(kept["current"])
        return secret

    def _provider_name(self, provider_id: str) -> str:
        return self.settings.provider_secret_prefix + provider_id

    def _read(self, name: str, now: datetime) -> dict[str, str]:
        remembered = self._secrets.get(name)
        if remembered and remembered[0] > now - _REMEMBERED:
            return remembered[1]
        value = json.loads(self._client.get_secret_value(SecretId=name)["SecretString"])
        self._secrets[name] = (now, value)
        return self._secrets[name][1]
