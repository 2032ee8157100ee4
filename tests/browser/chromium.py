"""A real Chromium, and the questions of the tests to it."""

import json
from importlib.resources import files

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP, PHONE = (1000, 800), (390, 780)


class Browser:
    """A Chromium with the methods that the tests need."""

    def __init__(self, driver):
        self.driver = driver
        self.driver.execute_cdp_cmd(
            "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        )

    def open(self, address, size=DESKTOP, dark=False):
        """Open a file or a URL."""
        self.cdp(
            "Emulation.setEmulatedMedia",
            media="",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )
        width, height = size
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)  # remains of an earlier page
        self.driver.get(address if isinstance(address, str) else address.as_uri())
        pointer = ActionBuilder(self.driver)
        pointer.pointer_action.move_to_location(0, 0)
        pointer.perform()

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def hover(self, element, block="center"):
        self.js("arguments[0].scrollIntoView({block: arguments[1]})", element, block)
        ActionChains(self.driver).move_to_element(element).perform()

    def press(self, key):
        ActionChains(self.driver).send_keys(key).perform()

    def requests(self):
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def errors(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def violations(self):
        """Return the findings of axe-core on the page, injected by the debugger, since its policy admits no script."""
        axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.cdp("Runtime.evaluate", expression=axe)
        found = self.cdp("Runtime.evaluate", expression="axe.run()", awaitPromise=True, returnByValue=True)
        return [(v["id"], v["nodes"][0]["html"][:200]) for v in found["result"]["value"]["violations"]]

    def clipboard(self):
        return self.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")

    def wait(self, is_true, seconds=60):
        return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(lambda _: is_true())


def squeezed(text):
    return "".join(text.split())


def shown(browser, article):
    """Return the words of an article's text that are on the screen."""
    return squeezed("".join(p.text for p in article.find_elements(By.CSS_SELECTOR, ".text p")))


def note(mark):
    return mark.find_element(By.CSS_SELECTOR, "[role=tooltip]")
