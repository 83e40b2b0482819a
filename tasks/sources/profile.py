"""The model of a source profile."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache, cached_property
from typing import Annotated, Any, Final, Literal
from zoneinfo import available_timezones

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)

DEFAULT_PROFILE: Final = "default"
"""Name of the profile that reads whatever no other profile reads."""

LAYOUT_MARK: Final = "@"
"""Stands between a profile's name and the last day of one of its layouts; in no other name."""

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "windows-1256", "iso-8859-6"]
"""Those of :mod:`tasks.text.encodings`, whose kernels a profile need not import."""

_NAME: Final = re.compile(r"\w[\w.-]{0,63}")
_HOST: Final = re.compile(r"(?:[^\W_][\w-]{0,62}\.)*[^\W_][\w-]{0,62}(?::\d{1,5})?")
_ADDRESS: Final = re.compile(r"https?://(?:[^/?#@\s]*@)?([^/?#\s]+)", re.IGNORECASE)

_ASIDE: Final = {"paths", "addresses", "sites", "follow", "licence", "layouts"}
"""Keys that do not say how to read: a place, a right, and what is told for each layout."""

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
    if name not in _zones():
        raise ValueError(f"{name!r} is not an IANA time zone such as Africa/Cairo")
    return name


@cache
def _zones() -> set[str]:
    return available_timezones()  # a hundredth of a second each time


def _site(name: str) -> str:
    if not _HOST.fullmatch(name.lower()):
        raise ValueError(f"{name!r} is not a host such as www.example.org")
    return name.lower().removeprefix("www.")


def _web_address(text: str) -> str:
    if host_of(text) is None:
        raise ValueError(f"{text!r} is not a web address such as https://example.org/rss")
    return text


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
Sites = Annotated[tuple[Annotated[str, AfterValidator(_site)], ...], BeforeValidator(_one_as_many)]
Addresses = Annotated[
    tuple[Annotated[str, AfterValidator(_web_address)], ...], BeforeValidator(_one_as_many)
]
DateFormats = Annotated[
    tuple[Annotated[str, AfterValidator(_date_format)], ...], BeforeValidator(_one_as_many)
]


class FieldNames(BaseModel):
    """Where each field of a structured record stands: dotted paths, the first that has it wins.

    A path that a profile gives replaces the usual names of that field. The first part of a path is
    compared without regard to case when no key is spelt exactly so; a number picks from a list.
    Arabic names are those over the columns of spreadsheets, with and without «ال».
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Texts = ("id", "guid", "native_id", "المعرف", "معرف")
    source: Texts = ("source", "outlet", "publisher", "المصدر", "مصدر", "الصحيفة", "الصحيفه")
    url: Texts = ("url", "link", "الرابط", "رابط", "رابط الخبر", "رابط المقال")
    title: Texts = (
        *("title", "headline"),
        *("العنوان", "عنوان", "العنوان الرئيسي", "عنوان الخبر", "عنوان المقال"),
    )
    text: Texts = (
        *("text", "body", "content", "articleBody", "maintext"),
        *("النص", "نص", "نص الخبر", "نص المقال", "نص المقالة"),
        *("المحتوى", "المحتوي", "محتوى", "محتوي", "المتن"),
    )
    published: Texts = (
        *("published_at", "published", "datePublished", "pubDate", "date"),
        # Scrapers of our corpora, newspaper3k, news-please and NewsAPI. Not «created_at»: that is
        # when somebody's database took the row in.
        *("pub_date", "publish_date", "published_date", "date_publish", "publishedAt"),
        *("تاريخ النشر", "التاريخ", "تاريخ", "تاريخ الخبر"),
    )
    modified: Texts = (
        *("modified_at", "modified", "updated_at", "dateModified", "date_modify"),
        *("تاريخ التعديل", "تاريخ التحديث"),
    )
    author: Texts = ("author", "authors", "byline", "creator", "الكاتب", "كاتب", "اسم الكاتب")
    section: Texts = ("section", "category", "articleSection", "القسم", "قسم", "التصنيف")


class Spelling(BaseModel):
    """How an outlet spells where that changes what a word can be.

    Spellings that stand for nothing else need no habit: names, phrases and headings are found
    with and without hamza, with ه for ة and with Egyptian ى for ي in every outlet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    alef_maqsura: Literal["ى", "ي"] = Field(
        default="ى",
        description="How final ى is printed: with «ي» (al-Ahram, «نفي» for «نفى»), verbs in ى "
        "open reports in that spelling too.",
    )


class Layout(BaseModel):
    """How an outlet's records were made up to a day: what is told replaces the profile's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_until: Annotated[date, Field(lt=date.max)] = Field(
        description="The last day, in the profile's time zone, of articles in this layout."
    )
    fields: FieldNames = Field(
        default=FieldNames(), description="Paths of single fields; the others are the profile's."
    )
    date_formats: DateFormats | None = None
    outlets: Texts | None = None
    byline_phrases: Texts | None = None
    related_headings: Texts | None = None


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
    licence: Text | None = Field(
        default=None,
        description="The licence under which the outlet's texts may be used, as it states it.",
    )
    paths: Texts = Field(
        default=(),
        description="Files, folders and globs that the profile stands for when it is a SOURCE; "
        "relative ones from the current folder, like a SOURCE on the command line.",
    )
    addresses: Addresses = Field(
        default=(),
        description="Feeds and pages on the web that the profile stands for when it is a SOURCE.",
    )
    sites: Sites = Field(
        default=(),
        description="Hosts whose pages the profile reads, with or without «www.».",
    )
    follow: bool | None = Field(
        default=None,
        description="Whether the pages of a feed's items are fetched; null looks whether the feed "
        "has the whole texts.",
    )
    encoding: Encoding | None = Field(
        default=None, description="The encoding of the files; found out when it is not told."
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
    boilerplate: Texts = Field(
        default=(),
        description="Lines that stand in text after text and are nobody's story; they are cut "
        "wherever they stand, with any figures in them. `warraq learn` proposes them.",
    )
    kept_lines: Texts = Field(
        default=(), description="Lines that recur and are the story's: never learned."
    )
    spelling: Spelling = Spelling()
    layouts: tuple[Layout, ...] = Field(
        default=(),
        alias="layout",
        description="Earlier layouts in any order, each valid until a day of its own.",
    )

    @field_validator("layouts")
    @classmethod
    def _in_order(cls, layouts: tuple[Layout, ...]) -> tuple[Layout, ...]:
        if len({layout.valid_until for layout in layouts}) < len(layouts):
            raise ValueError("two layouts are valid until the same day")
        return tuple(sorted(layouts, key=lambda layout: layout.valid_until))

    @property
    def claim(self) -> str:
        """The outlet whose records it reads wherever they are found."""
        return self.outlet or self.name

    @cached_property
    def by_layout(self) -> dict[date, "SourceProfile"]:
        """The profile of each earlier layout by its last day, oldest first.

        Each is a whole profile named ``name@2019-12-31``; none is a SOURCE or has layouts.
        """
        return {layout.valid_until: self._in_layout(layout) for layout in self.layouts}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the profile says of reading: ``paths`` and ``licence`` are left aside.

        Values equal to the defaults do not count, so that a later version's new keys leave the
        digests of old profiles as they are.
        """
        told = _told(self)
        if self.layouts:
            told["layouts"] = [
                (until.isoformat(), _told(profile)) for until, profile in self.by_layout.items()
            ]
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def _in_layout(self, layout: Layout) -> "SourceProfile":
        told = {key: getattr(layout, key) for key in type(layout).model_fields}
        del told["valid_until"]
        paths = {key: getattr(layout.fields, key) for key in layout.fields.model_fields_set}
        told["fields"] = self.fields.model_copy(update=paths)
        aside = {"paths", "addresses", "layouts"}
        own = {key: getattr(self, key) for key in self.model_fields_set - aside}
        changed = {key: value for key, value in told.items() if value is not None}
        name = f"{self.name}{LAYOUT_MARK}{layout.valid_until}"
        # Unvalidated: no file may have such a name, and the values were validated here and there.
        return SourceProfile.model_construct(**{**own, **changed, "name": name})


def _told(profile: SourceProfile) -> dict[str, Any]:
    return profile.model_dump(mode="json", exclude=_ASIDE, exclude_defaults=True)


def is_profile_name(name: str) -> bool:
    """Whether the text can name a profile: a safe file stem, never a path."""
    return _NAME.fullmatch(name) is not None


def expand(profiles: Mapping[str, SourceProfile]) -> dict[str, SourceProfile]:
    """Return the profiles by name, each followed by those of its earlier layouts."""
    return {
        each.name: each
        for profile in profiles.values()
        for each in (profile, *profile.by_layout.values())
    }


def profiles_by_outlet(profiles: Mapping[str, SourceProfile]) -> dict[str, str]:
    """Return the profile of each outlet that has one: that which claims it, else that of its name.

    Of two that claim one outlet the earlier in ``profiles`` has it. Profiles of earlier layouts are
    left out: which one is meant is told by a record's date.
    """
    own = [name for name in profiles if name != DEFAULT_PROFILE and LAYOUT_MARK not in name]
    found: dict[str, str] = {}
    for name in own:
        found.setdefault(profiles[name].claim, name)
    return dict(zip(own, own, strict=True)) | found


def profiles_by_site(profiles: Mapping[str, SourceProfile]) -> dict[str, str]:
    """Return the profile of each host (without ``www.``) whose pages one reads, the first of two.

    Those are its ``sites``, and the hosts of its ``addresses``.
    """
    found: dict[str, str] = {}
    for name, profile in profiles.items():
        hosts = (*profile.sites, *filter(None, map(host_of, profile.addresses)))
        for host in hosts if LAYOUT_MARK not in name else ():
            found.setdefault(host, name)
    return found


def host_of(address: str) -> str | None:
    """Return the host of a web address without ``www.``, with its port; null for what is none."""
    found = _ADDRESS.match(address)
    return None if found is None else found[1].lower().removeprefix("www.")


def licences_by_outlet(profiles: Mapping[str, SourceProfile]) -> dict[str, str | None]:
    """Return the licence of each outlet that has a profile; null where that states none."""
    by_outlet = profiles_by_outlet(profiles)
    return {outlet: profiles[name].licence for outlet, name in by_outlet.items()}
