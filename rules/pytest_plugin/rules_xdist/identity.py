"""The names by which a shard's tests tell their process from others. Pure.

Suites name databases, ports and folders after `worker_id`, so two shards that run at
the same time on one host must never share one, whatever target they are of; and a
retried shard should find its own again. Hence a hash of what the shard is, not a count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from rules_xdist.errors import ConfigError


@dataclass(frozen=True)
class Shard:
    """Which of a target's shards this is; the index counts from 0."""

    index: int = 0
    total: int = 1

    def __str__(self) -> str:
        return f"shard {self.index + 1} of {self.total}"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Shard:
        """Bazel's two variables; a total of 0, 1 or none at all means unsharded."""
        total = _number(environ, "TEST_TOTAL_SHARDS")
        if total < 2:
            return cls()
        index = _number(environ, "TEST_SHARD_INDEX")
        if index >= total:
            raise ConfigError(
                f"TEST_SHARD_INDEX: {index}: must be below TEST_TOTAL_SHARDS ({total})"
            )
        return cls(index, total)


@dataclass(frozen=True)
class Worker:
    """What pytest-xdist tells a test about its worker, for a shard."""

    id: str
    count: int
    testrun_uid: str

    @classmethod
    def of(cls, target: str, shard: Shard, run: str) -> Worker:
        """The worker of a shard in the given run (--runs_per_test) of a target."""
        uid = _sha256(target, run).hex()[:32]
        return cls(
            id=_id(target, run, str(shard.index)), count=shard.total, testrun_uid=uid
        )

    def process(self, index: int, total: int) -> Worker:
        """One of the processes of this worker's shard, each of which is a worker."""
        return Worker(_id(self.id, str(index)), self.count * total, self.testrun_uid)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Worker | None:
        """What environ() says; None if nothing does."""
        if "PYTEST_XDIST_WORKER" not in environ:
            return None
        return cls(
            id=environ["PYTEST_XDIST_WORKER"],
            count=_number(environ, "PYTEST_XDIST_WORKER_COUNT"),
            testrun_uid=environ["PYTEST_XDIST_TESTRUNUID"],
        )

    def environ(self) -> dict[str, str]:
        return {
            "PYTEST_XDIST_WORKER": self.id,
            "PYTEST_XDIST_WORKER_COUNT": str(self.count),
            "PYTEST_XDIST_TESTRUNUID": self.testrun_uid,
        }


def _id(*words: str) -> str:
    # 53 bits: exact also where numbers are floating point, such as in JSON.
    return f"gw{int.from_bytes(_sha256(*words)[:8], 'big') >> 11}"


def _sha256(*words: str) -> bytes:
    return hashlib.sha256("\0".join(words).encode()).digest()


def _number(environ: Mapping[str, str], name: str) -> int:
    value = environ.get(name) or "0"
    if not (value.isascii() and value.isdigit()):
        raise ConfigError(f"{name}: {value!r}: must be a whole number, 0 or above")
    return int(value)
