"""GitHub's workflows: they parse, hold no secret, call what exists, and deploy one at a time."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local import template

ROOT = Path(template.TEMPLATE).parent
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS: dict[str, dict[Any, Any]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES
}
TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in FILES}
GITHUB_ROLE = ROOT / "infra" / "github-role.yaml"
# YAML 1.1 reads the word `on` as true.
ON = True


def _steps(name: str) -> list[dict[str, Any]]:
    return [step for job in WORKFLOWS[name]["jobs"].values() for step in job.get("steps", [])]


def _run(name: str) -> list[str]:
    return [step["run"] for step in _steps(name) if "run" in step]


def test_there_is_one_to_check_one_to_audit_one_to_deploy_and_one_to_release() -> None:
    assert set(WORKFLOWS) == {"audit", "check", "deploy", "release"}


def test_dependencies_are_audited_each_week_and_when_one_changes() -> None:
    triggers = WORKFLOWS["audit"][ON]

    assert [one["cron"].split()[-1] for one in triggers["schedule"]] == ["1"]
    for trigger in ("push", "pull_request"):
        assert triggers[trigger]["paths"] == ["**/requirements*.txt"]
    # Whoever changes nothing isn't stopped by what became known today.
    assert _run("audit") == ["make audit", "make sbom"]
    assert "make audit" not in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_holds_and_asks_for_no_secret(name: str) -> None:
    text = TEXTS[name]

    assert "secrets." not in text
    assert not re.search(r"\b(AKIA|ASIA)[A-Z0-9]{12,}", text)
    assert not re.search(r"aws-(secret-)?access-key", text)
    assert "aws_secret_access_key" not in text.lower()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_an_action_of_others_is_pinned_by_its_commit_and_says_its_version(name: str) -> None:
    uses = re.findall(r"uses: (\S+)(.*)", TEXTS[name])

    for action, comment in uses:
        assert action.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert action.startswith("./") or re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
    assert uses


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_checkout_leaves_no_token_behind_and_every_job_ends(name: str) -> None:
    for step in _steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
    for job in WORKFLOWS[name]["jobs"].values():
        assert "uses" in job or job["timeout-minutes"] <= 45


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_a_workflow_runs_exists(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for line in _run(name):
        for target in re.findall(r"\bmake ([a-z0-9-]+)", line):
            assert re.search(rf"^{target}:", makefile, re.M), target
        for script in re.findall(r"(?<!\S)(\.ci/\S+)", line):
            assert (ROOT / script).is_file()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_and_a_job_adds_only_what_it_needs(name: str) -> None:
    added = {
        job: rights
        for job, it in WORKFLOWS[name]["jobs"].items()
        if (rights := {k: v for k, v in it.get("permissions", {}).items() if v != "read"})
    }

    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    assert (
        added
        == {
            "audit": {},
            "check": {},
            "deploy": {"deploy": {"id-token": "write"}},
            "release": {"release": {"contents": "write"}},
        }[name]
    )


@pytest.mark.parametrize("name", ["deploy", "release"])
def test_nothing_is_deployed_or_released_that_was_not_checked_and_audited(name: str) -> None:
    jobs = dict(WORKFLOWS[name]["jobs"])

    before = {key: jobs.pop(key) for key in ("check", "audit")}

    for key, job in before.items():
        assert job["uses"] == f"./.github/workflows/{key}.yml"
        assert "workflow_call" in WORKFLOWS[key][ON]
    # A deployment that wasn't asked for needn't be checked either.
    assert before["check"].get("if") == before["audit"].get("if")
    assert [job["needs"] for job in jobs.values()] == [["check", "audit"]]


def test_a_deployment_is_of_an_environment_one_at_a_time_and_never_cut_short() -> None:
    deploy = WORKFLOWS["deploy"]
    stack = "${{ inputs.stack || 'production' }}"

    chosen = deploy[ON]["workflow_dispatch"]["inputs"]["stack"]
    job = deploy["jobs"]["deploy"]

    assert chosen["options"] == ["trial", "production"]
    assert deploy[ON]["push"] == {"tags": ["v*"]}
    assert deploy["concurrency"] == {"group": f"deploy-{stack}", "cancel-in-progress": False}
    assert job["environment"] == stack
    assert job["steps"][-1]["env"]["STACK"] == stack
    assert job["steps"][-1]["run"] == 'make deploy STACK="$STACK"'


def test_credentials_come_by_a_role_and_after_the_build() -> None:
    steps = WORKFLOWS["deploy"]["jobs"]["deploy"]["steps"]

    names = [step.get("uses", step.get("run", "")).split("@")[0] for step in steps]

    at = names.index("aws-actions/configure-aws-credentials")
    assert names.index("make build") < at
    assert steps[at]["with"] == {
        "role-to-assume": "${{ vars.DEPLOYMENT_ROLE_ARN }}",
        "aws-region": "${{ vars.AWS_REGION || 'us-east-1' }}",
    }


def test_the_variables_that_are_asked_for_are_told_by_the_roles_template() -> None:
    asked = set(re.findall(r"vars\.([A-Z_]+)", TEXTS["deploy"]))

    told = " ".join(one["Description"] for one in template.load(GITHUB_ROLE)["Outputs"].values())

    own = {"AWS_REGION", "DEPLOY_RELEASES", "PARAMETERS"}
    assert set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", told)) == asked - own


def test_a_release_has_all_that_was_written_with_its_sums() -> None:
    (created,) = (line for line in _run("release") if line.startswith("gh release create"))

    assert _run("release")[0] == "make release"
    assert '"$GITHUB_REF_NAME" .local/release/*' in created
    assert WORKFLOWS["release"][ON] == {"push": {"tags": ["v*"]}}
