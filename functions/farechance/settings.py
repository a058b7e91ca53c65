"""Settings: the only place that reads the environment, validated when a function starts. It owns
the names of the variables, which `template.yaml` sets; it must never hold a secret."""

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Self, cast

from farechance.identifiers import Environment

_GIVEN_UP = {"batches": "BATCH", "reports": "REPORT", "statements": "STATEMENT"}


class Settings(NamedTuple):
    """What differs between stacks and functions. A table or secret that a function has no business
    with isn't among its variables, and is '' here: a request to it fails."""

    environment: Environment
    tables: Mapping[str, str] = MappingProxyType({})
    code_secret_id: str = ""
    provider_secret_prefix: str = ""
    own_key_arn: str = ""
    user_pool_id: str = ""
    batch_queue_url: str = ""
    report_queue_url: str = ""
    statement_queue_url: str = ""
    given_up_queue_urls: Mapping[str, str] = MappingProxyType({})
    reports_bucket: str = ""
    reports_topic_arn: str = ""
    api_url: str = ""
    token_url: str = ""
    stack_name: str = ""
    sms_ready: bool = False
    on_lambda: bool = False
    metrics_namespace: str = ""

    @classmethod
    def from_environment(cls) -> Self:
        """Raises ValueError, so that a wrong deployment fails at its first start."""
        environment = os.environ.get("ENVIRONMENT", "")
        if environment not in ("trial", "production"):
            raise ValueError("ENVIRONMENT must be 'trial' or 'production'")
        names = ("programs", "vouchers", "people", "ledger")
        return cls(
            environment=cast("Environment", environment),
            tables={name: os.environ.get(f"{name.upper()}_TABLE", "") for name in names},
            code_secret_id=os.environ.get("CODE_SECRET_ID", ""),
            provider_secret_prefix=os.environ.get("PROVIDER_SECRET_PREFIX", ""),
            own_key_arn=os.environ.get("OWN_KEY_ARN", ""),
            user_pool_id=os.environ.get("USER_POOL_ID", ""),
            batch_queue_url=os.environ.get("BATCH_QUEUE_URL", ""),
            report_queue_url=os.environ.get("REPORT_QUEUE_URL", ""),
            statement_queue_url=os.environ.get("STATEMENT_QUEUE_URL", ""),
            given_up_queue_urls={
                name: os.environ.get(f"GIVEN_UP_{variable}_QUEUE_URL", "")
                for name, variable in _GIVEN_UP.items()
            },
            reports_bucket=os.environ.get("REPORTS_BUCKET", ""),
            reports_topic_arn=os.environ.get("REPORTS_TOPIC_ARN", ""),
            api_url=os.environ.get("API_URL", ""),
            token_url=os.environ.get("TOKEN_URL", ""),
            stack_name=os.environ.get("STACK_NAME", ""),
            metrics_namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", ""),
            sms_ready=os.environ.get("SMS_READY", "") == "yes",
            # Lambda's own variable, in every function.
            on_lambda="AWS_LAMBDA_FUNCTION_NAME" in os.environ,
        )
