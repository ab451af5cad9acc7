"""A person at a browser who never touches the mouse, and a record of every fault that the browser reports."""

from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Request

WATCH = """
window.mouse = 0;
for (const sort of ["mousedown", "pointerdown", "touchstart"]) {
  addEventListener(sort, () => { window.mouse += 1; }, true);
}
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile || ""}`);
});
"""
REFUSED_ON_PURPOSE = ("status of 409", "status of 422")
"""What Chromium says of a page that is answered with these; the walk meets them and reads the page."""
GRAVE = {"serious", "critical"}
MOST_TABS = 400
WIDTH, HEIGHT = 1366, 900


class Person:
    """Works with the keyboard alone: Tab to a control or a link, type, Enter."""

    def __init__(self, context: BrowserContext, server: str, screenshots: Path | None) -> None:
        self.page = context.new_page()
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        self.page.set_default_timeout(15_000)
        self.server, self.screenshots = server, screenshots
        self.faults: list[str] = []
        self.page.add_init_script(WATCH)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._request)

    def opens(self, address: str) -> None:
        """Type an address into the bar of the browser."""
        self.page.goto(f"{self.server}{address}")

    def reads(self, *sentences: str) -> None:
        """Assert that the words stand on the page, visible."""
        shown = " ".join(self.page.inner_text("body").split())
        for sentence in sentences:
            assert sentence in shown, f"{sentence!r} is not on {self.page.url}: {shown}"

    def types(self, **values: str) -> None:
        """Tab to each control by its name and type; `__` stands for `-`. A list takes the beginning of an option."""
        for name, value in values.items():
            self.goes_to(f'[name="{name.replace("__", "-")}"]')
            if self.page.evaluate("document.activeElement.tagName") in {"INPUT", "TEXTAREA"}:
                self.page.keyboard.press("Control+a")
            self.page.keyboard.type(value)

    def chooses(self, name: str, value: str) -> None:
        """Tab to a list of choices and walk it with the arrow keys to the one of this value."""
        self.goes_to(f'[name="{name}"]')
        active = "document.activeElement"
        for _ in range(20):
            if self.page.evaluate(f"{active}.name === '{name}' && {active}.value") == value:
                if not self.page.evaluate(f"{active}.checked"):
                    self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} has no choice {value} on {self.page.url}")

    def follows(self, words: str) -> None:
        """Tab to the link of these words (or of this label) and press Enter."""
        self._activates("a", words)

    def walks_to(self, label: str) -> None:
        """Go into the matrix and walk with the arrow keys to the cell of this label; Enter opens it."""
        self.goes_to("[data-matrix] td a")
        for key in ("ArrowUp", "ArrowLeft"):
            for _ in range(20):
                self.page.keyboard.press(key)
        columns, rows = 20, 20
        for _ in range(rows):
            self.page.keyboard.press("Home")
            for _ in range(columns):
                found = self.page.evaluate("document.activeElement.getAttribute('aria-label') || ''")
                if str(found).startswith(label):
                    self._enters()
                    return
                self.page.keyboard.press("ArrowRight")
            self.page.keyboard.press("Home")
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"No cell {label!r} on {self.page.url}")

    def presses(self, words: str) -> None:
        """Tab to the button of these words and press Enter."""
        self._activates("button", words)

    def saves(self) -> None:
        """Save the form with Ctrl-S."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Control+s")

    def goes_to(self, selector: str) -> None:
        """Press Tab until the focus is on what this selector names."""
        for _ in range(MOST_TABS):
            if self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {selector} on {self.page.url}")

    def shows(self, name: str) -> None:
        """Look at the page as a whole: nothing grave for somebody who cannot see it, and a picture where asked for."""
        found = Axe().run(self.page)
        for violation in found.response["violations"]:
            if violation["impact"] in GRAVE:
                where = [node["html"][:200] for node in violation["nodes"][:3]]
                self.faults.append(f"{name}: {violation['id']}: {violation['help']}: {where}")
        if self.screenshots:
            height = int(self.page.evaluate("Math.max(document.documentElement.scrollHeight, innerHeight)"))
            self.page.set_viewport_size({"width": WIDTH, "height": height})
            self.page.screenshot(path=self.screenshots / f"{name}.png")
            self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})

    @property
    def touched_the_mouse(self) -> bool:
        """Whether anything on this page was pressed with a mouse or a finger."""
        return bool(self.page.evaluate("window.mouse"))

    def _activates(self, tag: str, words: str) -> None:
        wanted = """([tag, words]) => {
          const element = document.activeElement;
          const text = (element.getAttribute("aria-label") || element.textContent).replace(/\\s+/g, " ").trim();
          return element.matches(tag) && text === words;
        }"""
        for _ in range(MOST_TABS):
            if self.page.evaluate(wanted, [tag, words]):
                self._enters()
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to the {tag} {words!r} on {self.page.url}")

    def _enters(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(code in message.text for code in REFUSED_ON_PURPOSE):
            self.faults.append(f"{self.page.url}: console: {message.text}")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.server).netloc and not request.url.startswith("data:"):
            self.faults.append(f"{self.page.url}: asked another host: {request.url}")
