import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.command_line import main
from flows.source_command import name_of
from tasks.sources import load_profile
from tests.draft.writing import Writer, csv_of, json_lines
from tests.fetch.fetching import make
from tests.fetch.outlet_site import Outlet
from tests.flows.command_runs import warraq
from tests.pipeline.run_child import warraq_child
from tests.web.sites import Site

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a source «inbox/al-ufuq» of one table."""
    writer = Writer()
    rows = [[writer.words(6), writer.text()] for _ in range(12)]
    make(tmp_path, {"inbox/al-ufuq/2019.csv": csv_of(["عنوان المادة", "نص المادة"], rows)})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_profile_is_written_where_nothing_is_set_and_told(here: Path, capsys: Capture) -> None:
    assert main(["source", "new", "inbox/al-ufuq"]) == 0
    profile = load_profile("al-ufuq", folder=here / "profiles")
    assert (profile.fields.text, profile.fields.title) == (("نص المادة",), ("عنوان المادة",))
    assert profile.paths == ("inbox/al-ufuq",)
    out = capsys.readouterr().out
    assert out.startswith("Wrote profiles/al-ufuq.toml: ")
    assert "with it 12 of them give a text, without 0" in out
    assert 'add to warraq.toml:  profiles = "profiles"' in out
    assert "warraq run al-ufuq --limit 20 --dry-run" in out
    assert sorted(path.name for path in here.iterdir()) == ["inbox", "profiles"]
    assert [path.name for path in (here / "profiles").iterdir()] == ["al-ufuq.toml"]


def test_a_profile_that_is_there_is_never_overwritten(here: Path, capsys: Capture) -> None:
    make(here, {"profiles/al-ufuq.toml": "# mine\n"})
    assert main(["source", "new", "inbox/al-ufuq"]) == 1
    told = capsys.readouterr().err
    assert "--name" in told
    assert "file=profiles/al-ufuq.toml" in told
    assert (here / "profiles" / "al-ufuq.toml").read_text() == "# mine\n"


@pytest.mark.parametrize("told", ["option", "setting"])
def test_the_folder_is_the_options_or_the_settings(told: str, here: Path, capsys: Capture) -> None:
    make(here, {"warraq.toml": 'profiles = "sources"\n'})
    more = ["--profiles", "own/folder"] if told == "option" else []
    assert main(["source", "new", "inbox/al-ufuq", "--json", *more]) == 0
    shown = json.loads(capsys.readouterr().out)
    folder = "own/folder" if told == "option" else "sources"
    assert shown["file"] == f"{folder}/al-ufuq.toml"
    assert (here / shown["file"]).is_file()
    assert any("warraq.toml" in step for step in shown["next"]) is (told == "option")


def test_json_tells_everything_once(here: Path, capsys: Capture) -> None:
    assert main(["source", "new", "inbox/al-ufuq", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["profile"], shown["files"], shown["records"]) == ("al-ufuq", 1, 12)
    assert (shown["texts"], shown["texts_without_it"]) == (12, 0)
    assert shown["formats"] == {"csv": 1}
    assert shown["fields"]["text"] == {
        "paths": ["نص المادة"],
        "usual": False,
        "certain": True,
        "filled": 12,
        "nothing": 0,
        "records": 12,
    }
    assert shown["keys"]["fields.title"] == "عنوان المادة"
    assert "url" in shown["missing"]


def test_a_text_in_many_objects_is_a_guess_that_says_so(here: Path, capsys: Capture) -> None:
    writer = Writer()
    records = [{"story": [{"value": writer.text()} for _ in range(4)]} for _ in range(12)]
    make(here, {"inbox/blocks.jsonl": json_lines(records)})
    assert main(["source", "new", "inbox/blocks.jsonl", "--stdout", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {"key": "fields.text", "value": "story.0.value"} in shown["guesses"]
    assert "fields.text" not in shown["keys"]
    assert shown["texts"] == 0
    assert "reads ONLY THE FIRST object of a list: 12 of 12 records" in shown["toml"]
    (step,) = (step for step in shown["next"] if "story.0.value" in step)
    assert "join their texts into one string before" in step


def test_stdout_is_the_profile_and_nothing_is_written(here: Path, capsys: Capture) -> None:
    make(here, {"profiles/al-ufuq.toml": "# mine\n"})
    assert main(["source", "new", "inbox/al-ufuq", "--stdout"]) == 0
    assert tomllib.loads(capsys.readouterr().out)["fields"]["text"] == "نص المادة"
    assert main(["source", "new", "inbox/al-ufuq", "--stdout", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["file"] is None
    assert tomllib.loads(shown["toml"])["fields"]["text"] == "نص المادة"
    assert (here / "profiles" / "al-ufuq.toml").read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("inbox/al-ufuq/2019.csv", "2019"),
        ("inbox/*/*.csv", "inbox-source"),  # `warraq run inbox` takes the folder of that name
        ("new folder/news (1).jsonl.gz", "news-1"),
        ("الأفق", "الأفق"),
        ("default.jsonl", "default-source"),
        ("...jsonl", "jsonl"),
    ],
)
def test_the_name_is_made_of_the_sources(
    source: str, name: str, here: Path, capsys: Capture
) -> None:
    lines = json_lines([{"نص": Writer().text()}])
    make(here, {"new folder/news (1).jsonl.gz": lines, "default.jsonl": lines, "...jsonl": lines})
    make(here, {"الأفق/a.jsonl": lines})
    assert main(["source", "new", source, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["profile"] == name


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        pytest.param(["nowhere"], 2, "no file, folder", id="no-source"),
        pytest.param(["mine.urls"], 2, "from files or from one address", id="list-of-addresses"),
        pytest.param(["http://[::1"], 2, "no http or https address", id="no-address"),
        pytest.param(["http://127.0.0.1/"], 1, "ALLOW_PRIVATE_HOSTS=true", id="private-host"),
        pytest.param(
            ["inbox", "--name", "../x"], 1, "cannot be a profile's name", id="path-as-name"
        ),
        pytest.param(["inbox", "--name", "default"], 1, "another --name", id="default"),
        pytest.param(["bad"], 1, "No record of this source", id="no-record"),
        pytest.param(["inbox", "--profiles", "bad/a.bin"], 1, "cannot be written", id="no-folder"),
    ],
)
def test_what_cannot_be_drafted_is_told(
    arguments: list[str], code: int, problem: str, here: Path, capsys: Capture
) -> None:
    make(here, {"bad/a.bin": bytes(range(256)), "mine.urls": "https://a.example/\n"})
    assert main(["source", "new", *arguments, "--json"]) == code
    told = capsys.readouterr()
    assert problem in told.err
    assert problem in json.loads(told.out)["error"]
    assert not (here / "profiles").exists()


def test_a_draft_is_run_as_the_command_says(here: Path, prefect_api: str) -> None:
    drafted = warraq("source", "new", "inbox/al-ufuq", folder=here)
    assert (drafted.code, drafted.err) == (0, "")
    make(here, {"warraq.toml": 'profiles = "profiles"\n'})
    ran = warraq_child(*("run", "al-ufuq", "--dry-run", "--json", "--lake", "lake"), folder=here)
    assert ran.code == 0, ran.log
    assert "published" in ran.out
    assert "no-text" not in ran.out


@pytest.fixture
def outlet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outlet]:
    monkeypatch.setenv("WARRAQ_FETCH__ALLOW_PRIVATE_HOSTS", "true")
    monkeypatch.setenv("WARRAQ_FETCH__HOST_DELAY_SECONDS", "0")
    with Site() as site:
        yield Outlet(site).open(5)


def test_an_address_is_drafted_and_told(here: Path, outlet: Outlet, capsys: Capture) -> None:
    assert main(["source", "new", outlet.feed, "--name", "marfa"]) == 0
    profile = load_profile("marfa", folder=here / "profiles")
    assert (profile.addresses, profile.outlet, profile.follow) == ((outlet.feed,), "المرفأ", True)
    out = capsys.readouterr().out
    assert out.startswith("Wrote profiles/marfa.toml: 4 keys, and 0 guesses as comments.")
    assert "a feed of 5 items with 4 requests; with this profile 3 of 3 articles give a text" in out
    assert out.rstrip().endswith("warraq run marfa --limit 20 --dry-run")


def test_json_tells_of_an_address(here: Path, outlet: Outlet, capsys: Capture) -> None:
    assert main(["source", "new", outlet.feed, "--stdout", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["profile"], shown["kind"], shown["file"]) == ("127-0-0-1", "feed", None)
    assert (shown["items"], shown["requests"], shown["texts"]) == (5, 4, 3)
    assert [each["problem"] for each in shown["articles"]] == [None] * 3
    assert shown["language"]["problem"] is None
    assert shown["keys"]["follow"] is True
    assert tomllib.loads(shown["toml"])["addresses"] == [outlet.feed]
    assert not (here / "profiles").exists()


def test_a_draft_of_an_address_is_run_as_the_command_says(
    here: Path, outlet: Outlet, prefect_api: str
) -> None:
    assert main(["source", "new", outlet.feed, "--name", "marfa"]) == 0
    make(here, {"warraq.toml": 'profiles = "profiles"\n'})
    ran = warraq_child(
        *("run", "marfa", "--dry-run", "--json", "--lake", "lake"),
        folder=here,
        WARRAQ_FETCH__ALLOW_PRIVATE_HOSTS="true",
        WARRAQ_FETCH__HOST_DELAY_SECONDS="0",
    )
    assert ran.code == 0, ran.log
    assert json.loads(ran.out)["records"] == 5


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.aps.dz", "aps"),
        ("arabic.example.com", "arabic-example"),
        ("www.alwatan.com.sa:8443", "alwatan"),
        ("com.sa", "com"),
        ("intranet", "intranet"),
        ("127.0.0.1:80", "127-0-0-1"),
        ("[::1]:80", "1"),
    ],
)
def test_the_name_is_made_of_the_host(host: str, name: str, here: Path) -> None:
    assert name_of(f"https://{host}/rss?x=1") == name


def test_drafting_starts_neither_prefect_nor_great_expectations(here: Path) -> None:
    drafted = warraq("source", "new", "inbox", folder=here)
    assert drafted.code == 0
    assert not (here / ".prefect").exists()
    assert not (here / "data").exists()
