#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Agents over TLS and IPv6: who is believed, who is not, and what spindled says of it."""
import pathlib
import ssl
import subprocess
import tempfile

from daemon import Daemon, archiving
from rig import need, run, wait_for
from troubled_agent import NEW, TroubledAgent


def make_certificate(folder, name, subject):
    """Self-signed: it is its own authority."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=test", "-addext", f"subjectAltName={subject}", "-keyout", str(key), "-out", str(certificate)],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


def link(daemon, machine):
    answer = daemon.ask("machines") or {"machines": []}
    return next((m["links"][0] for m in answer["machines"] if m["machine"] == machine), None)


def certificates_are_checked_unless_told_otherwise():
    with tempfile.TemporaryDirectory() as name:
        right, right_tls = make_certificate(pathlib.Path(name), "right", "IP:127.0.0.1")
        wrong, wrong_tls = make_certificate(pathlib.Path(name), "wrong", "DNS:another.example")
        good, bad = TroubledAgent("none", NEW, tls=right_tls), TroubledAgent("none", NEW, tls=wrong_tls)
        options = {"trusted": (good, f", ca_file: \"{right}\""), "unknown": (good, ""), "another": (bad, f", ca_file: \"{wrong}\""),
                   "insecure": (bad, ", insecure: true")}
        text = "".join(f"  - name: {machine}\n    mtconnect: {{url: \"https://127.0.0.1:{agent.port}\"{more}}}\n"
                       for machine, (agent, more) in options.items())
        good.issue(20)
        bad.issue(20)
        with Daemon(archiving(text)) as daemon:
            for machine in ("trusted", "insecure"):
                wait_for(lambda m=machine: sum(map(len, daemon.observations(m).values())) >= 20, f"{machine}\n{daemon.log()[-900:]}")
            for machine in ("unknown", "another"):
                trouble = wait_for(lambda m=machine: (link(daemon, m) or {}).get("trouble"), f"what is wrong with {machine}")
                assert "certificate" in trouble, (machine, trouble)
                assert not link(daemon, machine)["linked"] and not daemon.observations(machine), machine
            assert "127.0.0.1" in link(daemon, "another")["trouble"], link(daemon, "another")


def an_agent_may_live_on_ipv6():
    try:
        agent = TroubledAgent("none", NEW, host="::1")
    except OSError:
        print("skipped: no IPv6 here")
        return
    agent.issue(20)
    with Daemon(archiving(f"  - name: six\n    mtconnect: {{url: \"http://[::1]:{agent.port}\"}}\n")) as daemon:
        wait_for(lambda: sum(map(len, daemon.observations("six").values())) >= 20, f"the agent\n{daemon.log()[-900:]}")


def what_is_refused_is_said_with_what_to_do():
    agents = {kind: TroubledAgent(kind, NEW) for kind in ("redirect", "packed")}
    expected = {"redirect": "make this the url: http://127.0.0.1:1/", "packed": "packs its answers"}
    for agent in agents.values():
        agent.is_in_trouble, agent.times = True, -10**6
    text = "".join(f"  - name: {kind}\n    mtconnect: {{url: \"http://127.0.0.1:{agent.port}\"}}\n" for kind, agent in agents.items())
    with Daemon(archiving(text)) as daemon:
        for kind, words in expected.items():
            wait_for(lambda k=kind, w=words: w in (link(daemon, k) or {}).get("trouble", ""), f"{words}: {link(daemon, kind)}")


if __name__ == "__main__":
    need("openssl")
    run([certificates_are_checked_unless_told_otherwise, an_agent_may_live_on_ipv6, what_is_refused_is_said_with_what_to_do])
