"""What a person may set, and what comes of it in a request."""

from dataclasses import fields
from pathlib import Path

import pytest

from tasks.errors import StopRun
from tasks.settings import FetchSettings, load_settings
from tasks.web import WebSettings
from tasks.web.client import user_agent


def test_the_defaults_are_the_same() -> None:
    assert FetchSettings().web == WebSettings()


def test_every_setting_reaches_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {
        "user_agent": "Bot",
        "contact": "a@b.c",
        "allow_private_hosts": "true",
        "ca_file": "/x.pem",
    }
    names = [field.name for field in fields(WebSettings)]
    for name in names:
        given = "max_record_bytes" if name == "max_body_bytes" else name
        value = odd.get(name, "7777" if name in {"max_body_bytes", "buffer_bytes"} else "7")
        monkeypatch.setenv(f"WARRAQ_FETCH__{given.upper()}", value)
    web = load_settings().fetch.web
    changed = {name for name in names if getattr(web, name) != getattr(WebSettings(), name)}
    assert changed == set(names)
    assert web.ca_file == Path("/x.pem")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("CONTACT", "a@b.c\r\nX-Evil: 1", id="line-end"),
        pytest.param("CONTACT", "a b", id="blank"),
        pytest.param("CONTACT", "بريد", id="arabic"),
        pytest.param("USER_AGENT", "Warraq/1.0", id="version"),
        pytest.param("USER_AGENT", "", id="no-name"),
        pytest.param("ATTEMPTS", "0", id="no-attempt"),
        pytest.param("HOST_DELAY_SECONDS", "-1", id="negative-delay"),
        pytest.param("READ_SECONDS", "0", id="no-time"),
    ],
)
def test_wrong_ones_are_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"WARRAQ_FETCH__{name}", value)
    with pytest.raises(StopRun, match=name.lower()):
        load_settings()


@pytest.mark.parametrize(
    ("contact", "ending"),
    [
        pytest.param("", " (Arabic news corpus)", id="none"),
        pytest.param("mailto:a@b.c", " (+mailto:a@b.c)", id="mail"),
    ],
)
def test_user_agent(contact: str, ending: str) -> None:
    told = user_agent(WebSettings(contact=contact))
    assert told.startswith("Warraq/")
    assert told.endswith(ending)
