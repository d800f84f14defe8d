#!/usr/bin/env python3
"""Drives the page of `page_program` in Chromium.

    python3 .ci/check_page.py [--minutes N] SCREENSHOTS PROGRAM
    python3 .ci/check_page.py --cost PROGRAM

Writes pictures of the page to the folder SCREENSHOTS; with `--minutes`, of a page that has been open for so long. Nothing here waits for
a time to pass: each step waits, for a limited time, until the page shows what it must.

With `--cost`, it checks nothing, and measures what a page costs a program of 1 000 functions, as the browser asks for it.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from devtools import Browser

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = "tests/it/http/page_program.rs"
ROWS = "[...document.querySelectorAll('#functions tbody tr')]"
FINDINGS = "[...document.querySelectorAll('#findings li')].map((line) => line.textContent)"


class Program:
    def __init__(self, path, address="127.0.0.1:0", *arguments):
        self.process = subprocess.Popen([path, address, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://"), f"the program does not listen at {address}"

    @property
    def address(self):
        return self.url.removeprefix("http://").strip("/")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def data(self):
        request = urllib.request.Request(self.url, headers={"Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def end(self):
        self.process.kill()
        self.process.wait()


def names(browser):
    return browser.run(f"{ROWS}.map((row) => row.querySelector('bdi').textContent)")


def finding(browser, *words):
    """Waits for a finding with these words, and returns it."""
    wanted = " && ".join(f"text.includes({json.dumps(word)})" for word in words)
    return browser.wait_for(f"{FINDINGS}.find((text) => {wanted}) ?? ''", 60)


def opened(browser, url):
    browser.call("Page.navigate", url=url)
    browser.wait_for(f"typeof state === 'object' && {ROWS}.length > 5 && state.times.length > 2")


def lists_functions(browser):
    shown = names(browser)
    for name in ("Cart::add", "Cart::check_out", "search", 'charge{bank="swift"}', "print_label"):
        assert any(one.startswith(name.split("{")[0]) for one in shown), f"{name} is missing: {shown}"
    tiles = browser.run("document.getElementById('tiles').textContent")
    for tile in ("calls/s", "in flight", "memory", "CPU"):
        assert tile in tiles, tiles
    browser.wait_for("document.getElementById('metrics').textContent.includes('basket_products')")


def sorts(browser):
    head = "[...document.querySelectorAll('#functions th')].find((head) => head.textContent === 'p99')"
    keys = "tables.functions.order.map((item) => item.interval(view.seconds).p99).filter((key) => !Number.isNaN(key))"
    # Rows that are under the pointer stay where they are.
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=1, y=1)
    browser.run(f"{head}.querySelector('button').click()")
    # The button keeps the focus when the table is sorted, so a second press turns the order round.
    browser.run(f"{head}.querySelector('button').focus()")
    for direction, sign in (("descending", -1), ("ascending", 1)):
        assert browser.run(f"{head}.getAttribute('aria-sort')") == direction
        values = browser.run(keys)
        assert len(values) > 3 and values == sorted(values, reverse=sign < 0), f"not {direction}: {values}"
        same = f"{ROWS}.map((row) => row.querySelector('bdi').textContent).join() === tables.functions.order.map((item) => item.title).join()"
        assert browser.run(same), "the rows have another order"
        browser.press("Enter")
    assert browser.run(f"{head}.getAttribute('aria-sort')") == "descending"
    assert browser.run("document.querySelectorAll('#functions th[aria-sort]').length") == 1


def filters(browser):
    browser.run("document.activeElement.blur()")
    browser.press("/")
    assert browser.run("document.activeElement.id") == "filter", "the key / does not lead to the filter"
    browser.call("Input.insertText", text="CHARGE solid")
    assert names(browser) == ["charge{bank=\"solid\"}"], names(browser)
    assert "1 of" in browser.run("document.getElementById('functions-note').textContent")
    browser.run("$('filter').value = ''; $('filter').dispatchEvent(new Event('input')); document.activeElement.blur()")
    assert len(names(browser)) > 5


def open_function(browser, name):
    """Opens a function by the keyboard."""
    button = f"{ROWS}.map((row) => row.querySelector('button')).find((button) => button.textContent === {json.dumps(name)})"
    browser.run(f"{button}.focus()")
    browser.press("Enter")
    browser.wait_for("!document.getElementById('detail').hidden && document.activeElement.id === 'detail'")


def shows_details(browser, program):
    open_function(browser, 'charge{bank="solid"}')
    detail = browser.run("document.getElementById('detail').textContent")
    lines = (ROOT / SOURCE).read_text().splitlines()
    place = f"{SOURCE}:{1 + lines.index('#[instrumented(labels(bank = bank))]')}"
    assert place in detail, f"{place} is not in {detail}"
    browser.wait_for("document.getElementById('detail').textContent.includes('card_refused')", 60)
    known = [(one["trace"], one["role"]) for function in program.data()["functions"] if function["name"] == "charge" and function["labels"] == [["bank", "solid"]]
             for one in function.get("exemplars", [])]
    assert known and all(re.fullmatch("[0-9a-f]{32}", trace) for trace, _ in known), known
    traces = "[...document.querySelectorAll('#detail code')].map((code) => code.textContent)"
    # Another call may be the slowest by now; the page and the data meet when it is not.
    browser.wait_for(f"""fetch('/', {{ headers: {{ accept: 'application/json' }} }}).then((answer) => answer.json()).then((data) => {{
        const row = data.functions.find((row) => row.name === 'charge' && row.labels[0][1] === 'solid');
        return row.exemplars.some(({{ trace }}) => {traces}.includes(trace));
    }})""")
    painted = """(() => {
        const canvas = document.querySelector('#detail canvas'), { data } = canvas.getContext('2d').getImageData(80, 0, canvas.width - 80, canvas.height - 30);
        return data.some((part) => part > 0);
    })()"""
    browser.wait_for(painted)


def finds(browser, program):
    finding(browser, "callback of till_cents", "panicked")
    finding(browser, "family parcels_total", "reached its bound")
    finding(browser, "print_label", "panicked")
    program.say("stick")
    print("  " + finding(browser, "feed", "calls are in flight", "none has ended since"))
    program.say("fail")
    print("  " + finding(browser, "charge", "of calls are errors since", "usually"))


def has_only_texts(browser):
    assert browser.run("document.title") == "tachometer", "a name was run as a script"
    elements = browser.run("['img', 'b', 'iframe', 'object', 'style', 'script'].map((tag) => document.querySelectorAll(tag).length)")
    assert elements == [0, 0, 0, 0, 1, 1], elements
    texts = browser.run("document.body.textContent")
    for text in ("<img src=x onerror=\"document.title = 'owned'\">", "</script><script>document.title = 'owned'</script>", "__proto__, constructor"):
        assert text in texts, f"{text} is not shown"
    # What would turn the text around, or hide it, is written out.
    assert not browser.run(r"/[\u202e\u0000\u007f]/.test(document.body.textContent)")


def is_kept_by_its_policy(browser):
    """What the page must not do is refused, and would be noticed."""
    before = len(browser.complaints)
    browser.run("(() => { const script = document.createElement('script'); script.textContent = 'document.title = 1'; document.body.append(script); script.remove(); })()")
    refused = browser.run("fetch('http://127.0.0.2:9/').then(() => 'sent', (error) => error.name)")
    image = browser.run("new Promise((end) => { const image = new Image(); image.onload = () => end('loaded'); image.onerror = () => end('refused'); image.src = '/metrics'; })")
    assert (refused, image, browser.run("document.title")) == ("TypeError", "refused", "tachometer")
    assert len(browser.complaints) >= before + 3, f"violations of the policy are not noticed: {browser.complaints}"
    del browser.complaints[before:]
    browser.requests = [url for url in browser.requests if "127.0.0.2" not in url and not url.endswith("/metrics")]


def survives_a_restart(browser, program, path):
    address = program.address
    program.end()
    browser.wait_for("!document.getElementById('trouble').hidden")
    # The browser logs that it could not connect, which the page shows.
    browser.complaints = [text for text in browser.complaints if "ERR_CONNECTION" not in text]
    program = Program(path, address)
    browser.wait_for("state.restarted && document.getElementById('trouble').hidden")
    browser.complaints = [text for text in browser.complaints if "ERR_CONNECTION" not in text and "ERR_EMPTY" not in text]
    finding(browser, "The program was restarted at")
    polls = browser.run("state.times.length")
    items = "[...state.functions.values(), ...state.metrics.values()]"
    negative = f"""{items}.filter((item) => item.family?.kind !== 'gauge' && (item.curve.some((value) => value < 0)
        || [1, 10, 60].some((seconds) => ['rate', 'errors', 'busy', 'perSecond'].some((name) => item.interval(seconds)[name] < 0)))).length"""
    browser.wait_for(f"(({negative}) > 0 ? 'negative' : state.times.length > {polls} + 4) || false")
    assert browser.run(negative) == 0, "counts of two runs were subtracted"
    assert "−" not in browser.run("document.getElementById('functions').textContent")
    return program


# Data of a program that does what the clock of a test does not wait for.
SYNTHETIC = """
const start = state.time + 1000;
const invented = (second, rows) => take({ version: "", run: "invented", time: start + second, created: start - 5000, registries: [], metrics: [],
    functions: rows.map((row) => ({ module: "m", count: 0, sum: 0, schema: 3, zeros: 0, buckets: [], panics: 0, cancelled: 0, in_flight: 0, ok: 0, errors: 0, ...row })) });
const texts = () => findings().map(({ text, level }) => level + " " + text);
"""


def judges(browser):
    """Feeds the model what takes minutes, and asks for its findings."""
    browser.run("if (!view.isPaused) pause()")
    found = browser.run("""(() => {""" + SYNTHETIC + """
        const seen = {};
        const look = (second, name) => { seen[name] = texts().filter((text) => text.includes(" f:")); };
        let [ok, errors, held] = [1e6, 100, 4];
        for (let second = 0; second < 1500; second++) {
            const fails = second >= 100 && second < 700;
            ok += fails ? 80 : 99; errors += fails ? 20 : second % 10 === 0 ? 1 : 0;
            invented(second, [{ name: "f", ok, errors, count: ok + errors, max: 1e9 }]);
            if (second === 99) look(second, "before");
            if (second === 112) look(second, "after 12 s");
            if (second === 690) look(second, "after 10 min");
            if (second === 820) look(second, "2 min after its end");
            if (second === 1499) look(second, "13 min after its end");
        }
        state.functions.clear();
        // Calls begin and do not end; then no more begin; then one ends.
        for (let second = 1500; second < 1900; second++) {
            held = second < 1510 ? 4 + second - 1500 : second < 1800 ? 14 : 13;
            invented(second, [{ name: "f", ok: second < 1800 ? 10 : 11, count: 10, max: 1e9, in_flight: held }, { name: "g", in_flight: 4 }]);
            if (second === 1509) look(second, "growing");
            if (second === 1790) look(second, "held for minutes");
            if (second === 1801) look(second, "one has ended");
        }
        return [seen, texts()];
    })()""")[0]
    assert found["before"] == [] and found["13 min after its end"] == [], found
    for when in ("after 12 s", "after 10 min"):
        assert len(found[when]) == 1 and found[when][0].startswith("bad f: 20 % of calls are errors since") and "usually <0.1 %" in found[when][0], found[when]
    assert found["2 min after its end"][0].startswith("info f: up to 20 % of calls were errors from"), found
    assert found["growing"][0].startswith("bad f: 13 calls are in flight, 9 more than 9 s ago; none has ended since."), found
    assert found["held for minutes"][0].startswith("bad f: 14 calls are in flight, 10 more than 4 min 50 s ago; none has ended since, and the longest so far took 1.00 s."), found
    assert found["one has ended"] == [], found
    # What alternates is a line and a band, and no block; a heat map is at least half full after a minute.
    drawn = browser.run("""(() => { const paths = [0, 1].map(() => document.createElementNS("http://www.w3.org/2000/svg", "path"));
        drawCurve(paths, { curve: Array.from({ length: 300 }, (_, index) => index % 2), polls: 300 });
        return [paths[1].getAttribute("d").split(/[ML]/).slice(1).map((point) => Number(point.split(" ")[1])), [61, 100, 180, 300, 999].map((length) => room({ length }))];
    })()""")
    assert len(drawn[0]) == 30 and len(set(drawn[0])) == 1, drawn
    assert drawn[1] == [90, 120, 180, 300, 300], drawn


def is_readable(browser):
    """Texts have a contrast of 4.5 in both schemes, and nothing is wider than a phone."""
    contrast = """(() => {
        const style = getComputedStyle(document.documentElement);
        const light = (name) => { const parts = style.getPropertyValue(name).trim().slice(1), wide = parts.length === 3 ? [...parts].map((digit) => digit + digit).join("") : parts;
            const [r, g, b] = [0, 2, 4].map((at) => parseInt(wide.slice(at, at + 2), 16) / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const ratio = (one, other) => { const [least, most] = [light(one), light(other)].sort((one, other) => one - other); return (most + 0.05) / (least + 0.05); };
        return ["--ink", "--faint", "--accent", "--bad", "--warn"].flatMap((text) => ["--paper", "--card", "--hover"].map((ground) => [text, ground, ratio(text, ground)]));
    })()"""
    papers = []
    for scheme in ("light", "dark"):
        browser.prefer(scheme)
        for text, ground, ratio in browser.run(contrast):
            assert ratio >= 4.5, f"{scheme}: {text} on {ground} has a contrast of {ratio:.2f}"
        papers.append(browser.run("getComputedStyle(document.documentElement).backgroundColor"))
    assert papers[0] != papers[1], "there is one scheme"
    browser.prefer("light")


def fits(browser, width):
    wide = browser.run("""[document.documentElement.scrollWidth, ...[...document.querySelectorAll('.scroll')].filter((part) => part.id !== 'x' && part.clientWidth > 0)
        .map((part) => document.documentElement.clientWidth + part.scrollWidth - part.clientWidth)]""")
    assert max(wide) <= width, f"{wide} pixels at {width}"


def has_many(browser, path, folder):
    program = Program(path, "127.0.0.1:0", "10000")
    try:
        browser.run("0")
        opened(browser, program.url)
        browser.wait_for("state.functions.size > 10_000 && state.times.length > 8", 120)
        assert len(names(browser)) == 60
        note = browser.run("document.getElementById('functions-note').textContent")
        assert re.match(r"60 of 10.\d{3}", note), note
        browser.screenshot(folder / "many.png")
        browser.run("document.querySelector('#functions-more button').click()")
        assert len(names(browser)) == 260
        browser.run("$('filter').value = '9999'; $('filter').dispatchEvent(new Event('input'))")
        assert names(browser) == ['look_up{key="9999"}'], names(browser)
        browser.run("$('filter').value = ''; $('filter').dispatchEvent(new Event('input'))")
        took = browser.run("""(async () => {
            const text = await (await fetch('/', { headers: { accept: 'application/json' } })).text();
            const began = performance.now();
            take(JSON.parse(text));
            render();
            return [performance.now() - began, text.length];
        })()""")
        print(f"  10 000 functions: an update takes the page {took[0]:.0f} ms, its data are {took[1] / 1e6:.1f} MB")
        # It uses a fifth of the time if that is more than it should be, and answers in between.
        assert took[0] < 3_000, "the page is not usable"
    finally:
        program.end()


def costs(path, polls=30):
    """Prints the processor time of the program during so many polls, one a second, and during as many seconds without."""
    program = Program(path, "127.0.0.1:0", "1000")

    def used():
        user, system = pathlib.Path(f"/proc/{program.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def measured(headers):
        began, before, size = time.monotonic(), used(), 0
        for second in range(polls):
            if headers is not None:
                with urllib.request.urlopen(urllib.request.Request(program.url, headers=headers), timeout=30) as answer:
                    size = len(answer.read())
            time.sleep(max(0.0, began + second + 1 - time.monotonic()))
        return (used() - before) / (time.monotonic() - began) * 100, size

    try:
        program.data()
        json_alone = {"Accept": "application/json"}
        cases = (("no client", None), ("a page that is open", json_alone), ("no client", None))
        for name, headers in cases:
            share, size = measured(headers)
            print(f"{name}: {share:.2f} % of a core, {size} bytes a poll", flush=True)
    finally:
        program.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--cost", action="store_true")
    parser.add_argument("screenshots", type=pathlib.Path, nargs="?")
    parser.add_argument("program")
    arguments = parser.parse_args()
    if arguments.cost:
        costs(arguments.program)
        return
    if arguments.screenshots is None:
        parser.error("a folder for pictures is needed")
    arguments.screenshots.mkdir(parents=True, exist_ok=True)

    def picture(name):
        browser.screenshot(arguments.screenshots / f"{name}.png")

    program, browser = Program(arguments.program), Browser()
    try:
        browser.resize(1280, 900)
        opened(browser, program.url)
        for check in (lists_functions, sorts, filters):
            print(check.__name__.replace("_", " "))
            check(browser)
        browser.run("tables.functions.sortBy(FUNCTIONS.find(({ id }) => id === 'busy'))")
        print("shows details")
        shows_details(browser, program)
        has_only_texts(browser)
        if arguments.minutes:
            browser.wait_for(f"state.times.length >= Math.min({arguments.minutes} * 60, CURVE)", arguments.minutes * 90)
        print("finds what is unusual")
        finds(browser, program)
        has_only_texts(browser)
        is_readable(browser)
        browser.run("scrollTo(0, 0)")
        for scheme in ("light", "dark"):
            browser.prefer(scheme)
            picture(scheme)
        browser.prefer("light")
        print("fits a phone")
        browser.resize(400, 850, 2)
        fits(browser, 400)
        browser.run("open(null); scrollTo(0, 0)")
        picture("phone")
        browser.run("document.getElementById('functions-title').scrollIntoView()")
        picture("phone-functions")
        fits(browser, 400)
        browser.resize(1280, 900)
        browser.run("$('filter').value = 'owned'; $('filter').dispatchEvent(new Event('input')); scrollTo(0, 0)")
        picture("hostile")
        browser.run("$('filter').value = ''; $('filter').dispatchEvent(new Event('input'))")
        print("is kept by its policy")
        is_kept_by_its_policy(browser)
        print("survives a restart")
        program = survives_a_restart(browser, program, arguments.program)
        has_only_texts(browser)
        print("judges what takes minutes")
        judges(browser)
        print("has many functions")
        program.end()
        has_many(browser, arguments.program, arguments.screenshots)
        complaints = [text for text in browser.complaints if "ERR_CONNECTION" not in text]
        assert not complaints, complaints
        strange = [url for url in browser.requests if not re.match(r"http://127\.0\.0\.1:\d+/$", url)]
        assert not strange, f"requests to other addresses: {strange}"
        print(f"{len(browser.requests)} requests, all for the page and its data; no complaint")
    finally:
        program.end()
        browser.close()


if __name__ == "__main__":
    main()
