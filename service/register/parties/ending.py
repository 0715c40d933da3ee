"""How a principal ends: what is sent for it."""

from pydantic import Field

from service.values import Strict


class DeactivationCreate(Strict):
    """The end of a principal, which cannot be undone."""

    confirm: str = Field(
        min_length=1,
        max_length=200,
        description="The client id of the principal that ends: so that no other does by mistake.",
    )
