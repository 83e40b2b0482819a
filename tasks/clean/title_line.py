"""The title on the first line of a text file is the title, not the first paragraph.

«وزير النقل يفتتح الجسر⏎أعلن وزير النقل ...»: the first line goes to the ``title`` column. A text of
one line only is the article, and has no title.
"""

import numpy as np

from tasks.clean.draft import TITLE, Draft, Found


def find_titles(draft: Draft) -> Found:
    """Cut the first line of each record whose format says that it is the title."""
    lines = draft.first_lines()
    is_title = draft.records["title_in_text"].to_numpy()[draft.lines.row[lines]]
    below = np.append(draft.lines.row, -1)[lines + 1]
    lines = lines[is_title & (below == draft.lines.row[lines])]
    return Found(draft.cut_lines(lines), np.full(len(lines), TITLE, np.int8))
