from tasks.deduplicate import DEFAULTS
from tasks.settings import DeduplicateSettings


def test_settings_that_nobody_changed_are_the_measured_parameters() -> None:
    told = DeduplicateSettings()
    assert told.sizes == DEFAULTS.sizes
    assert told.similarity == DEFAULTS.similarity
    assert told.similarity_within_outlet == DEFAULTS.similarity_within_outlet
