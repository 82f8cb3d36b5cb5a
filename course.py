#!/usr/bin/env python3
"""The one command of the course. It needs Python and nothing else.

    python3 course.py lab      open the lessons in JupyterLab
    python3 course.py test     check everything: the tests, and every notebook (--fast: only the quick tests)
    python3 course.py doctor   look at this machine and the shipped models, and say what to mend
    python3 course.py setup    only prepare the environment
    python3 course.py slides   the lessons as decks for a lecture, in build/slides (slides 06: only that one)
    python3 course.py site     the lessons as a site to read and search, in build/site; both need no network
    python3 course.py python   run the environment's Python

Arguments after the job are passed on: `course.py lab --no-browser`, `course.py test -k masks`.

The first call makes an environment in .venv (with uv where it is installed, else with venv and pip) and
installs the package in it, editable, at the versions in constraints.txt. Later calls install again if the
wanted versions changed or the last set-up did not finish. An activated environment that already holds this
very checkout (conda users: environment.yml) is used as it is. MINIDALLE_VENV names another folder than .venv.

Left out: choosing between CPU and GPU builds of PyTorch. pip and uv take the one that their settings find.
This file parses on Python 3.6, so that an old Python is told kindly what is missing.
"""

import contextlib
import difflib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.abspath(__file__))
OLDEST, NEWEST = (3, 11), (3, 14)  # NEWEST: the last one that has ready-made wheels of every pinned version
FIRST_LESSON = "notebooks/00_draw.ipynb"
JOBS = ("lab", "test", "doctor", "setup", "slides", "site", "python")
UNFINISHED = "unfinished"
LAB_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}
DISK_NEEDED = 6 * 2**30  # bytes; the Linux build of PyTorch with CUDA takes most of it


class SetupError(Exception):
    """Something that a person has to mend; its text says what and how."""


# ---------------------------------------------------------------- which Python


def check_version(version=None):
    """Raise SetupError when this Python is too old, and name a newer one that is already here."""
    version = tuple(version or sys.version_info[:3])
    if version >= OLDEST:
        return
    names = ["python3.{}".format(minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    newer = next((name for name in names if works(shutil.which(name))), None)
    if newer:
        advice = "A newer one is here already: {} course.py {}".format(newer, " ".join(sys.argv[1:]))
    else:
        advice = (
            "Install one from python.org, your system's packages, uv or conda, and call course.py with it."
        )
    raise SetupError(
        "The course needs Python {}.{} or newer; this is Python {}.\n{}".format(
            OLDEST[0], OLDEST[1], ".".join(map(str, version)), advice
        )
    )


def works(python, code="pass"):
    """Whether `python` (a path, or None) starts and runs `code` without an error."""
    if not python or not os.path.exists(python):
        return False
    try:
        done = subprocess.run([python, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return done.returncode == 0


def python_in(venv):
    """The Python of the environment in the folder `venv`, whether or not it exists."""
    return (
        os.path.join(venv, "Scripts", "python.exe")
        if os.name == "nt"
        else os.path.join(venv, "bin", "python")
    )


def is_active():
    """Whether this is the Python of an activated environment that holds this very checkout and its tools."""
    if sys.prefix == sys.base_prefix and os.environ.get("CONDA_PREFIX") != sys.prefix:
        return False
    from importlib import metadata  # new in Python 3.8

    try:
        for name in ("jupyterlab", "nbval"):
            metadata.distribution(name)
        origin = json.loads(metadata.distribution("minidalle").read_text("direct_url.json") or "{}")
    except metadata.PackageNotFoundError:
        return False
    path = urllib.request.url2pathname(urllib.parse.urlparse(origin.get("url", "")).path)
    return bool(path) and os.path.realpath(path) == os.path.realpath(ROOT)


# ---------------------------------------------------------------- the environment


def venv_folder():
    """Where the environment lives: MINIDALLE_VENV, else .venv beside this file."""
    return os.path.abspath(os.environ.get("MINIDALLE_VENV") or os.path.join(ROOT, ".venv"))


def wanted():
    """A fingerprint of what should be installed: the package's table, the pins, and where this folder is."""
    import tomllib  # new in Python 3.11

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        project = tomllib.load(file)["project"]
    with open(os.path.join(ROOT, "constraints.txt"), encoding="utf-8") as file:
        pins = [line for line in file.read().splitlines() if line and not line.startswith("#")]
    return hashlib.sha256(json.dumps([ROOT, project, pins], sort_keys=True).encode()).hexdigest()


def read_state(venv):
    """The fingerprint that the environment was last brought to, UNFINISHED, or "" for none."""
    try:
        with open(os.path.join(venv, ".course-state"), encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def write_state(venv, state):
    """Note the state of the environment, all or nothing."""
    path = os.path.join(venv, ".course-state")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(state + "\n")
    os.replace(path + ".new", path)


@contextlib.contextmanager
def locked(path):
    """Hold a lock that ends with this process, however it ends; SetupError when another process holds it."""
    with open(path, "a", encoding="utf-8") as file:
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SetupError(
                "Another course.py is preparing this environment: wait until it is done."
            ) from None
        yield


def ensure():
    """The Python to run jobs with; its environment is first made, completed or repaired, if need be."""
    if not os.environ.get("MINIDALLE_VENV") and is_active():
        return sys.executable
    venv = venv_folder()
    python = python_in(venv)
    if is_ready(venv):
        return python
    os.makedirs(os.path.dirname(venv), exist_ok=True)
    with locked(venv + ".lock"):
        if not is_ready(venv):
            want = wanted()
            prepare(venv)
            write_state(venv, want)
    return python


def is_ready(venv):
    """Whether the environment in `venv` holds what is wanted, and its Python starts."""
    return read_state(venv) == wanted() and works(python_in(venv))


def prepare(venv):
    """Make the environment in `venv` if it is missing or broken, and install the package in it."""
    uv, python = shutil.which("uv"), python_in(venv)
    say("Preparing the course's environment in {}".format(venv))
    say("The first time takes a few minutes: PyTorch is large.")
    new_enough = "import sys; sys.exit(sys.version_info < {})".format(OLDEST)
    if not works(python, new_enough) or not works(python, "import pip"):
        say("Making an empty environment.")
        make_venv(venv, uv)
    elif read_state(venv) == UNFINISHED and not works(python, WHOLE):
        say("The last set-up was cut off in the middle of a package: starting afresh (downloads are reused).")
        make_venv(venv, uv)
    write_state(venv, UNFINISHED)
    command = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    plain = [] if uv or sys.stderr.isatty() else ["--progress-bar", "off"]  # uv sees a log by itself
    say("Installing the packages at the versions in constraints.txt, with {}.".format("uv" if uv else "pip"))
    code, said = install([*command, *plain, "-e", ".[dev]", "-c", "constraints.txt"])
    if code:
        raise SetupError("The installation failed.\n" + advice(said, venv))
    settings = os.path.join(
        venv, "share", "jupyter", "lab", "settings"
    )  # this environment's defaults, no person's
    os.makedirs(settings, exist_ok=True)
    with open(os.path.join(settings, "overrides.json"), "w", encoding="utf-8") as file:
        json.dump(LAB_SETTINGS, file)


# Run by the environment's own Python: every installed package still has each file that its record lists.
WHOLE = """
import importlib.metadata, sys
packages = importlib.metadata.distributions()
sys.exit(any(p.files is None or any(not p.locate_file(f).exists() for f in p.files) for p in packages))
"""


def make_venv(venv, uv):
    """Make an empty environment, in place of a broken one or of nothing, never in place of anything else."""
    old = venv + ".old"  # moved away whole, then deleted: a cut-off deletion leaves nothing half there
    if os.path.isdir(old):
        shutil.rmtree(old)
    if os.path.isdir(venv) and os.listdir(venv):
        if not os.path.exists(os.path.join(venv, "pyvenv.cfg")):
            raise SetupError(
                "{} is in the way, and is no Python environment. Move it elsewhere.".format(venv)
            )
        os.rename(venv, old)
        shutil.rmtree(old)
    if uv:  # --seed: pip inside, so that %pip works in a lesson
        command = [uv, "venv", "--quiet", "--seed", "--python", sys.executable, venv]
    else:
        command = [sys.executable, "-m", "venv", venv]
    if subprocess.call(command):
        raise SetupError(
            "Python could not make an environment in {}.\n"
            "On Debian and Ubuntu: sudo apt install python3-venv, then call course.py again.\n"
            "Elsewhere: is the folder writable, and the disk not full?".format(venv)
        )
    write_state(venv, UNFINISHED)


def install(command):
    """Run an installer in this folder; return its exit code and what it said as errors (shown as well). All that it
    says comes to stderr: stdout belongs to the job."""
    env = dict(os.environ)
    if env.get("PIP_FIND_LINKS"):
        env.setdefault(
            "UV_FIND_LINKS", ",".join(env["PIP_FIND_LINKS"].split())
        )  # uv does not read pip's settings
    said = []
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=2, stderr=subprocess.PIPE, encoding="utf-8", errors="replace"
    )
    for line in process.stderr:
        sys.stderr.write(line)
        said.append(line)
    return process.wait(), "".join(said)


def advice(said, venv):
    """What a person can do about a failed installation, judged by the installer's own words and the disk."""
    said = said.lower()
    free = shutil.disk_usage(os.path.dirname(venv)).free

    def heard(*signs):
        return any(sign in said for sign in signs)

    if heard("no space left", "errno 28", "not enough space") or free < 2**28:
        full = "The disk is full: {:.1f} GB are free, about {:.0f} GB are needed. Make room, then call again."
        return full.format(free / 2**30, DISK_NEEDED / 2**30)
    too_new = sys.version_info[:2] > NEWEST
    if heard(
        "retrying", "name resolution", "getaddrinfo", "dns error", "timed out", "error sending request"
    ) or (heard("from versions: none") and not too_new):
        return "The packages could not be fetched: is this machine online? (Behind a proxy: set HTTPS_PROXY.)"
    if heard("permission denied", "access is denied", "read-only file system"):
        return "A file could not be written in {}: close programs that use it, or check its owner.".format(
            venv
        )
    if heard("no matching distribution", "no wheels", "no solution found"):
        return (
            "Some package has no build for this machine. The course runs on Linux, on Windows, and on\n"
            "macOS 14 or newer on Apple silicon (PyTorch left Intel Macs), with Python {}.{} to {}.{}.\n"
            "This is Python {} on {}."
        ).format(*OLDEST, *NEWEST, sys.version.split()[0], platform.platform())
    return "Its own words are above. Call course.py again to go on; delete {} to start afresh.".format(venv)


# ---------------------------------------------------------------- the jobs


def command(job, rest):
    """The arguments for the environment's Python that do `job` with the extra arguments `rest`."""
    if job == "lab":
        root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        return ["-m", "jupyterlab", "--LabApp.default_url=/lab/tree/" + FIRST_LESSON, *root, *rest]
    if job == "test":
        return ["-m", "pytest", *test_arguments(rest)]
    if job in ("slides", "site"):
        return ["-m", "tools.publish." + job, *rest]
    if job == "doctor":
        return [
            "-c",
            "import sys; from minidalle.cli import main; sys.exit(main(['doctor', *sys.argv[1:]]))",
            *rest,
        ]
    return rest


def test_arguments(rest):
    """Arguments for pytest: everything, on two cores where there are two; --fast is only the quick tests."""
    fast = "--fast" in rest
    rest = [argument for argument in rest if argument != "--fast"]
    if fast:
        return ["tests", "-m", "not slow", *rest]
    two = (os.cpu_count() or 1) > 1 and not any(a.startswith("-n") or a == "--pdb" for a in rest)
    return [*(["-n", "2", "--dist", "loadscope"] if two else []), *rest]


def environment(job, python):
    """The environment variables of a job; its own programs come first."""
    env = dict(os.environ)
    env["PATH"] = os.path.dirname(python) + os.pathsep + env.get("PATH", "")
    if job == "test":
        env.setdefault("OMP_NUM_THREADS", "1")  # two test processes, one thread each
    return env


def run(python, arguments, env, folder=ROOT):
    """Do the job in place of this process, in a folder; its exit status and Ctrl-C are its own."""
    sys.stdout.flush()
    os.chdir(folder)
    if os.name != "nt":
        os.execve(python, [python, *arguments], env)
    process = subprocess.Popen([python, *arguments], env=env)  # execve does not wait on Windows
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the job got it too, and decides


def say(text):
    """Tell the person at the keyboard, at once."""
    print(text, file=sys.stderr, flush=True)


def main(argv):
    """Do the job that the command line names; return an exit status."""
    job, rest = (argv[0] if argv else "help"), argv[1:]
    if job in ("help", "-h", "--help") or (job == "setup" and rest):  # which takes no words
        print(__doc__)
        return 0
    try:
        if job not in JOBS:
            known = ", ".join(JOBS[:-1]) + " or " + JOBS[-1]
            near = difflib.get_close_matches(job, JOBS, 1)
            meant = " Did you mean {!r}?".format(near[0]) if near else ""
            raise SetupError("There is no job {!r}: choose {}.{}".format(job, known, meant))
        check_version()
        setup = job == "setup"  # whose steps are what it was asked for; of other jobs, stdout is their own
        with contextlib.redirect_stderr(sys.stdout) if setup else contextlib.nullcontext():
            python = ensure()
            if setup:
                say("The environment is complete: {}".format(python))
                say("Ready. Next: python3 course.py lab")
                return 0
        where = (
            os.getcwd() if job == "python" else ROOT
        )  # a person's own program reads and writes where they are
        return run(python, command(job, rest), environment(job, python), where)
    except SetupError as error:
        say("\n" + str(error))
    except OSError as error:
        say(
            "\n{}\nIs the folder writable, and the disk not full? MINIDALLE_VENV can name another.".format(
                error
            )
        )
    except KeyboardInterrupt:
        say("\nStopped. Calling course.py again goes on from here.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
