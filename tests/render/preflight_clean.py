"""Issues with nothing wrong in them: every shape the built-in template takes."""

# ruff: noqa: E501 - a table is read by rows
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from render_samples import PERIOD, issue, item, sending

from digest.model import Image, Issue, Item, Period, Site

# What hostile articles hold, as they hold it: their titles and summaries are data, and no defect of the issue.
HOSTILE = (
    '"><script>alert(1)</script>', "</td></tr></table><h1>x", "<!-- ", "-->", "<![endif]-->", "]]>", "{{ 7*7 }}",
    "{% raw %}", "' onload='x", "\\u{1F600}", "zqabcdefghv0z", "&lt;b&gt;", "</title><svg onload=x>", "=?utf-8?q?x?=",
    "<mj-raw>", "\u202egnp.exe and what it was", "--=_b", "From here to there",
)  # fmt: skip
_SUBJECTS = ("keel", "rope", "lamp", "tar", "anchor", "sail", "oar", "net", "buoy", "chart")


def _made(number: int, **changes: Any) -> Item:
    thing = _SUBJECTS[number % len(_SUBJECTS)]
    values: dict[str, Any] = {
        "title": f"What we learnt about the {thing}, part {number}",
        "image": Image(f"https://harbour.example/img/{number}.jpg", 1200, 800, f"The {thing}, seen from pier {number}"),
        "minutes": 1 + number % 9,
    }
    return item(number, **{**values, **changes})


def _many(count: int, **changes: Any) -> tuple[Item, ...]:
    return tuple(_made(number, **changes) for number in range(1, count + 1))


_ARABIC = (
    ("ورشة القوارب تفتح أبوابها", "فتحت الورشة أبوابها هذا الأسبوع، وجاء الناس من القرى المجاورة ليتعلموا."),
    ("حبل جديد للمرسى", "صُنع الحبل في ثلاثة أيام. سيبقى سنوات طويلة."),
    ("المنارة الصغيرة", "أضاءت المنارة من جديد. رآها الصيادون من بعيد."),
)
_HINDI = (("नाव फिर सूखी है", "दो सर्दियों के बाद नाव पानी में लौटी।"), ("रस्सी की कक्षा", "हर शनिवार को कक्षा लगती है।"))
_JAPANESE = (
    ("小さな灯台の話", "灯台はまた光りました。漁師たちは遠くから見ました。"),
    ("綱を編む", "三日かかりました。"),
)


def _in(language: str, direction: str, pairs: tuple[tuple[str, str], ...]) -> tuple[Item, ...]:
    return tuple(
        _made(number, title=title, summary=summary, language=language, direction=direction, authors=(), source_title="")
        for number, (title, summary) in enumerate(pairs, 1)
    )


def clean_issues() -> Iterator[tuple[str, Issue, str]]:
    """Name, issue and locale."""
    yield "three articles", issue(*_many(3)), "en"
    yield "one article", issue(*_many(1), passed_over=0), "en"
    yield "ten articles", issue(*_many(10)), "en"
    yield "forty articles", issue(*_many(40)), "en"
    yield "forty without pictures", issue(*_many(40, image=None)), "en"
    yield "no pictures", issue(*_many(6, image=None)), "en"
    yield (
        "decorative pictures",
        issue(*(_made(n, image=Image(f"https://harbour.example/{n}.jpg")) for n in (1, 2, 3))),
        "en",
    )
    yield (
        "tall pictures",
        issue(*(_made(n, image=Image(f"https://harbour.example/{n}.jpg", 600, 1400, f"Mast {n}")) for n in (1, 2))),
        "en",
    )
    yield (
        "texts without links",
        issue(*(_made(n, url=None, summary="", body=("One thing.", "Another thing.")) for n in (1, 2))),
        "en",
    )
    yield (
        "a long text",
        issue(_made(1, url=None, summary="", body=tuple("It rained all day. " * 20 for _ in range(30))), _made(2)),
        "en",
    )
    yield "summaries that did not fit", issue(*_many(4, summary="", flags=("no_fit",))), "en"
    yield "an introduction", issue(*_many(4), intro="Dear all,\n\nthis was a week of rain. Read it by the stove."), "en"
    yield "unsubscribing by mail", issue(*_many(4), sending=sending(public_url=None)), "en"
    yield "a test message", issue(*_many(4), sending=sending(test=True)), "en"
    yield (
        "bounces below the domain",
        issue(*_many(2), sending=sending(bounce_address="b+{token}@bounce.harbour.example")),
        "en",
    )
    yield "Arabic", issue(*_in("ar", "rtl", _ARABIC), subject="ورشة القوارب والمنارة الصغيرة",
                          preheader="حبل جديد للمرسى، والمنارة الصغيرة تضيء من جديد بعد شتاء طويل",
                          title="أخبار الميناء"), "ar"  # fmt: skip
    yield "Arabic in an English issue", issue(_made(7), *_in("ar", "rtl", _ARABIC)), "en"
    yield "English in an Arabic issue", issue(*_in("ar", "rtl", _ARABIC), _made(7, language="en")), "ar"
    yield "Hindi", issue(*_in("hi", "ltr", _HINDI), subject="नाव फिर सूखी है"), "hi"
    yield "Japanese", issue(*_in("ja", "ltr", _JAPANESE), subject="小さな灯台の話"), "ja"
    for locale in ("de", "fr", "es", "pt"):
        yield f"English articles, {locale} words", issue(*_many(5, language="en")), locale
    yield "another zone", issue(*_many(3), timezone="Pacific/Auckland", period=replace(
        PERIOD, start=datetime(2026, 11, 15, 20, tzinfo=UTC), end=datetime(2026, 11, 22, 20, tzinfo=UTC))), "en"  # fmt: skip
    yield (
        "a day's period",
        issue(*_many(3), period=Period("x", datetime(2026, 11, 22, 9, tzinfo=UTC), PERIOD.end)),
        "en",
    )
    yield "hostile titles", issue(*(_made(n, title=f"{text} {n}") for n, text in enumerate(HOSTILE, 1))), "en"
    yield (
        "hostile summaries",
        issue(*(_made(n, summary=f"{text} is what it said.") for n, text in enumerate(HOSTILE[:9], 1))),
        "en",
    )
    yield (
        "hostile summaries, the rest",
        issue(*(_made(n, summary=f"{text} is what it said.") for n, text in enumerate(HOSTILE[9:], 1))),
        "en",
    )
    yield "hostile authors", issue(*(_made(n, authors=(text,)) for n, text in enumerate(HOSTILE[:9], 1))), "en"
    yield "words that look like leftovers", issue(
        _made(1, title="None of us saw the null meridian"), _made(2, title="A template for {{ everything }}"),
        _made(3, title="My todo list app is undefined behaviour", summary="Nan, the boat, has a name at last."),
    ), "en"  # fmt: skip
    yield (
        "long words",
        issue(_made(1, title="Donaudampfschifffahrtsgesellschaftskapitänsmütze gefunden"), _made(2)),
        "en",
    )
    yield (
        "emoji",
        issue(_made(1, title="A boat ⛵ and its crew 👩‍👩‍👧"), _made(2), subject="A boat ⛵ and its crew"),
        "en",
    )
    yield "http articles", issue(*(_made(n, url=f"http://old.harbour.example/{n}") for n in (1, 2, 3))), "en"
    yield "no number", issue(*_many(3), number=None, passed_over=0), "en"
    yield "the site's own name", issue(*_many(3), title="Harbour Notes"), "en"
    yield (
        "an address outside ASCII",
        issue(*(_made(n, url=f"https://harbour.example/müll/{n}?q=a b") for n in (1, 2))),
        "en",
    )
    yield (
        "a two-line address",
        issue(*_many(3), site=Site("Harbour Notes", "https://harbour.example", "3 Pier Road,\nCobh")),
        "en",
    )
