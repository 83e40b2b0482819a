"""The flows, their schedule and the ``warraq`` command: when stages run, and in which order.

Importing this package settles what Prefect and Great Expectations read from the environment when
they are imported: no telemetry, and Prefect's state in the current folder. What the user has set
stays as it is.
"""

import os


def _settle_environment() -> None:
    default = os.environ.setdefault
    # With analytics on, the server tries the internet, and half of all first runs print a
    # "database is locked" traceback (measured with Prefect 3.9.1).
    default("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    default("PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT", "false")
    default("DO_NOT_TRACK", "1")
    default("GX_ANALYTICS_ENABLED", "false")
    # The server answers 500 when two of its own writes to SQLite meet ("database is locked"), and
    # its client gives up at once: one in 1,500 task runs, so one in 100 runs, failed of it.
    default("PREFECT_CLIENT_RETRY_EXTRA_CODES", "500")
    # Arrow's own allocator gives pages back and faults them in again: 0.7 CPU s and 90 MiB more
    # for 20,000 articles (tests/benchmarks/throughput.py).
    default("ARROW_DEFAULT_MEMORY_POOL", "system")
    if not os.environ.get("PREFECT_HOME"):
        os.environ["PREFECT_HOME"] = os.path.join(os.getcwd(), ".prefect")  # noqa: PTH109, PTH118
        # PREFECT_HOME hides the profiles in the user's home, and with them an API URL kept there.
        profiles = os.path.expanduser("~/.prefect/profiles.toml")  # noqa: PTH111
        if os.path.isfile(profiles):  # noqa: PTH113 (pathlib costs as much as the rest of this file)
            default("PREFECT_PROFILES_PATH", profiles)


_settle_environment()
