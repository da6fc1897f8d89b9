"""What shapes of JSON documents have in common."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Counts = dict[str, int]
Changes = dict[str, list[Any]]  # property → [before, after]
Names = dict[str, str]  # language → name


class Shape(BaseModel):
    """A document with exactly its keys."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ActListed(Shape):
    """A change of the directory, of a user or of a word, with who did it."""

    at: Instant
    by: str
    account: str | None
    act: str
    because: str | None
    detail: dict[str, Any]
