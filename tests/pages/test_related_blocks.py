"""Both stages take the same lines for related links: as markup through a page, as text alone."""

from typing import Any, Final

import pytest

from tasks.clean import clean
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tests.clean.record_tables import cleaned, records
from tests.fetch.reading_pages import read_fields
from tests.pages.pieces import PARAGRAPHS, TITLE, article

ONE: Final = "متحف السكك الحديدية يستقبل أول زواره"
TWO: Final = "سوق القرية يعود كل خميس"

LISTED: Final = "<h3>{}</h3><ul><li><a href='/1'>{}</a></li><li><a href='/2'>{}</a></li></ul>"
LINES: Final = "<p><b>{}</b></p><p><a href='/1'>{}</a></p><p><a href='/2'>{}</a></p>"
BROKEN: Final = "<p>{}<br><a href='/1'>{}</a><br><a href='/2'>{}</a></p>"
BARE: Final = "<p><b>{}</b></p><p>{}</p><p>{}</p>"
BARE_LIST: Final = "<h4>{}</h4><ul><li>{}</li><li>{}</li></ul>"
DIVS: Final = "<div><div>{}</div><div>- {}</div><div>- {}</div></div>"

BLOCKS: Final = [
    pytest.param(LISTED, "{}\n- {}\n- {}", id="list"),
    pytest.param(LINES, "{}\n{}\n{}", id="links"),
    pytest.param(BROKEN, "{}\n{}\n{}", id="breaks"),
    pytest.param(BARE, "{}\n{}\n{}", id="no-links"),
    pytest.param(BARE_LIST, "{}\n• {}\n• {}", id="list-without-links"),
    pytest.param(DIVS, "{}\n- {}\n- {}", id="list-marks"),
]


def of_page(inner: str, profile: SourceProfile) -> dict[str, Any]:
    row = read_fields(article(inner), profile=profile) | {"source": "الضفة", "record_ref": "a#1"}
    (found,) = clean(records(row), {DEFAULT_PROFILE: profile}).kept.to_pylist()
    return found  # type: ignore[no-any-return]


def told_alike(markup: str, text: str, **particulars: Any) -> dict[str, Any]:
    """Return what cleaning makes of the block inside a story, where both ways make the same."""
    before, after = PARAGRAPHS[:2], PARAGRAPHS[2:]
    profile = SourceProfile(name=DEFAULT_PROFILE, **particulars)
    around = ["".join(f"<p>{line}</p>" for line in lines) for lines in (before, after)]
    paged = of_page(markup.join(around), profile)
    lines = "\n".join((*before, *filter(None, [text]), *after))
    texted = cleaned({"title": TITLE, "text": lines, "source": "الضفة"}, **particulars)[0]
    assert paged["body"] == texted["body"]
    titles = [[link["title"] for link in row["related"]] for row in (paged, texted)]
    assert titles[0] == titles[1]
    return {"body": paged["body"], "related": titles[0], "links": paged["related"]}


@pytest.mark.parametrize("heading", ["اقرأ أيضاً", "قد يهمك:", "مواضيع ذات صلة", "من أرشيفنا"])
@pytest.mark.parametrize(("markup", "text"), BLOCKS)
def test_a_block_under_a_heading(markup: str, text: str, heading: str) -> None:
    told = told_alike(
        markup.format(heading, ONE, TWO),
        text.format(heading, ONE, TWO),
        related_headings=("من أرشيفنا",),
    )
    assert told["body"] == "\n".join(PARAGRAPHS)
    assert told["related"] == [ONE, TWO]


@pytest.mark.parametrize(
    "line",
    ["اقرأ أيضاً: {}", "قد يهمك| {}", "شاهد أيضاً - {}", "اقرأ أيضا – {}", "اقرأ المزيد / {}",
     "للمزيد.. {}", "طالع أيضا … {}", "إقرأ أيضا في الضفة: {}", "المزيد: {}", "أخبار ذات صلة. {}"],
)  # fmt: skip
@pytest.mark.parametrize("markup", ["<p>{}</p>", "<p><a href='/1'>{}</a></p>", "<h5>{}</h5>"])
def test_a_link_behind_a_heading(markup: str, line: str) -> None:
    told = told_alike(markup.format(line.format(ONE)), line.format(ONE))
    assert told["body"] == "\n".join(PARAGRAPHS)
    assert told["related"] == [ONE]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param("<h3>اقرأ أيضاً</h3>", "اقرأ أيضاً", id="heading-alone"),
        pytest.param("<p>قد يهمك:</p>", "قد يهمك:", id="heading-with-a-colon"),
    ],
)
def test_a_heading_over_nothing(markup: str, text: str) -> None:
    told = told_alike(markup, text)
    assert (told["body"], told["related"]) == ("\n".join(PARAGRAPHS), [])


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param("<p>{}</p>", "للمزيد من المعلومات يمكن الاتصال بالوزارة مباشرة.", id="prose"),
        pytest.param(
            "<p>{}</p>", "اقرأ أيضا في هذا السياق ما كتبه المؤرخون عن الخط القديم.", id="no-colon"
        ),
        pytest.param(
            "<p>{}</p><ul><li>{}</li><li>{}</li></ul>",
            "شملت الأعمال:\nجسر الوادي الكبير\nمحطة القرية القديمة",
            id="a-list-of-the-story",
        ),
        pytest.param("<p>{}</p>", "شاهد المسافرون الجسر الجديد من النوافذ", id="one-word"),
    ],
)
def test_what_only_looks_like_a_block_stays(markup: str, text: str) -> None:
    told = told_alike(markup.format(*text.split("\n")), text)
    assert told["body"] == "\n".join((*PARAGRAPHS[:2], text, *PARAGRAPHS[2:]))
    assert told["related"] == []


def test_links_of_the_markup_have_their_address() -> None:
    told = told_alike(
        LISTED.format("اقرأ أيضاً", ONE, TWO).replace("/2", "javascript:alert(1)"),
        f"اقرأ أيضاً\n- {ONE}\n- {TWO}",
    )
    assert told["links"] == [{"title": ONE, "url": None}, {"title": TWO, "url": None}]


def test_a_heading_below_a_block_is_the_storys() -> None:
    """As text alone it would be one more link: the markup tells more."""
    half = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[:2])
    rest = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[2:])
    inner = f"{half}<p>اقرأ أيضاً</p><p>{ONE}</p><h2>عودة الأسواق</h2>{rest}"
    found = of_page(inner, SourceProfile(name=DEFAULT_PROFILE))
    assert found["body"].split("\n")[2] == "عودة الأسواق"
    assert [link["title"] for link in found["related"]] == [ONE]
