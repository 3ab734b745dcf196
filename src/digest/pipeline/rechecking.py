"""The last look before an issue freezes: its articles are asked for once more, and its pictures looked at.

    draft -> ask for what was chosen -> leave out what was taken back, take corrected words -> draft again -> pictures

Does not freeze and does not choose. Invariants: the dry run, the preview and the real thing call the same function, so
what is shown is what is frozen; a look that fails costs nobody's article; everything together takes two deadlines at
most. What was found is stored; a rehearsal forgets it, as it forgets everything.

What was looked at within the hour counts for every look in this process: a preview is drawn again and again, and a
person who has just seen the issue should not wait for it twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from digest.model import StoredArticle, from_plain
from digest.pipeline.drafting import Drafted
from digest.pipeline.workspace import EVERY, Workspace

if TYPE_CHECKING:
    from digest.gather.looking import Look, Shown
    from digest.gather.rechecking import Rechecked
    from digest.gather.settings import SourceSettings
    from digest.gather.state import FetchState
    from digest.model import Item
    from digest.store.checks import CheckStore, ImageCheck, Withdrawn

DEADLINE_S = 20.0
ROUNDS = 3
RETURNING, RETURNING_ASKED = 50, 5
RETURNING_FOR = timedelta(days=30)
HOUR = timedelta(hours=1)
GOOD_FOR, BAD_FOR = timedelta(days=7), timedelta(hours=6)

Value = TypeVar("Value")
_seen: dict[tuple[str, ...], tuple[datetime, object]] = {}
_MOST_SEEN = 4_000


@dataclass
class _Findings:
    """What one last look has found so far. `gone` and `newer` are by article id."""

    answers: dict[int, Rechecked] = field(default_factory=dict)
    gone: dict[int, str] = field(default_factory=dict)
    newer: dict[int, StoredArticle] = field(default_factory=dict)
    back: list[int] = field(default_factory=list)
    titles: dict[int, str] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)


def draft_checked(
    workspace: Workspace,
    digest: str,
    redraft: Callable[[Sequence[StoredArticle]], Drafted],
    *,
    frequency: str = EVERY,
    sample: Sequence[StoredArticle] | None = None,
    deadline_s: float = DEADLINE_S,
) -> Drafted:
    """What `redraft` makes of the eligible articles (of `sample`, old ones for show), after the last look.

    `Drafted.notes` says in sentences what was left out, corrected, or could not be asked.
    """
    stories = list(workspace.store.articles.eligible(digest, frequency) if sample is None else sample)
    if not workspace.config.fetch.recheck:
        return redraft(stories)
    found = _Findings()
    if sample is not None:
        drafted = redraft(stories)
    else:
        drafted = _asked(workspace, digest, frequency, stories, redraft, found, deadline_s)
        _store(workspace, found)
    return _with_pictures(workspace, _told(drafted, found), found, stories, deadline_s)


# -- articles ---------------------------------------------------------------------------------------------------------


def _asked(
    workspace: Workspace,
    digest: str,
    frequency: str,
    stories: list[StoredArticle],
    redraft: Callable[[Sequence[StoredArticle]], Drafted],
    found: _Findings,
    deadline_s: float,
) -> Drafted:
    """Draft, ask for what was chosen, and draft again while that changes anything."""
    until = time.monotonic() + deadline_s
    states = _States(workspace)
    _take_back(workspace, digest, frequency, stories, states, found, until)
    minimum = max(workspace.digest(digest).curate.min_articles, 1)
    for _ in range(ROUNDS):
        drafted = redraft(stories)
        by_id = {story.id: story for story in stories}
        chosen = [by_id[item.article_id] for item in drafted.issue.items if item.article_id not in found.answers]
        if not chosen or len(drafted.issue.items) < minimum:
            return drafted
        answers = _ask(workspace, [(story, None) for story in chosen], states, until)
        found.answers |= answers
        if not _apply(answers, by_id, found):
            return drafted
        stories[:] = [found.newer.get(story.id, story) for story in stories if story.id not in found.gone]
    return redraft(stories)


def _apply(answers: Mapping[int, Rechecked], by_id: Mapping[int, StoredArticle], found: _Findings) -> bool:
    """Take the answers in; True when the issue has to be drafted again."""
    changed = False
    for article_id, answer in answers.items():
        story = by_id[article_id]
        found.titles[article_id], found.sources[article_id] = story.article.title, story.article.source
        if answer.verdict == "withdrawn":
            found.gone[article_id] = answer.why
        elif answer.verdict == "changed" and answer.article is not None:
            from digest.gather import content_hash

            found.newer[article_id] = replace(story, article=answer.article, content_hash=content_hash(answer.article))
        changed = changed or answer.verdict in ("withdrawn", "changed")
    return changed


def _take_back(
    workspace: Workspace,
    digest: str,
    frequency: str,
    stories: list[StoredArticle],
    states: _States,
    found: _Findings,
    until: float,
) -> None:
    """What was withdrawn and is there again joins the candidates."""
    since = workspace.now() - RETURNING_FOR
    gone: list[Withdrawn] = []
    for one in _checks(workspace).withdrawn_candidates(digest, frequency, since=since, limit=RETURNING):
        if _is_listed(workspace, one, states) or (workspace.now() - one.at > HOUR and len(gone) < RETURNING_ASKED):
            gone.append(one)
    answers = _ask(workspace, [(one.stored, one.at) for one in gone], states, until)
    for one in gone:
        answer = answers.get(one.stored.id)
        if answer is None or answer.verdict not in ("same", "changed"):
            continue
        found.back.append(one.stored.id)
        found.titles[one.stored.id] = one.stored.article.title
        found.answers[one.stored.id] = answer
        _apply({one.stored.id: answer}, {one.stored.id: one.stored}, found)
        stories.append(found.newer.get(one.stored.id, one.stored))
    stories.sort(key=lambda story: story.id)


def _is_listed(workspace: Workspace, one: Withdrawn, states: _States) -> bool:
    """Whether its source names it again since it was taken back: that costs no request."""
    from digest.gather.completing import key_of

    source = workspace.config.sources.get(one.stored.article.source)
    if source is None:
        return False
    state = states.of(source)
    read = state.last_success_at
    return read is not None and read > one.at and key_of(one.stored.article) in state.listed


class _States:
    """What is remembered of each source, read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._kept: dict[str, FetchState] = {}

    def of(self, source: SourceSettings) -> FetchState:
        from digest.gather.state import FetchState, state_for

        if source.name not in self._kept:
            plain = self._workspace.store.articles.fetch_state(source.name)
            self._kept[source.name] = state_for(from_plain(FetchState, plain), source.url or "")
        return self._kept[source.name]


def _ask(
    workspace: Workspace,
    stories: Sequence[tuple[StoredArticle, datetime | None]],
    states: _States,
    until: float,
) -> dict[int, Rechecked]:
    from digest.gather.boilerplate import counted, without_boilerplate
    from digest.gather.identity import content_hash
    from digest.gather.rechecking import Question, Rechecked, recheck_all

    questions, found = [], dict[int, Rechecked]()
    for story, withdrawn_at in stories:
        source = workspace.config.sources.get(story.article.source)
        known = _recall(workspace, "article", story, withdrawn_at, kind=Rechecked)
        if source is None:
            found[story.id] = Rechecked(story.id, "unasked")
        elif known is not None:
            found[story.id] = known
        else:
            questions.append(Question(story.id, story.article, source, states.of(source), withdrawn_at))
    left = until - time.monotonic()
    if questions:
        http = workspace.http.within(max(left, 0.01))
        found |= recheck_all(questions, http=http, now=workspace.now(), deadline_s=left)
    by_id = {story.id: (story, withdrawn_at) for story, withdrawn_at in stories}
    for question in questions:
        answer = found[question.id]
        if answer.verdict == "changed" and answer.article is not None:
            lines = counted(_checks(workspace).lines(question.source.name))
            newest = without_boilerplate(answer.article, lines)
            same = content_hash(newest) == content_hash(question.article)
            answer = replace(answer, verdict="same" if same else "changed", article=None if same else newest)
            found[question.id] = answer
        story, withdrawn_at = by_id[question.id]
        _remember(workspace, "article", story, withdrawn_at, value=answer)
    return found


def _store(workspace: Workspace, found: _Findings) -> None:
    from digest.gather import aliases
    from digest.store import ArticleRecord

    checks, now = _checks(workspace), workspace.now()
    if found.back:
        checks.restore(found.back)
    if found.gone:
        checks.withdraw(found.gone, at=now)
    for story in found.newer.values():
        record = ArticleRecord(story.article, aliases(story.article), story.content_hash)
        workspace.store.articles.save(story.article.source, [record], at=now)
    _store_pages(workspace, found)


def _store_pages(workspace: Workspace, found: _Findings) -> None:
    """What is known of pages now: validators for the next conditional request, and rules of their sites."""
    from digest.gather.completing import key_of

    by_source: dict[str, tuple[dict[str, object], dict[str, object]]] = {}
    stored = {story.id: story for story in workspace.store.articles.get(list(found.answers))}
    for article_id, answer in found.answers.items():
        if article_id in stored and (answer.mark is not None or answer.robots):
            pages, robots = by_source.setdefault(stored[article_id].article.source, ({}, {}))
            if answer.mark is not None:
                pages[key_of(stored[article_id].article)] = answer.mark
            robots.update(answer.robots or {})
    for name, (pages, robots) in by_source.items():
        _checks(workspace).save_pages(name, pages=pages, robots=robots)


def _told(drafted: Drafted, found: _Findings) -> Drafted:
    """The draft with what became of its articles, in sentences and in the explanation of each."""
    notes = [f"“{found.titles[one]}” is there again, and may be chosen" for one in found.back]
    notes += [f"“{found.titles[one]}” was taken back and is left out: {why}" for one, why in found.gone.items()]
    notes += [
        f"“{story.article.title}” was corrected since it was gathered; the newest words are used"
        for one, story in found.newer.items()
        if one not in found.gone
    ]
    unknown: dict[str, list[Rechecked]] = {}
    for answer in found.answers.values():
        if answer.verdict == "unknown":
            unknown.setdefault(found.sources.get(answer.id, ""), []).append(answer)
    for source, answers in unknown.items():
        what = f"“{found.titles[answers[0].id]}”" if len(answers) == 1 else f"{len(answers)} articles of {source}"
        notes.append(f"{what} could not be asked for again and stays as gathered: {answers[0].why}")
    explanations = {**drafted.draft.explanations, **{one: f"withdrawn: {why}" for one, why in found.gone.items()}}
    return replace(drafted, draft=replace(drafted.draft, explanations=explanations), notes=(*drafted.notes, *notes))


# -- pictures ---------------------------------------------------------------------------------------------------------


def _with_pictures(
    workspace: Workspace, drafted: Drafted, found: _Findings, stories: Iterable[StoredArticle], deadline_s: float
) -> Drafted:
    """The draft with pictures that readers will see, and what was done about the others."""
    from digest.gather.imagebytes import candidates
    from digest.gather.looking import PICTURE_S, Wish, choose_pictures

    by_id = {story.id: found.newer.get(story.id, story) for story in stories}
    wishes = []
    for item in drafted.issue.items:
        story = by_id.get(item.article_id)
        if item.image is None or story is None:
            continue
        images = tuple({image.url: image for image in (item.image, *candidates(story.article))}.values())
        wishes.append(Wish(item.article_id, images, workspace.config.sources.get(item.source)))
    if not wishes:
        return drafted
    urls = [image.url for wish in wishes for image in wish.images]
    fresh, good = _known_pictures(workspace, urls)
    http = workspace.http.within(PICTURE_S)
    shown, looks = choose_pictures(wishes, http=http, fresh=fresh, good=good, deadline_s=deadline_s)
    for look in looks:
        _remember(workspace, "picture", look.url, value=look)
    _checks(workspace).save_images([_check(look, workspace.now()) for look in looks if not look.passing])
    return _shown(workspace, drafted, shown)


def _shown(workspace: Workspace, drafted: Drafted, shown: Sequence[Shown]) -> Drafted:
    by_id = {one.id: one for one in shown}
    notes: list[str] = []
    about: dict[int, str] = {}
    for item in drafted.issue.items:
        one = by_id.get(item.article_id)
        if one is None:
            continue
        about[one.id] = _about(one)
        notes += [f"“{item.title}”: {note}" for note in (about[one.id], *(f"its picture: {w}" for w in one.warnings))
                  if note]  # fmt: skip
    _checks(workspace).note_picture(about)

    def pictured(item: Item) -> Item:
        return replace(item, image=by_id[item.article_id].image) if item.article_id in by_id else item

    items = tuple(map(pictured, drafted.issue.items))
    explanations = dict(drafted.draft.explanations)
    for article_id, why in about.items():
        if why and article_id in explanations:
            explanations[article_id] += f"; {why}"
    return replace(
        drafted,
        issue=replace(drafted.issue, items=items),
        draft=replace(drafted.draft, items=items, explanations=explanations),
        notes=(*drafted.notes, *notes),
    )


def _about(one: Shown) -> str:
    if not one.refused:
        return ""
    why = "; ".join(f"{url}: {reason}" for url, reason in one.refused)
    return f"another picture is used: {why}" if one.image is not None else f"its picture is left out: {why}"


def _known_pictures(workspace: Workspace, urls: Sequence[str]) -> tuple[dict[str, Look], dict[str, Look]]:
    """(verdicts that still count, pictures that were ever good)."""
    from digest.gather.imagebytes import Picture
    from digest.gather.looking import Look

    now, fresh, good = workspace.now(), dict[str, Look](), dict[str, Look]()
    for url, check in _checks(workspace).images(urls).items():
        why = "" if check.ok else check.reason
        warnings = tuple(filter(None, check.reason.split("\n"))) if check.ok else ()
        picture = Picture(check.type, check.width or 0, check.height or 0, why, warnings)
        look = Look(url, picture, check.bytes or 0)
        if now - check.at <= (GOOD_FOR if check.ok else BAD_FOR):
            fresh[url] = look
        if check.ok:
            good[url] = look
    for url in urls:
        known = _recall(workspace, "picture", url, kind=Look)
        if known is not None:
            fresh[url] = known
    return fresh, good


def _check(look: Look, at: datetime) -> ImageCheck:
    from digest.store.checks import ImageCheck

    picture = look.picture
    reason = picture.why or "\n".join(picture.warnings)
    return ImageCheck(
        look.url, picture.ok, at, picture.type, picture.width or None, picture.height or None, look.bytes, reason
    )


# -- what this process has seen ----------------------------------------------------------------------------------------


def _key(workspace: Workspace, parts: Sequence[object]) -> tuple[str, ...]:
    named = (f"{part.id} {part.article.source} {part.content_hash}" if isinstance(part, StoredArticle) else str(part)
             for part in parts)  # fmt: skip
    return (str(workspace.config.path), *named)


def _recall(workspace: Workspace, *parts: object, kind: type[Value]) -> Value | None:
    at, value = _seen.get(_key(workspace, parts), (None, None))
    recent = at is not None and timedelta(0) <= workspace.now() - at <= HOUR
    return value if recent and isinstance(value, kind) else None


def _remember(workspace: Workspace, *parts: object, value: object) -> None:
    if len(_seen) >= _MOST_SEEN:
        _seen.clear()
    _seen[_key(workspace, parts)] = (workspace.now(), value)


def _checks(workspace: Workspace) -> CheckStore:
    return workspace.store.checks
