"""A person at work without scripts: reads a page, follows a link that stands on it, fills in a form that stands on it.

Nothing is posted that the page did not offer, the token against forgery and the hidden revision included, so a walk
fails when a page loses a link, a field or a choice.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client

from edc.access.actor import Actor
from tests.builders import PASSWORD

Typed = str | list[str]
BLOCKS = {"p", "div", "li", "dt", "dd", "td", "th", "tr", "h1", "h2", "h3", "label", "legend", "option", "br", "span"}
"""Elements whose words stand apart from what comes before."""


@dataclass
class Form:
    """One form of a page: where it goes, what it holds now, and what may be chosen."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    offered: dict[str, set[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """Words, name and value of each button."""


class Page(HTMLParser):
    """What a person can read and use on a page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self.text = ""
        self._open: dict[str, Any] = {}
        self._form: Form | None = None
        self._silent = 0
        self._unchosen: str | None = None
        self.feed(content)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in BLOCKS:
            self.text += " "
        match tag:
            case "script" | "template":
                self._silent += 1
            case "a" if "href" in given:
                self._open["a"] = [given["href"], given.get("aria-label", ""), ""]
            case "form":
                self._form = Form(given.get("action", ""), given.get("method", "get").lower())
                self.forms.append(self._form)
            case "button":
                self._open["button"] = [given.get("name", ""), given.get("value", ""), ""]
            case "select":
                self._open["select"] = given["name"]
                self._field(given["name"])
                self._unchosen = None
            case "option" if "select" in self._open:
                self._option(self._open["select"], given.get("value", ""), "selected" in given)
            case "textarea":
                self._open["textarea"] = [given["name"], ""]
                self._field(given["name"])
            case "input":
                self._input(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "template"}:
            self._silent -= 1
        elif tag == "form":
            self._form = None
        elif tag == "a" and "a" in self._open:
            href, label, words = self._open.pop("a")
            self.links.append((" ".join((label or words).split()), href))
        elif tag == "button" and "button" in self._open:
            name, value, words = self._open.pop("button")
            if self._form is not None:
                self._form.buttons.append((" ".join(words.split()), name, value))
        elif tag == "textarea" and "textarea" in self._open:
            name, words = self._open.pop("textarea")
            self._value(name, words.removeprefix("\n"))
        elif tag == "select" and "select" in self._open:
            name = self._open.pop("select")
            if self._unchosen is not None:
                self._value(name, self._unchosen)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.text += data
        for tag in ("a", "button", "textarea"):
            if tag in self._open:
                self._open[tag][-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"A page carries a comment of the programmer: {data}")

    def _input(self, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if not name or kind == "submit":
            return
        if kind in {"radio", "checkbox"}:
            self._offer(name, given.get("value", "on"), "checked" in given)
            return
        self._field(name)
        self._value(name, given.get("value", ""))

    def _option(self, name: str, value: str, chosen: bool) -> None:
        """An option of a list. A browser takes the first where none is chosen."""
        first = not (self._form and self._form.offered.get(name))
        self._offer(name, value, chosen)
        if first:
            self._unchosen = value
        if chosen:
            self._unchosen = None

    def _field(self, name: str) -> None:
        if self._form is not None and not self._silent:
            self._form.names.add(name)

    def _value(self, name: str, value: str) -> None:
        if self._form is not None and not self._silent:
            self._form.values.append((name, value))

    def _offer(self, name: str, value: str, chosen: bool) -> None:
        if self._form is None or self._silent:
            return
        self._field(name)
        self._form.offered.setdefault(name, set()).add(value)
        if chosen:
            self._form.values.append((name, value))


class Desk:
    """A browser at which somebody logs in by name and password, and the page that is open in it."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.url = "/"
        self.status = 0
        self.page = Page("")
        self.body = b""
        self.clicks = 0

    def log_in(self, actor: Actor, password: str = PASSWORD) -> "Desk":
        """Open the page for logging in, and send name and password with its form."""
        self.open("/account/login/")
        self.send("Log in", login=actor.username, password=password)
        return self

    def open(self, url: str) -> "Desk":
        """Open an address, and go where it leads."""
        self._take(self.client.get(urljoin(self.url, url)), urljoin(self.url, url))
        return self

    def follow(self, words: str, *, below: bool = False) -> "Desk":
        """Click the first link of these words; `below`: the last, which stands in the page and not in the bar."""
        found = dict(self.page.links if below else reversed(self.page.links)).get(words)
        assert found, f"No link {words!r} on {self.url}, only {[link for link, _ in self.page.links]}"
        self.clicks += 1
        return self.open(found)

    def send(self, button: str, **typed: Typed) -> "Desk":
        """Type into the fields of the form that has this button, and press it. Names with `__` stand for `-`."""
        given = {name.replace("__", "-"): value for name, value in typed.items()}
        form, name, value = self._form_with(button, set(given))
        assert set(given) <= form.names, f"The form has no {sorted(set(given) - form.names)}"
        for field_name, answer in given.items():
            chosen = set(answer) if isinstance(answer, list) else {answer}
            offered = form.offered.get(field_name)
            assert offered is None or chosen <= offered, f"{field_name} offers {sorted(offered or ())}, not {answer}"
        data: dict[str, list[str]] = {}
        for field_name, answer in form.values:
            if field_name not in given:
                data.setdefault(field_name, []).append(answer)
        for field_name, answer in given.items():
            data[field_name] = answer if isinstance(answer, list) else [answer]
        if name:
            data[name] = [value]
        target = urljoin(self.url, form.action or self.url)
        self.clicks += 1
        sent = self.client.post(target, data) if form.method == "post" else self.client.get(target, data)
        self._take(sent, target)
        return self

    def reads(self, *sentences: str, status: int = 200) -> "Desk":
        """Assert that the open page was answered so and holds these words."""
        assert self.status == status, f"{self.url} answered {self.status}: {self.page.text[:2000]}"
        for sentence in sentences:
            assert sentence in self.page.text, f"{sentence!r} is not on {self.url}: {self.page.text}"
        return self

    def lacks(self, *sentences: str) -> "Desk":
        """Assert that the open page does not hold these words."""
        for sentence in sentences:
            assert sentence not in self.page.text, f"{sentence!r} is on {self.url}"
        return self

    def _form_with(self, button: str, names: set[str]) -> tuple[Form, str, str]:
        found = [
            (form, name, value) for form in self.page.forms for words, name, value in form.buttons if words == button
        ]
        found = [each for each in found if names <= each[0].names] or found
        words = [words for form in self.page.forms for words, _, _ in form.buttons]
        assert found, f"No button {button!r} on {self.url}, only {words}: {self.page.text[:1500]}"
        return found[0]

    def _take(self, answer: Any, url: str) -> None:
        """Take an answer in; redirects are followed as a browser does, one GET after the other."""
        hops = 0
        while answer.status_code in {301, 302, 303}:
            hops += 1
            assert hops < 10, f"{url} leads round in a circle"
            url = urljoin(url, answer["Location"])
            assert urlsplit(url).netloc in {"", "testserver"}, f"led away to {url}"
            answer = self.client.get(url)
        self.url, self.status = url, answer.status_code
        self.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        is_page = answer["Content-Type"].startswith("text/html")
        self.page = Page(self.body.decode()) if is_page else Page("")
