"""The pages without a browser: who sees what, what is entered, what is refused, and what the log says of it."""

from __future__ import annotations

import html
import json
import re

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.web.shield import LARGEST
from recoverynet.web.way_in import IDLE_SECONDS, LONGEST_SECONDS, WayIn

AT = "2011-05-31"


def log(desk) -> list[dict[str, str]]:
    return [json.loads(line) for line in desk.log.path.read_text().splitlines()]


def test_a_stranger_sees_nothing_and_it_is_logged(desk, browser) -> None:
    stranger = browser("w1")
    stranger.client.cookies.clear()
    for address in ("/clients", stranger.at("ann"), "/client/nobody"):
        answer = stranger.client.get(address)
        assert answer.status_code == 401 and "ann" not in answer.text
    assert [line["why"] for line in log(desk) if line["what"] == "refusal"] == ["no_session"] * 3


def test_a_caseload_is_the_worker_s_own(browser) -> None:
    assert "cat" not in browser("w1").page("/clients") and "cat" in browser("w2").page("/clients")


@pytest.mark.slow
def test_a_client_of_somebody_else_is_refused_and_logged(desk, browser) -> None:
    answer = browser("w2").client.get(browser("w2").at("ann"))
    assert answer.status_code == 403 and "p1" not in answer.text and "Quayside" not in answer.text
    last = [line for line in log(desk) if line["what"] == "refusal"][-1]
    assert (last["why"], last["worker"], last["client"]) == ("not_on_caseload", "w2", "ann")


def test_entering_about_a_client_of_somebody_else_is_refused(desk, browser) -> None:
    other = browser("w2")
    fields = other.form(other.at("cat"), "contact")
    answer = other.client.post(f"{other.at('ann')}/contact", data={**fields, "with": "group:g1", "kind": "call", "day": AT})
    assert answer.status_code == 403 and desk.store.of_client("ann") == []


@pytest.mark.parametrize("handle", ["ann", "nobody", "%00", "é", "a" * 500])
def test_no_id_opens_a_page(browser, handle) -> None:
    answer = browser("w1").client.get(f"/client/{handle}")
    assert answer.status_code == 404 and "Traceback" not in answer.text


def test_addresses_hold_no_id(browser) -> None:
    page = browser("w1").page("/clients")
    addresses = re.findall(r'(?:href|action)="([^"]*)"', page)
    assert addresses and not any(client in address for address in addresses for client in ("ann", "ben", "w1"))


def test_two_who_are_kept_apart_never_share_a_list_or_a_page(browser) -> None:
    worker = browser("w1")
    first, second = worker.page("/clients"), worker.page("/clients?list=2")
    assert (">ann<" in first, ">dot<" in first) == (True, False)
    assert (">ann<" in second, ">dot<" in second) == (False, True)
    assert not re.search(r"\bdot\b", worker.page(worker.at("ann"))) and not re.search(r"\bann\b", worker.page(worker.at("dot")))
    form = worker.form("/clients", "way-out")
    found = worker.client.post("/clients", data={"form": form["form"], "text": ""}).text
    assert ">ann<" in found and ">dot<" not in found


def test_a_search_finds_and_leaves_no_trace_in_the_address(desk, browser) -> None:
    worker = browser("w1")
    token = worker.form("/clients", "way-out")["form"]
    found = worker.client.post("/clients", data={"form": token, "text": "BE"})
    assert ">ben<" in found.text and ">ann<" not in found.text and found.status_code == 200
    quiet = worker.client.post("/clients", data={"form": token, "prompt": "no_recovery_contact"}).text
    assert ">ben<" in quiet and ">ann<" not in quiet
    nobody = worker.client.post("/clients", data={"form": token, "text": "<b>zed"}).text
    assert "None of your clients fits" in nobody and "<b>zed" not in nobody
    assert not any("be" in line.get("text", "") for line in log(desk))


@pytest.mark.slow
def test_when_a_case_is_handed_over_the_new_worker_sees_the_entries_and_the_old_one_nothing(desk, folder, browser) -> None:
    old, new = browser("w1"), browser("w2")
    assert old.send("ben", "contact", **{"with": "group:g2", "kind": "call"}).status_code == 303
    assert new.client.get(new.at("ben")).status_code == 403
    people = pd.read_csv(folder / "people.csv", dtype="str")
    people.loc[people["person_id"] == "ben", "worker_id"] = "w2"
    people.to_csv(folder / "people.csv", index=False)
    assert old.client.get(old.at("ben")).status_code == 403 and ">ben<" not in old.page("/clients")
    page = new.page(new.at("ben"))
    assert "was at Riverside SMART" in page and "entered by w1" in page


def test_a_record_that_cannot_be_read_any_more_is_said_and_shown_as_it_was(folder, browser) -> None:
    worker = browser("w1")
    (folder / "people.csv").write_text("person_id\n")
    assert "cannot be read just now" in worker.page("/clients") and ">ben<" in worker.page("/clients")


def test_a_worker_who_leaves_is_out_at_once(folder, browser) -> None:
    worker = browser("w1")
    people = pd.read_csv(folder / "people.csv", dtype="str")
    people.loc[people["person_id"] == "w1", "left_on"] = "2011-05-01"
    people.to_csv(folder / "people.csv", index=False)
    assert worker.client.get("/clients").status_code == 401


def test_a_contact_with_a_person_is_in_the_record_and_changes_the_page(folder, browser) -> None:
    worker = browser("w1")
    assert "No recovery contact" in worker.page(worker.at("ben"))
    worker.send(
        "ben", "contact", **{"with": "person:p1" if "person:p1" in worker.page(worker.at("ben")) else "group:g1", "kind": "call"}
    )
    assert "No recovery contact" not in worker.page(worker.at("ben"))
    record = rn.read_record(folder)
    assert record.participation["occasion_id"].str.startswith("entry:").any()
    assert any("1 contacts" in note for note in record.notes)


def test_the_same_form_sent_twice_counts_once(desk, folder, browser) -> None:
    worker = browser("w1")
    fields = {**worker.form(worker.at("ben"), "contact"), "with": "group:g1", "kind": "call", "day": AT}
    first, again = (worker.client.post(f"{worker.at('ben')}/contact", data=fields) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303) and again.headers["location"].endswith("saved=before")
    changed = worker.client.post(f"{worker.at('ben')}/contact", data={**fields, "with": "group:g2"})
    assert changed.status_code == 422 and len(desk.store.of_client("ben")) == 1


def test_two_workers_entering_one_contact_count_it_once(desk, folder, browser) -> None:
    worker, colleague = browser("w1"), browser("w1")
    for one in (worker, colleague):
        assert one.send("ann", "contact", **{"with": "person:p1", "kind": "call", "day": "2011-05-20"}).status_code == 303
    assert len(desk.store.of_client("ann")) == 2
    there = rn.read_record(folder).participation
    assert there["occasion_id"].str.startswith("entry:").sum() == 2


def test_an_introduction_runs_its_course_and_is_in_the_outcomes(folder, browser) -> None:
    worker = browser("w1")
    assert worker.send("ben", "step", group="g2", stage="offered", day="2011-05-20").status_code == 303
    assert worker.send("ben", "step", group="g2", stage="accepted", by="p2", day="2011-05-21").status_code in (303, 422)
    assert worker.send("ben", "step", group="g2", stage="attended", day="2011-05-25").status_code == 303
    record = rn.read_record(folder)
    outcomes = rn.introduction_outcomes(record, by=()).iloc[0]
    assert (outcomes["n_proposed"], outcomes["n_attended"]) == (2, 1)
    went = record.participation.merge(record.occasions, on="occasion_id")
    assert ((went["person_id"] == "ben") & (went["group_id"] == "g2")).sum() == 1, "going there is a contact with the group"


@pytest.mark.slow
def test_a_refused_introduction_keeps_its_reason(folder, browser) -> None:
    worker = browser("w1")
    worker.send("ben", "step", group="g2", stage="offered")
    assert worker.send("ben", "step", group="g2", stage="declined", reason="travel").status_code == 303
    steps = rn.read_record(folder).linkage
    assert steps.loc[steps["stage"] == "declined", "reason"].tolist() == ["travel"]


@pytest.mark.slow
def test_an_entry_taken_back_is_gone_with_what_came_along(desk, folder, browser) -> None:
    worker = browser("w1")
    worker.send("ben", "step", group="g2", stage="offered", day="2011-05-20")
    worker.send("ben", "step", group="g2", stage="attended", day="2011-05-25")
    went = next(entry for entry in desk.store.of_client("ben") if entry.stage == "attended")
    assert worker.send("ben", "back", entry=went.uuid).status_code == 303
    assert [entry.stage for entry in desk.store.of_client("ben")] == ["offered"]
    record = rn.read_record(folder)
    assert "attended" not in set(record.linkage["stage"]) and "ben" not in set(
        record.participation.merge(record.occasions[record.occasions["group_id"] == "g2"], on="occasion_id")["person_id"]
    )
    assert worker.send("ben", "back", entry=went.uuid).status_code == 422


def test_nobody_takes_back_what_was_entered_about_another_client(desk, browser) -> None:
    worker = browser("w1")
    worker.send("ben", "step", group="g2", stage="offered")
    entry = desk.store.of_client("ben")[0]
    assert worker.send("ann", "back", entry=entry.uuid).status_code == 422 and desk.store.of_client("ben") == [entry]


@pytest.mark.parametrize(
    ("what", "fields", "said"),
    [
        ("contact", {"with": "person:dot", "kind": "call"}, "Choose somebody"),
        ("contact", {"with": "person:cat", "kind": "call"}, "Choose somebody"),
        ("contact", {"with": "person:x1", "kind": "call"}, "Choose somebody"),
        ("contact", {"with": "group:nowhere"}, "Choose somebody"),
        ("contact", {"with": "person:p1", "kind": "seance"}, "A contact is one of"),
        ("contact", {"with": "person:p1", "kind": "call", "day": "2011-06-01"}, "has not come yet"),
        ("contact", {"with": "person:p1", "kind": "call", "day": "2009-06-01"}, "more than a year ago"),
        ("contact", {"with": "person:p1", "kind": "call", "day": "1 June"}, "The day is written as"),
        ("contact", {"with": "person:p1", "kind": "call", "number": "7"}, "lost its number"),
        ("contact", {}, "Choose somebody"),
        ("step", {"group": "g2", "stage": "abducted"}, "What comes next"),
        ("step", {"group": "g2", "stage": "involved"}, "What comes next"),
        ("step", {"group": "nowhere", "stage": "offered"}, "cannot be proposed"),
        ("step", {"stage": "offered"}, "cannot be proposed"),
        ("back", {"entry": "5b3f1d3e-0000-4000-8000-000000000000"}, "taken back already"),
        ("back", {"entry": "' OR 1=1 --"}, "lost its number"),
    ],
)
def test_what_cannot_be_entered_is_told_and_kept_on_the_page(desk, browser, what, fields, said) -> None:
    answer = browser("w1").send("ann", what, **fields)
    assert answer.status_code == 422 and said in html.unescape(answer.text) and "Save again" in answer.text
    assert desk.store.of_client("ann") == []


def test_forms_of_another_visit_or_page_are_refused(desk, browser) -> None:
    worker, other = browser("w1"), browser("w1")
    fields = {**other.form(other.at("ben"), "contact"), "with": "group:g1", "day": AT}
    address = f"{worker.at('ben')}/contact"
    assert worker.client.post(address, data=fields).status_code == 403
    own = {**worker.form(worker.at("ben"), "contact"), "with": "group:g1", "day": AT}
    for headers in (
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        assert worker.client.post(address, data=own, headers=headers).status_code == 403
    assert worker.client.post(address, data={**own, "form": ""}).status_code == 403
    assert desk.store.of_client("ben") == []
    assert {line["why"] for line in log(desk) if line["what"] == "refusal"} == {"form_from_elsewhere"}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:8737", "", "127.0.0.1:8737, evil"]
)
def test_other_addresses_are_refused(desk, browser, host) -> None:
    assert browser("w1").client.get("/clients", headers={"host": host}).status_code == 400
    assert log(desk)[-1]["why"] == "other_address"


def test_large_and_strange_bodies_are_refused(browser) -> None:
    worker = browser("w1")
    address = f"{worker.at('ben')}/contact"
    for kind, body in (
        ("application/x-www-form-urlencoded", b"a" * (LARGEST + 1)),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/json", b"{}"),
        ("", b""),
    ):
        assert worker.client.post(address, content=body, headers={"content-type": kind}).status_code == 413
    many = "&".join(f"f{n}=1" for n in range(2000))
    answer = worker.client.post(address, content=many, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(browser, method) -> None:
    assert browser("w1").client.request(method, "/clients").status_code == 405


@pytest.mark.parametrize("address", ["/", "/way-in", "/clients", "/static/page.css", "/nowhere", "/static/../app.py"])
def test_every_answer_carries_the_same_protection(browser, address) -> None:
    answer = browser("w1").client.get(address)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src 'self'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == ("private, max-age=3600" if address.startswith("/static/page") else "no-store")
    assert "server" not in answer.headers


def test_pages_hold_no_script_or_style_of_their_own(browser) -> None:
    worker = browser("w1")
    for address in ("/way-in", "/clients", worker.at("ann")):
        page = worker.page(address)
        scripts = re.findall(r"<script([^>]*)>", page)
        assert all("src=" in script or "application/json" in script for script in scripts)
        assert "<style" not in page and not re.search(r"\sstyle=|\son\w+=|javascript:", page)
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", page)


def test_the_cookie_is_out_of_reach(desk, browser) -> None:
    fresh = browser("w1").client
    answer = fresh.post("/way-in", data={"code": desk.invite("w1", 1).code})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie


def test_a_link_works_once_and_whole(desk, browser) -> None:
    visitor = browser("w1").client
    made = desk.invite("w2", 1)
    whole = f"http://127.0.0.1:8737/way-in#{made.code}"
    assert visitor.post("/way-in", data={"code": whole}).status_code == 303
    again = visitor.post("/way-in", data={"code": made.code})
    assert again.status_code == 403 and "works only once" in again.text
    assert ">cat<" in visitor.get("/clients").text, "the visit the link opened goes on"


@pytest.mark.parametrize("code", ["", "x", "A" * 43, "é" * 43, "' OR ''='", "A" * 100_000, "\x00" * 43])
def test_forged_links_open_nothing(desk, browser, code) -> None:
    visitor = browser("w1").client
    visitor.cookies.clear()
    answer = visitor.post("/way-in", data={"code": code})
    assert answer.status_code in (403, 413) and "set-cookie" not in answer.headers


def test_a_visit_ends_when_nobody_is_there_and_after_a_day_s_work(desk, browser, monkeypatch) -> None:
    worker = browser("w1")
    now = WayIn(desk.store.engine)._clock()
    for later in (IDLE_SECONDS + 1, LONGEST_SECONDS + 1):
        monkeypatch.setattr(desk.way_in, "_clock", lambda later=later: now + later)
        answer = worker.client.get("/clients")
        assert answer.status_code == 401 and "Your visit is over" in answer.text
        worker.client.cookies.clear()
        monkeypatch.undo()
        worker.come_in("w1")


@pytest.mark.slow
def test_somebody_at_work_all_day_is_let_out_in_the_end(desk, browser, monkeypatch) -> None:
    worker = browser("w1")
    now = desk.way_in._clock()
    seen = []
    for minute in range(0, 10 * 60, 20):
        monkeypatch.setattr(desk.way_in, "_clock", lambda minute=minute: now + 60 * minute)
        seen.append(worker.client.get("/clients").status_code)
        if seen[-1] != 200:
            break
    assert seen[-1] == 401 and len(seen) == LONGEST_SECONDS // 1200 + 1


def test_leaving_ends_the_visit_on_the_server_too(desk, browser) -> None:
    worker = browser("w1")
    token = worker.client.cookies["recoverynet"]
    form = worker.form("/clients", "way-out")
    assert worker.client.post("/way-out", data=form).status_code == 303
    worker.client.cookies.set("recoverynet", token)
    assert worker.client.get("/clients").status_code == 401


def test_a_withdrawn_link_and_visit_open_nothing(desk, browser) -> None:
    worker = browser("w1")
    made = desk.invite("w1", 1)
    assert desk.way_in.revoke("w1") == (1, 1)
    assert worker.client.get("/clients").status_code == 401
    assert "withdrawn" in worker.client.post("/way-in", data={"code": made.code}).text


def test_only_workers_who_are_there_are_invited(desk) -> None:
    for nobody, said in (("ann", "knows no worker"), ("w9", "knows no worker"), ("w3", "has left")):
        with pytest.raises(rn.UnknownPersonError, match=said):
            desk.invite(nobody, 1)


def test_the_log_holds_every_view_entry_and_refusal_and_no_secret(desk, browser) -> None:
    worker = browser("w1")
    made = desk.invite("w1", 1)
    worker.page("/clients")
    worker.page(worker.at("ann"))
    worker.send("ben", "contact", **{"with": "group:g1", "kind": "call"})
    worker.send("ben", "contact", **{"with": "group:nowhere"})
    whats = [line["what"] for line in log(desk)]
    assert {"invited", "way_in", "view", "entry", "refusal"} <= set(whats)
    text = desk.log.path.read_text()
    secrets = (made.code, worker.client.cookies["recoverynet"], worker.form("/clients", "way-out")["form"], "g1", "Quayside")
    assert not any(secret in text for secret in secrets)
    entry = next(line for line in log(desk) if line["what"] == "entry")
    assert entry["client"] == "ben" and entry["entry"] == desk.store.of_client("ben")[0].uuid


def test_a_fault_inside_is_told_without_values_and_logged(desk, browser, monkeypatch) -> None:
    worker = browser("w1")
    monkeypatch.setattr(desk.views, "page", lambda *_: {}["secret of ann"])
    answer = worker.client.get(worker.at("ann"))
    assert answer.status_code == 500 and "secret" not in answer.text
    assert log(desk)[-1]["why"] == "KeyError" and "secret" not in desk.log.path.read_text()


def test_without_a_log_nothing_is_shown(desk, browser) -> None:
    worker = browser("w1")
    desk.log.path.unlink()
    desk.log.path.mkdir()
    answer = worker.client.get(worker.at("ann"))
    assert answer.status_code == 503 and "p1" not in answer.text
    refused = worker.client.post(f"{worker.at('ann')}/contact", data={"form": "x"})
    assert refused.status_code == 503


def test_a_client_without_contacts_still_has_doors(browser) -> None:
    worker = browser("w2")
    page = worker.page(worker.at("cat"))
    assert "No person is on record around this client" in page and page.count("Proposed today") + page.count("So far") >= 1


def test_unsafe_contact_is_said_and_not_prompted_for(folder, browser) -> None:
    people = pd.read_csv(folder / "people.csv", dtype="str").assign(safe_contact=None)
    people.loc[people["person_id"] == "ben", "safe_contact"] = "false"
    people.to_csv(folder / "people.csv", index=False)
    worker = browser("w1")
    page = worker.page(worker.at("ben"))
    assert (
        "not safe to get in touch" in page
        and "No recovery contact for" not in page
        and "No recovery contact on record in" not in page
    )
