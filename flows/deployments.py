"""``build-corpus/scheduled``: run by ``warraq serve``, started by hand with ``warraq trigger``."""

import glob
import json
import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from flows.interrupt_guard import INTERRUPTED
from flows.local_server import (
    LocalServer,
    PortTaken,
    answers,
    configured_api_url,
    require_api,
    start_server,
    stop_server,
    wait_ready,
)
from tasks.errors import StopRun
from tasks.settings import ScheduleSettings, Settings, config_path, load_settings

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import DeploymentResponse
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule

DEPLOYMENT_NAME: Final = "scheduled"
FULL_NAME: Final = f"build-corpus/{DEPLOYMENT_NAME}"
ADDRESS_FILE: Final = "served.json"
DEFAULT_PORT: Final = 4200
POLL_SECONDS: Final = 1.0


def serve(options: Namespace) -> int:
    """Register the deployment and run it, on schedule and on demand, until interrupted."""
    settings = load_settings()
    lake = (options.lake or settings.lake).absolute()
    _settle_paths(lake)
    with _api(options.port) as api_url:
        import prefect

        deployment = make_deployment(settings, lake)
        _tell_served(deployment, settings, api_url, as_json=options.json)
        try:
            prefect.serve(deployment, print_starting_message=False)
        except KeyboardInterrupt:
            return INTERRUPTED
    # Prefect turns Ctrl-C and SIGTERM into a normal return.
    return INTERRUPTED


def make_deployment(settings: Settings, lake: Path) -> "RunnerDeployment":
    """Make ``build-corpus/scheduled`` from the settings, with paths that hold from any folder."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    from flows.build_corpus import CorpusRun, build_corpus

    run = CorpusRun(
        sources=tuple(absolute_source(source) for source in settings.schedule.sources), lake=lake
    )
    deployment = build_corpus.to_deployment(
        name=DEPLOYMENT_NAME,
        schedule=make_schedule(settings.schedule),
        parameters={"run": run.model_dump(mode="json")},
        # Two runs on one lake would wait for its writer lock, each with its memory held.
        concurrency_limit=ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE
        ),
        description="Takes in the sources of warraq.toml and publishes them into the lake.",
        tags=["warraq"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return cast("RunnerDeployment", deployment)  # a coroutine only inside an event loop


def make_schedule(schedule: ScheduleSettings) -> "Schedule | None":
    """Turn the settings into Prefect's schedule; None when runs are started by hand only.

    Raises :class:`StopRun` when Prefect cannot read the cron expression or the recurrence rule.
    """
    from prefect.schedules import Cron, Interval, RRule

    try:
        if schedule.cron is not None:
            return Cron(schedule.cron, timezone=schedule.timezone)
        if schedule.rrule is not None:
            return RRule(schedule.rrule, timezone=schedule.timezone)
    except ValueError as error:
        raise StopRun(
            f"The schedule cannot be read: {error}", file=str(config_path()), key="schedule"
        ) from error
    if schedule.every is None:
        return None
    # Counted from a fixed moment: otherwise every restart would put the next run off.
    anchor = datetime(2024, 1, 1, tzinfo=schedule.zone)
    return Interval(schedule.every, anchor_date=anchor, timezone=schedule.timezone)


def absolute_source(source: str) -> str:
    """Make a file, folder or glob absolute; the name of a source profile and a URL stay."""
    if "://" in source:
        return source
    is_path = os.sep in source or glob.has_magic(source) or Path(source).exists()
    return str(Path(source).expanduser().absolute()) if is_path else source


def trigger(options: Namespace) -> int:
    """Start one run of the served deployment, what is given laid over its defaults."""
    os.environ["PREFECT_API_URL"] = _served_api_url()
    require_api()
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        deployment = _find_deployment(client)
        parameters = {"run": merge_run(deployment.parameters.get("run", {}), options)}
        flow_run = client.create_flow_run_from_deployment(deployment.id, parameters=parameters)
        if options.wait:
            flow_run = _wait(client, flow_run)
    return _tell_triggered(flow_run, as_json=options.json, waited=options.wait)


def merge_run(defaults: Mapping[str, object], options: Namespace) -> dict[str, object]:
    """Lay the command's choices over the deployment's ``run``; Prefect would replace it whole."""
    given: dict[str, object] = {}
    if options.sources:
        given["sources"] = [absolute_source(source) for source in options.sources]
    if options.lake is not None:
        given["lake"] = str(options.lake.absolute())
    if options.limit is not None:
        given["limit"] = options.limit
    if options.dry_run:
        given["dry_run"] = True
    return {**defaults, **given}


def _settle_paths(lake: Path) -> None:
    """Tell the runs, which are processes of their own, where everything is."""
    os.environ["WARRAQ_LAKE"] = str(lake)
    os.environ["PREFECT_HOME"] = str(Path(os.environ["PREFECT_HOME"]).expanduser().absolute())
    # Every 10 s by default: a person who triggers a run waits for it.
    os.environ.setdefault("PREFECT_RUNNER_POLL_FREQUENCY", "3")
    if config_path().is_file():
        os.environ["WARRAQ_CONFIG"] = str(config_path().absolute())


@contextmanager
def _api(port: int | None) -> Iterator[str]:
    """Give the API that the user configured, else one of our own that ``trigger`` finds."""
    if configured := configured_api_url():
        require_api()
        yield configured
        return
    server = _start(port)
    os.environ["PREFECT_API_URL"] = server.api_url
    address = _address_file()
    try:
        wait_ready(server)
        address.write_text(json.dumps({"api_url": server.api_url}), encoding="utf-8")
        yield server.api_url
    finally:
        address.unlink(missing_ok=True)
        stop_server(server)


def _start(port: int | None) -> LocalServer:
    """Take the port that was asked for, else Prefect's usual one, else any."""
    try:
        return start_server(port=DEFAULT_PORT if port is None else port, interface=True)
    except PortTaken:
        if port is not None:
            raise
        return start_server(interface=True)


def _address_file() -> Path:
    return Path(os.environ["PREFECT_HOME"], ADDRESS_FILE)


def _served_api_url() -> str:
    if configured := configured_api_url():
        return configured
    try:
        url = str(json.loads(_address_file().read_text(encoding="utf-8"))["api_url"])
    except (OSError, ValueError, KeyError):
        url = ""
    if not url or not answers(url):
        raise StopRun(
            "Nothing serves the deployment here. Start `warraq serve` in this folder, "
            "or set PREFECT_API_URL to your server",
            deployment=FULL_NAME,
        )
    return url


def _find_deployment(client: "SyncPrefectClient") -> "DeploymentResponse":
    from prefect.exceptions import ObjectNotFound

    try:
        return client.read_deployment_by_name(FULL_NAME)
    except ObjectNotFound as error:
        raise StopRun(
            "The deployment is not registered on this server; start `warraq serve` for it",
            deployment=FULL_NAME,
            api=str(client.api_url),
        ) from error


def _wait(client: "SyncPrefectClient", flow_run: "FlowRun") -> "FlowRun":
    while flow_run.state is None or not flow_run.state.is_final():
        time.sleep(POLL_SECONDS)
        flow_run = client.read_flow_run(flow_run.id)
    return flow_run


def _tell_served(
    deployment: "RunnerDeployment", settings: Settings, api_url: str, *, as_json: bool
) -> None:
    interface = api_url.removesuffix("/api")
    told: dict[str, object] = {
        "deployment": FULL_NAME,
        "api_url": api_url,
        "ui_url": interface,
        "schedule": settings.schedule.model_dump(mode="json"),
        "parameters": deployment.parameters,
    }
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(
            f"Serving {FULL_NAME} {_rhythm(settings.schedule)}. Ctrl-C ends it.\n"
            f"  in the browser   {interface}\n"
            "  by hand          warraq trigger [SOURCE ...]\n"
            f"  by Prefect       PREFECT_API_URL={api_url} prefect deployment run {FULL_NAME}\n"
        )
    sys.stdout.flush()


def _rhythm(schedule: ScheduleSettings) -> str:
    if schedule.interval is not None:
        return f"every {schedule.interval:g} seconds"
    if schedule.cron is not None:
        return f"at cron {schedule.cron!r}, {schedule.timezone} time"
    if schedule.rrule is not None:
        return f"at {schedule.rrule!r}, {schedule.timezone} time"
    return "on demand (warraq.toml has no [schedule] with interval, cron or rrule)"


def _tell_triggered(flow_run: "FlowRun", *, as_json: bool, waited: bool) -> int:
    from prefect.utilities.urls import url_for

    url = url_for("flow-run", obj_id=flow_run.id)
    state = flow_run.state
    name = (state.name if state else None) or "unknown"
    if as_json:
        told = {"flow_run_id": str(flow_run.id), "name": flow_run.name, "state": name, "url": url}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        sys.stdout.write(f"{flow_run.name} is {name.lower()}: {url}\n")
        if waited and state is not None and state.message:
            sys.stderr.write(state.message + "\n")
    return 1 if waited and not (state is not None and state.is_completed()) else 0
