"""A lesson as a person meets it: open it in JupyterLab, run all cells, change a word, see another picture.

    apt-get install -y --no-install-recommends chromium fonts-dejavu-core
    pip install playwright
    python tools/browser_test.py notebooks/00_draw.ipynb OUT [--choose large]

Writes 0_opened, 1_before, 2_after and 9_last.png, the server's log and the browser's console errors
into OUT. Exit status 0 only if the picture under the dropdowns changed. It works on a copy of the notebook's
folder, with settings of its own, without a network. No test calls it: not every machine has such a browser.
"""

import argparse
import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",  # Chromium refuses to start as root otherwise
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KERNEL_READY = """() => {
    const session = window.jupyterapp?.shell?.currentWidget?.sessionContext;
    return session && session.isReady && session.session?.kernel?.status === 'idle';
}"""
RUN_ALL = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
WIDGET_PICTURE = ".jupyter-widgets img, img.jupyter-widgets"


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def jupyterlab(folder: Path, out: Path) -> Iterator[str]:
    """JupyterLab serving `folder` on this machine only; yields its address with "{}" where a page goes."""
    port, token = free_port(), secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    settings = out / "lab" / "settings"
    news = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    news.parent.mkdir(parents=True, exist_ok=True)
    news.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
    own = {
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(out / "lab" / "workspaces"),
    }
    env = {**os.environ, **own}
    with open(out / "server.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server)
            yield f"http://127.0.0.1:{port}/{{}}?token={token}&reset"
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str, server: subprocess.Popen, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("JupyterLab did not start: see server.log")


def fingerprint(picture) -> str:
    """A hash of the pixels that a page element shows now."""
    return hashlib.sha256(picture.screenshot()).hexdigest()


def try_notebook(page, address: str, out: Path, choose: str | None, seconds: float) -> bool:
    """Open, run, change the first dropdown; screenshots on the way. True if the picture changed."""
    page.set_default_timeout(seconds * 1000)
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
    page.wait_for_function(KERNEL_READY)
    page.wait_for_timeout(2000)  # let the saved pictures appear
    page.screenshot(path=out / "0_opened.png")
    page.evaluate(RUN_ALL)
    dropdown = page.locator(".jupyter-widgets select").first
    dropdown.wait_for(state="visible")
    page.wait_for_function(KERNEL_READY)
    picture = page.locator(WIDGET_PICTURE).first
    picture.scroll_into_view_if_needed()
    before = fingerprint(picture)
    page.screenshot(path=out / "1_before.png")
    words = dropdown.locator("option").all_inner_texts()
    now = dropdown.evaluate("select => select.options[select.selectedIndex].text")
    other = choose or next(word for word in words if word != now)
    if other not in words:
        sys.exit(f"the first list has no {other!r}; choose from {', '.join(words)}")
    print(f"changing {now!r} to {other!r}, out of {words}")
    dropdown.select_option(label=other)
    end = time.monotonic() + seconds
    while (changed := fingerprint(picture) != before) is False and time.monotonic() < end:
        page.wait_for_timeout(250)
    page.wait_for_timeout(500)
    page.screenshot(path=out / "2_after.png")
    return changed


def main() -> int:
    """Try the notebook named on the command line; return an exit status."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebook", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--choose", help="what to choose in the first dropdown; else the first other word")
    parser.add_argument("--timeout", type=float, default=180, help="seconds that each step may take")
    options = parser.parse_args()
    out = options.out.resolve()
    shutil.rmtree(out / "copy", ignore_errors=True)
    shutil.copytree(options.notebook.parent, out / "copy")
    errors: list[str] = []
    with jupyterlab(out / "copy", out) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page_address = address.format(f"lab/tree/{options.notebook.name}")
        try:
            changed = try_notebook(page, page_address, out, options.choose, options.timeout)
        finally:
            page.screenshot(path=out / "9_last.png")  # after a failure, what it got stuck at
            browser.close()
    (out / "console_errors.txt").write_text("\n".join(errors), encoding="utf-8")
    print(
        f"the picture {'changed' if changed else 'DID NOT change'}; {len(errors)} console errors; see {out}"
    )
    return 0 if changed else 1


if __name__ == "__main__":
    sys.exit(main())
