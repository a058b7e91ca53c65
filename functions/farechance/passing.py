"""Errors of AWS that pass with time, told as Busy: nothing was changed, or it is safe to repeat.
Each service has codes of its own for them; a call that got no answer is the same everywhere."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from farechance.errors import Busy


@contextmanager
def busy_if_it_passes(codes: Collection[str]) -> Iterator[None]:
    """Around a call to AWS. Raises Busy for an error of these codes, and where no answer came; any
    other error is raised as it is."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            raise Busy from error
        raise
    except (HTTPClientError, NoConnection) as error:
        raise Busy from error
