"""Who may carry out which command."""

import pytest

from farechance.roles import Role, may_carry_out
from unit.test_commands import COMMANDS

OF_AN_OPERATOR = {
    "pause_program",
    "resume_program",
    "block_voucher",
    "unblock_voucher",
    "run_report",
    "check_books",
    "explain_voucher",
    "retry_given_up",
    # Of a trial.
    "simulate_ride",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_viewer_carries_out_nothing_and_an_administrator_everything(command: str) -> None:
    assert not may_carry_out(Role.VIEWER, command)
    assert may_carry_out(Role.ADMINISTRATOR, command)


def test_an_operator_carries_out_what_can_be_taken_back_and_moves_no_money() -> None:
    allowed = {command for command in COMMANDS if may_carry_out(Role.OPERATOR, command)}

    assert allowed == OF_AN_OPERATOR
