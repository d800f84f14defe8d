#!/usr/bin/env python3
"""Runs what people look at in pseudo-terminals, and reads their screens as a terminal shows them.

    python check_terminal.py TACHOMETER SERVICE REPORT TEST    [--show]

TACHOMETER is the program of `cli/`, whose `top` watches the example SERVICE: on narrow and wide terminals, with keys, through a resize, while
the service is killed and started again, and at an endpoint of this script that is hostile. REPORT is an example that prints a report at its
end. TEST is the unit test program of `cli/`, of which one test panics while it has the terminal. `--show` prints the screens.

No line may be wider than its terminal, nothing but known escape sequences may reach it, and it must be left as it was. Needs `pyte`.
"""

import atexit
import contextlib
import fcntl
import http.server
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time

import pyte
from pyte.modes import DECAWM

DEADLINE = 30.0
SIZES = [(60, 20), (80, 24), (160, 50)]
# What the programs may send: cursor, erasing, colours and other styles, and modes of the terminal.
SEQUENCE = re.compile(rb"\x1b\[\??[0-9;]*[HJKmhl]")
COLORED = re.compile(rb"\x1b\[[0-9;]*m")

shown = "--show" in sys.argv


class Failure(Exception):
    pass


class Screen(pyte.Screen):
    """A screen that notes what does not fit in a line."""

    def __init__(self, columns, lines):
        super().__init__(columns, lines)
        self.too_wide = []

    def draw(self, data):
        for char in data:
            if self.cursor.x + pyte.screens.wcwidth(char) > self.columns and DECAWM in self.mode:
                self.too_wide.append((self.cursor.y, char))
            super().draw(char)

    @property
    def display(self):
        """The lines. That of `pyte` fails where a wide character was half overwritten."""
        return [self.line(self.buffer[row]) for row in range(self.lines)]

    def line(self, cells):
        text, column = "", 0
        while column < self.columns:
            char = cells[column].data or " "
            text += char
            column += max(1, pyte.screens.wcwidth(char[0]))
        return text


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, columns, rows, command, **environment):
        self.master, self.slave = os.openpty()
        self.screen = Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "TACHOMETER_REPORT")}
        variables.update(TERM="xterm-256color", **environment)

        def take_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            command, stdin=self.slave, stdout=self.slave, stderr=self.slave, env=variables, preexec_fn=take_terminal
        )
        # After a failure it may still run.
        atexit.register(self.process.kill)

    def resize(self, columns, rows):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if (columns, rows) != (self.screen.columns, self.screen.lines):
            self.screen.resize(lines=rows, columns=columns)
            self.process.send_signal(signal.SIGWINCH)

    def type(self, keys):
        os.write(self.master, keys.encode())

    def read(self, seconds):
        """Reads what there is, or waits for something for a time."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        data = os.read(self.master, 1 << 16)
        self.output += data
        self.stream.feed(data)
        return True

    def until(self, what, condition):
        """Reads until the lines of the screen are as they should be."""
        end = time.monotonic() + DEADLINE
        while not condition(self.lines()):
            left = end - time.monotonic()
            if left <= 0 or (self.process.poll() is not None and not self.read(0)):
                raise Failure(f"never seen: {what}\n{self.text()}")
            self.read(min(left, 0.5))

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        edge = "+" + "-" * self.screen.columns + "+"
        return "\n".join([edge, *(f"|{line}|" for line in self.screen.display), edge])

    def show(self, title):
        if shown:
            print(f"\n{title}\n{self.text()}")

    def ended(self, status, is_checked=True):
        """Waits for the end of the program, and checks what it leaves, and what it has sent unless others have sent something too."""
        end = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise Failure(f"it does not end\n{self.text()}")
            self.read(0.1)
        while self.read(0):
            pass
        expect(self.process.returncode == status, f"it ended with {self.process.returncode}, not {status}\n{self.text()}")
        if is_checked:
            self.is_clean()
        expect(termios.tcgetattr(self.slave) == self.before, "the settings of the terminal are not those before")
        for begin, end in [(b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h")]:
            expect(self.output.count(begin) == self.output.count(end), f"{begin} and {end} are not in pairs")
            expect(self.output.rfind(begin) <= self.output.rfind(end), f"{begin} is not taken back")
        os.close(self.master)
        os.close(self.slave)

    def is_clean(self):
        """Checks all that was sent so far."""
        expect(not self.screen.too_wide, f"wider than {self.screen.columns} columns: {self.screen.too_wide[:5]}\n{self.text()}")
        rest = SEQUENCE.sub(b"", self.output)
        stray = re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]", rest)
        expect(stray is None, f"a control character reaches the terminal: {rest[max(0, stray.start() - 40):stray.end() + 40] if stray else ''}")


def expect(condition, message):
    if not condition:
        raise Failure(message)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def service(program, port):
    """The example service, which is killed at the end."""
    process = subprocess.Popen([program, "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE)
    try:
        first = process.stdout.readline()
        expect(first.startswith(b"listening"), f"the service does not listen: {first}")
        yield
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def headings(lines):
    return next((line.split() for line in lines if line.startswith("function")), [])


def rows(lines):
    """The lines between the headings and the keys."""
    at = next((number for number, line in enumerate(lines) if line.startswith("function")), len(lines))
    return [line for line in lines[at + 1 : -1] if line]


def top(tachometer, program):
    for columns, height in SIZES:
        port = free_port()
        command = [tachometer, "top", f"127.0.0.1:{port}", "--interval", "0.5"]
        with service(program, port):
            terminal = Terminal(columns, height, command)
            terminal.until("rates of all functions", lambda lines: "calls/s" in " ".join(lines) and any("price" in row for row in rows(lines)))
            terminal.show(f"top on {columns} x {height}")
            names = headings(terminal.lines())
            expect(names[:2] == ["function", "calls/s"] and names[-1].startswith("busy"), f"the headings are {names}")
            expect(("cancelled" in names) == (columns == 160), f"{columns} columns have {names}")
            expect(terminal.screen.cursor.hidden, "the cursor is shown")

            terminal.type("s")
            terminal.until("sorted by name", lambda lines: "function▲" in headings(lines) and rows(lines) == sorted(rows(lines)))
            terminal.type("r")
            terminal.until("the other way round", lambda lines: "function▼" in headings(lines) and rows(lines) == sorted(rows(lines), reverse=True))
            terminal.type("/RIC")
            terminal.until("what is typed", lambda lines: "filter: RIC" in lines[-1])
            terminal.until("the rows of the filter", lambda lines: [row.split()[0] for row in rows(lines)] == ["price"])
            terminal.show("a filter")
            terminal.type("\r")
            terminal.until("the filter stays", lambda lines: 'match "RIC"' in lines[-1] and len(rows(lines)) == 1)
            terminal.type("/\x1b")
            terminal.until("all rows again", lambda lines: len(rows(lines)) > 3)
            terminal.type("t")
            terminal.until("totals", lambda lines: "calls" in headings(lines) and "since the start" in lines[1])
            terminal.type("tp")
            terminal.until("a pause", lambda lines: "PAUSED" in lines[0] and "calls/s" in headings(lines))
            terminal.type("p")
            terminal.until("no pause", lambda lines: "every" in lines[0])
            terminal.is_clean()

            # All widths on the way, of which each draws anew.
            for width in (columns - 17, 23, 5, 101):
                terminal.resize(width, height - 3)
                terminal.until(f"{width} columns", lambda lines: lines[0].startswith("tacho") and lines[-1].startswith("q"))
                terminal.is_clean()
            terminal.until("the table", lambda lines: len(rows(lines)) > 3)

        # Killed: the table stays.
        terminal.until("no connection, and the table", lambda lines: "refused" in lines[2] and "old" in lines[2] and len(rows(lines)) > 3)
        terminal.show("a service that is gone")
        with service(program, port):
            terminal.until("the service again", lambda lines: "restarted" in lines[2] and len(rows(lines)) > 3)
            terminal.show("a service that restarted")
            terminal.type("q")
            terminal.ended(0)
    print("top: sorts, filters, resizes, outlives its program, on", ", ".join(f"{columns} x {height}" for columns, height in SIZES))


def expect_end(process):
    try:
        process.wait(DEADLINE)
    except subprocess.TimeoutExpired:
        raise Failure("it goes on without a terminal") from None


def ends(tachometer, test):
    """Every end leaves the terminal as it was."""
    command = [tachometer, "top", f"127.0.0.1:{free_port()}"]
    for name, end, status in [
        ("Esc", lambda terminal: terminal.type("\x1b"), 0),
        ("Ctrl-C", lambda terminal: terminal.type("\x03"), 0),
        ("SIGTERM", lambda terminal: terminal.process.terminate(), 0),
        ("SIGHUP", lambda terminal: terminal.process.send_signal(signal.SIGHUP), 0),
    ]:
        terminal = Terminal(80, 24, command)
        terminal.until("that there is no endpoint", lambda lines: "refused" in lines[2])
        if name == "Esc":
            terminal.show("no endpoint")
        end(terminal)
        terminal.ended(status)
    # As when a window is closed: there is nothing to give back, and nothing to wait for.
    terminal = Terminal(80, 24, command)
    terminal.until("that there is no endpoint", lambda lines: "refused" in lines[2])
    os.close(terminal.slave)
    os.close(terminal.master)
    expect_end(terminal.process)
    panics = "top::screen::tests::a_panic_gives_the_terminal_back"
    terminal = Terminal(80, 24, [test, "--ignored", "--exact", panics, "--nocapture", "--test-threads=1"], RUST_BACKTRACE="0")
    terminal.until("that it panics", lambda lines: any("as a test" in line for line in lines))
    terminal.until("its end", lambda lines: any("test result: FAILED. 0 passed; 1 failed" in line for line in lines))
    expect(b"\x1b[?1049h" in terminal.output, "it has not taken the terminal")
    expect(terminal.output.rfind(b"\x1b[?1049l") < terminal.output.find(b"as a test"), "the panic is reported on a screen that vanishes")
    terminal.ended(101, is_checked=False)
    print("top: Esc, Ctrl-C, SIGTERM, SIGHUP and a panic give the terminal back; without a terminal it ends")


# Short ones are shown whole; of the long one, whose characters are wide, a part.
SHORT = ["\x1b[2J", "\x1b]0;owned\x07", "\u009b31m", "\r\x08", "\u202eevil"]
HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b[?1049h\u009b31m\r\u202e\u200b" + "非常" * 40


def hostile(tachometer):
    """An endpoint whose names and labels are made to harm, and one that hangs."""
    answers = []

    class Endpoint(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            answers.append(None)
            sample = 'function_calls_total{function="%s",module="m%s",zone="%s",outcome="panic"} %d\n'
            text = sample % (HOSTILE, HOSTILE, HOSTILE, len(answers)) + "".join(sample % (f"f{i}", "m", "", i) for i in range(200)) + "".join(sample % (name, "m", "", 1) for name in SHORT) + "function_calls_total{broken\n"
            self.send_response(200)
            self.end_headers()
            # The viewer may have ended.
            with contextlib.suppress(ConnectionError):
                self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for columns, height in SIZES:
        terminal = Terminal(columns, height, [tachometer, "top", f"127.0.0.1:{server.server_port}", "--interval", "0.2", "--sort", "name"])
        terminal.until("rates", lambda lines: "calls/s" in headings(lines) and len(rows(lines)) > 10)
        terminal.until("the line that cannot be read", lambda lines: "1 line of the answer" in lines[2])
        terminal.type("\x1b[F")
        terminal.until("the end", lambda lines: "–206 of 206" in lines[-1])
        terminal.show("hostile names")
        terminal.type("/owned")
        terminal.until("the rows with hostile names", lambda lines: len(rows(lines)) == 2)
        expect(terminal.screen.title == "", "the title of the window was changed")
        terminal.type("\x03")
        terminal.ended(0)
    server.shutdown()

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        terminal = Terminal(80, 24, [tachometer, "top", f"127.0.0.1:{silent.getsockname()[1]}"])
        terminal.until("that it waits", lambda lines: "waiting for the first answer" in lines[2])
        # Keys are answered meanwhile.
        terminal.type("p")
        terminal.until("a pause", lambda lines: "PAUSED" in lines[0])
        terminal.until("that there is no answer", lambda lines: "no complete answer within 5 s" in lines[2])
        terminal.type("q")
        terminal.ended(0)
    print("top: hostile names reach no terminal; an endpoint that hangs stops no key")


def report(program):
    for columns, height in SIZES:
        for environment, is_colored in [({}, True), ({"NO_COLOR": "1"}, False)]:
            terminal = Terminal(columns, height, [program], **environment)
            terminal.until("the report", lambda lines: any("3 functions" in line for line in lines))
            terminal.show(f"report on {columns} x {height} {environment}")
            lines = terminal.lines()
            expect(bool(COLORED.search(terminal.output)) == is_colored, f"colours: {not is_colored} with {environment}")
            widest = max(len(line) for line in lines)
            whole = any("Orders::print_an_invoice_for_the_accountants_of_the_company" in line for line in lines)
            expect(whole == (columns == 160), f"the names on {columns} columns\n{terminal.text()}")
            expect(columns == 160 or widest > columns - 6, f"of {columns} columns only {widest} are used\n{terminal.text()}")
            terminal.ended(0)
    # `COLUMNS` has the last word; on a pipe there is neither a width nor a colour.
    terminal = Terminal(160, 50, [program], COLUMNS="70")
    terminal.until("the report", lambda lines: any("3 functions" in line for line in lines))
    expect(max(len(line) for line in terminal.lines()) <= 70, f"wider than COLUMNS\n{terminal.text()}")
    terminal.ended(0)
    piped = subprocess.run([program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout.decode()
    expect("\x1b" not in piped and max(map(len, piped.splitlines())) <= 80, f"a pipe gets\n{piped}")
    print("report: as wide as the terminal, colours only there, and none with NO_COLOR")


def main():
    tachometer, program, report_program, test = [argument for argument in sys.argv[1:] if argument != "--show"]
    try:
        report(report_program)
        ends(tachometer, test)
        hostile(tachometer)
        top(tachometer, program)
    except Failure as failure:
        sys.exit(f"check_terminal.py: {failure}")


if __name__ == "__main__":
    main()
