import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.clean.agency_credits import credited
from tasks.text.agencies import agency_named
from tests.clean.record_tables import cleaned

BODY = "أعلنت البلدية صباح أمس أن أعمال الجسر الجديد تنتهي قبل نهاية العام الحالي."


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        pytest.param("أ ف ب", "أ ف ب", id="spaces"),
        pytest.param("(أ.ف.ب)", "أ ف ب", id="dots-and-brackets"),
        pytest.param("ا .ف .ب", "أ ف ب", id="bare-alef"),
        pytest.param("AFP", "أ ف ب", id="latin"),
        pytest.param("وكالة المغرب العربي للأنباء", "و م ع", id="in-words"),
        pytest.param("أب", None, id="father"),
        pytest.param("دبا", None, id="a-city"),
        pytest.param("ومع", None, id="and-with"),
    ],
)
def test_an_agency_has_one_name(spelt: str, name: str | None) -> None:
    assert agency_named(spelt) == name


@pytest.mark.parametrize(
    ("end", "name"),
    [
        pytest.param("\n(د .ب .أ)", "د ب أ", id="line-in-brackets"),
        pytest.param("\nفرانس24/ أ ف ب", "أ ف ب", id="beside-an-outlet"),
        pytest.param("\nرويترز", "رويترز", id="line"),
        pytest.param(" (وكالات)", "وكالات", id="behind-the-stop"),
        pytest.param(" *وكالة أنباء الأناضول", "الأناضول", id="star"),
        pytest.param("(إفي)", "إفي", id="touching-the-stop"),
    ],
)
def test_a_credit_is_cut(end: str, name: str) -> None:
    row = cleaned({"text": BODY + end})[0]
    assert (row["body"], row["agency"]) == (BODY, name)
    assert [cut["kind"] for cut in row["removed"]] == ["agency"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ذكرت ذلك وكالة الأنباء السعودية (واس).", id="before-the-stop"),
        pytest.param("نقلت عنه وكالة رويترز", id="in-a-sentence"),
        pytest.param(BODY + " (إبراهيم)", id="other-brackets"),
        pytest.param(BODY + "\nالاتحاد", id="an-outlet-alone"),
        pytest.param(
            "وكالات\n"
            + "\n".join(f"{BODY[:-1]} {n}." for n in range(3, 6))
            + "\nرويترز\n"
            + "\n".join(f"{BODY[:-1]} {n}." for n in range(6, 10)),
            id="mid",
        ),
    ],
)
def test_an_agency_that_is_told_of_stays(text: str) -> None:
    body = cleaned({"text": text})[0]["body"]
    assert body == text.removeprefix("وكالات\n")


@given(st.text(st.sampled_from("()*-/ رويتزأفب.\n"), max_size=40))
def test_what_is_no_name_is_no_credit(text: str) -> None:
    name = credited(text)
    assert name is None or agency_named(name) == name
