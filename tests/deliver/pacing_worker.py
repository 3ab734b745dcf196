"""One worker process that sends to people of its own under limits that all share: `URL PORT RULES DOMAINS SECONDS`."""

from __future__ import annotations

import dataclasses
import json
import sys
import time

from memory_ledger import MemoryLedger, fill

from digest.deliver.limits import parse_rate
from digest.deliver.pacer import Pacer, Rules
from digest.deliver.sending import Limits, send
from digest.deliver.settings import RelaySettings
from digest.store.database import Database
from digest.store.pacing import PaceBank


def main() -> None:
    url, port, rules_json, domains_json, seconds = sys.argv[1:]
    said, domains = json.loads(rules_json), json.loads(domains_json)
    rules = Rules(*({key: tuple(map(parse_rate, rates)) for key, rates in part.items()} for part in said))
    ledger = MemoryLedger(20_000)
    for number, one in ledger.recipients.items():
        domain = domains[number % len(domains)]
        ledger.recipients[number] = dataclasses.replace(one, address=f"reader{number}@{domain}", domain=domain)
    relay = RelaySettings("main", "127.0.0.1", int(port), "none", connections=6)
    pacer = Pacer(rules, PaceBank(Database(url)))
    end = time.monotonic() + float(seconds)
    try:
        report = send(
            fill, ledger, [relay], limits=Limits(pace=pacer), stop=lambda: "time" if time.monotonic() > end else ""
        )
    finally:
        pacer.close()
    print(report.accepted)


if __name__ == "__main__":
    main()
