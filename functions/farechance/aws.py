"""Clients of AWS's services. It owns the one session of a function's process; it must never call a
service.

They are botocore's own: boto3 makes the same ones, and to load it takes a function longer than to
load all of ours. What botocore does at events of single services, of which there are
thirty, is registered with the first client of that service: all of it takes a twentieth of a start.
"""

from functools import cache
from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.credentials import CredentialResolver, EnvProvider
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
from botocore.session import Session

# Threads that make their clients at the same time: what a session handles is registered once.
_one_at_a_time = Lock()


def client(service: str, config: Config | None = None) -> Any:
    """A client of a service. The caller says by a type of `mypy_boto3_…` what it is."""
    with _one_at_a_time:
        return _session_for(service).create_client(service, config=config)


@cache
def _session_for(service: str) -> Session:
    session = _session()
    _register(session, [service])
    return session


@cache
def _session() -> Session:
    # What several clients share is read once.
    session = Session(include_builtin_handlers=False)
    _register(session, [])
    # A function's credentials are in its environment. Places where others have theirs aren't tried.
    session.register_component("credential_provider", CredentialResolver([EnvProvider()]))
    return session


def _register(session: Session, of_service: list[str]) -> None:
    """What botocore does at the events of a service, or of every service. An event's name is like
    `before-call.s3.PutObject`; nobody writes botocore's manual here (`docs`)."""
    events = session.get_component("event_emitter")
    register = {REGISTER_FIRST: events.register_first, REGISTER_LAST: events.register_last}
    for event, handler, *place in BUILTIN_HANDLERS:
        kind, *names = event.split(".")
        if kind != "docs" and names[:1] == of_service:
            (register[place[0]] if place else events.register)(event, handler)
