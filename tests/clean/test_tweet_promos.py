"""Tweets that advertise what their outlet broadcasts."""

import pytest

from tests.clean.record_tables import cleaned

BEFORE = "وقال الوزير إن الميناء سيفتح غدا."
BEHIND = "وأضاف أن السفن ستصل مساء."


@pytest.mark.parametrize(
    "tweet",
    [
        '"عاد الهدوء"المزيد من التفاصيل مع سالم حداد #الأفق pic.twitter.com/a1B2',
        "كيف يعود العمل؟ وهل يكفي المال؟الخبير سالم حداد لـ #الأفق pic.twitter.com/a1B2",
    ],
    ids=["promises-more", "asks-a-guest"],
)
def test_a_promo_goes(tweet: str) -> None:
    (row,) = cleaned({"text": f"{BEFORE} {tweet} {BEHIND}", "title": "الميناء"})
    assert row["body"] == f"{BEFORE} {BEHIND}"
    assert [cut["kind"] for cut in row["removed"]] == ["promo"]
    assert row["removed"][0]["text"] == tweet


@pytest.mark.parametrize(
    "tweet",
    [
        "عاد الهدوء إلى الميناء بعد ليلة من الرياح #الأفق pic.twitter.com/a1B2",
        "كيف يعود العمل إلى الميناء؟ pic.twitter.com/a1B2",
    ],
    ids=["reports", "asks"],
)
def test_other_tweets_stay(tweet: str) -> None:
    text = f"{BEFORE} {tweet} {BEHIND}"
    (row,) = cleaned({"text": text, "title": "الميناء"})
    assert row["body"] == text
