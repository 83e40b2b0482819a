"""Which layout of its profile a record is in, told by its date; whole columns at a time.

Not imported by the package itself: profiles are read where no dates are, and Arrow is not cheap.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.sources.profile import SourceProfile
from tasks.text.dates import read_dates

Flags = npt.NDArray[np.bool_]

EARLIEST: Final = datetime(1850, 1, 1, tzinfo=UTC)
"""No Arabic newspaper is older by much: al-Waqāʾiʿ al-Miṣriyya began in 1828, most after 1850."""

_LATEST: Final = datetime.max.replace(tzinfo=UTC)


def is_within(published: pa.Array | pa.ChunkedArray, layout: SourceProfile, until: date) -> Flags:
    """Tell which dates, as printed and as the layout reads them, are not after its last day.

    ``layout`` and ``until`` are an entry of ``SourceProfile.by_layout``. A time counts by the
    clocks of the outlet's zone, a day without a time as it is printed; what the layout reads no
    date in is not of it.
    """
    dates = read_dates(
        published,
        timezone=layout.timezone,
        formats=layout.date_formats,
        earliest=EARLIEST,
        latest=_LATEST,
    )
    midnight = datetime.combine(until + timedelta(days=1), datetime.min.time())
    ends = [
        pa.scalar(midnight.replace(tzinfo=zone), dates.at.type)
        for zone in (UTC, ZoneInfo(layout.timezone))
    ]
    end = pc.if_else(pc.equal(dates.precision, "day"), *ends)
    within = pc.fill_null(pc.less(dates.at, end), fill_value=False)
    return np.asarray(within)


def layout_names(profile: SourceProfile, published: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the name of the profile that each record is read by, told by its printed date.

    That is the oldest layout that reads a date within its time, else the profile itself, which
    also has the records without a date.
    """
    names = np.full(len(published), profile.name, object)
    for until, layout in reversed(profile.by_layout.items()):
        names[is_within(published, layout, until)] = layout.name
    return pa.array(names, pa.string())
