import csv
import io
import itertools
import time
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.fetch.formats.pieces import Piece
from tasks.fetch.formats.table_fields import NULLS, find_header
from tasks.fetch.formats.tables import Cutter, sniff, split
from tasks.fetch.streams import HEAD, Stream
from tasks.fetch.unpacking import CHUNK, MAGIC, find_compression
from tests.fetch.table_rows import HEADER, RLM, pieces, rows


class Chunks:
    """A file whose bytes come in the given chunks, and that may end early."""

    def __init__(self, chunks: Iterable[bytes], *, ends_early: bool = False) -> None:
        self._chunks = iter(chunks)
        self._ends_early = ends_early

    def read(self, _size: int, /) -> bytes:
        data = next(self._chunks, b"")
        if not data and self._ends_early:
            raise EOFError
        return data


def cut(data: bytes, places: list[int], longest: int = 1 << 20) -> list[Piece]:
    """Cut the rows of a table whose bytes come in chunks that end at the places."""
    header = find_header(data, ended=True)
    if header is None:
        return pieces(data, longest)
    cutter = Cutter(header, longest)
    ends = [0, *sorted(place for place in places if place < len(data)), len(data)]
    found = [cutter.cut(data[start:end]) for start, end in itertools.pairwise(ends)]
    return [*itertools.chain(*found), *cutter.cut(b"\n", final=True)]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        pytest.param("a.csv", "x,y\n1,2\n", id="csv"),
        pytest.param("a.CSV", "عنوان,نص\nخبر,قال\n", id="arabic-names"),
        pytest.param("a.tsv", "x\ty\n", id="tsv"),
        pytest.param("a.tab", "text\nخبر\n", id="one-column"),
        pytest.param("a.dat", "title,text\n", id="by-content"),
        pytest.param("a", '\ufeff"Title";"Body";"whatever"\r\n', id="quoted-names"),
        pytest.param("a.txt", "\n\nurl\tpublished_at\tkind\nx\ty\tz", id="tabs"),
        pytest.param("a", "articleBody | HEADLINE | n\n", id="bars"),
        pytest.param("a.txt", "العنوان;النص;التاريخ\r\nخبر;قال;2020-01-01\r\n", id="arabic-text"),
        pytest.param("a", 'م,"نص الخبر","تاريخ النشر"\n', id="arabic-and-quoted"),
        pytest.param("a", "sep=;\r\ntitle;text\r\n", id="excel"),
        pytest.param("a", f"{RLM}العنوان{RLM},النَّص\n", id="marks-and-harakat"),
        pytest.param("a", "Publish Date|Article Body\n", id="spaces-in-names"),
        pytest.param("a.txt", "العنوان;النص".encode().decode("cp1256"), id="mojibake-1256"),
        pytest.param("a.txt", "القسم,النص".encode().decode("latin-1"), id="mojibake-latin-1"),
        pytest.param("!a", "أعلنت الوزارة, اليوم, عن خطة; جديدة | في القاهرة\nخبر", id="prose"),
        pytest.param("!a", "title,أعلنت الوزارة اليوم\n", id="one-usual-name"),
        pytest.param("!a", "العنوان, وهو ما جاء في النص\n", id="one-arabic-name"),
        pytest.param("!a", "title,title\n", id="the-same-twice"),
        pytest.param("!a", "Title, text, " + "and prose " * 10, id="english-prose"),
        pytest.param("!a", '{"title": "a", "text": "b"}\n', id="json-lines"),
        pytest.param("!a.csv", ' {"title": "a", "text": "b"}\n', id="json-lines-as-csv"),
        pytest.param("!a.csv", '\ufeff[{"title":"a"},\n', id="array-as-csv"),
        pytest.param("!a.csv", "\n<!DOCTYPE html>", id="page-as-csv"),
        pytest.param("!a.csv", "PK\x03\x04title,text\n", id="zip-as-csv"),
        pytest.param("!a", "a,b\ntitle,text\n", id="not-in-the-first-line"),
        pytest.param("!a", "", id="empty"),
    ],
)
def test_tables_are_recognised(name: str, head: str) -> None:
    """A name with an exclamation mark is no table's."""
    assert sniff(name.removeprefix("!"), head.encode()) is not name.startswith("!")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param("a,b\nc,d\ne,f", ["c,d", "e,f"], id="lf"),
        pytest.param("a,b\r\nc,d\r\ne,f\r\n", ["c,d", "e,f"], id="crlf"),
        pytest.param("a,b\rc,d\re,f\r", ["c,d", "e,f"], id="cr"),
        pytest.param("\ufeffa,b\nc,d", ["c,d"], id="bom"),
        pytest.param('\ufeff"a","b"\nc,d', ["c,d"], id="bom-before-a-quote"),
        pytest.param("sep=;\r\na;b\r\nc;d", ["c;d"], id="excel"),
        pytest.param("\n \r\n\na,b\n\n\t \nc,d\n\n", ["c,d"], id="blank-lines"),
        pytest.param('a,b\n"c\n\nd","e\r\nf"\ng,h', ['"c\n\nd","e\r\nf"', "g,h"], id="newlines"),
        pytest.param('a,b\n"c ""x,\n"" d",e\n', ['"c ""x,\n"" d",e'], id="doubled-quotes"),
        pytest.param('a,b\n"",""\n"""",""""""\n', ['"",""', '"""",""""""'], id="only-quotes"),
        pytest.param('a,b\nc"d,e"f\n', ['c"d,e"f'], id="quotes-inside-a-cell"),
        pytest.param('a,b\n"c" ,"d"\t\n', ['"c" ,"d"\t'], id="blanks-behind-a-quote"),
        pytest.param('a,b\n"c \\"d\\",\n",e\n', ['"c \\"d\\",\n",e'], id="escapes"),
        pytest.param('a,b\n"c:\\",d\n"\\\\","e"', ['"c:\\",d', '"\\\\","e"'], id="backslashes"),
        pytest.param("a;b,c;d\n1;2;3\n", ["1;2;3"], id="semicolons"),
        pytest.param("a\tb,c\td\n1\t2\t3\n", ["1\t2\t3"], id="tabs"),
        pytest.param("\ta\tb\n1\t\t\n", ["1\t\t"], id="first-column-without-a-name"),
        pytest.param("a|b\n1|2\n", ["1|2"], id="bars"),
        pytest.param('"a;b;c",d\n1,2\n', ["1,2"], id="delimiters-in-quotes"),
        pytest.param("a\nb\n\n \n" '""\n', ["b", '""'], id="one-column"),
        pytest.param("a,b,\n1,2,\n", ["1,2,"], id="delimiter-at-the-end"),
        pytest.param("a,b\nc\u2028d,e\u0085\v\x1cf", ["c\u2028d,e\u0085\v\x1cf"], id="other-ends"),
        pytest.param("a,b\nc\0,\0d\n", ["c\0,\0d"], id="nul"),
    ],
)  # fmt: skip
def test_rows(data: str, found: list[str]) -> None:
    told = pieces(data.encode())
    assert [(piece.payload.decode(), piece.refusal) for piece in told] == [(r, None) for r in found]


@pytest.mark.parametrize("data", [b"a,b", b"a,b\r\n\r\n", b"\xef\xbb\xbf", b"\n \n", b'"a\n",b'])
def test_a_table_without_rows_has_no_records(data: bytes) -> None:
    assert pieces(data) == []


def test_ranges_and_header() -> None:
    data = '\ufeff عنوان ,نص\r\nخبر,"قال\nلنا"\r\n\r\n1,2'.encode()
    found = pieces(data)
    assert [data[piece.start : piece.end] for piece in found] == [p.payload for p in found]
    assert [p.payload.decode() for p in found] == ['خبر,"قال\nلنا"', "1,2"]
    assert {piece.header for piece in found} == {'{"columns":[" عنوان ","نص"],"delimiter":","}'}


def test_rows_of_other_cells_are_refused() -> None:
    found = pieces(b'a,b,c\n1,2\n"1,2\n,3"\n1,2,3\n1,2,3,\n')
    assert [piece.refusal for piece in found] == ["ragged-row", "ragged-row", None, "ragged-row"]
    assert found[0].detail == "2 cells where the header has 3"
    assert found[1].detail == "1 cell where the header has 3"


@pytest.mark.parametrize(
    ("row", "place"), [('"c"d,e', 4), ('"c" d,"e"', 5), ('c,"d""e"f', 9), ('"a\nb\\\\"c,d', 8)]
)
def test_text_behind_a_closing_quote_refuses_its_row(row: str, place: int) -> None:
    """Read as it stands, the quote would be lost, and the cell end at the next line or comma."""
    found = pieces(f"a,b\n1,2\n{row}\n3,4".encode())
    assert [piece.payload.decode() for piece in found] == ["1,2", row, "3,4"]
    assert [piece.refusal for piece in found] == [None, "not-csv", None]
    assert f"behind a closing quote at byte {place} of the row" in (found[1].detail or "")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        pytest.param(r'"قال \"الوزير\" اليوم"', 'قال "الوزير" اليوم', id="in-quotes"),
        pytest.param('"قال \\"\n\\"نعم\\", ثم"', 'قال "\n"نعم", ثم', id="ends-and-delimiters"),
        pytest.param(r'"\"نعم\""', '"نعم"', id="at-the-ends"),
        pytest.param(r'"a \"b\\\"c\\"', 'a "b\\"c\\', id="backslashes"),
        pytest.param('"a \\"b\\\nc"', 'a "b\nc', id="line-end-as-mysql-writes-it"),
        pytest.param(r'"a \"b \n c:\d"', 'a "b \\n c:\\d', id="before-letters-none"),
        pytest.param(r'"a \"b ""c"""', 'a "b "c"', id="doubled-quotes-as-well"),
    ],
)
def test_a_backslash_before_a_quote_is_an_escape_where_text_follows(cells: str, told: str) -> None:
    data = f'title,text\n"\\"",y\n\\N,{cells} \n"\\"","x"\n"قال \\"لا\\"",z'.encode()
    other = [{"title": '"', "text": "y"}, {"title": '"', "text": "x"}]
    last = {"title": 'قال "لا"', "text": "z"}
    assert rows(pieces(data)) == [other[0], {"text": told + " "}, other[1], last]


def test_escapes_that_begin_late_hold_from_there_on() -> None:
    before = b'"c:\\",b\n' * HEAD
    found = pieces(HEADER + before + b'"a \\"b\\"",c\n"c\\",",b\n')
    assert {piece.refusal for piece in found} == {None}
    assert rows(found[:1]) == [{"title": "c:\\", "text": "b"}]
    assert rows(found[-2:]) == [{"title": 'a "b"', "text": "c"}, {"title": 'c",', "text": "b"}]


def test_escapes_in_the_header() -> None:
    (row,) = rows(pieces(b'"a \\"b",text\n1,"c\\",d"\n'), title='a "b')
    assert row == {"title": "1", "text": 'c",d'}


@pytest.mark.parametrize(
    ("data", "found", "place"),
    [
        pytest.param('1,"b ""c""\r\n2,c\n3,""', ['!1,"b ""c""', "2,c", '3,""'], 3, id="first"),
        pytest.param('1,a\n"2\n","x\n3,c', ["1,a", '!"2\n","x', "3,c"], 6, id="second-cell"),
        pytest.param('1,a\n2,"', ["1,a", '!2,"'], 3, id="last"),
        pytest.param('"\n\n\r\n1,a\n', ['!"', "1,a"], 1, id="alone"),
    ],
)
def test_an_open_quote_takes_its_line_only(data: str, found: list[str], place: int) -> None:
    told = pieces(HEADER + data.encode())
    marks = {None: "", "not-csv": "!"}
    assert [marks[piece.refusal] + piece.payload.decode() for piece in told] == found
    (detail,) = filter(None, (piece.detail for piece in told))
    assert detail == f"a quote opens at byte {place} of the row and is never closed"


def test_a_quote_that_is_open_for_too_long_takes_its_line_only() -> None:
    found = pieces(HEADER + b'1,"a\n' + b"2,bb\n" * 50 + b'3,"c"\n', longest=100)
    assert [piece.refusal for piece in found] == ["not-csv"] + [None] * 51


@pytest.mark.parametrize("line", [b'1,"a\n', b'"\n', b'1,"a\n' + b"2,b\n" * 9999, b'1,"a""\n'])
def test_many_open_quotes_take_no_more_than_linear_time(line: bytes) -> None:
    before = time.process_time()
    assert len(pieces(HEADER + line * (1_200_000 // len(line)), longest=10_000)) > 100
    assert time.process_time() - before < 30


def test_a_row_over_the_limit_is_refused_whole_and_the_others_stay() -> None:
    long = b'1,"' + b"x" * (3 * CHUNK) + b'","y\nz"'
    found = pieces(b"a,b,c\n1,2,3\n" + long + b"\n4,5,6\n\n7,8,9", longest=1024)
    assert [piece.refusal for piece in found] == [None, "too-large", None, None]
    assert found[1].end - found[1].start == len(long)
    assert found[1].detail == f"{len(long):,} bytes; the limit is 1,024"
    assert len(found[1].payload) == HEAD
    assert found[2].payload == b"4,5,6"


def test_a_row_over_the_limit_ends_after_as_much_inside_quotes() -> None:
    found = pieces(HEADER + b'1,"' + b"x" * 200 + b"\n2,b\n3,c\n", longest=100)
    assert [piece.refusal for piece in found] == ["too-large", None, None]
    assert found[0].end - found[0].start == 203


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n3,4\n"])
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_a_row_of_200_megabytes_is_not_held(end: bytes, quote: bytes) -> None:
    parts = Chunks([HEADER + b"1," + quote, *[b"x" * CHUNK] * 400, quote + end])
    found = list(split(Stream(parts), 1 << 20))
    assert found[0].refusal == "too-large"
    assert found[0].end - found[0].start == 400 * CHUNK + 2 + 2 * len(quote)
    assert [piece.payload for piece in found[1:]] == ([b"3,4"] if b"3" in end else [])


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        pytest.param(b'a,"b\nc,d\n', "a quote opens in the first row", id="open-quote"),
        pytest.param(b'a,"b\n' + b"1,2\n" * HEAD, "no end within 65,536 bytes", id="open-quotes"),
        pytest.param(b"x" * HEAD + b"\n1\n", "no end within 65,536 bytes", id="prose"),
        pytest.param(b"\n" * HEAD + b"a\nb\n", "no end within 65,536 bytes", id="blanks"),
    ],
)
def test_without_a_first_row_the_table_is_refused_whole(data: bytes, detail: str) -> None:
    (piece,) = pieces(data)
    assert (piece.start, piece.end, piece.refusal) == (0, len(data), "not-csv")
    assert detail in (piece.detail or "")


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        pytest.param(b"a,b\n1,2\n3,4\n5", b"5", id="in-a-row"),
        pytest.param(b'a,b\n1,2\n3,4\n5,"6\n', b'5,"6\n', id="in-quotes"),
        pytest.param(b"a,b\n1,2\n3,4\n", b"", id="between-rows"),
        pytest.param(b'a,"b', b'a,"b', id="in-the-header"),
        pytest.param(b"", b"", id="before-the-header"),
    ],
)
def test_an_early_end_refuses_the_row_it_cuts(data: bytes, refused: bytes) -> None:
    *found, last = split(Stream(Chunks([data], ends_early=True)), 1000)
    assert [piece.payload for piece in found] == ([b"1,2", b"3,4"] if b"\n" in data else [])
    assert (last.payload, last.end, last.refusal) == (refused, len(data), "truncated")


def test_an_early_end_in_a_row_over_the_limit() -> None:
    found = list(split(Stream(Chunks([HEADER, b"x" * 2000], ends_early=True)), 1000))
    assert [piece.refusal for piece in found] == ["too-large", "truncated"]


SPECIAL = (
    b'"_""_\\_\\"_"\\"a_,_\n_\r\n_\r_;_ _\t_a_xxxxxxxxx_\n"_,"_",_\0_\xd8_\xd9\x82_\xef\xbb\xbf'
)
PARTS = st.sampled_from(SPECIAL.split(b"_")) | st.binary(max_size=5)
ANYTHING = st.lists(PARTS, max_size=40).map(b"".join)
ANYTHING = ANYTHING.filter(lambda data: find_compression(data[:MAGIC]) is None)
PLACES = st.lists(st.integers(1, 300), max_size=12)


@given(ANYTHING, PLACES, st.integers(1, 60))
@example(b'a,b\n1,"\n2,"3\n', [7], 5)
def test_any_bytes_are_accounted_for(data: bytes, places: list[int], longest: int) -> None:
    found = pieces(data, longest)
    assert cut(data, places, longest) == found
    header = find_header(data, ended=True)
    at = 0 if header is None else header.end
    for piece in found:
        assert at <= piece.start < piece.end <= len(data)
        assert not data[at : piece.start].strip()
        assert data[piece.start : piece.end] == piece.payload
        if header is not None:
            assert (piece.refusal == "too-large") == (piece.end - piece.start > longest)
        at = piece.end
    assert not data[at:].removeprefix(b"\xef\xbb\xbf").strip()


@given(ANYTHING)
def test_arrow_reads_what_is_cut(data: bytes) -> None:
    """Rows are cut, and cells counted, by the rules of the reader behind."""
    found = pieces(b"title,text\n" + data)
    by_header = itertools.groupby(found, key=lambda piece: piece.header)
    told = [row for _, some in by_header for row in rows(list(some))]
    assert {row.get("reason") for row in told} <= {None, "no-text", "not-utf8"}


LETTERS = st.sampled_from('",;\\\t|\n\r\u2028\u0085 aقال😀') | st.characters(codec="utf-8")
CELLS = st.text(LETTERS, max_size=30)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    PLACES,
)
def test_what_is_written_is_read(
    table: list[list[str]], delimiter: str, end: str, places: list[int]
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["title", "n", "text"])
    writer.writerows(table)
    data = file.getvalue().encode()
    told = rows(cut(data, places))
    assert [row["text"] for row in told] == ["" if t.isspace() else t for _, _, t in table]
    assert [row.get("title", "") for row in told] == ["" if t.isspace() else t for t, _, _ in table]


@given(st.lists(st.tuples(CELLS, CELLS), max_size=12), st.sampled_from(",;\t|"), PLACES)
def test_what_is_written_with_escapes_is_read(
    table: list[tuple[str, str]], delimiter: str, places: list[int]
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(
        file, delimiter=delimiter, quoting=csv.QUOTE_ALL, doublequote=False, escapechar="\\"
    )
    writer.writerows([("title", "text"), ("x", 'a "b"'), *table])
    _, *told = rows(cut(file.getvalue().encode(), places))
    for (title, text), row in zip(table, told, strict=True):
        assert row["text"] == ("" if text.isspace() else text)
        assert row.get("title", "") == ("" if title.isspace() else title)


@given(st.lists(st.tuples(CELLS | st.sampled_from(NULLS), CELLS), max_size=12))
def test_what_is_written_with_few_quotes_is_read(table: list[tuple[str, str]]) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file)  # which quotes at the line end's characters and the quote
    writer.writerows([("title", "text"), *table])
    told = rows(pieces(file.getvalue().encode()))
    for (title, text), row in zip(table, told, strict=True):
        blank = "" if text.isspace() else text
        assert row.get("text", row.get("reason")) == ("no-text" if text in NULLS else blank)
        wanted = None if title in NULLS or title.isspace() else title
        assert row.get("title") == (None if "reason" in row else wanted)
