"""Tenants: the companies whose books this service keeps, each apart from the others."""

from __future__ import annotations

import re
from dataclasses import dataclass

from billing.errors import BillingError
from billing.money import Money
from billing.tax import rate_of

SLUG = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")


@dataclass(frozen=True)
class Tenant:
    """The slug stands in URLs and file names, so its alphabet is narrow."""

    slug: str
    name: str
    country: str
    currency: str

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.slug):
            raise BillingError(
                f"tenant {self.slug!r}: 3 to 32 of a-z, 0-9 and -, letter first"
            )
        if not self.name.strip():
            raise BillingError(f"tenant {self.slug!r}: needs a name")
        rate_of(self.country)
        Money.zero(self.currency)
