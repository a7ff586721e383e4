#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""No program of ours can call one of libmodbus's functions that write, or send a raw frame."""
import pathlib
import re
import subprocess
import sys

FORBIDDEN = re.compile(r"\bmodbus_(write_\w+|mask_write\w*|send_raw\w*|report_slave_id)")

build = pathlib.Path(sys.argv[1])
programs = [build / "daemon/spindled", build / "tools/spindlectl/spindlectl"]
found = [program for program in programs if program.exists()]
if not found:
    sys.exit(77)
failed = False
for program in found:
    symbols = subprocess.run(["nm", "-D", "--undefined-only", program], check=True,
                             capture_output=True, text=True).stdout
    if "modbus_new_rtu" not in symbols:
        print(f"{program.name}: libmodbus is not used at all; this test proves nothing")
        failed = True
    for match in FORBIDDEN.finditer(symbols):
        print(f"{program.name} references {match.group(0)}")
        failed = True
sys.exit(failed)
