"""The base of models for request bodies."""

from pydantic import BaseModel, ConfigDict


class Given(BaseModel):
    """What a request brings: nothing that is not described."""

    model_config = ConfigDict(extra="forbid")
