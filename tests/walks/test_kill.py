"""kill -9 of the web server under twenty people who save: what was acknowledged is there, whole, and on record.

Each writer knows what the server said yes to. A save that was cut off is sent again, as a person does who presses the
button again, and counts once.
"""

import http.client
import random
import re
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from edc import clock
from tests.walks.installation import Installation, installed

pytestmark = pytest.mark.slow

KILLS = 50
WRITERS = 20
PARTICIPANTS = 5
SLOTS = ("visit:M0/1/VS/1", "visit:M1/1/VS/1", "visit:M0/1/LAB/1", "visit:M1/1/LAB/1")
LINE_EVERY = 3
"""Each third save is a new line of the list of medicines, the others change the writer's own form."""
SEED = 20_260_302
RETRY = 0.1


@dataclass
class Session:
    """A browser as far as it matters: cookies, the token of a form, one request after the other."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Send a request; return status, address to go to, and page. Raises `OSError` or `HTTPException`."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            body = None
            if data is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                body = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": self.cookies.get("edc-csrf", "")})
            asked.request(method, path, body, headers)
            answer = asked.getresponse()
            page = answer.read().decode()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.headers.get("Location") or "", page
        finally:
            asked.close()

    def log_in(self, name: str, password: str) -> None:
        """Log in through the page."""
        self.send("GET", "/account/login/")
        status, _, page = self.send("POST", "/account/login/", {"login": name, "password": password})
        assert status == http.HTTPStatus.FOUND, page[:2000]


@dataclass
class Writer:
    """One person at one form of one participant, and what the server acknowledged."""

    session: Session
    subject: str
    slot: str
    number: int
    revision: int = 0
    acknowledged: list[tuple[int, str]] = field(default_factory=list)
    """Revision and value of each acknowledged save of the own form."""
    lines: dict[str, str] = field(default_factory=dict)
    """Key and medicine of each acknowledged line."""
    sent_again: int = 0
    strange: list[str] = field(default_factory=list)

    def work(self, enough: threading.Event, tally: "Tally") -> None:
        """Save until it is enough. The last save is always seen through."""
        turn = 0
        while not enough.is_set() and not self.strange:
            turn += 1
            if turn % LINE_EVERY == 0:
                key, medicine = str(clock.new_id()), f"Medicine {self.number}/{turn}"
                self._save("log/CM/1", {"CMTRT": medicine, "key": key, "base_revision": "0"})
                self.lines[key] = medicine
            else:
                value = str(40 + turn % 20)
                self._save(self.slot, self._form(value))
                self.revision += 1
                self.acknowledged.append((self.revision, value))
            tally.add()

    def _form(self, value: str) -> dict[str, str]:
        own = {"base_revision": str(self.revision), "reason": "Read again"}
        if "/LAB/" in self.slot:
            return own | {"LBDAT": "1 Aug 2024", "ALB": value, "ALB-unit": "g/L"}
        return own | {"VSDAT": "1 Aug 2024", "WEIGHT": value, "SYSBP": "120", "DIABP": "80"}

    def _save(self, slot: str, data: dict[str, str]) -> None:
        """Press *Save* until the server says yes."""
        path = f"/participants/{self.subject}/forms/{slot}/"
        while True:
            try:
                status, _, page = self.session.send("POST", path, data)
            except (OSError, http.client.HTTPException):
                self.sent_again += 1
                time.sleep(RETRY)
                continue
            if status != http.HTTPStatus.SEE_OTHER:
                words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
                self.strange.append(f"{status} at {slot}: {words[:600]}")
            return


@dataclass
class Tally:
    """How many saves were acknowledged, by whomever."""

    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self) -> None:
        """One more."""
        with self.lock:
            self.count += 1


def kill_again_and_again(here: Installation, tally: Tally, writers: list[Writer]) -> None:
    """Kill the server after a few saves or many, at no moment in particular.

    In turn: all of it, started again from nothing, and one of its two processes, while the other goes on.
    """
    chance = random.Random(SEED)  # noqa: S311 - the same moments in every run
    for kill in range(KILLS):
        until = time.monotonic() + 60
        wanted = tally.count + chance.randint(1, 30)
        while tally.count < wanted and time.monotonic() < until:
            time.sleep(0.005)
        assert tally.count >= wanted, f"before kill {kill}: {[one.strange for one in writers if one.strange]}"
        time.sleep(chance.random() * 0.05)
        if kill % 2:
            here.kill_one_web_worker(chance)
        else:
            here.kill_web()
            here.start_web()


def test_no_acknowledged_save_is_lost_however_often_the_server_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    with installed(tmp_path / "installation") as here:
        cast = here.script("prepare", str(WRITERS), str(PARTICIPANTS))
        here.start_web()
        here.wait_for_web()
        writers = []
        for number, name in enumerate(cast["people"]):
            session = Session(here.port)
            session.log_in(name, cast["password"])
            subject, slot = cast["subjects"][number % PARTICIPANTS], SLOTS[number // PARTICIPANTS]
            writers.append(Writer(session, subject, slot, number))
        enough, tally = threading.Event(), Tally()
        threads = [threading.Thread(target=one.work, args=(enough, tally), daemon=True) for one in writers]
        ready = time.monotonic()
        for thread in threads:
            thread.start()
        try:
            kill_again_and_again(here, tally, writers)
        finally:
            enough.set()
            for thread in threads:
                thread.join(timeout=120)
        killed = time.monotonic()
        here.kill_web()
        assert [one.strange for one in writers if one.strange] == []
        compare(here.script("entries"), writers)
        assert here.problems() == []
    with capsys.disabled():
        print(
            f"\n{KILLS} kills under {WRITERS} writers on {connection.vendor}: {tally.count} saves acknowledged, "
            f"{sum(one.sent_again for one in writers)} sent again, none lost, none half saved. "
            f"{ready - began:.0f} s to prepare, {killed - ready:.0f} s of kills, "
            f"{time.monotonic() - killed:.0f} s to verify."
        )


def compare(found: list[dict[str, Any]], writers: list[Writer]) -> None:
    """Hold what the database has against what was acknowledged: the same, neither less nor more."""
    by_place = {(entry["subject"], entry["slot"]): entry for entry in found}
    by_id = {entry["id"]: entry for entry in found}
    for one in writers:
        assert one.acknowledged, f"writer {one.number} saved nothing"
        entry = by_place[one.subject, one.slot]
        item = "ALB" if entry["form"] == "LAB" else "WEIGHT"
        history = {row["revision"]: row for row in entry["history"]}
        assert [(revision, history[revision]["values"][item]["text"]) for revision, _ in one.acknowledged] == (
            one.acknowledged
        )
        assert entry["revision"] == one.revision
        for key, medicine in one.lines.items():
            assert by_id[key]["values"]["CMTRT"]["text"] == medicine
    lines = [entry for entry in found if entry["form"] == "CM"]
    assert {entry["id"] for entry in lines} == {key for one in writers for key in one.lines}
    for entry in found:
        whole = f"{entry['slot']} of {entry['subject']}"
        assert [row["revision"] for row in entry["history"]] == list(range(1, entry["revision"] + 1)), whole
        assert {row["act"] for row in entry["history"]} == {"done"}, whole
        assert entry["history"][-1]["values"] == entry["values"], whole
        assert entry["answered"] == len(entry["values"]), whole
        assert entry["results"] == (1 if entry["form"] == "LAB" else 0), whole


PEOPLE = 16
STOPS = (1, 4, 8, 12)
"""The worker is killed as soon as so many messages lie in the outbox."""


def test_a_killed_worker_tells_nobody_twice_and_forgets_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    with installed(tmp_path / "installation") as here:
        cast = here.script("due", str(PEOPLE), "4")
        for stop in STOPS:
            here.start_worker()
            here.script("ask_for_reminders")
            until = time.monotonic() + 60
            while len(told(here)) < stop and time.monotonic() < until:
                time.sleep(0.002)
            here.kill_worker()
            assert len(told(here)) >= stop, (here.files / "worker.log").read_text()[-3000:]
        here.script("remind_here")
        found = here.script("reminders")
        assert found["made"] == sum(found["states"].values()) == PEOPLE * cast["subjects"]
        # A row that was claimed when the worker died may have been told or not. It stays for a person to look at.
        in_doubt = found["states"].pop("claimed", 0)
        assert set(found["states"]) == {"sent"}
        assert in_doubt <= len(STOPS) * cast["subjects"]
        messages = told(here)
        assert len(messages) == len(set(messages)), "somebody was told twice"
        assert len(messages) >= PEOPLE - in_doubt / cast["subjects"]
        assert here.problems() == []
    with capsys.disabled():
        print(
            f"\n{len(STOPS)} kills of the worker on {connection.vendor}: {len(messages)} of {PEOPLE} people told once, "
            f"{in_doubt} reminders in doubt and marked so. {time.monotonic() - began:.0f} s."
        )


def told(here: Installation) -> list[str]:
    """The addresses of all messages in the outbox."""
    found = []
    for file in (here.files / "outbox").glob("*.log"):
        found += re.findall(r"^To: (\S+)$", file.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    return found
