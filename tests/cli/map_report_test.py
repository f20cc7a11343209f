#!/usr/bin/env python3
"""The mapping report in headless Chromium: its script runs, draws, and shows the chip that is asked for.

usage: tests/cli/map_report_test.py BIN_DIRECTORY EXAMPLES_DIRECTORY
Exits with 77 (skipped) when there is no Chromium.
"""
import html.parser
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

BIN, EXAMPLES = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
browser = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
if browser is None:
    print("skipped: there is no chromium here (Debian package chromium)")
    sys.exit(77)


class Page(html.parser.HTMLParser):
    """The text below each element that has an id, the rows of tables, and what the page asks from outside."""

    def __init__(self, text):
        super().__init__()
        self.open, self.text, self.rows, self.outside, self.drawn = [], {}, {}, [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.drawn = self.drawn or (tag == "body" and attributes.get("data-drawn") == "yes")
        self.outside += [value for name, value in attributes.items() if name in ("src", "href") and not value.startswith("#")]
        if tag not in ("meta", "link", "br", "img", "input"):
            self.open.append((tag, attributes.get("id")))
        if tag == "tr":
            for _, identity in self.open:
                if identity:
                    self.rows[identity] = self.rows.get(identity, 0) + 1

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, identity in self.open:
            if identity:
                self.text[identity] = self.text.get(identity, "") + data


def look(directory, page, *arguments):
    done = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={directory}/profile",
                           "--window-size=1280,1600", "--virtual-time-budget=4000", *arguments, page],
                          capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done.stdout


with tempfile.TemporaryDirectory() as directory:
    report = pathlib.Path(directory) / "report"
    subprocess.run([BIN / "spinn-map", EXAMPLES / "va-coba.yaml", "--machine", "spinn5", "--atoms-per-core", "60", "--report", report],
                   check=True, capture_output=True)
    place = json.loads((report / "placements.json").read_text())[0]
    page = Page(look(directory, f"file://{report}/index.html#chip={place['x']},{place['y']}", "--dump-dom"))
    assert page.drawn, "the script did not come to its end"
    assert not page.outside, f"the page asks for {page.outside}"
    assert f"Chip ({place['x']}, {place['y']})" in page.text["side"], page.text["side"]
    assert "cells[" in page.text["side"], "no cores are listed"
    assert "nets begin here" in page.text["side"]
    assert "DTCM" in page.text["side"], "what the cores take of their DTCM is not told"
    assert page.rows["hard"] >= 4, page.rows
    assert page.rows["cores"] == 3 and "cells" in page.text["cores"] and "KiB" in page.text["cores"], page.text["cores"]
    assert page.rows["bounds"] == 5 and page.rows["phases"] >= 7, page.rows
    assert "hops in all trees" in page.text["tiles"]
    # Pixels: the map is drawn, and another view is another picture.
    pictures = []
    for view in ("populations", "load"):
        picture = pathlib.Path(directory) / f"{view}.png"
        look(directory, f"file://{report}/index.html#view={view}", f"--screenshot={picture}")
        pictures.append(picture.read_bytes())
    assert len(pictures[0]) > 20000 and pictures[0] != pictures[1]
    # What does not fit is told, too.
    failed = subprocess.run([BIN / "spinn-map", EXAMPLES / "va-coba.yaml", "--machine", "1x1", "--report", report], capture_output=True)
    assert failed.returncode == 1
    text = (report / "index.html").read_text()
    assert "Does not fit" in text and "What to change" in text
print("the report runs, draws and tells")
