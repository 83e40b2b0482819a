"""The card that a whole run leaves beside its data."""

import re

import pandas as pd
import pytest

from tests.pipeline.running import SampleRun


@pytest.mark.flow
def test_the_card_counts_the_sample_and_names_its_licence(sample: SampleRun) -> None:
    card = (sample.lake / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| ([^|]+) \| (\d+) \| (MIT|–) \|$", card, re.MULTILINE)
    articles = pd.read_parquet(sample.lake / "articles", columns=["source"])
    counts = articles["source"].astype(str).value_counts().to_dict()
    assert {outlet: int(rows) for outlet, rows, _ in told} == counts
    assert [outlet for outlet, _, licence in told if licence == "MIT"] == ["مصر وناسها"]
