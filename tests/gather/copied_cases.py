"""Articles as people really paste them: copied from a web page, with the page around them still attached.

Written from research/gather.md and the seed text by someone who had not read the cleaner, before its first run on
them.  Articles and interface strings are in copied_cases.json; this file only wraps, counts and roughens them.

    for case in cases():            # always the same list for the same seed
        cleaned = ...(case.text)    # no sentence of case.sentences lost, no word of case.chrome_words left

Compare through `flat()`: it forgives whitespace (non-breaking too) and zero-width characters, nothing else.

What counts as right
- `author`: the name as the byline shows it; the account name where a Discourse post shows nothing else.
- `comments`: comments, Discourse replies and Medium responses. "No comments" is 0; "Leave a comment" is not a counter.
- `views`, `comments`: None when the page shows no such counter, whatever the article's own sentences say.
- `title`: only where a headline is the first line; it is neither in `sentences` nor in `chrome_words`.
- A chrome word that the article itself (or its headline) contains is not listed: nobody could tell the two apart.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

DATA = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
PLATFORMS = ("wix", "wordpress", "medium", "discourse", "blogger")
ROUNDS = 3
ZERO_WIDTH = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")
NO_SPACES = ("ja", "zh")
VIEWS = (1, 2, 5, 12, 48, 365, 1234, 10482, 123456)
COMMENTS = (0, 0, 0, 1, 2, 3, 7, 12, 25, 1180)
REPLIES = (1, 2, 4, 13, 46)


@dataclass(frozen=True)
class Case:
    """One copied text and what a human editor would take from it."""

    name: str
    text: str
    language: str
    platform: str
    author: str | None
    views: int | None
    comments: int | None
    title: str | None
    sentences: tuple[str, ...]
    chrome_words: tuple[str, ...]


@dataclass
class Draft:
    """A page being put together: head lines, the article's paragraphs, foot lines."""

    rng: random.Random
    language: str
    article: dict
    others: list[str]
    head: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    native: bool = False
    glued_end: str = ""
    author: str | None = None
    views: int | None = None
    comments: int | None = None
    title: str | None = None

    def ui(self, key: str) -> list[str]:
        return DATA["ui"][self.language][key]

    def pick(self, key: str) -> str:
        return self.rng.choice(self.ui(key))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def above(self, line: str, *words: str) -> None:
        self.head.append(line)
        self.words += words or (line,)

    def below(self, line: str, *words: str) -> None:
        self.foot.append(line)
        self.words += words or (line,)


def cases(seed: int = 20261123) -> list[Case]:
    """All cases: every language on every platform three times, a headline each, and two nearly bare texts each."""
    rng = random.Random(seed)
    made = []
    for position, language in enumerate(DATA["articles"]):
        for platform in PLATFORMS:
            order = rng.sample(range(3), 3)
            for turn in range(ROUNDS):
                made.append(_case(rng, f"{language}-{platform}-{turn + 1}", language, platform, order[turn]))
        platform = PLATFORMS[position % len(PLATFORMS)]
        made.append(_case(rng, f"{language}-{platform}-headline", language, platform, _untitled(rng, language), True))
        for turn in range(2):
            bare = BARE[(2 * position + turn) % len(BARE)]
            number = rng.randrange(3)
            made.append(_case(rng, f"{language}-plain-{turn + 1}-{bare.__name__[1:]}", language, "plain", number, bare))
    return made


def flat(text: str) -> str:
    """`text` with every run of whitespace as one space and without zero-width characters."""
    return " ".join(ZERO_WIDTH.sub("", text).split())


def _untitled(rng: random.Random, language: str) -> int:
    """An article whose headline cannot be mistaken for a sentence."""
    return rng.choice([i for i, a in enumerate(DATA["articles"][language]) if not re.search("[?؟]$", a["title"])])


def _case(
    rng: random.Random,
    name: str,
    language: str,
    platform: str,
    number: int,
    special: bool | Callable[[Draft], None] = False,
) -> Case:
    articles = DATA["articles"][language]
    article = json.loads(json.dumps(articles[number]))
    if rng.random() < 0.5:
        article = _curly(article)
    draft = Draft(rng, language, article, [a["title"] for i, a in enumerate(articles) if i != number])
    draft.native = language in ("ar", "hi") and rng.random() < 0.45
    if special is True:
        draft.title = article["title"]
    if callable(special):
        special(draft)
    else:
        WRAPPERS[platform](draft)
    sentences = tuple(s for paragraph in article["paragraphs"] for s in paragraph)
    return Case(
        name=name,
        text=_copied(draft),
        language=language,
        platform=platform,
        author=draft.author,
        views=draft.views,
        comments=draft.comments,
        title=draft.title,
        sentences=sentences,
        chrome_words=_listable(draft.words, [draft.article["title"], *sentences]),
    )


def _listable(words: list[str], own: list[str]) -> tuple[str, ...]:
    article = flat(" ".join(own)).casefold()
    kept: dict[str, None] = {}
    for word in map(flat, words):
        if len(word) > 1 and any(c.isalnum() for c in word) and word.casefold() not in article:
            kept[word] = None
    return tuple(kept)


def _curly(article: dict) -> dict:
    """Typographic apostrophes and quotes instead of the typewriter's."""

    def curl(text: str) -> str:
        text = re.sub('"([^"]*)"', "“\\1”", text)
        return text.replace("'", "’")

    return {"title": curl(article["title"]), "paragraphs": [[curl(s) for s in p] for p in article["paragraphs"]]}


# --- counters


def _number(draft: Draft, value: int) -> tuple[str, int]:
    """`value` as the language writes it, and the value a reader takes from that writing."""
    separator, point, *kilos = draft.ui("number")
    if value >= 1000 and not draft.native and draft.chance(0.4):
        kilo = draft.rng.choice(kilos)
        unit = 10_000 if kilo == "万" else 1000
        tenths = max(value * 10 // unit, 11)
        if kilo == "K" and draft.chance(0.15):
            kilo, unit = "M", 1_000_000
            tenths = draft.rng.randrange(11, 60)
        whole, rest = divmod(tenths, 10)
        digits = f"{whole}{point}{rest}" if rest else str(whole)
        return digits + kilo, tenths * unit // 10
    digits = str(value)
    if value >= 1000 and draft.chance(0.75):
        digits = f"{value:,}"
        if draft.language == "hi" and value >= 100_000:
            digits = f"{value // 100_000},{value // 1000 % 100:02d},{value % 1000:03d}"
        digits = digits.replace(",", separator)
    return _native(draft, digits), value


def _native(draft: Draft, digits: str) -> str:
    """The language's own digits, on the pages that use them throughout."""
    if draft.native and draft.language == "ar":
        return digits.translate(str.maketrans("0123456789,", "٠١٢٣٤٥٦٧٨٩٬"))
    if draft.native and draft.language == "hi":
        return digits.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    return digits


def _form(draft: Draft, key: str, value: int, written: str) -> str:
    """The plural the language wants for `value`."""
    forms = draft.ui(key)
    short = not any(c.isdigit() for c in written[-1:])
    if len(forms) == 1:
        return forms[0]
    if len(forms) == 2:
        one = value in (0, 1) if draft.language in ("fr", "pt") else value == 1
        if draft.language == "hi" and key in ("comments", "wp_comments", "bl_comments"):
            one = value in (0, 1)
        return forms[0] if one else forms[1]
    if draft.language == "ar":
        last = value % 100
        return forms[0] if last < 3 and value != 2 else forms[1] if last < 11 else forms[2]
    if value == 1 or (draft.language == "ru" and value % 10 == 1 and value % 100 != 11 and not short):
        return forms[0]
    few = value % 10 in (2, 3, 4) and value % 100 not in (12, 13, 14) and not short
    return forms[1] if few else forms[2]


def _counter(draft: Draft, key: str, value: int) -> tuple[str, int]:
    written, read = _number(draft, value)
    return _form(draft, key, read, written).format(written), read


# --- the platforms


def _name(draft: Draft) -> str:
    draft.author = draft.pick("names")
    return draft.author


def _byline(draft: Draft) -> str:
    return draft.pick("bylines").format(_name(draft))


def _headline(draft: Draft) -> None:
    if draft.title:
        draft.head.append(draft.title)


def _wix(draft: Draft) -> None:
    local = -1 if draft.chance(0.4) else 0
    _headline(draft)
    if not draft.title and draft.chance(0.8):
        draft.above(draft.ui("wix_top")[local])
        if draft.chance(0.3):
            for line in draft.ui("wix_nav"):
                draft.above(line)
    opening = draft.rng.choice(("seed", "seed", "card", "card", "undated", "none"))
    if opening == "seed":
        handle = draft.pick("handles")
        draft.above(f"{draft.rng.choice(('  • ', '• ', ' · '))}{handle}", handle)
        draft.above(_byline(draft))
    elif opening == "card":
        draft.above(_name(draft))
        draft.above(draft.pick("short"))
        draft.above(draft.pick("wix_read"))
    elif opening == "undated":
        draft.above(draft.pick("short"))
        draft.above(draft.pick("wix_read"))
    _wix_counters(draft)
    if draft.chance(0.4):
        for line in (*draft.ui("wix_recent"), *draft.others):
            draft.below(line)
    if draft.chance(0.35):
        for line in draft.ui("wix_comments"):
            draft.below(line)
    if draft.chance(0.75):
        bottom = draft.ui("wix_bottom")[local]
        if draft.chance(0.4):
            draft.glued_end = bottom
            draft.words.append(bottom)
        else:
            draft.below(bottom)


def _wix_counters(draft: Draft) -> None:
    shown = draft.rng.choice(("both", "both", "both", "views", "comments", "neither"))
    parts = []
    if shown in ("both", "views"):
        text, draft.views = _counter(draft, "views", draft.rng.choice(VIEWS))
        parts.append(text)
    if shown in ("both", "comments"):
        text, draft.comments = _counter(draft, "comments", draft.rng.choice(COMMENTS))
        parts.append(text)
    way = draft.rng.choice(("glued", "glued", "spaced", "lines"))
    if way == "lines" or len(parts) < 2:
        for part in parts:
            draft.below(part)
    else:
        draft.below(("" if way == "glued" else "  ").join(parts), *parts)


def _wordpress(draft: Draft) -> None:
    _headline(draft)
    named, nameless = draft.ui("wp_posted")
    opening = draft.rng.choice(("posted", "posted", "nameless", "byline", "none"))
    if opening == "posted":
        draft.above(named.format(date=draft.pick("long"), name=_name(draft)))
    elif opening == "nameless":
        draft.above(nameless.format(date=draft.pick("long")))
    elif opening == "byline":
        draft.above(_byline(draft))
        draft.above(draft.pick("long"))
    replies = draft.pick("wp_leave")
    if draft.chance(0.55):
        replies, draft.comments = _counter(draft, "wp_comments", draft.rng.choice(COMMENTS))
    if draft.head and draft.chance(0.5):
        draft.above(replies)
    elif draft.comments is not None or draft.chance(0.5):
        draft.below(replies)
    if draft.chance(0.4):
        written, draft.views = _number(draft, draft.rng.choice(VIEWS))
        draft.below(draft.ui("wp_views")[0].format(written))
    if draft.chance(0.7):
        _wordpress_share(draft)
    if draft.chance(0.6):
        categories, tags = draft.ui("wp_meta")
        names = draft.ui("tags")
        draft.below(categories.format(names[0]))
        draft.below(tags.format(", ".join(names[1:])))
    if draft.chance(0.5):
        heading, previous, following = draft.ui("wp_nav")
        draft.below(heading)
        glue = draft.rng.choice((" ", "\n"))
        for label, title in zip((previous, following), draft.others, strict=True):
            draft.below(f"{label}{glue}{title}", label, title)
    if draft.chance(0.4):
        for line in draft.ui("wp_reply"):
            draft.below(line)


def _wordpress_share(draft: Draft) -> None:
    draft.below(draft.pick("wp_share"))
    for network in draft.rng.sample(("Facebook", "X", "WhatsApp", "Mastodon"), 2):
        draft.below(f"{draft.rng.choice(('', ' * '))}{network}", network)
    for line in draft.ui("wp_like"):
        draft.below(line)
    if draft.chance(0.5):
        draft.below(draft.ui("wp_related")[0])
        draft.below(draft.others[0])


def _medium(draft: Draft) -> None:
    """Medium's interface is English whatever the article's language."""
    _headline(draft)
    if not draft.title and draft.chance(0.5):
        for line in ("Open in app", "Sign up", "Sign in", "Write"):
            draft.above(line)
    responses = draft.rng.choice((None, None, 0, 1, 2, 3, 14, 131))
    draft.comments = responses
    claps = draft.rng.choice(("--", "57", "214", "1.2K"))
    if draft.chance(0.75):
        name = _name(draft)
        draft.above(name)
        draft.above("Follow")
        draft.above(f"{draft.rng.randrange(2, 6)} min read")
        draft.above("·")
        draft.above(draft.rng.choice(("Mar 3, 2026", "Sep 19, 2026", "Nov 5, 2025")))
        if responses:
            draft.above(claps)
            draft.above(str(responses))
        for line in ("Listen", "Share"):
            draft.above(line)
    if draft.chance(0.6):
        for tag in draft.ui("tags"):
            draft.below(tag)
    if responses:
        draft.below(claps)
        draft.below(str(responses))
    if draft.author and draft.chance(0.7):
        draft.below(f"Written by {draft.author}")
        draft.below(draft.rng.choice(("312 Followers", "1.4K Followers")))
        draft.below("·")
        draft.below("14 Following")
        draft.below("Follow")
    if responses is not None:
        draft.below("No responses yet" if responses == 0 else f"Responses ({responses})")
        if responses > 3:
            draft.below("See all responses")
    if draft.chance(0.4):
        for line in (f"More from {draft.author}" if draft.author else "Recommended from Medium", *draft.others):
            draft.below(line)
    if draft.chance(0.4):
        for line in ("Help", "Status", "About", "Careers", "Privacy", "Terms", "Text to speech"):
            draft.below(line)


def _discourse(draft: Draft) -> None:
    """The Hindi cases keep Discourse's English interface: it has no Hindi one."""
    if not draft.title and draft.chance(0.35):
        for line in draft.ui("di_login"):
            draft.above(line)
    _headline(draft)
    if draft.title and draft.chance(0.5):
        draft.above(draft.ui("tags")[0])
    if draft.chance(0.8):
        draft.author = draft.pick("usernames")
        draft.above(draft.author)
        draft.above(draft.rng.choice((draft.pick("di_rel"), draft.pick("short"))))
        if draft.chance(0.35):
            draft.above(_byline(draft))
    likes, share, reply = draft.ui("di_buttons")
    block = draft.rng.choice(("map", "map", "button", "none"))
    if block == "button":
        text, draft.comments = _counter(draft, "di_replies", draft.rng.choice(REPLIES))
        draft.below(text)
    for line in (likes, share, reply):
        if draft.chance(0.8):
            draft.below(line)
    if block == "map":
        _discourse_map(draft)
    if draft.chance(0.45):
        suggested, caption, *columns = draft.ui("di_more")
        draft.below(suggested)
        draft.below(caption)
        draft.below("\t".join(columns), *columns)
        for title in draft.others:
            row = (title, str(draft.rng.randrange(2, 9)), str(draft.rng.randrange(61, 99)), draft.pick("di_rel"))
            draft.below("\t".join(row), title)


def _discourse_map(draft: Draft) -> None:
    created, last, users, likes = draft.ui("di_map")
    between = draft.rng.choice((" ", "\n", "\n"))
    for label in (created, last):
        when = draft.pick("di_rel")
        draft.below(f"{label}{between}{when}", label)
    counted = []
    value = draft.rng.choice(REPLIES)
    draft.comments = value
    counted.append((_native(draft, str(value)), _form(draft, "di_mapreplies", value, str(value))))
    if draft.chance(0.85):
        written, draft.views = _number(draft, draft.rng.choice(VIEWS[3:]))
        counted.append((written, _form(draft, "di_mapviews", draft.views, written)))
    if value >= 4:
        counted.append((_native(draft, "5"), users))
    counted.append((_native(draft, "9"), likes))
    for number, label in counted:
        draft.below(f"{number}{between}{label}", f"{number} {label}", label)


def _blogger(draft: Draft) -> None:
    _headline(draft)
    if draft.title:
        draft.above(f"- {draft.pick('long')}")
    elif draft.chance(0.7):
        draft.above(draft.pick("full"))
    named, nameless = draft.ui("bl_posted")
    signature = draft.rng.choice(("named", "named", "nameless", "byline", "none"))
    if signature == "byline":
        draft.above(_byline(draft))
    if signature == "named":
        draft.below(named.format(name=_name(draft), time=draft.pick("time")))
    elif signature in ("nameless", "byline"):
        draft.below(nameless.format(time=draft.pick("time")))
    if draft.chance(0.8):
        share = draft.ui("bl_share")
        draft.below(draft.rng.choice(("", "", " ")).join(share), *share)
    if draft.chance(0.6):
        draft.below(draft.ui("bl_labels")[0].format(", ".join(draft.ui("tags"))))
    draft.comments = draft.rng.choice((None, 0, 0, 1, 2, 4, 17))
    if draft.comments == 0:
        draft.below(draft.ui("bl_none")[0])
    elif draft.comments:
        written = _native(draft, str(draft.comments))
        draft.below(_form(draft, "bl_comments", draft.comments, written).format(written))
    if draft.chance(0.7):
        post, newer, older, home, subscribe = draft.ui("bl_nav")
        draft.below(post)
        if draft.chance(0.5):
            draft.below(newer + older + home, newer, older, home)
        else:
            for line in (newer, home, older):
                draft.below(line)
        draft.below(subscribe)


WRAPPERS = {"wix": _wix, "wordpress": _wordpress, "medium": _medium, "discourse": _discourse, "blogger": _blogger}


# --- texts with little or nothing around them


def _nothing(draft: Draft) -> None:
    """Only the article."""


def _byline_first(draft: Draft) -> None:
    draft.above(_byline(draft))


def _byline_last(draft: Draft) -> None:
    draft.below(_byline(draft))


def _counters_only(draft: Draft) -> None:
    _wix_counters(draft)


def _glued_bottom(draft: Draft) -> None:
    draft.glued_end = draft.pick("wix_bottom")
    draft.words.append(draft.glued_end)


BARE = (
    _nothing,
    _byline_first,
    _glued_bottom,
    _nothing,
    _counters_only,
    _nothing,
    _byline_last,
    _glued_bottom,
    _nothing,
)


# --- the clipboard


def _copied(draft: Draft) -> str:
    """The page as plain text, with the accidents of copying: spacing, line ends, invisible characters."""
    rng = draft.rng
    joiner = "" if draft.language in NO_SPACES else " "
    invisible = rng.random() < 0.2
    paragraphs = []
    for sentences in draft.article["paragraphs"]:
        between = joiner + "\u200b" if invisible and rng.random() < 0.3 else joiner
        paragraphs.append(between.join(sentences))
    foot = list(draft.foot)
    if rng.random() < 0.2:
        paragraphs = [_sprinkle(rng, p, " ", "\u00a0", 0.12) for p in paragraphs]
        foot = [_sprinkle(rng, line, " ", "\u00a0", 0.3) for line in foot]
    blocks = [*draft.head, *paragraphs, *foot]
    blocks[-1] += draft.glued_end
    inside = range(len(draft.head), len(draft.head) + len(paragraphs))
    style = rng.choice(("airy", "airy", "mixed", "mixed", "tight", "double"))
    text = ""
    for index, block in enumerate(blocks):
        line = block
        if invisible and rng.random() < 0.3:
            line = rng.choice((line + "\u200b", "\u200b" + line, line + "\n\u200b"))
        if draft.language == "ar" and rng.random() < 0.1:
            line = "\u200f" + line
        if rng.random() < 0.12:
            line += rng.choice((" ", "   ", "\u00a0", "\t"))
        text += line
        if index < len(blocks) - 1:
            text += _gap(rng, style, index in inside or index + 1 in inside)
    if rng.random() < 0.08:
        text = "\ufeff" + text
    if rng.random() < 0.5:
        text += "\n"
    if rng.random() < 0.25:
        text = text.replace("\n", "\r\n")
    return text


def _gap(rng: random.Random, style: str, beside_paragraph: bool) -> str:
    if style == "tight":
        return "\n"
    if style == "mixed":
        return rng.choice(("\n\n", "\n\n", "\n")) if beside_paragraph else "\n"
    if style == "double":
        return rng.choice(("\n\n", "\n\n\n", "\n \n\n", "\n\n\n\n"))
    return "\n\n"


def _sprinkle(rng: random.Random, text: str, old: str, new: str, share: float) -> str:
    return "".join(new if c == old and rng.random() < share else c for c in text)


def _check(made: list[Case]) -> list[str]:
    """What is wrong with the cases themselves, as sentences; empty when they are sound."""
    wrong = []
    names = Counter(case.name for case in made)
    wrong += [f"{name} is used {count} times" for name, count in names.items() if count > 1]
    for case in made:
        text, own = flat(case.text), flat(" ".join(case.sentences)).casefold()
        wrong += [f"{case.name} lacks the sentence {s!r}" for s in case.sentences if flat(s) not in text]
        wrong += [f"{case.name} has {w!r} in its own sentences" for w in case.chrome_words if w.casefold() in own]
        wrong += [f"{case.name} lacks the chrome {w!r}" for w in case.chrome_words if w not in text]
        if case.author and case.author not in text:
            wrong.append(f"{case.name} lacks its author {case.author!r}")
        if case.title and not text.startswith(flat(case.title)):
            wrong.append(f"{case.name} does not begin with its headline")
    if made != cases():
        wrong.append("two runs with the same seed differ")
    return wrong


if __name__ == "__main__":
    everything = cases()
    for label, counts in (
        ("language", Counter(case.language for case in everything)),
        ("platform", Counter(case.platform for case in everything)),
    ):
        print(f"{label}: " + ", ".join(f"{key} {count}" for key, count in counts.items()))
    for label in ("author", "views", "comments", "title"):
        print(f"{label} expected in {sum(getattr(case, label) is not None for case in everything)} cases")
    print(f"{len(everything)} cases, {sum(len(case.chrome_words) for case in everything)} chrome words")
    problems = _check(everything)
    print("\n".join(problems) or "sound")
    raise SystemExit(bool(problems))
