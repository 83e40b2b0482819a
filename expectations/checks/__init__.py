"""Custom expectations, where the core ones of Great Expectations do not do."""

from expectations.checks.rows import ExpectColumnFlagToBeUnset, ExpectColumnNumbersToBeBetween

__all__ = ["ExpectColumnFlagToBeUnset", "ExpectColumnNumbersToBeBetween"]
