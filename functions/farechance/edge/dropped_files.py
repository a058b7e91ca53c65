"""The form in which Amazon S3 tells a queue of files that were written (Amazon S3 User Guide,
'Event message structure'). It may tell of one twice, and of two in any order."""

from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, Field

_RECEIVED = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


class _Object(BaseModel):
    model_config = _RECEIVED

    key: str


class _Stored(BaseModel):
    model_config = _RECEIVED

    object: _Object


class _Told(BaseModel):
    model_config = _RECEIVED

    s3: _Stored


class DroppedFiles(BaseModel):
    """One message. The one that S3 sends to try a queue out, when it is told of it, has none."""

    model_config = _RECEIVED

    records: tuple[_Told, ...] = Field(default=(), alias="Records")

    @property
    def paths(self) -> tuple[str, ...]:
        """Of the files, as they are called: in the message a blank is a plus, and so on."""
        return tuple(unquote_plus(one.s3.object.key) for one in self.records)
