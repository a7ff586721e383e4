#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the documents say exists: links and files, commands, options, and configurations that --check takes."""
import pathlib
import re
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = {"spindled": BUILD / "daemon/spindled", "spindlectl": BUILD / "tools/spindlectl/spindlectl", "cncsim": BUILD / "tools/cncsim/cncsim"}
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs/man").glob("*.[0-9]")])
MARKDOWN = [page for page in PAGES if page.suffix == ".md"]
FOLDERS = ("daemon", "drivers", "config", "systemd", "tests", "tools", "docs", "packaging")
# A certificate or a password that only exists where the configuration is used.
ABSENT = re.compile(r"No such file|cannot be read|cannot read")


def run(program, *arguments, **options):
    return subprocess.run([PROGRAMS[program], *arguments], capture_output=True, text=True, timeout=30, check=False, **options)


def text(page):
    return page.read_text(encoding="utf-8").replace("\\-", "-")


def found(page, target):
    """As it stands, or a module or program without its .c; a crasher's folder begins with the first crasher."""
    return target == "tests/fuzz/regression" or (ROOT / f"{target}.c").exists() or any(
        (folder / target).exists() for folder in (page.parent, ROOT, ROOT / "docs"))


def links_and_files_are_there():
    missing = []
    for page in MARKDOWN:
        words = text(page)
        targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", words)
        targets += re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+)[` ]", words)
        if page.name != "CHANGELOG.md":  # it tells of files that were
            targets += re.findall(r"(?<![\w/`.-])(?:docs/)?[a-z-]+\.md\b", words)
        missing += [(page.name, target) for target in targets if not found(page, target.rstrip("./"))]
    assert not missing, missing


def commands_are_known():
    helped = run("spindlectl", "--help").stdout
    names = {line.split("  ")[1].strip() for line in helped.splitlines() if re.match(r"^  [a-z]", line)}
    firsts = {name.split()[0] for name in names}
    unknown = []
    for page in PAGES:
        for command in re.findall(r"spindlectl(?: --json| --socket \S+)* ([a-z]+)\b", "\n".join(quoted(page))):
            if command not in firsts:
                unknown.append((page.name, command))
    assert len(names) > 25 and not unknown, unknown


def quoted(page):
    """What stands between backquotes, in blocks and in examples of manual pages."""
    words = text(page)
    if page.suffix != ".md":
        return [words.replace("\\fB", "").replace("\\fR", "")]
    blocks = re.findall(r"^```.*?^```", words, re.S | re.M) + re.findall(r"^    \S.*$", words, re.M)
    return blocks + re.findall(r"`([^`\n]+)`", words)


def options_are_known():
    unknown = []
    for page in PAGES:
        for piece in quoted(page):
            for program, rest in re.findall(r"\b(spindled|spindlectl|cncsim)((?: [^\n|&;`#]+)?)", piece):
                words = rest.split()
                command = [word for word in words if re.fullmatch(r"[a-z]+", word)][:1] if program == "spindlectl" else []
                offered = helps(program) + (helps(program, *command) if command else "")
                unknown += [(page.name, program, rest, option) for option in re.findall(r"(?<=\s)--[a-z-]+", rest)
                            if option not in offered and option != "--help"]
    assert not unknown, unknown


def helps(program, *command, known={}):  # noqa: B006 (asked once)
    if (program, *command) not in known:
        done = run(program, *command, "--help")
        known[(program, *command)] = done.stdout + done.stderr
    return known[(program, *command)]


def configurations_are_taken():
    checked, refused = 0, []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "spindled.yaml"
        for page in MARKDOWN:
            for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M):
                file.write_text(block if block.startswith("version:") else "version: 1\n" + block, encoding="utf-8")
                said = run("spindled", "--check", str(file), cwd=folder).stderr
                wrong = [line for line in said.splitlines() if "warning:" not in line and not ABSENT.search(line)]
                refused += [(page.name, block, wrong)] if wrong else []
                checked += 1
    assert checked > 10 and not refused, (checked, refused)


for test in (links_and_files_are_there, commands_are_known, options_are_known, configurations_are_taken):
    test()
    print("ok", test.__name__)
