"""The API: who is let in where, how often, what is logged, and what the gateway itself answers."""

import json
from typing import Any

import pytest

from farechance.edge import problems
from infra.local import template

(API,) = (api["Properties"] for api in template.resources("AWS::Serverless::Api").values())
RESPONSES = API["GatewayResponses"]
SETTINGS = API["MethodSettings"]
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def _events() -> dict[tuple[str, str], dict[str, Any]]:
    """Every method and path of the API, with the event's properties."""
    functions = template.resources("AWS::Serverless::Function").values()
    events = [event for one in functions for event in one["Properties"].get("Events", {}).values()]
    return {
        (event["Properties"]["Method"], event["Properties"]["Path"]): event["Properties"]
        for event in events
        if event["Type"] == "Api"
    }


def test_the_stage_is_the_version_and_the_api_is_regional() -> None:
    assert API["StageName"] == "v1"
    assert API["EndpointConfiguration"] == {"Type": "REGIONAL"}
    assert API["TracingEnabled"] is True


def test_bodies_come_byte_for_byte() -> None:
    assert API["BinaryMediaTypes"] == ["*/*"]


def test_a_partners_token_is_demanded_unless_a_path_says_otherwise() -> None:
    assert API["Auth"]["DefaultAuthorizer"] == "PartnerToken"

    opened = {path for (_, path), event in _events().items() if "Auth" in event}

    assert opened == {
        "/docs",
        "/openapi.json",
        "/providers/{provider_id}/authorizations",
        "/providers/{provider_id}/events",
        "/sheets",
        "/{proxy+}",
    }


def test_the_authorizer_lists_every_scope_of_the_resource_server() -> None:
    (server,) = template.resources("AWS::Cognito::UserPoolResourceServer").values()
    identifier = server["Properties"]["Identifier"]

    scopes = {f"{identifier}/{one['ScopeName']}" for one in server["Properties"]["Scopes"]}

    authorizer = API["Auth"]["Authorizers"]["PartnerToken"]
    assert set(authorizer["AuthorizationScopes"]) == scopes
    assert len(scopes) == 6


def test_unknown_paths_are_caught_method_by_method() -> None:
    caught = {method for method, path in _events() if path == "/{proxy+}"}

    assert caught == METHODS
    assert not any(method == "ANY" for method, _ in _events())


def test_every_method_of_the_stage_is_throttled() -> None:
    (whole_stage,) = (one for one in SETTINGS if one["ResourcePath"] == "/*")

    assert whole_stage["HttpMethod"] == "*"
    assert whole_stage["ThrottlingRateLimit"] == {"Ref": "ApiRateLimit"}
    assert whole_stage["ThrottlingBurstLimit"] == {"Ref": "ApiBurstLimit"}


def test_what_is_open_without_a_token_has_limits_of_its_own() -> None:
    opened = {
        (method, path.replace("/", "/~1", 1).replace("}/", "}~1").replace("s/{", "s~1{"))
        for (method, path), event in _events().items()
        if "Auth" in event
    }

    limited = {(one["HttpMethod"], one["ResourcePath"]) for one in SETTINGS}

    assert opened <= limited


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda one: one["ResourcePath"])
def test_a_methods_settings_keep_its_metrics_and_log_no_bodies(settings: dict[str, Any]) -> None:
    assert settings["MetricsEnabled"] is True
    assert settings["LoggingLevel"] == "OFF"
    assert settings["DataTraceEnabled"] is False
    assert {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= set(settings)


def test_the_access_log_knows_only_the_client_and_the_templates_path() -> None:
    line = json.loads(API["AccessLogSetting"]["Format"])

    assert line["path"] == "$context.resourcePath"
    variables = set(line.values())
    forbidden = (
        "identity",
        "header",
        "querystring",
        "body",
        "$context.path",
        "sub",
        "error.message",
    )
    assert not any(word in variable for variable in variables for word in forbidden)
    assert [one for one in variables if "authorizer" in one] == [
        "$context.authorizer.claims.client_id"
    ]


def test_the_gateway_answers_for_itself_in_every_case_that_a_caller_can_meet() -> None:
    statuses = {kind: response["StatusCode"] for kind, response in RESPONSES.items()}

    assert statuses == {
        "UNAUTHORIZED": 401,
        "EXPIRED_TOKEN": 401,
        "ACCESS_DENIED": 403,
        "INVALID_API_KEY": 403,
        "INVALID_SIGNATURE": 403,
        "WAF_FILTERED": 403,
        "MISSING_AUTHENTICATION_TOKEN": 404,
        "RESOURCE_NOT_FOUND": 404,
        "REQUEST_TOO_LARGE": 413,
        "UNSUPPORTED_MEDIA_TYPE": 415,
        "THROTTLED": 429,
        "QUOTA_EXCEEDED": 429,
        "INTEGRATION_FAILURE": 503,
        "INTEGRATION_TIMEOUT": 504,
        "DEFAULT_4XX": 400,
        "DEFAULT_5XX": 500,
    }


@pytest.mark.parametrize("kind", RESPONSES)
def test_an_answer_of_the_gateway_looks_like_one_of_ours(kind: str) -> None:
    response = RESPONSES[kind]

    (body,) = response["ResponseTemplates"].values()
    problem = json.loads(body)

    assert set(problem) == {"type", "title", "status", "detail", "instance"}
    assert problem["type"].startswith(problems.TYPE)
    assert problem["status"] == response["StatusCode"]
    assert problem["instance"] == "$context.requestId"
    headers = response["ResponseParameters"]["Headers"]
    assert headers["Content-Type"] == "'application/problem+json'"


@pytest.mark.parametrize("kind", RESPONSES)
def test_who_is_told_to_come_again_is_told_when(kind: str) -> None:
    response = RESPONSES[kind]

    says_when = "Retry-After" in response["ResponseParameters"]["Headers"]

    assert says_when == (response["StatusCode"] in {429, 503, 504})


def test_the_accounts_role_for_access_logs_is_made_before_the_api_and_outlives_it() -> None:
    api = template.load()["Resources"]["Api"]
    account = template.load()["Resources"]["ApiGatewayAccount"]

    assert api["DependsOn"] == "ApiGatewayAccount"
    assert account["Condition"] == "SetsApiGatewayAccount"
    assert account["DeletionPolicy"] == "Retain"


def test_no_page_of_another_site_may_call() -> None:
    assert "Cors" not in API
    assert not any(method == "OPTIONS" for method, _ in _events())
    assert "Access-Control" not in template.TEMPLATE.read_text(encoding="utf-8")
