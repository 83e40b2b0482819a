"""The project as a whole: what holds for every file of it, and what setting it up promises."""

import ast
import builtins
import importlib.machinery
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("flows", "tasks", "expectations")
MAX_FILE_LINES: Final = 400
MAX_FUNCTION_LINES: Final = 50

# Assembled from pieces, so that they do not find themselves.
FORBIDDEN: Final = {
    "a package registry's host": "|".join(
        ["py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)"]
    ),
    "a path of somebody's machine": r"(?<![\w.*-])/(?:"
    + "wo"
    + "rk|ro"
    + r"ot|home/\w+|Users/\w+)/",
    "an unfinished mark": r"\b(?:"
    + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "TB" + "D"])
    + r")\b",
    "a merge's leftovers": "(?m)^(?:" + "<" * 7 + "|" + ">" * 7 + ")",
}


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file that is tracked, or would be with the next commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: git cannot say which files belong to the project")
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-zco", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return tuple(path for path in paths if path.is_file())


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    files = chain.from_iterable(sorted((ROOT / room).rglob("*.py")) for room in ROOMS)
    return tuple((file, ast.parse(file.read_text(encoding="utf-8"))) for file in files)


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def constraints() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def pinned_here() -> dict[str, Requirement]:
    """Return what constraints.txt pins for this Python and this machine, by canonical name."""
    here = [each for each in constraints() if each.marker is None or each.marker.evaluate()]
    return {canonicalize_name(each.name): each for each in here}


def sh_blocks() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what].encode())
    found = [
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in project_files()
        if (match := pattern.search(path.read_bytes()))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a package registry's host", "index-url = https://files.python" + "hosted.org/simple"),
        ("a path of somebody's machine", 'open("/' + 'work/main/data")'),
        ("a path of somebody's machine", "cd /ho" + "me/amal/warraq"),
        ("an unfinished mark", "# TO" + "DO: later"),
        ("a merge's leftovers", "a\n" + "<" * 7 + " HEAD\n"),
    ],
)
def test_the_patterns_find(what: str, text: str) -> None:
    assert re.search(FORBIDDEN[what], text)


def test_files_are_short_enough_to_read() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path, _ in modules()
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_functions_are_short_enough_to_read() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES} == {}


def test_everything_public_has_a_docstring() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{name}"
        for path, tree in modules()
        for name, node in public_parts("module", tree)
        if not ast.get_docstring(node)
    ]
    assert bare == []


def public_parts(
    name: str, node: ast.Module | ast.ClassDef
) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    yield name, node
    for child in node.body:
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if child.name.startswith("_"):
            continue
        if isinstance(child, ast.ClassDef):
            yield from public_parts(child.name, child)
        else:
            yield child.name, child


def test_no_flow_file_hides_a_module() -> None:
    """Prefect's file entrypoints leave ``flows/`` at the front of ``sys.path`` for good."""
    assert [path for path in (ROOT / "flows").rglob("*.py") if path.parent.name != "flows"] == []
    stems = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert {stem for stem in stems if "_" not in stem} - {"deployments"} == set()
    assert {stem for stem in stems if is_importable_elsewhere(stem)} == set()


@pytest.mark.parametrize("name", ["json", "hypothesis", "prefect"])
def test_a_hidden_module_would_be_seen(name: str) -> None:
    assert is_importable_elsewhere(name)


def is_importable_elsewhere(name: str) -> bool:
    elsewhere = [place for place in sys.path if Path(place).resolve() not in {ROOT, ROOT / "flows"}]
    found = importlib.machinery.PathFinder.find_spec(name, elsewhere)
    return found is not None or name in sys.stdlib_module_names or hasattr(builtins, name)


def test_every_dependency_is_pinned_to_a_version_that_is_asked_for() -> None:
    told = project()
    groups = told["dependency-groups"].values()
    asked = [Requirement(each) for each in chain(told["project"]["dependencies"], *groups)]
    for python in ("3.11", "3.12", "3.13"):
        here = {"python_version": python, "python_full_version": f"{python}.9"}
        pins = {
            canonicalize_name(each.name): version_of(each)
            for each in constraints()
            if each.marker is None or each.marker.evaluate(here)
        }
        unmet = [
            str(each)
            for each in asked
            if not each.specifier.contains(pins.get(canonicalize_name(each.name), "0"))
        ]
        assert unmet == [], f"on Python {python}"


def version_of(pin: Requirement) -> str:
    [only] = pin.specifier
    assert only.operator == "=="
    return only.version


def test_whatever_a_dependency_asks_for_is_pinned_too() -> None:
    pins = pinned_here()
    asked_by = {
        each.name: metadata.requires(each.name) or ()
        for each in pins.values()
        if each.name != "camel-tools" and is_installed(each.name)
    }
    [camel] = project()["tool"]["uv"]["dependency-metadata"]
    asked_by[camel["name"]] = camel["requires-dist"]
    missing = {
        f"{name} asks for {asked.name}"
        for name, requires in asked_by.items()
        for asked in map(Requirement, requires)
        if is_wanted(asked.marker) and canonicalize_name(asked.name) not in pins
    }
    assert missing == set()


def is_installed(name: str) -> bool:
    return any(True for _ in metadata.distributions(name=name))


def is_wanted(marker: Marker | None) -> bool:
    return marker is None or marker.evaluate({"extra": ""})


def test_neural_networks_are_left_out() -> None:
    """camel-tools asks for them, 3.3 GB of wheels, in every version."""
    [camel] = project()["tool"]["uv"]["dependency-metadata"]
    assert camel["name"] == "camel-tools"
    assert "version" not in camel
    names = {canonicalize_name(each.name) for each in constraints()}
    assert {name for name in names if re.search("torch|nvidia|cuda|transformers", name)} == set()


def test_the_builder_is_the_same_everywhere() -> None:
    pinned = project()["tool"]["uv"]["build-constraint-dependencies"]
    assert f"hatchling=={version_of(pinned_here()['hatchling'])}" in pinned


def test_the_wheel_holds_everything_that_the_rooms_hold(tmp_path: Path) -> None:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    inside = set(zipfile.ZipFile(wheel).namelist())
    belongs = {
        path.relative_to(ROOT).as_posix()
        for path in project_files()
        if path.relative_to(ROOT).parts[0] in ROOMS
    }
    assert {Path(name).suffix for name in belongs} >= {".py", ".txt", ".toml", ".css"}
    assert belongs - inside == set()
    assert {name.split("/")[0] for name in inside} == {
        *ROOMS,
        f"warraq-{metadata.version('warraq')}.dist-info",
    }


def test_the_two_commands_come_first_in_the_readme() -> None:
    main_job, tests = sh_blocks()[:2]
    set_up = "-c constraints.txt -e ."
    assert set_up in main_job
    assert main_job.splitlines()[-1] == ".venv/bin/warraq run"
    assert set_up in tests
    assert tests.splitlines()[-1].startswith(".venv/bin/pytest -n ")


def test_the_checks_are_the_same_everywhere() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    checks = re.findall(r"^step (\.venv/bin/.+)$", script, flags=re.MULTILINE)
    assert len(checks) == 4
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert re.findall(r"entry: (.+)", hooks) == checks
    assert [check for check in checks if check not in guide] == []
