"""Machine settings: ``WARRAQ_*`` in the environment, then ``warraq.toml``, then the defaults here.

Run parameters are in ``flows.build_corpus.CorpusRun``; facts about outlets are in source profiles.
Settings are read by flows and the command line only; stages receive plain values.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tasks.errors import StopRun
from tasks.text.signature_sizes import DEFAULT_SIZES, Sizes
from tasks.web.settings import DEFAULTS as WEB
from tasks.web.settings import WebSettings

CONFIG_FILE = "warraq.toml"


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone such as Africa/Cairo")
    return name


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FetchSettings(_Section):
    """Bounds on what is read, and on how sites are asked for it."""

    max_record_bytes: int = Field(
        default=16 * 1024 * 1024, ge=1024, description="Longest record that is read, in bytes."
    )
    max_json_depth: int = Field(
        default=64, ge=2, le=500, description="Deepest nesting of a JSON record that is read."
    )
    max_archive_depth: int = Field(
        default=2, ge=0, le=8, description="How deep archives inside archives are looked into."
    )
    max_unpacked_bytes: int = Field(
        default=64 * 1024**3, ge=1024, description="Bytes that one file may unpack to, all told."
    )
    max_unpacked_ratio: int = Field(
        default=200, ge=1, description="How many times its own size a file may unpack to."
    )
    settle_seconds: float = Field(
        default=2.0,
        ge=0,
        le=60,
        description="How long a file is watched that was written just now; one that still changes "
        "is left for the next run.",
    )
    shard_bytes: int = Field(
        default=44 * 1024 * 1024, ge=1024, description="Raw bytes after which a shard is full."
    )
    allow_private_hosts: bool = Field(
        default=WEB.allow_private_hosts,
        description="Whether web sources on loopback and private hosts, on any port, are fetched.",
    )
    user_agent: str = Field(
        default=WEB.user_agent,
        pattern=r"^[A-Za-z_-]{1,50}$",
        description="Our name in User-Agent, and the one by which robots.txt means us.",
    )
    contact: str = Field(
        default=WEB.contact,
        pattern=r"^[!-~]{0,200}$",
        description="Whom sites may write to: a page or a mail address, told in User-Agent.",
    )
    ca_file: Path | None = Field(
        default=WEB.ca_file,
        description="A file (PEM) of authorities whose certificates are trusted instead of the "
        "system's.",
    )
    connections: int = Field(
        default=WEB.connections,
        ge=1,
        le=1000,
        description="Requests that run at once, to all hosts.",
    )
    host_connections: int = Field(
        default=WEB.host_connections, ge=1, le=100, description="The same, to one host."
    )
    host_delay_seconds: float = Field(
        default=WEB.host_delay_seconds,
        ge=0,
        description="Time between the starts of two requests to one host; its robots.txt may ask "
        "for more.",
    )
    max_crawl_delay_seconds: float = Field(
        default=WEB.max_crawl_delay_seconds,
        ge=0,
        description="The longest such time that a robots.txt gets.",
    )
    connect_seconds: float = Field(
        default=WEB.connect_seconds,
        gt=0,
        description="How long a name is looked up, and TCP and TLS are opened with one address.",
    )
    headers_seconds: float = Field(
        default=WEB.headers_seconds,
        gt=0,
        description="How long the headers of an answer may take, when it is connected.",
    )
    read_seconds: float = Field(
        default=WEB.read_seconds,
        gt=0,
        description="How long a site may be silent within an answer.",
    )
    answer_seconds: float = Field(
        default=WEB.answer_seconds, gt=0, description="How long the body of an answer may take."
    )
    max_redirects: int = Field(
        default=WEB.max_redirects, ge=0, le=20, description="Redirects that are followed in a row."
    )
    attempts: int = Field(
        default=WEB.attempts,
        ge=1,
        le=10,
        description="Attempts of one request, the first included.",
    )
    backoff_seconds: float = Field(
        default=WEB.backoff_seconds,
        ge=0,
        description="Time before the second attempt, at random between half and one and a half of "
        "it; it doubles with each one.",
    )
    max_wait_seconds: float = Field(
        default=WEB.max_wait_seconds,
        ge=0,
        description="The longest wait for one more attempt; a site that asks for more is left for "
        "a later run.",
    )
    host_failures: int = Field(
        default=WEB.host_failures,
        ge=1,
        description="Failed attempts in a row after which a host is left for a later run.",
    )
    buffer_bytes: int = Field(
        default=WEB.buffer_bytes,
        ge=1024,
        description="Bytes of answers that wait to be taken in before no more is asked.",
    )

    @property
    def web(self) -> WebSettings:
        """How sites are asked; a body is bounded as a record is."""
        same = WebSettings.__dataclass_fields__.keys() - {"max_body_bytes"}
        return WebSettings(
            **{name: getattr(self, name) for name in same}, max_body_bytes=self.max_record_bytes
        )


class LakeSettings(_Section):
    """How a lake is written."""

    lock_wait_seconds: float = Field(
        default=600.0, ge=0, description="How long a second writer waits for the first."
    )
    target_mib: int = Field(
        default=128,
        ge=1,
        le=2048,
        description="Size of the files that small ones are merged into; some four times as much "
        "is in memory meanwhile.",
    )
    retention_days: float = Field(
        default=7.0, ge=0, description="How long a version can be read after a later one."
    )
    maintain: bool = Field(
        default=True, description="Whether a run merges small files when there are many."
    )


class DeduplicateSettings(_Section):
    """What makes two texts one. The first six are the index's: with others it is made anew."""

    bands: int = Field(
        default=DEFAULT_SIZES.bands,
        ge=1,
        le=256,
        description="Bands of a text's signature: more find more.",
    )
    rows: int = Field(
        default=DEFAULT_SIZES.rows,
        ge=1,
        le=16,
        description="MinHash values of a band: more find fewer.",
    )
    opening_bands: int = Field(
        default=DEFAULT_SIZES.opening_bands,
        ge=0,
        le=256,
        description="Bands of its opening, by which cut copies are found.",
    )
    opening_rows: int = Field(
        default=DEFAULT_SIZES.opening_rows,
        ge=1,
        le=16,
        description="MinHash values of such a band.",
    )
    opening_words: int = Field(
        default=DEFAULT_SIZES.opening_words,
        ge=2,
        le=1000,
        description="Content words that are a text's opening.",
    )
    least_shingles: int = Field(
        default=DEFAULT_SIZES.least_shingles,
        ge=1,
        description="Pairs of content words of the shortest text that is compared by likeness.",
    )
    similarity: float = Field(
        default=0.4,
        gt=0,
        le=1,
        description="Share of pairs of content words in common from which on texts of two outlets "
        "are copies.",
    )
    similarity_within_outlet: float = Field(
        default=0.7, gt=0, le=1, description="The same for two texts of one outlet."
    )

    @property
    def sizes(self) -> Sizes:
        """How signatures are made."""
        return Sizes(**{name: getattr(self, name) for name in Sizes.__dataclass_fields__})


class ScheduleSettings(_Section):
    """When ``build-corpus/scheduled`` runs, and on which sources."""

    sources: tuple[str, ...] = Field(
        default=(), description="Files, folders, globs, web addresses or profiles."
    )
    interval: float | None = Field(default=None, gt=0, description="Seconds between runs.")
    cron: str | None = Field(default=None, description="A cron expression.")
    rrule: str | None = Field(default=None, description="An RFC 5545 recurrence rule.")
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="IANA time zone of cron and rrule."
    )

    @model_validator(mode="after")
    def _one_rhythm(self) -> Self:
        given = [name for name in ("interval", "cron", "rrule") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"give one of interval, cron and rrule, not {' and '.join(given)}")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)

    @property
    def every(self) -> timedelta | None:
        """The interval as a time span."""
        return None if self.interval is None else timedelta(seconds=self.interval)


class Settings(BaseSettings):
    """All machine settings, frozen; an unknown key in ``warraq.toml`` is an error that names it."""

    model_config = SettingsConfigDict(
        env_prefix="WARRAQ_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
    )

    lake: Path = Field(default=Path("data/lake"), description="Where the corpus is kept.")
    profiles: Path | None = Field(
        default=None, description="A folder of source profiles that is searched first."
    )
    fetch: FetchSettings = FetchSettings()
    store: LakeSettings = LakeSettings()
    deduplicate: DeduplicateSettings = DeduplicateSettings()
    schedule: ScheduleSettings = ScheduleSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, the TOML file."""
        toml = TomlConfigSettingsSource(settings_cls, toml_file=config_path())
        return init_settings, env_settings, toml


def config_path() -> Path:
    """Return where the settings file is looked for: ``WARRAQ_CONFIG``, else the current folder."""
    return Path(os.environ.get("WARRAQ_CONFIG") or CONFIG_FILE)


def load_settings() -> Settings:
    """Read the settings; raise :class:`StopRun` naming each wrong key."""
    path = config_path()
    if os.environ.get("WARRAQ_CONFIG") and not path.is_file():
        raise StopRun("WARRAQ_CONFIG names a file that is not there", path=str(path))
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise StopRun(f"The settings are wrong: {wrong}", file=str(path)) from error
    except ValueError as error:
        raise StopRun(f"The settings file is not TOML: {error}", file=str(path)) from error
