"""The guide for admins: each parameter is explained, and whatever it names is there."""

import re
from pathlib import Path

import pytest
from PIL import Image

from farechance.roles import Role
from infra import release
from infra.local import pictures, template
from unit.test_commands import COMMANDS

ROOT = Path(template.TEMPLATE).parent
FILE = ROOT / "infra" / "guides" / "admin.md"
GUIDE = FILE.read_text(encoding="utf-8")
TEMPLATE = template.load()
DASHBOARD = (ROOT / "infra" / "dashboard.yaml").read_text(encoding="utf-8")
# Fields of a command's event that the guide speaks of.
FIELDS = {
    "requested_by",
    "command_id",
    "dry_run",
    "in_words",
    "provider_ids",
    "signature_header",
    "under_way",
    "max_vouchers_per_partner_hour",
}
FIELDS |= {"time_zone", "starts_on", "ends_on", "client_id", "client_secret"}
MOST_STEPS = 8
MOST_LINES = 260


def _part(title: str) -> str:
    """What stands under a title, up to the next one of its rank."""
    _, _, after = GUIDE.partition(f"\n## {title}\n")
    assert after, title
    return after.partition("\n## ")[0]


def _rows(text: str) -> list[str]:
    """The first cells of a table's rows, without its head."""
    cells = [line.strip().split("|")[1] for line in text.splitlines() if line.strip()[:1] == "|"]
    return [cell for cell in cells if "`" in cell]


def _named(cells: list[str]) -> list[str]:
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_every_parameter_of_the_template_is_explained_once() -> None:
    explained = _named(
        [row for row in _rows(_part("3. Create the stack")) if not _is_output(row)],
    )

    assert sorted(explained) == sorted([release.BUCKET, *TEMPLATE["Parameters"]])


def _is_output(row: str) -> bool:
    return row.strip().strip("`") in TEMPLATE["Outputs"]


def test_the_form_asks_for_each_parameter_in_a_group() -> None:
    groups = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]

    asked = [name for group in groups for name in group["Parameters"]]

    assert sorted(asked) == sorted(TEMPLATE["Parameters"])


def test_what_an_admin_reads_in_the_outputs_is_there() -> None:
    rows = [row for row in _rows(_part("3. Create the stack")) if _is_output(row)]

    assert len(rows) == 5
    for name in re.findall(r"`([A-Z][A-Za-z]+(?:Url|Name|Arn))`", GUIDE):
        assert name in TEMPLATE["Outputs"], name


def test_each_role_has_its_policy_and_its_dashboard() -> None:
    part = _part("4. Who may look, act and rule")
    policies = template.resources("AWS::IAM::ManagedPolicy")

    named = re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", part)

    assert set(named) == set(policies)
    for role in Role:
        assert f"`<stack>-{role.value}`" in part
    assert set(re.findall(r"<stack>-(viewer|operator|administrator)`", GUIDE)) <= {*Role}


def test_the_runbooks_words_for_who_does_what_are_explained() -> None:
    part = _part("4. Who may look, act and rule")

    for words in ("*your dashboard*", "*your function*", "*(an administrator)*"):
        assert words in part
    assert "*(the account's owner)*" in part
    for function in ("<stack>-operating", "<stack>-administration"):
        assert f"`{function}`" in part


def test_the_files_of_a_release_are_named_as_they_are() -> None:
    download = _part("2. Choose a region and upload the release")
    update = _part("Updating to a new release")

    assert f"`{release.TEMPLATE}-….yaml`" in download
    assert f"`{release.FOR_ADMINS}`" in download
    assert f"{release.TEMPLATE}.yaml" not in GUIDE
    # The way there and the way back.
    assert update.count(f"`{release.TEMPLATE}-….yaml`") == 3


def test_what_takes_an_update_back_and_what_does_not_is_told() -> None:
    part = _part("Updating to a new release")
    brakes = template.resources("AWS::Serverless::Function")["RedemptionFunction"]["Properties"]

    for alarm in brakes["DeploymentPreference"]["Alarms"]:
        name = alarm["Fn::GetAtt"].removeprefix("Monitoring.Outputs.")
        assert f"`{re.sub(r'(?<!^)([A-Z])', r'-\1', name).lower()}`" in part
    assert "It doesn't take itself back because riders are declined" in part
    assert "`declines-all`" in part


def test_trial_and_production_are_told_to_be_in_accounts_of_their_own() -> None:
    role = (ROOT / "infra" / "github-role.yaml").read_text(encoding="utf-8")

    assert "each in an AWS account of its own" in _part("3. Create the stack")
    assert "each have an AWS account of their own" in role


def test_the_boxes_to_tick_are_those_that_the_template_needs() -> None:
    files = [template.TEMPLATE, *template.nested()]
    resources = [one for file in files for one in template.load(file)["Resources"].values()]
    names = {"RoleName", "ManagedPolicyName", "UserName", "GroupName", "InstanceProfileName"}

    are_named = any(names & one.get("Properties", {}).keys() for one in resources)

    assert "*might create IAM resources*" in GUIDE
    assert "*CAPABILITY_AUTO_EXPAND*" in GUIDE
    assert ("custom names" in GUIDE) == are_named


def test_a_new_stack_has_as_many_others_as_the_guide_says() -> None:
    count = len(template.resources("AWS::CloudFormation::Stack"))

    assert count == 4
    assert "and at four others whose names begin like it" in GUIDE


def test_every_command_that_is_named_is_one_with_a_saved_event() -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", GUIDE)) - FIELDS
    events = {file.stem for file in (ROOT / "infra" / "events").glob("*.json")}

    assert {"fund", "allot"} <= events & set(COMMANDS)
    assert named <= events
    assert named <= set(COMMANDS)


def test_the_first_commands_stand_in_an_order_in_which_they_work() -> None:
    steps = re.findall(r"^\d\. `(\w+)`", _part("5. The first commands"), re.M)

    assert steps == [
        "register_provider",
        "create_program",
        "fund",
        "create_partner",
        "allot",
        "mint_cards",
    ]


def test_every_widget_is_called_as_the_dashboard_calls_it() -> None:
    titles = re.findall(r'"type": "custom",[^}]*?"title": "([^"]+)"', DASHBOARD)

    assert len(titles) == 5
    for title in titles:
        assert f"*{title}*" in GUIDE, title


def test_the_buttons_that_are_pressed_are_there() -> None:
    widget = (ROOT / "functions/farechance/widgets/voucher.py").read_text(encoding="utf-8")

    for button in ("Find", "Unblock"):
        assert f"**{button}**" in _part("A rider says the code does not work")
        assert f'"{button}"' in widget


def test_a_rider_is_helped_in_so_few_steps_that_two_minutes_are_enough() -> None:
    part = _part("A rider says the code does not work")

    steps = [int(number) for number in re.findall(r"\*\*Step (\d+)\.\*\*", part)]
    until_the_answer = part.partition("**Now read.**")[0]

    # Each is one click or one field. The answer comes after five; to put it right takes five more.
    assert steps == list(range(1, 11))
    assert until_the_answer.count("**Step ") == 5 <= MOST_STEPS


def test_the_pictures_are_those_that_are_taken_and_each_says_what_is_on_it() -> None:
    shown = re.findall(r"!\[([^\]]*)\]\(pictures/([\w-]+\.png)\)", GUIDE)

    assert {name for _, name in shown} == {file.name for file in pictures.FOLDER.iterdir()}
    for words, name in shown:
        assert len(words) > 20, name


@pytest.mark.parametrize("file", sorted(pictures.FOLDER.glob("*")), ids=lambda file: file.name)
def test_a_picture_is_small_and_light(file: Path) -> None:
    with Image.open(file) as picture:
        # The page's own ground, in the corner.
        darkest = min(picture.convert("L").crop((0, 0, 4, 4)).tobytes())

        assert picture.format == "PNG"
        assert picture.width <= 1_400
    assert file.stat().st_size <= pictures.MOST_BYTES
    assert darkest > 200


def test_what_stays_when_a_stack_is_deleted_is_told() -> None:
    stays = [
        one["Type"].rpartition("::")[2]
        for one in TEMPLATE["Resources"].values()
        if one.get("DeletionPolicy") == "Retain"
    ]

    told = _part("Giving it up")

    assert sorted(stays) == sorted(
        ["Table"] * 4
        + ["Bucket", "BucketPolicy"] * 2
        + ["UserPool", "Secret", "Key", "Account", "Role"]
    )
    assert "The four tables, the partners' user pool, both buckets" in told
    assert "the secret of the codes and, with `OwnKey`, the key **stay**" in told
    assert "the role for the gateway's logs" in told


@pytest.mark.parametrize("guide", sorted(FILE.parent.glob("*.md")), ids=lambda file: file.stem)
def test_every_link_leads_somewhere(guide: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", guide.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        if name.startswith("https:"):
            continue
        file = guide.parent / name if name else guide
        assert file.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.M)
            assert anchor in {_anchor(title) for title in titles}, target


def _anchor(title: str) -> str:
    """As it is made of a title where these pages are shown."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def test_the_guide_is_short_and_says_what_each_step_costs() -> None:
    assert len(GUIDE.splitlines()) <= MOST_LINES
    assert GUIDE.count("*(free") + GUIDE.count("*(less") + GUIDE.count("*($") >= 15
