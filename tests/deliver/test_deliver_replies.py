"""Reading replies and judging them: bytes in any pieces, codes of every class."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.reply import Stage, classify
from digest.deliver.smtp.replies import MAX_LINES, Reply, ReplyFault, ReplyReader
from digest.model import has_control


def read_all(data: bytes, cuts: list[int] | None = None) -> list[Reply]:
    reader, found = ReplyReader(), []
    edges = [0, *sorted({cut % (len(data) + 1) for cut in cuts or []}), len(data)]
    for start, end in itertools.pairwise(edges):
        reader.feed(data[start:end])
        while (reply := reader.next()) is not None:
            found.append(reply)
    return found


@given(st.lists(st.integers(0, 200), max_size=12))
def test_however_the_bytes_are_cut_the_replies_are_the_same(cuts: list[int]) -> None:
    """Three replies, one of several lines, come out alike for every way to cut the stream."""
    data = b"250-mx.test\r\n250 SIZE 10\r\n550-5.1.1 nobody\r\n550 5.1.1 of that name\r\n354 go\r\n"
    replies = read_all(data, cuts)
    assert [(r.code, r.enhanced, r.text) for r in replies] == [
        (250, "", "mx.test SIZE 10"), (550, "5.1.1", "nobody of that name"), (354, "", "go"),
    ]  # fmt: skip
    assert replies[0].lines == ("mx.test", "SIZE 10")


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_do_anything_but_answer_or_refuse(data: bytes) -> None:
    """Any input gives replies with a code of 200-599 and printable text, or a ReplyFault."""
    try:
        replies = read_all(data)
    except ReplyFault:
        return
    for reply in replies:
        assert 200 <= reply.code <= 599
        assert not has_control(reply.text)


@pytest.mark.parametrize("data", [b"250-more\r\n" * (MAX_LINES + 1), b"2" * 5000, b"250 " + b"x" * 5000 + b"\r\n"])
def test_a_reply_without_an_end_is_refused(data: bytes) -> None:
    """A server cannot make us hold more than the limits."""
    with pytest.raises(ReplyFault):
        read_all(data)


def test_an_enhanced_code_of_another_class_is_text() -> None:
    """RFC 2034: 5.1.1 in a 250 reply is not an enhanced code."""
    assert read_all(b"250 5.1.1 hm\r\n")[0] == Reply(250, "", "5.1.1 hm", ("5.1.1 hm",))


def test_terminal_sequences_of_a_server_are_removed() -> None:
    """ESC, backspace and direction overrides never reach a ledger row."""
    assert read_all("550 5.1.1 \x1b[2Jno\x08 \u202egnp\r\n".encode())[0].text == "[2Jno   gnp"


TABLE: list[tuple[Stage, int | None, str, str, str]] = [
    # stage, code, enhanced, text -> kind/reason/scope (research: delivery D4)
    ("dot", 250, "2.0.0", "", "accepted//recipient"),
    ("mail", None, "", "", "queued//connection"),
    ("data", None, "", "", "queued//connection"),
    ("dot", None, "", "", "uncertain//connection"),
    ("dot", 354, "", "", "uncertain//connection"),
    ("rcpt", 354, "", "", "queued//connection"),
    ("mail", 421, "4.3.2", "", "queued//connection"),
    ("rcpt", 421, "4.7.28", "", "queued//connection"),
    ("dot", 421, "", "", "deferred//connection"),
    ("mail", 451, "4.3.0", "", "queued//relay"),
    ("rcpt", 450, "4.7.1", "", "deferred//recipient"),
    ("rcpt", 451, "", "", "deferred//recipient"),
    ("rcpt", 452, "4.2.2", "", "deferred//recipient"),
    ("rcpt", 454, "4.7.1", "Relay access denied", "queued//relay"),
    ("data", 451, "", "", "deferred//relay"),
    ("dot", 451, "4.7.1", "", "deferred//recipient"),
    ("mail", 530, "5.7.0", "", "queued//relay"),
    ("mail", 553, "5.7.1", "", "queued/policy/relay"),
    ("mail", 552, "5.3.4", "", "refused/code/message"),
    ("rcpt", 550, "5.1.1", "", "refused/code/recipient"),
    ("rcpt", 550, "", "no such user", "refused/code/recipient"),
    ("rcpt", 552, "5.2.2", "", "refused/code/recipient"),
    ("rcpt", 552, "", "", "deferred//recipient"),
    ("rcpt", 550, "5.7.1", "", "refused/policy/policy"),
    ("rcpt", 554, "", "Relay access denied", "refused/policy/policy"),
    ("rcpt", 556, "5.1.10", "", "queued//relay"),
    ("data", 554, "5.6.0", "", "refused/code/message"),
    ("dot", 554, "5.6.0", "", "refused/code/message"),
    ("dot", 550, "5.7.515", "", "refused/policy/policy"),
    ("dot", 552, "", "", "refused/code/message"),
    ("dot", 535, "5.7.8", "", "refused/policy/policy"),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "code", "enhanced", "text", "verdict"), TABLE)
def test_each_answer_has_its_verdict(stage: Stage, code: int | None, enhanced: str, text: str, verdict: str) -> None:
    """Kind, reason and scope follow the table."""
    kind, reason, scope = classify(stage, code, enhanced, text)
    assert f"{kind}/{reason}/{scope}" == verdict


@given(
    st.sampled_from(["mail", "rcpt", "data", "dot"]), st.none() | st.integers(200, 599), st.sampled_from(["", "x.7.1"])
)
def test_only_silence_after_the_dot_is_uncertain(stage: Stage, code: int | None, enhanced: str) -> None:
    """No code makes a delivery uncertain before the dot, and nothing but 2xx to the dot makes it accepted."""
    kind, _, _ = classify(stage, code, enhanced.replace("x", str(code)[0]), "")
    assert kind != "uncertain" or (stage == "dot" and (code is None or code < 400))
    assert (kind == "accepted") == (stage == "dot" and code is not None and 200 <= code < 300)
