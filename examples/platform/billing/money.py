"""Amounts of money in minor units, so that no cent is lost to binary fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from billing.errors import BillingError

MINOR_DIGITS = {"CHF": 2, "EUR": 2, "GBP": 2, "JPY": 0, "USD": 2}


class CurrencyMismatch(BillingError):
    """Two currencies met where only a conversion could make them one."""


@dataclass(frozen=True)
class Money:
    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in MINOR_DIGITS:
            known = ", ".join(sorted(MINOR_DIGITS))
            raise BillingError(f"currency {self.currency!r}: unknown; one of {known}")

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read `12.34 EUR`; digits beyond the currency's own are an error."""
        number, _, currency = text.strip().partition(" ")
        try:
            minor = Decimal(number).scaleb(MINOR_DIGITS[currency])
        except (InvalidOperation, KeyError):
            raise BillingError(f"amount {text!r}: expected `12.34 EUR`") from None
        if minor != minor.to_integral_value():
            raise BillingError(f"amount {text!r}: too many digits for {currency}")
        return cls(int(minor), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    def __str__(self) -> str:
        digits = MINOR_DIGITS[self.currency]
        return f"{Decimal(self.minor).scaleb(-digits):.{digits}f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self} and {other}: convert one of them first")
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def times(self, factor: Decimal) -> Money:
        """Scale, rounding half away from zero as tax offices do."""
        exact = Decimal(self.minor) * factor
        return Money(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Split by weights without losing a cent: early shares take what is left."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise BillingError(
                f"weights {list(weights)}: need a positive sum, none < 0"
            )
        shares = [self.minor * weight // total for weight in weights]
        takers = [index for index, weight in enumerate(weights) if weight]
        for index in takers[: self.minor - sum(shares)]:
            shares[index] += 1
        return [Money(share, self.currency) for share in shares]


def total(amounts: Sequence[Money], currency: str) -> Money:
    return sum(amounts, Money.zero(currency))
