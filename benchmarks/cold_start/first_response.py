"""What a fresh process runs: one handler, one event; then it says what that cost, and ends.

    python first_response.py MODULE EVENT.json

Prints one JSON object: `cpu`, seconds of user and system time of all threads from the start of the process until the
handler had answered; `location`, where the answer leads; `modules`, the top-level modules that are loaded. What follows
the answer, such as the end of the process, is not measured: in Lambda nothing does. Every answer but a redirect is an
error, so that a login that fails fast is never taken for a fast login.
"""

import importlib
import json
import os
import sys
import time


def main(module: str, event_file: str) -> None:
    """Only what every Python has loaded at its start, or what each handler needs too, is imported here."""
    with open(event_file, encoding="utf-8") as file:  # noqa: PTH123  # pathlib would be part of what is measured
        event = json.load(file)
    answer = importlib.import_module(module).handler(event, None)
    cpu = time.process_time()
    headers = answer.get("headers") or {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    if answer["statusCode"] != 302 or not headers.get("Location"):
        sys.exit(f"{module} answered {answer['statusCode']}, not a redirect: {answer.get('body', '')[:2000]}")
    modules = sorted({name.partition(".")[0] for name in sys.modules})
    print(json.dumps({"cpu": cpu, "location": headers["Location"], "modules": modules}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
