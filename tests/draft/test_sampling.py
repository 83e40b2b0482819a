import gzip
import json
from itertools import pairwise
from pathlib import Path

import pytest

from tasks.draft import sampling
from tasks.draft.columns import MOST_PATHS, Shape, shapes_of
from tasks.draft.sampling import RECORDS, Sample, take_sample
from tasks.fetch import find_files
from tests.draft.writing import csv_of, json_lines
from tests.fetch.fetching import DEFAULT, make, reading


def sample_of(folder: Path) -> Sample:
    how = reading()
    return take_sample(find_files([str(folder)], {DEFAULT.name: DEFAULT}), how)


def numbers(sample: Sample, file: str) -> list[int]:
    return [record.number for record in sample.records if record.file.name == file]


def test_a_small_source_is_looked_at_whole(tmp_path: Path) -> None:
    make(tmp_path, {"a.jsonl": json_lines([{"n": n} for n in range(300)])})
    sample = sample_of(tmp_path)
    assert numbers(sample, "a.jsonl") == list(range(1, 301))
    assert (sample.files, sample.opened, sample.seen, sample.left_out) == (1, 1, 300, 0)


def test_a_large_file_is_looked_at_all_over_and_a_small_one_beside_it_too(tmp_path: Path) -> None:
    large = gzip.compress(json_lines([{"n": n} for n in range(20_000)]).encode())
    make(tmp_path, {"a.jsonl.gz": large, "b.csv": "نص\nأ\nب\n"})
    sample = sample_of(tmp_path)
    own = numbers(sample, "a.jsonl.gz")
    assert RECORDS / 4 < len(sample.records) <= RECORDS
    assert own[:3] == [1, 2, 3]
    assert 19_000 < own[-1] <= 20_000
    assert max(after - before for before, after in pairwise(own)) <= 32
    assert numbers(sample, "b.csv") == [1, 2]
    assert sample.formats == {"json": 1, "csv": 1}
    again = sample_of(tmp_path)
    assert [each.piece for each in again.records] == [each.piece for each in sample.records]


def test_bounds_hold_on_bytes_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "KEPT_BYTES", 40_000)
    monkeypatch.setattr(sampling, "FILES", 5)
    monkeypatch.setattr(sampling, "READ_RECORDS", 500)
    lines = json_lines([{"text": "ا" * 500}] * 400)
    make(tmp_path, {f"{name}.jsonl": lines for name in range(20)})
    sample = sample_of(tmp_path)
    assert (sample.files, sample.opened) == (20, 5)
    assert sample.seen <= 510
    assert sum(len(each.piece.payload) for each in sample.records) <= 40_000


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"a.bin": bytes(range(256)), "b.txt": "", "c.txt": "خبر\nنص"}
    sample = sample_of(make(tmp_path, files))
    assert sample.refused == {"unknown-format": 1, "empty-file": 1}
    assert len(sample.records) == 1


def test_a_large_file_of_no_format_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "LOOKED_AT_FIRST", 1_000)
    make(tmp_path, {"film.bin": bytes(range(256)) * 100, "c.txt": "خبر\nنص"})
    sample = sample_of(tmp_path)
    assert (len(sample.records), sample.refused) == (1, {})


def values_as(field: str, shape: Shape) -> dict[str, str | None]:
    return {path: column.read_as(field).values[0] for path, column in shape.columns.items()}


def test_paths_lead_into_objects_and_lists(tmp_path: Path) -> None:
    record = {
        "a": {"b": {"c": "ق"}, "x.y": "ع"},
        "list": [{"name": "سعاد"}, {"name": "كريم"}],
        "parts": ["أ", "ب"],
        "n": 7,
        "yes": True,
        "with.dot": "ن",
        "": "م",
    }
    (shape,) = shapes_of(sample_of(make(tmp_path, {"a.jsonl": json_lines([record])})).records)
    told = {"a.b.c": "ق", "list.0": "سعاد", "list.0.name": "سعاد", "n": "7", "with.dot": "ن"}
    assert values_as("author", shape) == told | {"list": "سعاد، كريم", "parts": "أ، ب"}
    assert values_as("text", shape)["parts"] == "أ\nب"
    assert values_as("title", shape) == told | {"list": None, "parts": None}
    assert values_as("url", shape)["parts"] == "أ"
    assert shape.columns["list.0.name"].partial
    assert not shape.columns["parts"].partial


def test_a_key_with_a_dot_hides_the_path_of_its_name(tmp_path: Path) -> None:
    make(tmp_path, {"a.jsonl": json_lines([{"a": {"b": "1"}, "a.b": "2"}])})
    (shape,) = shapes_of(sample_of(tmp_path).records)
    assert shape.columns["a.b"].values == ["2"]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("[" * 900 + "]" * 900, id="deep-list"),
        pytest.param('{"a":' * 900 + "1" + "}" * 900, id="deep-object"),
        pytest.param(json.dumps({f"k{n}": n for n in range(5_000)}), id="many-keys"),
        pytest.param(json.dumps({"k" * 5_000: "x"}), id="long-key"),
        pytest.param('{"a": 1', id="cut"),
        pytest.param("7", id="no-object"),
    ],
)
def test_hostile_records_stay_small(line: str, tmp_path: Path) -> None:
    make(tmp_path, {"a.jsonl": f'{{"text": "خبر"}}\n{line}\n'})
    for shape in shapes_of(sample_of(tmp_path).records):
        assert len(shape.columns) <= MOST_PATHS
        assert all(len(path) < 2_000 for path in shape.columns)


def test_columns_of_tables_have_the_names_that_profiles_use(tmp_path: Path) -> None:
    rows = [["1", "أ", "ب", "ج"], ["2", 'قال "نعم"،\nثم', "", "N/A"]]
    make(tmp_path, {"a.csv": "\ufeff" + csv_of([" م ", "نص", "نص", ""], rows)})
    (shape,) = shapes_of(sample_of(tmp_path).records)
    assert {path: column.values for path, column in shape.columns.items()} == {
        "م": ["1", "2"],
        "نص": ["أ", 'قال "نعم"،\nثم'],
    }
