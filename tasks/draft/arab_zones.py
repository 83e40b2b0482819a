"""Time zones of the Arab countries, and which of them agree with offsets that dates state."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

ZONES: Final = {
    "sa": "Asia/Riyadh", "eg": "Africa/Cairo", "dz": "Africa/Algiers", "iq": "Asia/Baghdad",
    "ma": "Africa/Casablanca", "jo": "Asia/Amman", "lb": "Asia/Beirut", "ae": "Asia/Dubai",
    "sy": "Asia/Damascus", "tn": "Africa/Tunis", "ps": "Asia/Gaza", "kw": "Asia/Kuwait",
    "qa": "Asia/Qatar", "ye": "Asia/Aden", "ly": "Africa/Tripoli", "sd": "Africa/Khartoum",
    "om": "Asia/Muscat", "bh": "Asia/Bahrain", "mr": "Africa/Nouakchott", "so": "Africa/Mogadishu",
    "dj": "Africa/Djibouti", "km": "Indian/Comoro",
}  # fmt: skip
"""By the country's code of ISO 3166-1; those with more outlets stand first."""

_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)\s*\Z")
_UTC: Final = re.compile(r"(?:\d|\s)(?:Z|GMT|UTC?)\s*\Z", re.IGNORECASE)


def offset_of(printed: str) -> int | None:
    """Return the minutes east of UTC that a printed date states, null where it states none."""
    found = _OFFSET.search(printed)
    if found is None:
        return 0 if _UTC.search(printed) else None
    minutes = int(found[2]) * 60 + int(found[3])
    return -minutes if found[1] == "-" else minutes


def zones_with(stated: Iterable[tuple[datetime, int]]) -> tuple[str, ...]:
    """Return the zones whose clocks had these offsets (minutes) at these times (aware)."""
    told = set(stated)
    return tuple(
        zone for zone in ZONES.values() if all(_minutes(zone, at) == offset for at, offset in told)
    )


def zone_of_country(*signs: str) -> tuple[str, str] | None:
    """Return (zone, sign) of the first host or language tag that ends in a country's code."""
    for sign in signs:
        code = re.split("[.-]", sign.partition(":")[0].lower())
        if len(code) > 1 and code[-1] in ZONES:
            return ZONES[code[-1]], sign
    return None


def _minutes(zone: str, at: datetime) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)
