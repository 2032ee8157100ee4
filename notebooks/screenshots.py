"""Make the pictures of docs/: the HTML report and the terminal, of the article that was spun for this project.

    python -m pip install ".[browser]" pillow && python notebooks/screenshots.py

needs Chromium and its driver (Debian's chromium and chromium-driver).
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.by import By

from detector import detect
from detector.api import model_info
from detector.cli import main as detector
from detector.readers import InputDocument
from detector.report.model import JudgedDocument
from detector.report.text import Terminal

ROOT = Path(__file__).resolve().parents[1]
ARTICLE = Path("notebooks/articles/harbour-talks-spun.txt")
DOCS = ROOT / "docs"
SIGNATURE = model_info()["signature"]
LINES = 7  # of the article, which is all that the terminal's picture has room for
WIDTH = 92  # columns of the terminal
NOTED = "earlier than"
FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
FLAGS += " --disable-component-update --disable-sync --hide-scrollbars"
THEME = TerminalTheme(
    (27, 26, 23),
    (222, 217, 206),
    [
        *((27, 26, 23), (235, 110, 100), (130, 195, 140), (225, 170, 90)),
        *((120, 160, 220), (215, 140, 200), (110, 190, 190), (222, 217, 206)),
    ],
)
# rich's own frame asks the network for a font, and draws a window around the text.
SVG = """<!doctype html><meta charset="utf-8"><style>body {{ margin:0; background:#1b1a17 }}
.{unique_id}-matrix {{ font-family:"DejaVu Sans Mono",monospace; font-size:{char_height}px }}
{styles}</style><svg xmlns="http://www.w3.org/2000/svg" width="{terminal_width}" height="{terminal_height}"
style="padding:16px 20px"><defs>{lines}</defs>{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></svg>
"""


class Camera:
    """A Chromium that takes pictures of pages."""

    def __init__(self, profile: str) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for flag in (*FLAGS.split(), f"--user-data-dir={profile}"):
            options.add_argument(flag)
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})

    def picture(
        self,
        page: Path,
        name: str,
        width: int,
        height: int,
        scale: float,
        dark: bool,
        note: str = "",
        to: str = "",
        media: str = "",
    ) -> None:
        """Write a picture of a page to docs/, in 256 colours."""
        cdp = self.driver.execute_cdp_cmd
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        cdp("Emulation.setEmulatedMedia", {"media": media, "features": [scheme]})
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        cdp("Emulation.setDeviceMetricsOverride", size)
        self.driver.get(page.as_uri())
        if not height:
            size["height"] = self.driver.execute_script("return Math.ceil(document.body.scrollHeight)")
            cdp("Emulation.setDeviceMetricsOverride", size)
        pointer = ActionBuilder(self.driver)
        pointer.pointer_action.move_to_location(0, 0)
        pointer.perform()
        if to:
            self.driver.find_element(By.CSS_SELECTOR, to).click()
        if note:
            marks = self.driver.find_elements(By.TAG_NAME, "mark")
            next(m for m in marks if m.text == note).click()
        with Image.open(io.BytesIO(self.driver.get_screenshot_as_png())) as image:
            small = image.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            made = PngInfo()
            made.add_text("models", SIGNATURE)  # so that tests find pictures of other models
            small.save(DOCS / f"{name}.png", optimize=True, pnginfo=made)
        print(f"docs/{name}.png {(DOCS / f'{name}.png').stat().st_size / 1000:.0f} kB")


def terminal(text: str) -> str:
    """Return a page with the output for a text in a terminal of 92 columns."""
    out = io.StringIO()
    shown = Terminal.on(out, color=True, width=WIDTH)
    shown.document(JudgedDocument(InputDocument("-", text), detect(text)))
    console = Console(file=io.StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ head -n {LINES} {ARTICLE} | detector annotate", "bold"))
    console.print()
    console.print(Text.from_ansi(out.getvalue()), end="")
    return console.export_svg(code_format=SVG, theme=THEME, unique_id="t")


def main() -> None:
    """Make all pictures."""
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.html")
        camera = Camera(str(Path(folder, "profile")))
        try:
            detector(["annotate", "--format", "html", "--output", str(report), str(ARTICLE)])
            camera.picture(report, "report-light", 880, 720, 1.5, False, NOTED)
            camera.picture(report, "report-dark", 880, 720, 1.5, True, NOTED)
            camera.picture(report, "report-restored", 880, 720, 1.5, False, "before", "[data-view=restored]")
            camera.picture(report, "report-both", 880, 720, 1.5, False, "", "[data-view=both]")
            camera.picture(report, "report-phone", 390, 780, 1.5, False, NOTED)
            camera.picture(report, "report-print", 880, 720, 1.5, False, media="print")
            queue = Path(folder, "queue.html")
            detector(["annotate", "--output", str(queue), str(ARTICLE.parent), str(ARTICLE.parent / "missing.txt")])
            camera.picture(queue, "report-queue", 880, 720, 1.5, False)
            window = Path(folder, "terminal.html")
            lines = (ROOT / ARTICLE).read_text(encoding="utf-8").splitlines(keepends=True)[:LINES]
            window.write_text(terminal("".join(lines)), encoding="utf-8")
            camera.picture(window, "terminal", 1170, 0, 1.2, True)
        finally:
            camera.driver.quit()


if __name__ == "__main__":
    main()
