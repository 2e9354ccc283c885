"""`recoverynet report client`: one page from one line, or one sentence that says why not."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from recoverynet.samples import sample_folder

Command = Callable[..., CompletedProcess[str]]

RIVERSIDE = str(sample_folder("riverside"))


@pytest.mark.slow
def test_one_line_makes_one_page(command: Command, tmp_path: Path) -> None:
    done = command(
        "report", "client", RIVERSIDE, "--client", "c0337", "--out", str(tmp_path / "new" / "page.html"), "--at", "2011-06-15"
    )
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
def test_every_mistake_ends_in_a_sentence(command: Command, arguments: list[str], said: str, tmp_path: Path) -> None:
    out = [] if "--out" in arguments else ["--out", str(tmp_path / "page.html")]
    done = command("report", "client", RIVERSIDE, *arguments, *out)
    told = " ".join((done.stdout + done.stderr).replace("│", " ").split())
    assert done.returncode != 0 and said in told and "Traceback" not in told
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.browser
def test_two_printed_sides_at_most(command: Command, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or shutil.which("pdfinfo") is None:
        pytest.skip("no Chromium, or no pdfinfo, on this machine")
    command("report", "client", RIVERSIDE, "--client", "c0337", "--out", str(tmp_path / "page.html"))
    page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    printing = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={printed}"]
    subprocess.run([*printing, f"file://{page}"], capture_output=True, check=True)
    told = subprocess.run(["pdfinfo", str(printed)], capture_output=True, text=True, check=True).stdout
    assert int(told.split("Pages:")[1].split()[0]) <= 2
