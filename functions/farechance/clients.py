"""OAuth clients of partners: the only place that knows Cognito. It owns making and removing one; it
must never keep or log a client's secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from farechance import aws
from farechance.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_RESOURCE_SERVER = "farechance"
_TOKEN_MINUTES = 60


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client's id and secret."""

    client_id: str
    client_secret: str


def client_name(partner_id: str, command_id: str) -> str:
    """Of the client that a command makes for a partner: a repeat finds it."""
    # Cognito's names have no colon, and no command_id has a '+'.
    return f"{partner_id}.{command_id}".replace(":", "+")


class Clients:
    """The user pool's clients."""

    def __init__(self, settings: Settings) -> None:
        self._pool = settings.user_pool_id

    def find_or_make(self, name: str, scopes: Sequence[str]) -> OAuthClient:
        """The client of this name. It is found where an attempt before was cut short after making
        it, so that a repeat leaves no second one."""
        client_id = self._find(name) or self._make(name, scopes)
        described = self._cognito.describe_user_pool_client(
            UserPoolId=self._pool, ClientId=client_id
        )
        return OAuthClient(client_id, described["UserPoolClient"]["ClientSecret"])

    def scopes_of(self, client_id: str) -> tuple[str, ...] | None:
        """What a client's tokens may allow; None if there is no such client."""
        try:
            described = self._cognito.describe_user_pool_client(
                UserPoolId=self._pool, ClientId=client_id
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        allowed = described["UserPoolClient"]["AllowedOAuthScopes"]
        return tuple(scope.removeprefix(f"{_RESOURCE_SERVER}/") for scope in allowed)

    def remove(self, client_id: str) -> None:
        """It gets no token any more."""
        try:
            self._cognito.delete_user_pool_client(UserPoolId=self._pool, ClientId=client_id)
        except ClientError as error:
            # Removed by an attempt before, or by another at the same time.
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    def remove_unless_used(self, name: str, used: Sequence[str]) -> None:
        """The client of this name, which nobody was told of, if it isn't one of `used`."""
        client_id = self._find(name)
        if client_id is not None and client_id not in used:
            self.remove(client_id)

    @cached_property
    def _cognito(self) -> "CognitoIdentityProviderClient":
        # Made when it is needed: most commands of an administrator have no business with it.
        made: CognitoIdentityProviderClient = aws.client("cognito-idp")
        return made

    def _find(self, name: str) -> str | None:
        more: dict[str, Any] = {}
        while True:
            page = self._cognito.list_user_pool_clients(
                UserPoolId=self._pool, MaxResults=60, **more
            )
            for client in page["UserPoolClients"]:
                if client.get("ClientName") == name:
                    return client["ClientId"]
            if "NextToken" not in page:
                return None
            more = {"NextToken": page["NextToken"]}

    def _make(self, name: str, scopes: Sequence[str]) -> str:
        made = self._cognito.create_user_pool_client(
            UserPoolId=self._pool,
            ClientName=name,
            GenerateSecret=True,
            AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=[f"{_RESOURCE_SERVER}/{scope}" for scope in scopes],
            AccessTokenValidity=_TOKEN_MINUTES,
            TokenValidityUnits={"AccessToken": "minutes"},
        )
        return made["UserPoolClient"]["ClientId"]
