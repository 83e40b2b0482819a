import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from typing import Final

import pytest
from backports import zstd

from tasks.fetch.archives import find_archive
from tasks.fetch.archives import members as names_module
from tasks.fetch.archives.members import Names
from tasks.fetch.streams import Budget
from tasks.fetch.unpacking import CHUNK
from tests.fetch.archiving import (
    END,
    FILES,
    LONG,
    SHORT,
    TEXT,
    Found,
    block,
    look_into,
    stream,
    tarred,
    zipped,
)


def problems(data: bytes) -> list[str]:
    archive = stream(data)
    kind = find_archive(archive.head())
    assert kind is not None
    faults = (member.fault for _, member, _ in kind.members(archive))
    return [fault.problem if fault else "" for fault in faults]


WAYS: Final[dict[str, bytes]] = {
    "zip": zipped(),
    "zip-stored": zipped(method=zipfile.ZIP_STORED),
    "tar-pax": tarred(),
    "tar-gnu": tarred(kind=tarfile.GNU_FORMAT),
    "tar-ustar": tarred(kind=tarfile.USTAR_FORMAT),
    "tar.gz": gzip.compress(tarred()),
    "tar.zst": zstd.compress(tarred()),
    "tar.bz2": bz2.compress(tarred()),
    "tar.xz": lzma.compress(tarred()),
    "zip.gz": gzip.compress(zipped()),
    "tar-behind-tar": tarred({"أخبار/أول.txt": SHORT})
    + tarred({name: FILES[name] for name in list(FILES)[1:]}),
}
each_way = pytest.mark.parametrize("packed", WAYS.values(), ids=WAYS)
each_kind = pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])
Pack = Callable[[Mapping[str, bytes]], bytes]


@each_way
def test_members_are_read(packed: bytes) -> None:
    assert look_into(stream(packed)) == FILES


@each_way
@pytest.mark.parametrize("taken", [0, 1])
def test_members_may_be_left_unread(packed: bytes, taken: int) -> None:
    archive = stream(packed)
    kind = find_archive(archive.head())
    assert kind is not None
    found = {}
    for number, (name, member, _) in enumerate(kind.members(archive)):
        data = member.read() if number % 2 == 0 else b""
        found[name] = data or b"".join(member.read() for _ in range(taken))
    assert list(found) == list(FILES)
    assert all(FILES[name].startswith(data) for name, data in found.items())


@each_kind
def test_archives_within_archives_and_packed_members(pack: Pack) -> None:
    inner = {
        "a.zip": zipped(),
        "b.tar": tarred(),
        "c.tgz": gzip.compress(tarred()),
        "d.json.zst": zstd.compress(TEXT),
        "deep.zip": zipped({"deeper.tar.xz": lzma.compress(tarred({"a": SHORT}))}),
    }
    found = look_into(stream(pack(inner)))
    assert {name: told for name, told in found.items() if name.startswith("c.tgz")} == {
        f"c.tgz/{name}": data for name, data in FILES.items()
    }
    assert found["d.json.zst"] == TEXT
    assert found["deep.zip/deeper.tar.xz/a"] == SHORT
    assert len(found) == 3 * len(FILES) + 2


@pytest.mark.parametrize(
    ("packed", "spent"),
    [
        pytest.param(tarred(), 0, id="tar"),
        pytest.param(gzip.compress(tarred()), len(tarred()), id="tar.gz"),
        pytest.param(zipped(), sum(map(len, FILES.values())), id="zip"),
        pytest.param(gzip.compress(zipped()), len(zipped() + SHORT + TEXT + LONG), id="zip.gz"),
        pytest.param(
            zipped({"a.tar.gz": gzip.compress(tarred(), mtime=0)}),
            len(gzip.compress(tarred(), mtime=0) + tarred()),
            id="tar.gz-in-zip",
        ),
    ],
)
def test_what_leaves_a_decompressor_is_counted_once(packed: bytes, spent: int) -> None:
    budget = Budget(size=1, max_bytes=1 << 40, max_ratio=1)
    look_into(stream(packed, budget))
    assert budget.spent == spent


@each_kind
@pytest.mark.parametrize(
    "name",
    [
        "../news.txt",
        "a/../../news.txt",
        "/etc/passwd",
        "C:/news.txt",
        "..\\news.txt",
        "c:\\a",
        "\\\\a",
    ],
)
def test_names_that_lead_out_are_refused(pack: Pack, name: str) -> None:
    found = look_into(stream(pack({name: TEXT, "نص.txt": SHORT})))
    assert list(found.values()) == ["unsafe-path", SHORT]


@each_kind
def test_names_of_any_length_are_shown_cut(pack: Pack) -> None:
    found = look_into(stream(pack({"ا" * 10_000: TEXT, "ب" * 200: SHORT})))
    assert {len(name): told for name, told in found.items()} == {4097: "unsafe-path", 200: SHORT}


@each_kind
def test_hidden_members_and_folders_are_passed_over(pack: Pack) -> None:
    hidden = [".DS_Store", "أ/.git/config", "__MACOSX/._news.txt", "._news.txt"]
    files = dict.fromkeys(hidden, LONG) | {"./news.txt": TEXT, "..news.": SHORT}
    assert set(look_into(stream(pack(files))).values()) == {TEXT}


def test_folders_are_passed_over() -> None:
    assert look_into(stream(zipped({"أ/": b"", "أ/ب.txt": TEXT}))) == {"أ/ب.txt": TEXT}
    folders = block("أ/", kind=b"5") + block("old/", kind=b"\0") + block("d", TEXT, kind=b"D")
    label = block("tape", kind=b"V")
    assert look_into(stream(label + folders + block("a", TEXT) + END)) == {"a": TEXT}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (["a", "a", "a"], ["a", "a~2", "a~3"]),
        (["a~2", "a", "a", "a~2"], ["a~2", "a", "a~3", "a~2~2"]),
        (["", ""], ["", "~2"]),
    ],
)
def test_a_name_is_shown_once(written: list[str], shown: list[str]) -> None:
    names = Names()
    assert [names.add(name) for name in written] == shown


def test_names_made_to_collide_end() -> None:
    names = Names()
    chain = ["a" + "~2" * times for times in range(3000)]
    shown = [names.add(name) for name in [*chain, *chain, *chain]]
    assert len(set(shown)) == 9000


def test_there_is_an_end_to_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names_module, "MEMBERS_AT_MOST", 3)
    files = {f"{number}.txt": SHORT for number in range(9)}
    for pack in (zipped, tarred):
        assert list(look_into(stream(pack(files))).values()) == [SHORT] * 3 + ["expands-too-far"]


def test_duplicate_members_are_all_read() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("أ.txt", TEXT)
        archive.writestr("أ.txt", SHORT)
    told = {"أ.txt": TEXT, "أ.txt~2": SHORT}
    assert look_into(stream(held.getvalue())) == told
    assert look_into(stream(block("أ.txt", TEXT) + block("أ.txt", SHORT) + END)) == told


@pytest.mark.parametrize("page", ["windows-1256", "cp720", "utf-8"])
def test_names_of_arabic_systems_are_read(page: str) -> None:
    raw = "نشرة الأخبار.txt".encode(page)
    stand_in = "x" * len(raw)
    packed = zipped({stand_in: TEXT}).replace(stand_in.encode(), raw)
    assert look_into(stream(packed)) == {"نشرة الأخبار.txt": TEXT}
    told = block(raw.decode("utf-8", "surrogateescape"), TEXT)
    assert look_into(stream(told + END)) == {"نشرة الأخبار.txt": TEXT}


def test_names_in_no_known_encoding_are_escaped() -> None:
    found = look_into(stream(block("a\udc81\udcff.txt", TEXT) + END))
    assert found == {"a\\x81\\xff.txt": TEXT}


@pytest.mark.parametrize("offset", range(1, 12))
def test_a_compression_is_told_wherever_a_piece_ends(offset: int) -> None:
    packed = tarred({"a": b"", "b.gz": gzip.compress(TEXT)})
    members = gzip.compress(packed[: 3 * 512 + offset]) + gzip.compress(packed[3 * 512 + offset :])
    assert look_into(stream(members))["b.gz"] == TEXT


def edited(packed: bytes, at: int, value: bytes, mark: bytes = b"PK\x01\x02") -> bytes:
    """The zip with other bytes in the (first) entry of its table of contents."""
    place = packed.index(mark) + at
    return packed[:place] + value + packed[place + len(value) :]


ONE: Final = zipped({"أ.txt": TEXT})
TWO: Final = zipped({"أ.txt": TEXT, "ب.txt": SHORT})


@pytest.mark.parametrize(
    ("packed", "problem"),
    [
        pytest.param(edited(ONE, 8, b"\x01\x08"), "it is encrypted", id="encrypted"),
        pytest.param(edited(ONE, 10, b"\x09\x00"), "packed by deflate64", id="deflate64"),
        pytest.param(zipped(FILES, zipfile.ZIP_BZIP2), "packed by bzip2", id="bzip2"),
        pytest.param(edited(ONE, 10, b"\x63\x00"), "packed by method 99", id="unknown-method"),
        pytest.param(edited(ONE, 38, b"\0\0\xff\xa1"), "it is a link", id="link"),
        pytest.param(edited(ONE, 16, bytes(4)), "Bad CRC-32", id="checksum"),
        pytest.param(edited(TWO, 42, b"\x01"), "damaged here", id="wrong-place"),
        pytest.param(edited(TWO, 20, b"\xff"), "overlaps another member", id="overlap"),
    ],
)
def test_what_cannot_be_read_in_a_zip_is_refused(packed: bytes, problem: str) -> None:
    assert problem in problems(packed)[0]


def in_zip64(place: int) -> bytes:
    """A zip whose one member stands, by the extra field of zip64, at a place of eight bytes."""
    name = "أ.txt".encode()
    local, rest = ONE[: ONE.index(b"PK\x01\x02")], ONE[ONE.index(b"PK\x01\x02") :]
    extra = struct.pack("<HHQ", 1, 8, place)
    entry = rest[:30] + struct.pack("<H", len(extra)) + rest[32:42] + b"\xff" * 4 + name + extra
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(local), 0)
    return local + entry + end


def test_places_of_zip64() -> None:
    assert look_into(stream(in_zip64(0))) == {"أ.txt": TEXT}
    for place in (1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
        assert look_into(stream(in_zip64(place))) == {"أ.txt": "unreadable"}


@pytest.mark.parametrize(
    ("packed", "found"),
    [
        pytest.param(zipped({}), {}, id="empty"),
        pytest.param(ONE[:-1], {"": "truncated"}, id="cut"),
        pytest.param(ONE[:60], {"": "truncated"}, id="cut-in-the-member"),
        pytest.param(edited(ONE, 0, b"??"), {"": "unreadable"}, id="no-entry"),
        pytest.param(edited(ONE, 6, b"\x40"), {"": "unreadable"}, id="version-of-the-future"),
        pytest.param(
            edited(ONE, 12, bytes(4), b"PK\x05\x06"), {"": "unreadable"}, id="empty-table"
        ),
        pytest.param(
            zipped({"[Content_Types].xml": TEXT, "word/document.xml": TEXT}),
            {"": "unknown-format"},
            id="word",
        ),
        pytest.param(ONE + b"\0" * 100, {"أ.txt": TEXT}, id="padded"),
        pytest.param(ONE[:-2] + b"\x02\x00hi", {"أ.txt": TEXT}, id="comment"),
    ],
)
def test_a_zip_as_a_whole(packed: bytes, found: Found) -> None:
    assert look_into(stream(packed)) == found


def test_a_table_of_contents_is_bounded() -> None:
    table = 17 * 1024 * 1024
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, table, 4, 0)
    assert look_into(stream(b"PK\x03\x04" + bytes(table) + end)) == {"": "too-large"}


@each_kind
def test_a_bomb_of_archives_ends(pack: Pack) -> None:
    bomb = b"\0" * (4 << 20)
    for _ in range(3):
        bomb = gzip.compress(pack({f"{number}.bin": bomb for number in range(8)}), 1)
    budget = Budget(size=len(bomb), max_bytes=16 << 20, max_ratio=1000)
    found = look_into(stream(bomb, budget))
    assert "expands-too-far" in found.values()
    assert budget.spent < 17 << 20


def test_nothing_is_unpacked_when_the_budget_is_spent() -> None:
    budget = Budget(size=1, max_bytes=1000, max_ratio=1)
    packed = tarred({f"{number}.gz": gzip.compress(LONG) for number in range(9)})
    found = look_into(stream(packed, budget))
    assert set(found.values()) == {"expands-too-far"}
    assert budget.spent <= CHUNK


def test_a_zip_is_left_when_no_more_is_unpacked() -> None:
    budget = Budget(size=1, max_bytes=1000, max_ratio=1)
    found = look_into(stream(zipped({f"{number}.txt": LONG for number in range(9)}), budget))
    assert found == {"0.txt": "expands-too-far", "": "expands-too-far"}


@each_kind
@pytest.mark.parametrize("seed", range(120))
def test_no_damage_escapes(pack: Pack, seed: int) -> None:
    rng = random.Random(seed)
    files = {
        "أ.txt": TEXT * 20,
        "ب.tar.gz": gzip.compress(tarred({"أ": TEXT})),
        "ج.zip": zipped({"أ": TEXT}),
    }
    packed = bytearray(pack(files))
    for _ in range(rng.choice([1, 1, 2, 10])):
        place = rng.choice(
            [rng.randrange(len(packed)), max(0, len(packed) - rng.randrange(1, 300))]
        )
        match rng.randrange(5):
            case 0:
                packed[place : place + 1] = rng.randbytes(1)
            case 1:
                del packed[place : place + rng.randrange(1, 700)]
            case 2:
                packed[place:place] = rng.randbytes(rng.randrange(1, 50))
            case 3:
                packed[place : place + 4] = b"\xff\xff\xff\xff"
            case 4 if place > 600:
                del packed[place:]
    archive = stream(bytes(packed), Budget(size=1, max_bytes=1 << 20, max_ratio=1))
    if find_archive(archive.head()):
        look_into(archive)
    assert archive.budget.spent < 1 << 21
