#!/bin/bash
# When a JupyterLab, Code Editor or Studio Classic app starts: leaves a reporter behind, which writes into the activity
# table when the app was last really used (docs/evidence.md). Must not fail: then the app would not start.
set -u

install_into() (
    [ -n "$1" ] && mkdir -p "$1" && chmod 700 "$1" && cd "$1" || exit 1
    # Moved into place: an earlier loop may run.
    cat > new.py << 'REPORTER' && cat > new.sh << 'LOOP' || exit 1
"""One look at this app, by Python 3.7 or newer. Prints the state for the next look; exits with 75 until it reported."""
import calendar
import glob
import json
import os
import subprocess
import sys
import time
from urllib import request

NOW = int(time.time())
LOCAL = request.build_opener(request.ProxyHandler({}))


class Unknown(Exception):
    """What goes on cannot be told. That is not idle."""


def setting(name, default=""):
    return os.environ.get("STUDIO_REPORTER_" + name) or default


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def epoch(text):
    """0 if it is no time; never later than now, for clocks are put back."""
    try:
        return min(NOW, calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")))
    except (TypeError, ValueError):
        return 0


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except (OSError, ValueError):
        return ""


def fields(text):
    try:
        return dict(json.loads(text))
    except (TypeError, ValueError):
        return {}


def fetch(url, **headers):
    """JSON; None if nobody listens there. A server may go without terminals, but not without kernels."""
    try:
        with LOCAL.open(request.Request(url, headers=headers), timeout=4) as answer:
            return json.loads(answer.read().decode())
    except (OSError, ValueError) as failure:
        gone = getattr(failure, "code", 0) == 404 and "kernels" not in url
        if gone or isinstance(getattr(failure, "reason", 0), ConnectionRefusedError):
            return None
        raise Unknown("no answer: %s" % failure)


def own_address(kind):
    return setting("ADDRESS", "http://127.0.0.1:8888/%s/default/" % kind.lower().replace("server", ""))


def servers(kind):
    """Address and headers of each Jupyter server here, one per port."""
    found = {8888: (own_address(kind), {})}
    for place in "$JUPYTER_RUNTIME_DIR", "~/.local/share/jupyter/runtime", "$XDG_RUNTIME_DIR/jupyter":
        for path in glob.glob(os.path.expandvars(os.path.expanduser(place)) + "/*server-*.json"):
            info = fields(read(path))
            # What a killed server wrote stays.
            if os.path.exists("/proc/%s" % info.get("pid")):
                address = "http://127.0.0.1:%s%s" % (info.get("port"), info.get("base_url"))
                found[info.get("port")] = address, {"Authorization": "token " + info.get("token", "")}
    return found.values()


def printed():
    """When each terminal of the machine printed last: Linux notes it at the device."""
    paths = glob.glob(setting("TERMINALS", "/dev/pts") + "/[0-9]*")
    return [min(NOW, int(os.stat(path).st_mtime)) for path in paths]


def jupyter(kind):
    """[(time, why)], and how many kernels and terminals are open though idle."""
    found, kernels, terminals, answers = [], 0, 0, 0
    for address, headers in servers(kind):
        listed = fetch(address + "api/kernels?no_track_activity=1", **headers)
        answers += listed is not None
        for kernel in listed or []:
            state, used = kernel.get("execution_state", ""), epoch(kernel.get("last_activity"))
            # Or it hangs in its start.
            busy = state == "busy" or state.endswith("starting") and NOW - used < 300
            kernels += not busy
            found.append((NOW, "kernel busy") if busy else (used, "kernel used"))
        for terminal in fetch(address + "api/terminals?no_track_activity=1", **headers) or []:
            terminals += 1
            # Old servers do not say it.
            found.append((epoch(terminal.get("last_activity")) or max(printed() or [NOW]), "terminal used"))
    if not answers:
        raise Unknown("no Jupyter server listens")
    return found, kernels, terminals


def editor(kind, stamp):
    """The same for Code Editor. Asked only without a stamp of its file, for asking makes the file, as of now."""
    stamp = stamp or epoch((fetch(own_address(kind) + "api/idle") or {}).get("lastActiveTimestamp"))
    if not stamp:
        raise Unknown("Code Editor does not say when it was used")
    times = printed()
    return [(stamp, "editor used")] + [(each, "terminal used") for each in times], 0, len(times)


def cpu_seconds():
    """Of all processes of this app, with ended children's, which are then their parent's."""
    stats = [read(path) for path in glob.glob(setting("PROC", "/proc") + "/[0-9]*/stat")]
    ticks = sum(int(each) for stat in stats for each in stat.rpartition(")")[2].split()[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def gpu_percent():
    command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.check_output(command, stderr=subprocess.DEVNULL, timeout=8)
    except (OSError, subprocess.SubprocessError):  # most machines have none
        return 0
    return max([int(each) for each in said.split() if each.isdigit()] or [0])


def work(state):
    """[(now, why)] if CPU or GPU work. The first look has no average."""
    cpu, (used, at) = 0, state.get("cpu", (0, 0))
    state["cpu"] = cpu_seconds(), time.monotonic()
    if 0 < at < state["cpu"][1]:
        cpu = 100 * (state["cpu"][0] - used) / (state["cpu"][1] - at)
    loads = ("cpu", cpu, "10"), ("gpu", gpu_percent(), "5")
    return [(NOW, "%s %d %%" % (what, n)) for what, n, least in loads if n >= float(setting(what.upper(), least))]


def aws(service, operation, region, **asked):
    try:
        import botocore.session
    except ImportError:
        raise Unknown("no Python here has botocore")
    errors = botocore.exceptions
    patience = botocore.config.Config(connect_timeout=4, read_timeout=4, retries={"max_attempts": 0})
    try:
        client = botocore.session.get_session().create_client(service, region_name=region, config=patience)
        return getattr(client, operation)(**asked)
    except (errors.BotoCoreError, errors.ClientError, ValueError) as failure:
        raise Unknown(failure)


def role_name(arn, region):
    source = "AWS_CONTAINER_CREDENTIALS_%s_URI"
    where, relative = os.environ.get(source % "FULL"), os.environ.get(source % "RELATIVE")
    where = "http://169.254.170.2" + relative if relative else where
    if where and not arn:
        arn = (fetch(where) or {}).get("RoleArn")
    return arn.split("/")[-1] if arn else aws("sts", "get_caller_identity", region)["Arn"].split("/")[1]


def app_of(metadata):
    """Type, sort key and region of this app."""
    get, arn = metadata.get, metadata.get("ResourceArn", "").split(":")
    domain, owner, kind, name = (arn[-1].split("/") + 5 * [""])[1:5]
    kind = get("AppType") or kind
    space = get("SpaceName") or not get("UserProfileName") and kind != "JupyterServer" and owner
    whose = ["space", space] if space else ["profile", get("UserProfileName") or owner]
    parts = [get("DomainId") or domain, *whose, kind, get("ResourceName") or name]
    if len(arn) < 6 or not all(parts):
        raise Unknown("the metadata does not name this app")
    return kind, "app#" + "/".join(parts), arn[3]


def look(state, kind):
    """Notes in the state when the app was last used and what is open. Unknown: then nothing may be reported."""
    stamp = epoch(read(setting("EDITOR_FILE", "/tmp/.sagemaker-last-active-timestamp")))
    found, doubt = [(stamp, "editor used")], None
    try:
        seen, kernels, terminals = editor(kind, stamp) if kind == "CodeEditor" else jupyter(kind)
        found = seen + found
        counts = (kernels, "kernel"), (terminals, "terminal")
        state["open"] = ", ".join("%d %s%s" % (n, what, "s" * (n > 1)) for n, what in counts if n)
    except Unknown as failure:
        doubt = failure
    # Averages begin once the server is up: its start is no activity.
    if not doubt or "cpu" in state:
        found += work(state)
    last = max(found, key=lambda each: each[0])
    if last[0] > state.get("active", [state["started"]])[0]:
        state["active"] = last
    # Work is evidence even if no server answers; no work is none.
    if doubt and last[0] < NOW:
        raise doubt


def report(state, metadata):
    """Looks; writes 15 minutes after the last report, with news 10, at once after half an hour without any."""
    kind, key, region = app_of(metadata)
    look(state, kind)
    (active, why), (written, told) = state.get("active", [0, ""]), state.get("written", [0, 0])
    if written <= NOW < written + (900 if active <= told else 600 if active < told + 1800 else 0):
        return
    state["role"] = state.get("role") or role_name(metadata.get("ExecutionRoleArn"), region)
    item = {"pk": "role#" + state["role"], "sk": key, "seen_at": iso(NOW), "started_at": iso(state["started"])}
    if active:
        item.update(active_at=iso(active), why=why)
    if state.get("open"):
        item["open"] = state["open"]
    item = {name: {"S": value} for name, value in item.items()}
    item.update(version={"N": "1"}, expires_at={"N": str(NOW + 7 * 86400)})
    aws("dynamodb", "put_item", region, TableName=setting("TABLE"), Item=item)
    state["written"] = NOW, active


state = fields(setting("STATE"))
state["started"] = min(NOW, state.get("started", NOW))
if any(name.startswith("AWS_CONTAINER_CREDENTIALS_") for name in os.environ):
    # Keys in a home are people's own.
    os.environ.update(AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_CONFIG_FILE=os.devnull)
try:
    report(state, fields(read(setting("METADATA", "/opt/ml/metadata/resource-metadata.json"))))
except Unknown as failure:
    print(iso(NOW), str(failure)[:300], file=sys.stderr)
print(json.dumps(state))
sys.exit(0 if "written" in state else 75)
REPORTER
cd "$(dirname "$0")" || exit
exec 9> lock
# 1: an earlier start runs. Without flock there may be two, which say the same.
flock -n 9 || [ $? != 1 ] || exit
python=${STUDIO_REPORTER_PYTHON:-python3} conda=/opt/conda/bin/python3
"$python" -c 'import botocore' || ! "$conda" -c 'import botocore' || python=$conda
every=${STUDIO_REPORTER_SECONDS:-300} soon=20 state=
while :; do
    [ "$(wc -c < log)" -lt 65536 ] || : > log
    fresh=$(STUDIO_REPORTER_STATE=$state timeout 60 "$python" reporter.py 2>> log 9>&-)
    code=$? state=${fresh:-$state} pause=$every
    # The server starts later: until the first report every half minute, for ten minutes.
    if [ "$code" != 0 ] && [ $((soon -= 1)) -ge 0 ] && [ "$every" -gt 30 ]; then pause=30; fi
    sleep "$pause" 9>&-
done
LOOP
    mv -f new.py reporter.py && mv -f new.sh loop.sh && : >> log
)

export STUDIO_REPORTER_TABLE='@ACTIVITY_TABLE@'
[ -n "$STUDIO_REPORTER_TABLE" ] || exit 0
# /tmp first: it ends with the app, and a home does not.
for folder in "${STUDIO_REPORTER_FOLDER:-}" "${TMPDIR:-/tmp}/studio-reporter-$UID" \
    "${HOME:-}/.cache/studio-reporter-$HOSTNAME"; do
    if install_into "$folder" 2> /dev/null; then
        setsid nice bash "$folder/loop.sh" > /dev/null 2>&1 < /dev/null &
        break
    fi
done
exit 0
