"""Opens the built documentation in Chromium: axe-core finds no violation of WCAG 2.2 AA, and nothing is fetched from elsewhere.

``python .ci/accessible.py FOLDER``; of the pages of the interface every 25th is opened.
"""

import functools
import shutil
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


class Silent(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *told: object) -> None:
        """Nothing."""


def pages_of(folder: Path) -> list[str]:
    """Every page that was written by hand, and some of those made from docstrings."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    written = [page for page in found if "/generated/" not in page and not page.startswith("_static/")]
    return written + [page for page in found if "/generated/" in page][::25]


def main(folder: Path) -> int:
    """How the program ends: 1 where a page has a fault."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed: the pages of the documentation were not opened")
        return 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home, faults = f"http://127.0.0.1:{server.server_port}/", []
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        ).new_page()
        page.on(
            "request", lambda asked: faults.append(f"asks for {asked.url}") if not asked.url.startswith((home, "data:")) else None
        )
        pages = pages_of(folder)
        for name in pages:
            page.goto(home + name)
            for violation in Axe().run(page, options=RULES).response["violations"]:
                faults.append(f"{name}: {violation['id']}: {violation['nodes'][0]['html'][:160]}")
    print("\n".join(faults) or f"{len(pages)} pages of the documentation: no violation, nothing fetched from elsewhere")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
