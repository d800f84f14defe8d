"""A browser that is driven by its DevTools protocol, over a websocket of the standard library alone."""

import base64
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Browser:
    """A headless browser with one tab, which keeps what the page complains about."""

    def __init__(self, width=1280, height=900, features=()):
        program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            sys.exit("Chromium is missing: install it, or name it in the variable CHROMIUM")
        self.folder = tempfile.mkdtemp()
        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0",
             f"--user-data-dir={self.folder}", f"--window-size={width},{height}", *features, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.complaints = []
        self.requests = []
        self.last_id = 0
        tab = next(tab for tab in self.tabs() if tab["type"] == "page")
        self.connect(tab["webSocketDebuggerUrl"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def tabs(self):
        port_file = pathlib.Path(self.folder, "DevToolsActivePort")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if port_file.exists() and (lines := port_file.read_text().splitlines()):
                with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json", timeout=10) as answer:
                    tabs = json.load(answer)
                if any(tab["type"] == "page" for tab in tabs):
                    return tabs
            time.sleep(0.05)
        sys.exit("Chromium does not answer")

    def connect(self, url):
        host, path = url.removeprefix("ws://").split("/", 1)
        name, port = host.split(":")
        self.socket = socket.create_connection((name, int(port)), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.stream = self.socket.makefile("rb")
        assert b"101" in self.stream.readline(), "no websocket"
        while self.stream.readline() != b"\r\n":
            pass

    def send(self, text):
        payload = text.encode()
        length = struct.pack("!BH", 0x80 | 126, len(payload)) if len(payload) < 65536 else struct.pack("!BQ", 0x80 | 127, len(payload))
        # A mask of zeros changes nothing; the peer is on this machine.
        self.socket.sendall(b"\x81" + length + bytes(4) + payload)

    def receive(self):
        message = b""
        while True:
            first, second = self.stream.read(2)
            length = second & 127
            if length > 125:
                length = struct.unpack("!H", self.stream.read(2))[0] if length == 126 else struct.unpack("!Q", self.stream.read(8))[0]
            payload = self.stream.read(length)
            if first & 15 in (0, 1):
                message += payload
                if first & 0x80:
                    return json.loads(message)

    def call(self, method, **parameters):
        self.last_id += 1
        self.send(json.dumps({"id": self.last_id, "method": method, "params": parameters}))
        while True:
            message = self.receive()
            if message.get("id") == self.last_id:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]
            self.note(message)

    def note(self, message):
        parameters = message.get("params", {})
        if message["method"] == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif message["method"] == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
        elif message["method"] == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif message["method"] == "Page.javascriptDialogOpening":
            self.complaints.append("a dialog: a name was run as a script")

    def run(self, expression):
        """The value of a JavaScript expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait_for(self, expression, seconds=30):
        """Waits until an expression is true, and returns its value."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.run(expression):
                return value
            time.sleep(0.1)
        raise AssertionError(f"never true: {expression}; complaints: {self.complaints}; "
                             f"the page: {self.run('document.body.innerText')[:1500]}")

    def press(self, key, code=0):
        """Presses a key where the focus is."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        named = {"key": key, "windowsVirtualKeyCode": code or {"Enter": 13, "Escape": 27}.get(key, 0)}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def resize(self, width, height, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)

    def prefer(self, scheme):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path):
        shot = self.call("Page.captureScreenshot", format="png")
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
