"""The model of a source profile."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Final
from zoneinfo import available_timezones

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

DEFAULT_PROFILE: Final = "default"
"""Name of the profile that reads whatever no other profile reads."""

_NAME: Final = re.compile(r"\w[\w.-]{0,63}")
_SAMPLE_TIME: Final = datetime(2015, 3, 21, 14, 5, 6, tzinfo=UTC)


def _one_as_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank")
    return text


def _safe_name(name: str) -> str:
    if not is_profile_name(name):
        raise ValueError("may hold letters, digits, '_', '-' and '.', and begins with none of - .")
    return name


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone such as Africa/Cairo")
    return name


def _date_format(text: str) -> str:
    try:
        read = datetime.strptime(_SAMPLE_TIME.strftime(text), text)  # noqa: DTZ007
    except ValueError as error:
        raise ValueError(f"{text!r} is not a strptime format: {error}") from error
    if (read.month, read.day) != (_SAMPLE_TIME.month, _SAMPLE_TIME.day) or read.year < 2000:
        raise ValueError(f"{text!r} does not name year, month and day")
    return text


Text = Annotated[str, AfterValidator(_not_blank)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_as_many)]
DateFormats = Annotated[
    tuple[Annotated[str, AfterValidator(_date_format)], ...], BeforeValidator(_one_as_many)
]


class FieldNames(BaseModel):
    """Where each field of a structured record stands: dotted paths, the first that has it wins.

    A path that a profile gives replaces the usual names of that field. The first part of a path is
    compared without regard to case when no key is spelt exactly so; a number picks from a list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Texts = ("id", "guid", "native_id")
    source: Texts = ("source", "outlet", "publisher")
    url: Texts = ("url", "link")
    title: Texts = ("title", "headline")
    text: Texts = ("text", "body", "content", "articleBody", "maintext")
    published: Texts = ("published_at", "published", "datePublished", "pubDate", "date")
    modified: Texts = ("modified_at", "modified", "updated_at", "dateModified")
    author: Texts = ("author", "authors", "byline", "creator")
    section: Texts = ("section", "category", "articleSection")


class SourceProfile(BaseModel):
    """What is particular to one outlet or archive; every key but ``name`` may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, AfterValidator(_safe_name)] = Field(
        description="The profile's name: the stem of its file."
    )
    outlet: Text | None = Field(
        default=None, description="The outlet of records that do not name one."
    )
    outlets: Texts = Field(
        default=(), description="Mastheads as they are printed in the text, such as «مصر وناسها»."
    )
    paths: Texts = Field(
        default=(),
        description="Files, folders and globs that the profile stands for when it is a SOURCE; "
        "relative ones from the current folder, like a SOURCE on the command line.",
    )
    fields: FieldNames = FieldNames()
    date_formats: DateFormats = Field(
        default=(), description="strptime formats tried on dates that nothing else reads."
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="IANA time zone of times that state no offset."
    )
    byline_phrases: Texts = Field(
        default=(), description="Words before an author's name, beside the built-in ones."
    )
    related_headings: Texts = Field(
        default=(), description="Headings over related links, beside the built-in ones."
    )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the profile says, ``paths`` aside: it names a place, not a way to read.

        Values equal to the defaults do not count, so that a later version's new keys leave the
        digests of old profiles as they are.
        """
        told = self.model_dump(mode="json", exclude={"paths"}, exclude_defaults=True)
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def is_profile_name(name: str) -> bool:
    """Whether the text can name a profile: a safe file stem, never a path."""
    return _NAME.fullmatch(name) is not None


def profiles_by_outlet(profiles: Mapping[str, SourceProfile]) -> dict[str, str]:
    """Return the profile of each outlet that has one: found by ``outlet``, else by its name."""
    named = {name: name for name in sorted(profiles) if name != DEFAULT_PROFILE}
    outlets = {profiles[name].outlet: name for name in sorted(named, reverse=True)}
    return named | {outlet: name for outlet, name in outlets.items() if outlet is not None}
