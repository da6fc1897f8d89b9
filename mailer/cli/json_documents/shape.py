"""What the shapes of all documents share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Counts = dict[str, int]


class Shape(BaseModel):
    """A document with exactly its keys."""

    model_config = ConfigDict(extra="forbid", strict=True)
