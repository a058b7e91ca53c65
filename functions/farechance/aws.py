"""Clients of AWS's services. It owns the one session of a function's process; it must never call a
service.

They are botocore's own: boto3 makes the same ones, and to load it takes a function longer than to
load all of ours."""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session


def client(service: str, config: Config | None = None) -> Any:
    """A client of a service. The caller says by a type of `mypy_boto3_…` what it is."""
    return _session().create_client(service, config=config)


@cache
def _session() -> Session:
    # What several clients share is read once.
    return get_session()
