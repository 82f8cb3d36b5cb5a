"""For all tests: no network, two polite cores, and the offline rules for every program that a test starts."""

import importlib.util
import os
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def nano():
    """The shipped model, for tests that look at it and leave it as it is."""
    from minidalle.checkpoints import load_model
    from minidalle.pipeline_find import find_model

    return load_model(find_model("nano"))


@pytest.fixture(scope="session")
def reader():
    """The shipped judge of all kinds of picture."""
    from minidalle.pipeline_find import find_model
    from minidalle.world.judging import load_reader

    return load_reader(find_model("reader"))
