"""The few errors that the product raises on purpose. The message is for the person who meets it: what happened, with
which value, and what to do next."""


class ProductError(Exception):
    """A deliberate error; its message may be shown to the person. `status` is its HTTP status."""

    status = 400


class InvalidInput(ProductError):
    """What was given cannot be used. `field` names the form field that it belongs to, or is empty."""

    status = 422

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NotFound(ProductError):
    """There is no such thing, or none that this person may see: both read alike."""

    status = 404


class Gone(ProductError):
    """The thing was withdrawn for good."""

    status = 410


class Conflict(ProductError):
    """Somebody else changed the thing in the meantime; nothing was overwritten."""

    status = 409


class Unauthorised(ProductError):
    """A program did not say who it acts for; `is_refused` when it did, with something that cannot be used."""

    status = 401

    def __init__(self, message: str, *, is_refused: bool = False) -> None:
        super().__init__(message)
        self.is_refused = is_refused


class NotAllowed(ProductError):
    """This person may not do that."""

    status = 403


class Unavailable(ProductError):
    """A part of the site does not work just now, and it is not the person's fault."""

    status = 503
