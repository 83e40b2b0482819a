"""Source profiles: what is particular to an outlet or an archive, as data (one TOML each)."""

from tasks.sources.loader import find_profile_file, find_profile_names, load_profile, load_profiles
from tasks.sources.profile import (
    DEFAULT_PROFILE,
    FieldNames,
    Layout,
    SourceProfile,
    Spelling,
    expand,
    host_of,
    licences_by_outlet,
    profiles_by_outlet,
    profiles_by_site,
)

__all__ = [
    "DEFAULT_PROFILE",
    "FieldNames",
    "Layout",
    "SourceProfile",
    "Spelling",
    "expand",
    "find_profile_file",
    "find_profile_names",
    "host_of",
    "licences_by_outlet",
    "load_profile",
    "load_profiles",
    "profiles_by_outlet",
    "profiles_by_site",
]
