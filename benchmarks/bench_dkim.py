"""How near building and signing come to the raw signing rate of `cryptography`, in one run, interleaved.

    python benchmarks/bench_dkim.py [--rounds 7] [--messages 400] [--json]

Raw: one RSA-2048 signature over ready bytes, nothing else. Against it: `Rendition.fill` of a new recipient (32 KB,
sixteen slots, all headers) and `Signer` over the result. The same with Ed25519, with both keys, and with dkimpy signing
what `fill` made. Prints medians of CPU time on one core and the ratios; before measuring, dkimpy must verify each kind.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dkim

from digest.deliver.dkim import Signer, generate_key, read_private_key
from digest.deliver.settings import DkimKeySettings, DkimSettings
from digest.model import Recipient

sys.path.insert(0, str(Path(__file__).parent))
from bench_fill import rendition

DOMAIN = "harbour.example"


def people() -> Iterator[Recipient]:
    for number in itertools.count():
        tokens = {"unsubscribe": f"AQE{number:032d}abc"}
        yield Recipient(
            number, number + 1, f"reader{number}@mail.example", name=f"Reader {number}", tokens=tokens,
            message_id=f"m{number}",
        )  # fmt: skip


def signer(*keys: tuple[str, str]) -> Signer:
    return Signer(DkimSettings(DOMAIN, tuple(DkimKeySettings(selector, pem) for selector, pem in keys)))


def must_verify(data: bytes, pems: dict[str, str], count: int) -> None:
    records = {
        f"{selector}._domainkey.{DOMAIN}.".encode(): read_private_key(pem).record.encode()
        for selector, pem in pems.items()
    }
    judge = dkim.DKIM(data)
    for index in range(count):
        assert judge.verify(idx=index, dnsfunc=lambda name, timeout=5: records[name]), "dkimpy does not verify it"


def cpu_us(work: Callable[[], object], messages: int) -> float:
    started = time.process_time()
    for _ in range(messages):
        work()
    return (time.process_time() - started) / messages * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pems = {"rsa": generate_key("rsa"), "ed": generate_key("ed25519")}
    made, person = rendition("quoted-printable"), people()
    rsa, ed, both = signer(("rsa", pems["rsa"])), signer(("ed", pems["ed"])), signer(*pems.items())
    for sign, count in ((rsa, 1), (ed, 1), (both, 2)):
        must_verify(sign(made.fill(next(person))).data, pems, count)
    readers = itertools.cycle([next(person) for _ in range(5000)])  # making a recipient is not our work
    raw, ready = read_private_key(pems["rsa"]).sign, b"x" * 900
    slow = pems["rsa"].encode()
    works: dict[str, tuple[Callable[[], object], int]] = {
        "raw RSA-2048": (lambda: raw(ready), options.messages),
        "fill and sign RSA-2048": (lambda: rsa(made.fill(next(readers))), options.messages),
        "fill and sign Ed25519": (lambda: ed(made.fill(next(readers))), options.messages),
        "fill and sign both": (lambda: both(made.fill(next(readers))), options.messages),
        "fill alone": (lambda: made.fill(next(readers)), options.messages),
        "dkimpy RSA-2048": (
            lambda: dkim.sign(made.fill(next(readers)).data, b"rsa", DOMAIN.encode(), slow,
                              canonicalize=(b"relaxed", b"simple")),
            max(10, options.messages // 20),
        ),
    }  # fmt: skip
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(options.rounds):
        for name, (work, messages) in works.items():
            times[name].append(cpu_us(work, messages))
    report(times, options.json, size=len(made.fill(next(person)).data))


def report(times: dict[str, list[float]], as_json: bool, *, size: int) -> None:
    medians = {name: statistics.median(found) for name, found in times.items()}
    # of each round by itself: a noisy neighbour slows both halves of a round
    ratio = statistics.median(
        raw / ours for raw, ours in zip(times["raw RSA-2048"], times["fill and sign RSA-2048"], strict=True)
    )
    found: dict[str, Any] = {
        "message_bytes": size,
        "us": {name: round(us, 1) for name, us in medians.items()},
        "per_s": {name: round(1e6 / us) for name, us in medians.items()},
        "rsa_of_raw": round(ratio, 3),
        # neighbours' use of the caches slows Python more than RSA, which needs few: each side's least disturbed round
        "rsa_of_raw_undisturbed": round(min(times["raw RSA-2048"]) / min(times["fill and sign RSA-2048"]), 3),
        "times_dkimpy": round(medians["dkimpy RSA-2048"] / medians["fill and sign RSA-2048"], 1),
    }
    if as_json:
        print(json.dumps(found))
        return
    print(f"one message: {size:,} bytes; CPU time on one core, medians")
    for name, us in medians.items():
        print(f"  {name:<24}{us:9.1f} us {1e6 / us:9,.0f}/s")
    print(f"build and sign with RSA-2048, of the raw signing rate: {found['rsa_of_raw']:.3f} (to be at least 0.85)")
    print(f"the same of each side's least disturbed round: {found['rsa_of_raw_undisturbed']:.3f}")
    print(f"against dkimpy: {found['times_dkimpy']:.1f} times as fast")


if __name__ == "__main__":
    main()
