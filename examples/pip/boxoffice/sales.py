"""Sales of one evening, kept in a SQLite file."""

import asyncio
import sqlite3
from pathlib import Path

from boxoffice.house import House


class SoldOut(Exception):
    """Raised for a seat that somebody else has."""


class Sales:
    """Who has which seat."""

    def __init__(self, house: House, file: Path) -> None:
        self._house = house
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute(
            "create table if not exists sold (seat text primary key, buyer text)"
        )

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    async def buy(self, seat: str, buyer: str) -> int:
        """Sells a seat and returns its price."""
        price = self._house.prices[seat]
        await asyncio.sleep(0)  # where a real one would ask the buyer's bank
        try:
            self._database.execute("insert into sold values (?, ?)", (seat, buyer))
        except sqlite3.IntegrityError:
            raise SoldOut(seat) from None
        return price

    def takings(self) -> int:
        """What all sold seats brought."""
        return sum(
            self._house.prices[seat]
            for (seat,) in self._database.execute("select seat from sold")
        )

    def clear(self) -> None:
        """Forgets all sales, whosever they are."""
        self._database.execute("delete from sold")
