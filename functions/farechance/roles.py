"""Roles: who may carry out which admin command. IAM doesn't see what a command says, so each role
has a function of its own, which knows its role; what the function may do, its rights in the
template say a second time."""

from enum import StrEnum


class Role(StrEnum):
    """A viewer only looks; an operator also stops and resumes what can be resumed and stopped
    again, has things run once more, and on a trial stack plays rides; an administrator does all."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


_OF_AN_OPERATOR = frozenset(
    {
        "pause_program",
        "resume_program",
        "block_voucher",
        "unblock_voucher",
        "run_report",
        "check_books",
        "explain_voucher",
        "retry_given_up",
        "simulate_ride",
    }
)


def may_carry_out(role: Role, command_name: str) -> bool:
    """Whether a function of this role carries the command out."""
    match role:
        case Role.VIEWER:
            return False
        case Role.OPERATOR:
            return command_name in _OF_AN_OPERATOR
        case Role.ADMINISTRATOR:
            return True
