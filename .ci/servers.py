"""Programs and servers of the checks: a child process, an HTTP server of a check's own, and a running Prometheus, all on loopback."""

import collections
import contextlib
import gzip
import http.client
import http.server
import json
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

from wrong import Wrong

Answer = collections.namedtuple("Answer", "request status content_type encoding body")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(condition, seconds, what):
    """What `condition` returns as soon as it is true; it is asked until then, for so many seconds at most."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(ConnectionError, TimeoutError, http.client.HTTPException):
            if result := condition():
                return result
        if time.monotonic() > deadline:
            raise Wrong(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def get(address, path, headers=None):
    """One answer to one GET."""
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        body = response.read()
        encoding = response.headers.get("Content-Encoding")
        return Answer(headers, response.status, response.headers.get("Content-Type"), encoding, body)
    finally:
        connection.close()


def text_of(answer):
    return (gzip.decompress(answer.body) if answer.encoding == "gzip" else answer.body).decode()


@contextlib.contextmanager
def process(command, log, seconds=20):
    """Runs a command; at the end it is told to end by SIGTERM, and killed where it does not. Its pid alone is used."""
    with open(log, "wb") as output:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class Served(http.server.ThreadingHTTPServer):
    daemon_threads = True

    @property
    def address(self):
        return f"127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def serve(answer):
    """A server that answers each GET by `answer(path, headers) -> Answer`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):  # noqa: N802, the name that the base class calls
            given = answer(self.path, dict(self.headers.items()))
            self.send_response(given.status)
            for name, value in (("Content-Type", given.content_type), ("Content-Encoding", given.encoding)):
                if value is not None:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            # Who ends while it waits for an answer hangs up.
            with contextlib.suppress(ConnectionError):
                self.wfile.write(given.body)

        def log_message(self, *_):
            """Says nothing."""

    server = Served(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Server:
    """What a running Prometheus answers."""

    def __init__(self, address):
        self.address = address

    def api(self, path, **parameters):
        answer = get(self.address, f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        document = json.loads(answer.body)
        if document["status"] != "success":
            raise Wrong(f"{path}: {document}")
        return document["data"]

    def scrapes(self, job):
        """The times of a job's scrapes, and whether each succeeded."""
        result = self.api("query", query=f'up{{job="{job}"}}[30m]')["result"]
        return [(round(at * 1000), float(value)) for series in result[:1] for at, value in series["values"]]


@contextlib.contextmanager
def running(prometheus, folder, features="exemplar-storage"):
    """A server that answers, with the configuration that lies in the folder."""
    log = folder / "log"
    for attempt in range(3):
        server = Server(f"127.0.0.1:{free_port()}")
        command = [prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                   f"--web.listen-address={server.address}", f"--enable-feature={features}"]
        with process(command, log) as child:

            def ready():
                return child.poll() is not None or get(server.address, "/-/ready").status == 200

            until(ready, 60, f"{prometheus} answers")
            if child.poll() is None:
                yield server
                return
        # Another program may have taken the port before it did.
        if attempt == 2 or "address already in use" not in log.read_text():
            raise Wrong(f"{prometheus} ended with {child.returncode}: {log.read_text()[-2000:]}")
