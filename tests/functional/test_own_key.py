"""A ride company's signing secret is made under the stack's own key, where there is one."""

from copy import replace

import boto3
import pytest

from farechance.settings import Settings
from farechance.vault import Vault
from functional.stack import PROVIDER_SECRETS

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(("provider", "key"), [("pvd_under_ours", KEY), ("pvd_under_awss", "")])
def test_a_ride_companys_secret_is_made_under_the_stacks_own_key_or_else_under_awss(
    monkeypatch: pytest.MonkeyPatch, provider: str, key: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "trial")
    monkeypatch.setenv("OWN_KEY_ARN", key)
    settings = replace(Settings.from_environment(), provider_secret_prefix=PROVIDER_SECRETS)

    Vault(settings).keep_provider_secret(provider, "whsec_another")

    made = boto3.client("secretsmanager").describe_secret(SecretId=f"{PROVIDER_SECRETS}{provider}")
    assert (made.get("KmsKeyId") == KEY) is bool(key)
