"""Defines the base of all parts of a card: unknown fields are refused, and nothing is changed."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of a card."""

    model_config = ConfigDict(extra="forbid", frozen=True)
