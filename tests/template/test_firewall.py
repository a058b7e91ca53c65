"""The firewall before the API: there on AWS unless a parameter says no, in nobody's way who may
call, and with no memory of what went by."""

import json
from typing import Any

import pytest

from farechance.edge import problems
from infra.local import template

RESOURCES = template.resolved(OnAws="yes")["Resources"]
FIREWALL = RESOURCES["FirewallRules"]["Properties"]
RULES = {rule["Name"]: rule for rule in FIREWALL["Rules"]}
MOST_CAPACITY = 1_500
"""AWS WAF Developer Guide, 'AWS WAF quotas': beyond it a request costs more."""
CAPACITY = {
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
}


def _group(name: str) -> dict[str, Any]:
    group: dict[str, Any] = RULES[name]["Statement"]["ManagedRuleGroupStatement"]
    return group


@pytest.mark.parametrize(
    ("on_aws", "firewall", "is_there"),
    [("yes", "yes", True), ("yes", "no", False), ("no", "yes", False), ("no", "no", False)],
)
def test_it_is_there_on_aws_unless_a_parameter_says_no(
    on_aws: str, firewall: str, is_there: bool
) -> None:
    resources = template.resolved(OnAws=on_aws, Firewall=firewall)["Resources"]

    kinds = {it["Type"] for it in resources.values()}
    assert ("AWS::WAFv2::WebACL" in kinds) is is_there
    assert ("AWS::WAFv2::WebACLAssociation" in kinds) is is_there
    assert template.load()["Parameters"]["Firewall"]["Default"] == "yes"


def test_it_stands_before_the_stage_that_everybody_calls() -> None:
    standing = RESOURCES["FirewallBeforeTheApi"]["Properties"]

    assert standing["WebACLArn"] == {"Fn::GetAtt": "FirewallRules.Arn"}
    assert standing["ResourceArn"]["Fn::Sub"].endswith("/restapis/${Api}/stages/${Api.Stage}")


def test_who_isnt_suspected_comes_through() -> None:
    assert FIREWALL["Scope"] == "REGIONAL"
    assert FIREWALL["DefaultAction"] == {"Allow": {}}
    assert [rule["Priority"] for rule in FIREWALL["Rules"]] == [0, 1, 2, 3]


def test_aws_keeps_three_groups_of_rules_which_fit_into_what_a_request_pays_for() -> None:
    groups = [_group(name) for name in RULES if name != "TooManyFromOneAddress"]

    assert {group["Name"] for group in groups} == set(CAPACITY)
    assert {group["VendorName"] for group in groups} == {"AWS"}
    # Two are for counting addresses.
    assert sum(CAPACITY.values()) + 2 <= MOST_CAPACITY
    for name in RULES.keys() - {"TooManyFromOneAddress"}:
        assert RULES[name]["OverrideAction"] == {"None": {}}


def test_no_rule_refuses_what_a_body_holds_or_who_names_no_program() -> None:
    """A batch has 2 MB, and a reference in it may look like a path: the code takes named fields of
    a known form and runs none of them. The two groups without an exception look in bodies for the
    words of a few known attacks alone."""
    overrides = {
        it["Name"]: it["ActionToUse"] for it in _group("CommonAttacks")["RuleActionOverrides"]
    }

    assert set(overrides) == {
        "SizeRestrictions_BODY",
        "NoUserAgent_HEADER",
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
    }
    assert all(action == {"Count": {}} for action in overrides.values())
    for name in ("AddressesOfAttackers", "KnownBadInputs"):
        assert "RuleActionOverrides" not in _group(name)


def test_one_address_may_call_often_but_not_use_up_a_callback_door() -> None:
    limit = RULES["TooManyFromOneAddress"]["Statement"]["RateBasedStatement"]
    parameters = template.load()["Parameters"]

    a_second = limit["Limit"] / limit["EvaluationWindowSec"]
    assert limit["AggregateKeyType"] == "IP"
    assert parameters["ApiRateLimit"]["Default"] <= a_second
    assert a_second <= parameters["CallbackRateLimit"]["Default"] / 2


def test_who_called_too_often_is_told_in_our_words_to_come_again() -> None:
    response = RULES["TooManyFromOneAddress"]["Action"]["Block"]["CustomResponse"]
    said = json.loads(FIREWALL["CustomResponseBodies"]["TooManyRequests"]["Content"])

    assert (response["ResponseCode"], said["status"]) == (429, 429)
    assert response["ResponseHeaders"] == [{"Name": "Retry-After", "Value": "60"}]
    assert response["CustomResponseBodyKey"] == "TooManyRequests"
    assert said["type"] == f"{problems.TYPE}too_many_requests"


def test_requests_are_counted_and_none_is_kept() -> None:
    # A sample has headers and addresses, and so tokens, and links that are proofs themselves.
    seen = [FIREWALL["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in RULES.values())]

    assert len(seen) == 5
    assert all(it["SampledRequestsEnabled"] is False for it in seen)
    assert all(it["CloudWatchMetricsEnabled"] is True for it in seen)
    assert "AWS::WAFv2::LoggingConfiguration" not in {it["Type"] for it in RESOURCES.values()}


def test_what_it_costs_is_what_the_readme_says() -> None:
    readme = (template.TEMPLATE.parent / "README.md").read_text(encoding="utf-8")

    assert (
        f"| AWS WAF | a list and {len(RULES)} rules | $5 and $1 each | {5 + len(RULES)}.00 |"
        in readme
    )
