"""How much faster `Rendition.fill` is than rendering and encoding each message, in one run, interleaved.

    python benchmarks/bench_fill.py [--rounds 5] [--json]

Both sides make the same message for each recipient: about 28 KB of HTML and its plain text, 16 slots of 3 values,
all headers, escaped and encoded, and no name or token comes twice. The other side is what most programs do: Jinja2 for
both bodies, `EmailMessage` for the rest; before measuring, both messages are read back and must say the same. Prints
medians of CPU time and the ratio, for quoted-printable and for base64, and what `fill` takes when every name has to be
escaped in the body and needs encoded words in the header.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any

from jinja2 import Environment

from digest.model import Recipient
from digest.render import Fill, Part, Rendition
from digest.render.segments import Links, Piece, Values, show

WORDS = {
    "quoted-printable": "The harbour woke slowly, and the ferry brought three boxes of letters. ",
    "base64": "बंदरगाह धीरे धीरे जागा और नाव तीन डिब्बे चिट्ठियाँ लाई। ",
}
SLOTS = ("name", "address", "unsubscribe_url")
CONTEXT = {"name": "text", "address": "text", "unsubscribe_url": "url"}
EXPRESSION = {"name": "{{ name }}", "address": "{{ address }}", "unsubscribe_url": "{{ url }}"}


def pieces(words: str, size: int, slots: int) -> tuple[Piece, ...]:
    """A body of about `size` bytes with `slots` slots."""
    run = max(1, size // slots // len(words.encode()))
    out: list[Piece] = ["<!doctype html><html><body>"]
    for number in range(slots):
        out.append(f'<p class="story" style="margin:0;padding:12px 24px">{words * run}</p>\n<p>')
        out.append(Fill(SLOTS[number % 3], CONTEXT[SLOTS[number % 3]]))
        out.append("</p>\n")
    return (*out, "</body></html>\n")


def rendition(encoding: str) -> Rendition:
    words = WORDS[encoding]
    header: tuple[Piece, ...] = (
        "From: Harbour <digest@harbour.example>\r\nTo: ", Fill("to", "verbatim"),
        "\r\nSubject: The week on the water\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nMessage-ID: <",
        Fill("message_id", "verbatim"), "@harbour.example>\r\nMIME-Version: 1.0\r\nList-Unsubscribe: <https://h.example/u/",
        Fill("unsubscribe_token", "verbatim"),
        '>\r\nPrecedence: bulk\r\nContent-Type: multipart/alternative; boundary="=_bench"\r\n\r\n',
    )  # fmt: skip
    links = Links(
        "https://h.example/u/{token}", "harbour.example", "d@harbour.example", datetime(2026, 11, 23, tzinfo=UTC)
    )
    plain, rich = Part(encoding, pieces(words, 3000, 3)), Part(encoding, pieces(words, 28_000, 13))
    return Rendition("en", "ltr", "bench", "x", "=_bench", links, header, plain, rich)


def naive(made: Rendition, encoding: str) -> Callable[[Recipient], bytes]:
    environment = Environment(autoescape=True)
    templates = [
        environment.from_string("".join(piece if isinstance(piece, str) else EXPRESSION[piece.slot] for piece in part))  # type: ignore[union-attr]
        for part in (made.plain.pieces, made.rich.pieces)
    ]

    def build(person: Recipient) -> bytes:
        url = f"https://h.example/u/{person.tokens['unsubscribe']}"
        plain, rich = (t.render(name=person.name, address=person.address, url=url) for t in templates)
        message = EmailMessage(policy=SMTP)
        message["From"] = "Harbour <digest@harbour.example>"
        message["To"] = f"{person.name} <{person.address}>"
        message["Subject"] = "The week on the water"
        message["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
        message["Message-ID"] = f"<{person.message_id}@harbour.example>"
        message["List-Unsubscribe"] = f"<{url}>"
        message["Precedence"] = "bulk"
        message.set_content(plain, cte=encoding)
        message.add_alternative(rich, subtype="html", cte=encoding)
        return message.as_bytes()

    return build


def person(number: int, name: str = "Reader Number") -> Recipient:
    return Recipient(
        number, number, f"reader{number}@mail.example", name=f"{name} {number}", message_id=f"m{number:032x}",
        tokens={"unsubscribe": f"AQ{number:036x}"},
    )  # fmt: skip


def contents(data: bytes) -> list[str]:
    """What a reader gets: To, and both bodies decoded, however they were wrapped on the way."""
    message: Any = message_from_bytes(data, policy=default)
    bodies = [message.get_body((kind,)).get_content().replace("\r\n", "\n").rstrip("\n") for kind in ("plain", "html")]
    return [str(message["to"]), *bodies]


def microseconds(work: Callable[[Recipient], object], people: list[Recipient]) -> float:
    start = time.process_time()
    for one in people:
        work(one)
    return (time.process_time() - start) / len(people) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = [measure(encoding, options.rounds) for encoding in ("quoted-printable", "base64")]
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for one in results:
        print(
            f"{one['encoding']:17} message {one['message_bytes'] / 1000:.0f} kB: fill {one['fill_us']:.1f} us "
            f"(awkward names {one['fill_awkward_names_us']:.1f} us), "
            f"Jinja2 + EmailMessage {one['naive_us']:.0f} us, ratio {one['ratio']:.0f}"
        )


def measure(encoding: str, rounds: int) -> dict[str, Any]:
    """Medians over interleaved rounds, in microseconds of CPU a message."""
    many, few = [person(number) for number in range(1, 4001)], [person(number) for number in range(1, 41)]
    made = rendition(encoding)
    slow = naive(made, encoding)
    awkward = [person(number, "Zoë O'Brien & Søn") for number in range(1, 5001)]  # more than are remembered
    for one in (*few, awkward[0]):
        if contents(made.fill(one).data) != contents(slow(one)):
            raise SystemExit(f"the two messages to {one.name} differ")
    ours, theirs, hard = [], [], []
    for _ in range(rounds):
        ours.append(microseconds(made.fill, many))
        theirs.append(microseconds(slow, few))
        hard.append(microseconds(made.fill, awkward))
    fast, other = statistics.median(ours), statistics.median(theirs)
    return {
        "encoding": encoding,
        "html_bytes": len(show(made.rich.pieces, Values(many[0], made.links)).encode()),
        "message_bytes": len(made.fill(many[0]).data),
        "fill_us": round(fast, 1),
        "fill_awkward_names_us": round(statistics.median(hard), 1),
        "naive_us": round(other, 1),
        "ratio": round(other / fast, 1),
    }


if __name__ == "__main__":
    main()
