"""The same seven lists with dlt's rest_api source, merged by id. Runs in dlt's own environment, `.venv-dlt`."""

from __future__ import annotations

import json
import os
import time
import warnings
from typing import Any

from benchmarks import task
from benchmarks.lists import LISTS, PARAMS

# dlt reads its settings from here while it is imported; no word about us leaves the machine.
os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}
# Without them, merging into SQLite takes a time that grows with the square of the records.
os.environ.setdefault("DESTINATION__SQLALCHEMY__CREATE_PRIMARY_KEYS", "true")
warnings.simplefilter("ignore")  # what its libraries wish for each other would drown the table

import dlt  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402


def sync(asked: task.Task) -> int:
    """Copy all seven lists; returns how many records were read."""
    pipeline = dlt.pipeline("halo", pipelines_dir=asked.folder, **_place(asked.database))
    pipeline.run(_source(asked))
    counts = pipeline.last_trace.last_normalize_info.row_counts
    return sum(counts[record_type] for record_type in LISTS)


def _place(database: str) -> dict[str, Any]:
    if database.startswith("sqlite:"):
        os.environ["LOAD__WORKERS"] = "1"  # its twenty lock each other out of one file
        return {"destination": dlt.destinations.sqlalchemy(database), "dataset_name": "main"}
    # dlt insists on a host and a password, where a socket needs neither.
    url = database.replace(":@/", ":-@localhost/")
    return {"destination": dlt.destinations.postgres(url), "dataset_name": "copy"}


def _source(asked: task.Task) -> Any:
    return rest_api_source(
        {
            "client": {
                "base_url": f"{asked.url}/api/",
                "auth": {
                    "type": "oauth2_client_credentials",
                    "access_token_url": f"{asked.url}/auth/token",
                    **json.loads(asked.credentials),
                    "access_token_request_data": {"scope": "all"},
                },
                "paginator": {"type": "page_number", "base_page": 1, "page_param": "page_no", "total_path": None},
            },
            # A record stays one row, as with the others.
            "resource_defaults": {"primary_key": "id", "write_disposition": "merge", "max_table_nesting": 0},
            "resources": [
                {"name": record_type, "endpoint": {"path": path, "data_selector": key, "params": PARAMS}}
                for record_type, (path, key) in LISTS.items()
            ],
        }
    )


if __name__ == "__main__":
    began = time.perf_counter()
    task.answer(sync(task.asked()), time.perf_counter() - began)
