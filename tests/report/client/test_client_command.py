"""`recoverynet report client`: one page from one line, or one sentence that says why not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recoverynet.samples import sample_folder

RIVERSIDE = str(sample_folder("riverside"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "recoverynet", "report", "client", *arguments], capture_output=True, text=True)


def test_one_line_makes_one_page(tmp_path: Path) -> None:
    done = run(RIVERSIDE, "--client", "c0337", "--out", str(tmp_path / "new" / "page.html"), "--at", "2011-06-15")
    assert done.returncode == 0 and "for the worker who holds the case" in done.stdout
    assert "Client c0337" in (tmp_path / "new" / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--client", "c9999"], "nobody called 'c9999'"),
        (["--client", "p001"], "not as client"),
        (["--client", "c0337", "--at", "2030-01-01"], "more than 90 days after it"),
        (["--client", "c0337", "--at", "2001-01-01"], "lies before it"),
        (["--client", "c0337", "--at", "soon"], "not a date"),
        (["--client", "c0337", "--out", "page.xlsx"], "written as .html"),
        (["--client", "c0337", "--names", "names.csv"], "given together"),
        (["--client", "c0337", "--names", "names.csv", "--key-file", "none.txt"], "no key file"),
    ],
)
def test_every_mistake_ends_in_a_sentence(arguments: list[str], said: str, tmp_path: Path) -> None:
    out = [] if "--out" in arguments else ["--out", str(tmp_path / "page.html")]
    done = run(RIVERSIDE, *arguments, *out)
    told = " ".join((done.stdout + done.stderr).replace("│", " ").split())
    assert done.returncode != 0 and said in told and "Traceback" not in told
    assert not list(tmp_path.iterdir())


@pytest.mark.browser
def test_two_printed_sides_at_most(tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or shutil.which("pdfinfo") is None:
        pytest.skip("no Chromium, or no pdfinfo, on this machine")
    run(RIVERSIDE, "--client", "c0337", "--out", str(tmp_path / "page.html"))
    page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={printed}"]
    subprocess.run([*command, f"file://{page}"], capture_output=True, check=True)
    told = subprocess.run(["pdfinfo", str(printed)], capture_output=True, text=True, check=True).stdout
    assert int(told.split("Pages:")[1].split()[0]) <= 2
