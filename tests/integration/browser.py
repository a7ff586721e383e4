# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium over plain WebDriver, with what Python has.

    with Browser() as browser:
        browser.open(url)
        browser.run("return document.title")
"""
import base64
import json
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

from rig import PATIENCE, find, free_port, need, wait_for

OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--disable-dev-shm-usage", "--hide-scrollbars"]


class Browser:
    def __init__(self, width=1400, height=1000, dark=False):
        need("chromium", "chromedriver")
        self.folder = tempfile.mkdtemp(prefix="spindled-browser-")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([find("chromedriver"), f"--port={port}"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        try:
            wait_for(self._is_ready, "chromedriver")
            options = OPTIONS + [f"--user-data-dir={self.folder}", f"--window-size={width},{height}"]
            if dark:
                options.append("--force-dark-mode")
            answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {"binary": find("chromium"), "args": options}}}})
            self.session = f"/session/{answer['sessionId']}"
        except BaseException:
            self._end()
            raise

    def _is_ready(self):
        try:
            return self._call("GET", "/status").get("ready")
        except OSError:
            return False

    def _call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=2 * PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()[:500]) from None

    def open(self, url):
        self._call("POST", self.session + "/url", {"url": url})

    def run(self, script, *arguments):
        return self._call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, what):
        """Until the script returns something true."""
        return wait_for(lambda: self.run(script), what)

    def tell(self, command, **parameters):
        """A command of the DevTools protocol."""
        return self._call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def complaints(self):
        """What the page's console said of errors."""
        log = self._call("POST", self.session + "/se/log", {"type": "browser"})
        return [entry["message"] for entry in log if entry["level"] == "SEVERE"]

    def photograph(self, path, whole=True):
        answer = self.tell("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(answer["data"]))

    def _end(self):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", self.session)
        finally:
            self._end()
