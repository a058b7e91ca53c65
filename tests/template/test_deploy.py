"""`make deploy`: what SAM is told of each stack."""

import tomllib

import pytest

from infra import deploy
from infra.local import stack, template

CONFIG = tomllib.loads(stack.CONFIG.read_text(encoding="utf-8"))


def _configured(name: str) -> dict[str, str]:
    words = CONFIG[name]["deploy"]["parameters"]["parameter_overrides"].split()
    return dict(word.split("=") for word in words)


def _overrides(words: list[str]) -> list[str]:
    after = words[words.index("--parameter-overrides") + 1 :]
    ends = [at for at, word in enumerate(after) if word.startswith("--")]
    return after[: ends[0]] if ends else after


@pytest.mark.parametrize("name", deploy.STACKS)
def test_a_stack_is_configured_whole(name: str) -> None:
    parameters = CONFIG[name]["deploy"]["parameters"]
    declared = template.load()["Parameters"]

    for key, value in _configured(name).items():
        assert value in [str(one) for one in declared[key]["AllowedValues"]], key
    assert _configured(name)["Environment"] == name
    assert parameters["stack_name"] == f"farechance-{name}"
    assert parameters["confirm_changeset"] is True
    assert {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"} <= set(parameters["capabilities"].split())


def test_production_keeps_its_data_and_is_updated_gradually() -> None:
    production = _configured("production")

    assert production["DeletionProtection"] == "yes"
    assert production["GradualDeployment"] == "true"


def test_who_deploys_adds_parameters_and_overrides_those_of_the_configuration() -> None:
    own = {"PARAMETERS": "CognitoDomainPrefix=harbor LogRetentionDays=7"}

    words = deploy.arguments("trial", "Environment=trial LogRetentionDays=30", own)

    assert words[words.index("--config-env") + 1] == "trial"
    assert _overrides(words) == [
        "Environment=trial",
        "LogRetentionDays=7",
        "CognitoDomainPrefix=harbor",
    ]
    assert "--no-confirm-changeset" not in words
    assert "--role-arn" not in words


@pytest.mark.parametrize(
    ("stack_name", "own_key", "is_refused"),
    [
        ("farechance-of-the-harbor", "yes", False),
        ("farechance-of-the-harbors", "yes", True),
        ("Farechance", "yes", True),
        ("farechance-of-the-harbors", "no", False),
    ],
)
def test_a_stack_whose_key_would_not_know_its_roles_is_refused(
    stack_name: str, own_key: str, is_refused: bool
) -> None:
    environment = {"PARAMETERS": f"OwnKey={own_key}"}

    refusal = deploy.refused(stack_name, "OwnKey=no", environment)

    assert bool(refusal) is is_refused
    assert not is_refused or stack_name in refusal


@pytest.mark.parametrize("name", deploy.STACKS)
def test_the_configured_stacks_may_have_a_key_of_their_own(name: str) -> None:
    parameters = CONFIG[name]["deploy"]["parameters"]

    told = deploy.refused(parameters["stack_name"], "OwnKey=yes", {})

    assert told == ""


def test_a_job_deploys_with_a_bucket_and_a_role_that_it_is_told_and_asks_nobody() -> None:
    told = {"CI": "true", "ARTIFACTS_BUCKET": "b", "CLOUDFORMATION_ROLE_ARN": "arn:r"}

    words = deploy.arguments("production", "Environment=production", told)

    assert "--no-confirm-changeset" in words
    assert "--no-resolve-s3" in words
    assert words[words.index("--s3-bucket") + 1] == "b"
    assert words[words.index("--role-arn") + 1] == "arn:r"


@pytest.mark.parametrize("stacks", [[], ["local"], ["everything"], ["trial", "production"]])
def test_without_a_stack_of_aws_nothing_is_deployed(
    stacks: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy.main(stacks, {}) == 2

    assert "STACK=trial or STACK=production" in capsys.readouterr().out
