"""The report in a real browser: nothing fetched, nothing inaccessible, nothing cut off."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverynet.report.report import Report

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    chromium = os.environ.get("RECOVERYNET_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def files(report: Report, tiny_report: Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, made in (("riverside", report), ("five_people", tiny_report)):
        made.save(folder / f"{name}.html")
    notebook = folder / "output.html"
    notebook.write_text(
        "<!doctype html><html lang='en-GB'><head><title>Output of a "
        f"cell</title></head><body><main><h1>Notebook</h1><h2>Links</h2>{report['links']._repr_html_()}</main></body></html>",
        encoding="utf-8",
    )
    return {path.stem: path for path in folder.iterdir()}


def open_page(browser, path: Path, width: int):
    """The page, the addresses it asked for, and what it complained of."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    return page, [url for url in asked if not url.startswith(("file:", "data:"))], said


@pytest.mark.slow
@pytest.mark.parametrize("name", ["riverside", "five_people"])
def test_nothing_is_fetched_and_nothing_complains(browser, files, name) -> None:
    page, asked, said = open_page(browser, files[name], 1280)
    page.wait_for_load_state("networkidle")
    assert asked == [] and said == []
    broken = page.evaluate("[...document.images].filter(i => !i.complete || i.naturalWidth === 0).length")
    assert broken == 0
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["riverside", "five_people", "output"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_violation(browser, files, name, width) -> None:
    page, _, _ = open_page(browser, files[name], width)
    result = axe.Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    page.close()


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_no_width_makes_the_page_scroll_sideways(browser, files, width) -> None:
    page, _, _ = open_page(browser, files["riverside"], width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    stray = page.evaluate(
        """() => [...document.querySelectorAll('main *')].filter(e => !e.closest('.rn-scroll')
        && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e =>
        e.outerHTML.slice(0, 80))"""
    )
    assert stray == []
    page.close()


@pytest.mark.parametrize(("width", "shown"), [(1280, 624), (390, 451)])
def test_phones_get_figures_drawn_for_them(browser, files, width, shown) -> None:
    """Drawn 4.7 inches wide, the type of a figure is about 9 points on a phone, not 6."""
    page, _, _ = open_page(browser, files["riverside"], width)
    widths = page.evaluate("[...document.querySelectorAll('figure img')].map(i => i.naturalWidth)")
    assert len(widths) > 5 and all(abs(each - shown) <= 2 for each in widths)
    page.close()


def test_the_style_is_applied_and_the_skip_link_works(browser, files) -> None:
    page, _, _ = open_page(browser, files["riverside"], 1280)
    colour = page.evaluate("getComputedStyle(document.querySelector('.rn-cover')).backgroundColor")
    assert colour == "rgb(11, 74, 111)", "the content security policy must let the stylesheet through"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#report"
    page.close()


def test_wide_tables_can_be_reached_and_scrolled_by_keyboard(browser, files) -> None:
    page, _, _ = open_page(browser, files["riverside"], 390)
    wide = page.evaluate(
        """() => { const all = [...document.querySelectorAll('.rn-scroll')];
        const one = all.find(e => e.scrollWidth > e.clientWidth); one.focus();
        return [all.every(e => e.tabIndex === 0), document.activeElement === one]; }"""
    )
    assert wide == [True, True]
    page.keyboard.press("ArrowRight")
    for _ in range(50):  # the page lets nothing be evaluated inside it, so that it is asked from outside
        if page.evaluate("document.activeElement.scrollLeft > 0"):
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("the table did not scroll")
    page.close()


def test_it_prints_on_a4_without_the_navigation_colours(browser, files, tmp_path) -> None:
    page, _, _ = open_page(browser, files["riverside"], 1280)
    page.emulate_media(media="print")
    cover = page.evaluate("getComputedStyle(document.querySelector('.rn-cover')).backgroundColor")
    assert cover == "rgba(0, 0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.querySelector('figure')).breakInside") == "avoid"
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF") and b"/MediaBox [0 0 594" in printed
    page.close()
