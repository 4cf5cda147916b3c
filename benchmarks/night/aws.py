"""A small and fast AWS for a nightly sweep, in a process of its own: one account, one region, one domain.

    python -m benchmarks.night.aws --port 0 --latency 0.03

The port is printed when it listens, on 127.0.0.1. Every service has that one address (AWS_ENDPOINT_URL), and nobody's
signature is checked. A call is answered after the latency, whatever else is going on; a call for which the operation's
bucket has no token is refused as AWS does. What it is to be is told over HTTP:

    GET  /_counts  what was asked (see counts.Counts.report)
    GET  /_state   what has become of the domain (see population.state)
    POST /_reset   counters at zero, buckets full, no faults
    POST /_world   population.World: {"apps": 2500, "profiles": 10000}
    POST /_items   {table: [item as DynamoDB types it, ...]}
    POST /_limits  {"sagemaker:ListApps": [tokens a second, burst], ...}, in place of all that there were
    POST /_faults  [faults.Fault, ...], in place of all that there were
"""

from __future__ import annotations

import argparse
import asyncio

from benchmarks.night.front import Front
from benchmarks.night.wire import Connection


async def serve(port: int, latency: float) -> None:
    """Serves until the process is ended; port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    front = Front(latency=latency, clock=loop.time)
    server = await loop.create_server(lambda: Connection(front, loop), "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.night.aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.03, help="seconds from a request to its answer")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.latency))


if __name__ == "__main__":
    main()
