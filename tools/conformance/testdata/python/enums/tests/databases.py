from enum import Enum


class Database(Enum):
    POSTGRES = "pg"
    SQLITE = "lite"


class Engine(str, Enum):
    FAST = "fast"
    SLOW = "slow"
