"""SMS by Amazon SNS: the only place that knows it. It owns sending an SMS to one number; it must
never let an error through that holds the number or the text, since errors are logged."""

from typing import NoReturn

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from farechance import aws
from farechance.errors import Busy, FieldErrors

_BUSY = frozenset({"Throttled", "ThrottledException", "InternalError", "InternalErrorException"})
_NOT_A_NUMBER = frozenset({"InvalidParameter", "InvalidParameterException", "OptedOut"})


class NotSent(Exception):
    """SNS refused for a reason that isn't the caller's: a defect of ours, told by its code."""


class Messenger:
    """Sends SMS. It sends once: whether a message that got no answer was taken isn't known, and a
    second try might be a second message."""

    def __init__(self) -> None:
        config = Config(connect_timeout=2, read_timeout=6, retries={"total_max_attempts": 1})
        self._sns = aws.client("sns", config=config)

    def send(self, phone_number: str, text: str) -> None:
        """Raises FieldErrors if the number is refused, Busy where it is unknown or may pass."""
        failed: Exception | None = None
        try:
            self._sns.publish(
                PhoneNumber=phone_number,
                Message=text,
                MessageAttributes={
                    "AWS.SNS.SMS.SMSType": {
                        "DataType": "String",
                        "StringValue": "Transactional",
                    }
                },
            )
        except (ClientError, BotoCoreError) as error:
            failed = error
        if failed is not None:
            # Outside of the except clause, so that no trace leads to SNS's words: they may quote
            # the number.
            _told(failed)


def _told(failed: Exception) -> NoReturn:
    if not isinstance(failed, ClientError):
        raise Busy
    code = str(failed.response["Error"]["Code"])
    if code in _NOT_A_NUMBER:
        raise FieldErrors.one("/phone_number", "is refused by the phone network")
    if code in _BUSY:
        raise Busy
    raise NotSent(code)
