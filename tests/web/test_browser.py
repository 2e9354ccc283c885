"""The pages in a real browser: in, through and out, with and without scripts, by keyboard, on a phone, fetching nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pandas as pd
import pytest

import recoverynet as rn

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTHS = [1280, 390]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    found = os.environ.get("RECOVERYNET_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"])
        yield browser
        browser.close()


class Window:
    """A browser window of one worker that notes what it asks for and complains of."""

    def __init__(self, chromium, running, *, width: int = 1280, scripts: bool = True) -> None:
        self.running = running
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def come_in(self, worker_id: str = "w1") -> Window:
        self.page.goto(self.running.link(worker_id))
        self.page.wait_for_url("**/clients")
        return self

    def open(self, client_id: str) -> Window:
        self.page.goto(self.address(client_id))
        return self

    def address(self, client_id: str) -> str:
        return f"{self.running.public}/client/{self.running.desk.record.handle(client_id)}"

    def elsewhere(self) -> list[str]:
        home = urlsplit(self.running.public).netloc
        return [url for url in self.asked if urlsplit(url).scheme != "data" and urlsplit(url).netloc != home]


@pytest.fixture
def window(chromium, running) -> Iterator:
    opened: list[Window] = []

    def make(**how) -> Window:
        opened.append(Window(chromium, running, **how))
        return opened[-1]

    yield make
    for each in opened:
        each.context.close()


@pytest.mark.slow
def test_a_link_opens_the_caseload_once_and_leaves_no_code_in_the_address(window, running) -> None:
    link = running.link("w1")
    one, other = window(), window()
    one.page.goto(link)
    one.page.wait_for_url("**/clients")
    assert one.page.locator("tbody th a").all_text_contents() == ["ann", "ben"]
    code = link.split("#")[1]
    assert not any(code in url for url in one.asked if "#" not in url)
    one.page.go_back()
    assert code not in one.page.url and code not in one.page.content()
    other.page.goto(link)
    other.page.get_by_text("works only once").wait_for()
    other.page.goto(f"{running.public}/clients")
    assert "ann" not in other.page.content()


def test_nothing_is_fetched_elsewhere_and_nothing_complains(window) -> None:
    one = window().come_in()
    one.page.locator("tbody th a").first.click()
    one.page.wait_for_selector("#map[data-ready]")
    assert one.elsewhere() == [] and one.said == []


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_violation(window, running, width) -> None:
    one = window(width=width)
    one.page.goto(f"{running.public}/way-in")
    pages = [("way in", one.page.url)]
    one.come_in()
    pages += [("clients", f"{running.public}/clients"), ("ann", one.address("ann")), ("ben", one.address("ben"))]
    pages += [
        ("nobody", f"{running.public}/client/nobody"),
        ("refused", one.address("cat")),
        ("saved", f"{one.address('ann')}?saved=contact"),
    ]
    for name, address in pages:
        one.page.goto(address)
        for details in one.page.locator("details").all():
            details.evaluate("each => { each.open = true }")
        result = axe.Axe().run(one.page, options=WCAG)
        assert result.violations_count == 0, f"{name}: {result.generate_report()}"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_width_makes_a_page_scroll_sideways(window, running, width) -> None:
    one = window(width=width).come_in()
    for address in (one.page.url, one.address("ann"), f"{running.public}/way-in"):
        one.page.goto(address)
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_can_be_pressed_is_large_enough_on_a_phone(window) -> None:
    one = window(width=390).come_in().open("ann")
    small = one.page.evaluate(
        """() => [...document.querySelectorAll('main a, main button, main summary, main select, main input:not([type=hidden])')]
        .filter(e => e.checkVisibility()).map(e => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect().height])
        .filter(([, height]) => height < 24)"""
    )
    assert small == []


@pytest.mark.slow
def test_a_contact_is_two_clicks_and_in_the_record(window, running, folder) -> None:
    one = window().come_in().open("ben")
    assert one.page.get_by_text("No recovery contact").count() >= 1
    one.page.locator("summary", has_text="A contact").click()
    one.page.get_by_role("button", name="Save the contact").click()
    one.page.get_by_text("The contact is saved.").wait_for()
    assert len(running.desk.store.of_client("ben")) == 1
    assert rn.read_record(folder).occasions["occasion_id"].str.startswith("entry:").sum() == 1


@pytest.mark.slow
def test_an_introduction_goes_its_way_click_by_click(window, running, folder) -> None:
    one = window().come_in().open("ben")
    door = one.page.locator(".doors li", has_text="Riverside SMART")
    door.get_by_role("button", name="Proposed today").click()
    one.page.get_by_text("The step is saved.").wait_for()
    one.page.locator("summary", has_text="What came next").first.click()
    one.page.get_by_role("button", name="Said yes").click()
    one.page.get_by_text("said yes on 31 May 2011").first.wait_for()
    one.page.locator("summary", has_text="What came next").first.click()
    one.page.get_by_role("button", name="Met the introducer").click()
    one.page.get_by_text("met the introducer on").first.wait_for()
    stages = rn.read_record(folder).linkage.query("client_id == 'ben'")["stage"].tolist()
    assert stages == ["offered", "accepted", "introduced"]


def test_a_client_of_somebody_else_is_refused_in_words(window) -> None:
    one = window().come_in().open("cat")
    assert "not on your caseload" in one.page.locator("main").inner_text() and "Quayside" not in one.page.content()


@pytest.mark.slow
def test_everything_works_without_scripts(window, running, folder) -> None:
    one = window(scripts=False)
    one.page.goto(f"{running.public}/way-in")
    one.page.get_by_label("Link or code").fill(running.link("w1"))
    one.page.get_by_role("button", name="Open my clients").click()
    one.page.get_by_label("Client", exact=True).fill("be")
    one.page.get_by_role("button", name="Search").click()
    assert one.page.locator("tbody th a").all_text_contents() == ["ben"] and "be" not in urlsplit(one.page.url).query
    one.page.locator("tbody th a").first.click()
    one.page.locator("summary", has_text="A contact").click()
    one.page.get_by_label("With whom, or where").select_option("group:g1")
    one.page.get_by_role("button", name="Save the contact").click()
    assert "The contact is saved." in one.page.content() and not one.page.locator("#map-box").is_visible()
    one.page.locator("summary", has_text="Entered here").click()
    one.page.get_by_role("button", name="Take back").click()
    assert "The entry is taken back." in one.page.content() and running.desk.store.of_client("ben") == []
    one.page.get_by_role("button", name="Leave").click()
    assert "You have left" in one.page.content()


@pytest.mark.slow
def test_everything_works_by_keyboard_alone(window, running) -> None:
    one = window()
    one.page.goto(f"{running.public}/way-in")
    keys = one.page.keyboard

    def tab_to(what: str, most: int = 80) -> None:
        for _ in range(most):
            keys.press("Tab")
            here = one.page.evaluate(
                "document.activeElement.matches('a, button, input, select, summary') ? document.activeElement.innerText + ' ' + "
                "document.activeElement.id : ''"
            )
            if what in here:
                shown = one.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert shown != "none", f"one cannot see that {what!r} is reached"
                return
        pytest.fail(f"{what!r} cannot be reached by keyboard")

    tab_to("Skip to the page", 1)
    tab_to("code")
    keys.type(running.link("w1"))
    keys.press("Enter")
    one.page.wait_for_url("**/clients")
    tab_to("ben")
    keys.press("Enter")
    one.page.wait_for_url("**/client/*")
    tab_to("A contact")
    keys.press("Enter")
    tab_to("Save the contact")
    keys.press("Enter")
    one.page.get_by_text("The contact is saved.").wait_for()
    assert len(running.desk.store.of_client("ben")) == 1


def test_the_map_is_reached_and_walked_by_keyboard_and_says_what_the_table_says(window) -> None:
    one = window().come_in().open("ann")
    one.page.wait_for_selector("#map[data-ready]")
    one.page.focus("#map")
    said = set()
    for _ in range(6):
        one.page.keyboard.press("ArrowRight")
        said.add(one.page.locator("#map-says").inner_text())
    told = " ".join(said)
    assert (
        "Peer p1: recovery" in told
        and "Not on record x1: using" in told
        and "as the client sees it" in told
        and "Quayside AA" in told
    )
    rows = one.page.locator("section[aria-labelledby=h-links] tbody tr").all_inner_texts()
    assert len(rows) == len(said - {"The client."}), "the table has a row for every mark"


@pytest.mark.slow
def test_marks_can_be_dragged_and_hovered_over(window) -> None:
    one = window().come_in().open("ann")
    one.page.wait_for_selector("#map[data-ready]")
    one.page.locator("#map").scroll_into_view_if_needed()
    box = one.page.locator("#map").bounding_box()
    centre = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    said = one.page.locator("#map-says", has_text="The client.")
    for away in range(20):  # a page that has just scrolled may let the first move pass
        one.page.mouse.move(centre[0] + away % 2, centre[1])
        one.page.wait_for_timeout(100)
        if said.is_visible():
            break
    assert said.is_visible()
    before = one.page.locator("#map").screenshot()
    one.page.mouse.down()
    one.page.mouse.move(centre[0] + 90, centre[1] + 60, steps=6)
    one.page.mouse.up()
    assert one.page.locator("#map").screenshot() != before


def test_the_page_prints_three_doors_and_no_forms(window) -> None:
    one = window().come_in("w2").open("cat")
    one.page.emulate_media(media="print")
    assert one.page.locator(".doors li").count() == 3
    visible = one.page.evaluate("[...document.querySelectorAll('form, .bar, #map')].filter(e => e.checkVisibility()).length")
    assert visible == 0
    printed = one.page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF") and printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 2


def test_a_script_that_gets_into_the_record_does_not_run(window, folder) -> None:
    groups = pd.read_csv(folder / "groups.csv", dtype="str")
    groups.loc[0, "name"] = "</script><script>window.harm = 1</script><img src=x onerror='window.harm = 1'>"
    groups.to_csv(folder / "groups.csv", index=False)
    one = window().come_in().open("ann")
    one.page.wait_for_selector("#map[data-ready]")
    assert "window.harm" in one.page.locator("main").inner_text() and one.page.evaluate("window.harm") is None
