"""Tells those who subscribed to it that a report was published: the only place that knows the topic
of Amazon SNS. A text holds the figures of a published page and no link."""

import unicodedata

from botocore.config import Config

from farechance import aws
from farechance.passing import busy_if_it_passes
from farechance.settings import Settings

_PASSING = frozenset({"Throttled", "ThrottledException", "InternalError", "InternalErrorException"})
# Amazon SNS API Reference, 'Publish': the subject is ASCII without line breaks, and what all
# subscribers get has a limit in bytes.
_MOST_SUBJECT_CHARACTERS = 99
_MOST_TEXT_BYTES = 250_000


class Announcer:
    """Publishes to the topic of reports. One for each function's process."""

    def __init__(self, settings: Settings) -> None:
        self._topic = settings.reports_topic_arn
        config = Config(
            connect_timeout=2, read_timeout=6, retries={"mode": "standard", "total_max_attempts": 3}
        )
        self._sns = aws.client("sns", config=config)

    def announce(self, subject: str, text: str) -> None:
        """Raises Busy where it isn't known whether it was taken: to repeat it is safe, and tells
        people twice at worst."""
        with busy_if_it_passes(_PASSING):
            self._sns.publish(
                TopicArn=self._topic, Subject=in_ascii(subject), Message=_shortened(text)
            )


def in_ascii(subject: str) -> str:
    """A subject as SNS takes it: `é` as `e`, what has no such letter as `?`."""
    plain = "".join(it for it in unicodedata.normalize("NFKD", subject) if not _is_mark(it))
    for typographic, typed in (("–", "-"), ("—", "-"), ("’", "'"), ("\u2026", "...")):
        plain = plain.replace(typographic, typed)
    one_line = " ".join(plain.split())
    return one_line.encode("ascii", "replace").decode()[:_MOST_SUBJECT_CHARACTERS]


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) == "Mn"


def _shortened(text: str) -> str:
    return text.encode()[:_MOST_TEXT_BYTES].decode(errors="ignore")
