"""Who signed: the names in a printed byline, without what it says that they did."""

import pytest

from tasks.pages.bylines import read_byline


@pytest.mark.parametrize(
    ("printed", "authors", "place", "agency"),
    [
        ("كتبت سلمى العمري", ["سلمى العمري"], None, None),
        ("كتبت: سلمى العمري - القاهرة", ["سلمى العمري"], "القاهرة", None),
        ("كتب: أحمد سالم ومنى زكي", ["أحمد سالم", "منى زكي"], None, None),
        ("القاهرة - رويترز", [], "القاهرة", "رويترز"),
        ("الرياض كتب أحمد سالم", ["أحمد سالم"], None, None),
        ("أعدّ التقرير أحمد سالم", ["أحمد سالم"], None, None),
        ("إعداد وتقديم أحمد سالم", ["أحمد سالم"], None, None),
        ("كتب وليد سالم", ["وليد سالم"], None, None),
        ("د. سلمى العمري", ["سلمى العمري"], None, None),
        ("سيف النواش تصوير - سعود السهلي", ["سيف النواش"], None, None),
        ("كتب أحمد سالم وتصوير منى زكي", ["أحمد سالم"], None, None),
        ("تغطية وتصوير أحمد سالم", ["أحمد سالم"], None, None),
        ("جميع الحقوق محفوظة", [], None, None),
        ("فريق التحرير", [], None, None),
    ],
)
def test_a_byline_names_its_authors(
    printed: str, authors: list[str], place: str | None, agency: str | None
) -> None:
    read = read_byline(printed)
    assert (list(read.authors), read.place, read.agency) == (authors, place, agency)


def test_what_is_called_a_site_is_no_author() -> None:
    assert read_byline("كتب: مدار العلوم", sites=frozenset({"مدار العلوم"})).authors == ()
