"""What can go wrong in billing, by what the caller can do about it."""


class BillingError(ValueError):
    """The request makes no sense as it stands."""


class NotFound(BillingError):
    """The tenant or invoice named does not exist for this caller."""


class Conflict(BillingError):
    """The request contradicts what is already in the books."""
