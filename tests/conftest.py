"""For all tests: no network, two polite cores, and the offline rules for every program that a test starts."""

import importlib.util
import os
from pathlib import Path

OFFLINE = Path(__file__).parent / "offline"


def _without_network() -> None:
    """Hold this process, and every Python that it starts, to the loopback address."""
    spec = importlib.util.spec_from_file_location("offline_guard", OFFLINE / "sitecustomize.py")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    paths = [
        path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != str(OFFLINE)
    ]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(OFFLINE), *paths])
    os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1")


_without_network()
