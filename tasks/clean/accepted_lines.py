"""Lines that an outlet's profile names as boilerplate: a person has read and accepted them.

With ``boilerplate = ["حمّلوا تطبيق مرآة النهر"]`` the line «حملوا تطبيق مرآة النهر» goes wherever it
stands, before any other rule looks: what follows a masthead can then be read as the head of the
article.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.draft import META, Draft, Found
from tasks.clean.edge_lines import Numbers, line_keys, text_keys


def find_accepted_lines(draft: Draft) -> Found:
    """Cut the lines that profiles name under ``boilerplate``."""
    at = lines_of_profiles(draft, "boilerplate")
    return Found(draft.cut_lines(at), np.full(len(at), META, np.int8))


def lines_of_profiles(draft: Draft, key: str) -> Numbers:
    """Return the lines that stand and that their record's profile names under this key."""
    found = [np.empty(0, np.int64)]
    names = draft.records["profile"]
    for name in pc.unique(names).to_pylist():
        named = getattr(draft.profiles[name], key) if name in draft.profiles else ()
        if named:
            mine = pc.equal(names, pa.scalar(name, names.type)).to_numpy()
            at = np.flatnonzero(mine[draft.lines.row] & draft.lines.stands)
            found.append(at[np.isin(line_keys(draft, at), text_keys(named))])
    return np.sort(np.concatenate(found))
