"""Bylines: `By: NAME`, `Posted on DATE by NAME`, `Publié par NAME à 19:45`, `NAME tarafından yayımlandı`. Pure.

Invariant: the whole line is the opening, names and moments; what a name is, `names` decides. An opening that is also
an everyday word (`by`, `von`, `di`) needs a colon or a full name after it: `By the river` is no byline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.gather.furniture.moments import Moment, is_read_time, read_moment
from digest.gather.furniture.names import is_account, is_handle, is_name, is_person
from digest.gather.furniture.plain import Pattern, either, plain, terms

_CLEAR = either(
    r"(?:written|posted|published|authored|contributed|reported|story|words|submitted|created) by|author|"
    r"posted in .{1,30} by",
    r"(?:geschrieben|verfasst|eingestellt|gepostet|veröffentlicht|erstellt|hochgeladen) von|ein beitrag von|"
    r"autor(?:in)?|verfasser(?:in)?",
    r"(?:écrit|rédigé|publié|posté|proposé|envoyé) par|un article de|propos recueillis par|texte de|auteure?|auteurs|"
    r"autrice",
    r"(?:escrit[oa]|publicad[oa]|redactad[oa]|enviad[oa]|subid[oa]) por|autora?|autores",
    r"(?:postad[oa]|enviad[oa]|redigid[oa]|criad[oa]) por",
    r"(?:scritto|pubblicato|postato|redatto|inviato) da|a cura di|testo di|articolo di|foto e testo di|autore|autrice",
    r"(?:geschreven|gepost|geplaatst|gepubliceerd|ingezonden) door|auteur",
    r"(?:napisan[eya]|opublikowan[eya]|zamieszczon[eya]|dodan[eya]) przez|napisała?|opracowanie|opracowała?|autorka|"
    r"autorzy",
    r"(?:skriven|skrivet|upplagd|upplagt|publicerad|publicerat|inlagd|inlagt|postat) av|författare|skribent|"
    r"skrevet av|lagt inn av|"
    r"indsendt af|skrevet af|forfatter|lähettänyt|kirjoittanut|kirjoittaja|napsala?",
    r"yazan|gönderen|hazırlayan|yazar|kaleme alan|yayınlayan|yayımlayan|paylaşan",
    r"опубликован[оа]|автор(?:ы| статьи| текста| записи)?|написала?|опубликовала?|отправила?|разместила?|"
    r"подготовила?|опубліковано|"
    r"написав|опублікував",
    r"مرسلة بواسطة|أرسلت بواسطة|نشر(?:ه|ت)? بواسطة|كتبها|كتبته|كتبه|كتبت|كتب|بقلم|الكاتبة?|بواسطة|المؤلف|إعداد|تحرير|"
    r"المحرر|نص",
    r"प्रस्तुतकर्ता|लेखक|लेखिका|द्वारा लिखित|द्वारा पोस्ट किया गया|द्वारा",
    r"投稿者|作成者|著者|筆者|執筆者?|文責|ライター|作者|撰文|发帖者|發佈者|发布者|張貼者|撰稿人?|记者|記者|来自|"
    r"글쓴이|작성자|저자",
)
_VAGUE = either("by|von|par|por|di|da|door|av|af|od|przez|от|від|من")
# Of these words only with a mark after them: `Text: Jörg Weiß`, `文／王小梅`.
_MARKED = either(
    r"(?:text|texte|texto|testo|tekst|words|story|bericht|текст|metin|yazı|نص|لنص)"
    r"(?:\s*(?:and|und|et|y|e|en|i|och|og|ve|и|و|&|\+|/)\s*(?:photos?|pictures|fotos?|bilder?|images|foto|fotografie|"
    r"zdjęcia|"
    r"фото|fotoğraf(?:lar)?|صور))?",
    "文|文章|글|取材・文|文・写真|取材|来源|writer|posted|published|redaktion|reporter|написано|опубликовано|"
    "opublikowano",
)
_MARK = r"\s*[:：/／・|]\s*"
_PUBLISHED = either(
    r"(?:posted|published|written|created|submitted|added)(?: on| at| in)?|date",
    r"(?:veröffentlicht|geschrieben|erstellt|eingestellt|gepostet)(?: am| um)?",
    r"(?:publié|posté|écrit|mis en ligne|rédigé)e?(?: le| à)?",
    r"(?:publicad[oa]|escrito|postado|enviad[oa])(?: el| em| en| a| às)?",
    r"(?:pubblicat[oa]|postato|scritto|inserito)(?: il| in data| l'| su)?",
    r"(?:gepubliceerd|geplaatst|gepost|geschreven)(?: op| om)?",
    r"(?:opublikowan[eyoa]|dodan[eyo]|zamieszczon[oey]|napisan[oey])(?: dnia| w dniu)?|data publikacji",
    r"(?:publicera[dt]|postat|upplag[dt]|skriven|skrivet|publisert|udgivet|lagt ut|julkaistu)(?: den)?",
    r"(?:yayın(?:lanma|landı)?|yayımlan(?:ma|dı)) ?(?:tarihi)?|tarih",
    r"(?:опубликован[оаы]?|размещено|написано|добавлено|дата публикации|запись опубликована|опубліковано)",
    r"(?:نُ?شر(?:ت)?|تم النشر|كُ?تب|تاريخ النشر|نُشرت)(?: في| بتاريخ| يوم)?",
    r"(?:प्रकाशित|पोस्ट किया गया|प्रकाशन तिथि|दिनांक)(?: on)?",
    r"(?:投稿日|公開日|掲載日|作成日|公開|发布于|发表于|發佈於|發表於|发布时间|发布日期|发布|發布於|张贴于|撰写于|"
    r"게시일|작성일)",
)
_UPDATED = either(
    r"(?:last )?(?:updated|modified|edited)(?: on)?|(?:zuletzt )?(?:aktualisiert|geändert|bearbeitet)(?: am)?|"
    r"(?:dernière )?mis(?:e)? à jour(?: le)?|modifié(?: le)?",
    r"(?:última )?(?:actualización|actualizado|modificado|atualizado|atualização)(?: el| em)?|"
    r"(?:ultimo )?aggiorna(?:to|mento)(?: il)?|modificato(?: il)?",
    r"(?:laatst )?(?:bijgewerkt|gewijzigd)(?: op)?|(?:ostatnia )?(?:aktualizacja|zaktualizowano|zmieniono)|"
    r"(?:senast )?(?:uppdaterad|uppdaterat|ändrad)(?: den)?|(?:sist )?oppdatert|opdateret",
    r"(?:son )?güncelle(?:me|nme|ndi)(?: tarihi)?|(?:последнее )?(?:обновлен[оие]+|изменен[оие]+|отредактировано)|"
    r"оновлено|(?:آخر )?(?:تحديث|تعديل)|(?:تم )?(?:التحديث|تحديثه)(?: في)?",
    r"(?:अपडेट(?:ेड)?|अद्यतन|अंतिम अपडेट)(?: किया गया)?|更新日時?|最終更新日?|更新于|更新時間|更新时间|最后更新(?:于|"
    r"时间)?|已更新|更新|업데이트|수정일",
)
_OPENING = Pattern(
    rf"(?:(?P<clear>{_CLEAR})(?:(?P<clear_mark>{_MARK})|\s+)|(?P<vague>{_VAGUE})(?:(?P<vague_mark>{_MARK})|\s+)|"
    rf"(?:{_MARKED}){_MARK}|文\s+|由\s*)(?P<rest>\S.*)",
    re.I,
)
_AFTER_NAME = (
    Pattern(
        r"(?P<names>.+?)\s+tarafından(?:\s+(?:yayımlandı|yayınlandı|yazıldı|gönderildi|paylaşıldı))?(?P<rest>.*)", re.I
    ),
    Pattern(r"(?P<names>.+?)\s+द्वारा(?:\s+(?:प्रकाशित|लिखित|पोस्ट किया गया|लिखा गया|पोस्ट))?(?P<rest>.*)"),
    Pattern(r"(?P<names>\S.{0,30}?)\s*(?:著|作|さんが投稿|님이 작성|(?=发布于|发表于))(?P<rest>.*)"),
)
_LEAD_MOMENT = Pattern(r"(?P<moment>.{3,40}?)\s+(?:tarihinde|को|günü|дата|に)\s*(?P<rest>\S.*)")
_PUBLISHED_LEAD = Pattern(rf"(?P<word>{_PUBLISHED})\s*[:：]?\s*(?P<rest>.*)", re.I)
_PUBLISHED_LAST = Pattern(
    r"(?P<moment>.{3,40}?)\s*(?:tarihinde|günü|को|を|に|日に)?\s*(?:yayı[mn]landı|yayında|yazıldı|paylaşıldı|"
    r"güncellendi|प्रकाशित(?: किया गया)?|"
    r"पोस्ट किया गया|अपडेट किया गया|に?投稿|に?公開|に?更新|发布|发表|更新|發佈|게시|작성|opublikowano|veröffentlicht|"
    r"gepubliceerd|geplaatst)",
    re.I,
)
_UPDATED_LEAD = Pattern(rf"(?P<word>{_UPDATED})\s*[:：]?\s*(?P<rest>.*)", re.I)
_INNER_BY = Pattern(rf"\s*(?:\s|[|·,\-–—]\s*)(?:{_CLEAR}|{_VAGUE}|автором)(?:{_MARK}|\s+)|\s*由\s*", re.I)
_OFFICES = terms(
    "admin administrator editor editors editorial staff guest webmaster redaktion redaktionen redactie redacción "
    "redação "
    "redazione redakcja rédaction editör yönetici редакция редактор админ المحرر التحرير संपादक 編集部 编辑部 管理员"
)
_NAME_SPLIT = re.compile(r"\s*(?:,|;|&|、|،|\s(?:and|und|et|y|e|en|og|och|i|ve|и|و|und|और)\s)\s*")
_TIME_LINK = re.compile(r"\s*[|·,•\-–—(]\s*|\s+")


@dataclass(frozen=True, slots=True)
class Byline:
    """Who, when, and whether the words before it leave no doubt."""

    names: tuple[str, ...] = ()
    moment: Moment | None = None
    updated: bool = False


def read_byline(line: str) -> Byline | None:
    """`line` (as `shown` gives it) as a byline, a dateline or both; None when anything else is in it."""
    if len(line) > 140 or not line:
        return None
    text = plain(line)
    return _dateline(line, text) or _opened(line, text) or _suffixed(line, text)


def _opened(line: str, text: str) -> Byline | None:
    match = _OPENING.fullmatch(text)
    if match is None:
        return None
    marked = not (match["clear"] or match["vague"]) or bool(match["clear_mark"] or match["vague_mark"])
    return _names_and_moment(line, match.start("rest"), len(line), clear=bool(match["clear"]), marked=marked)


def _names_and_moment(line: str, start: int, end: int, *, clear: bool, marked: bool) -> Byline | None:
    """The names from `start`, and after them nothing but a moment or a reading time."""
    text = plain(line)
    whole = _names(line[start:end], clear=clear, marked=marked)
    cuts = (
        []
        if whole and not any(char.isdigit() for char in text[start:end])
        else list(_TIME_LINK.finditer(text, start, end))
    )
    for gap in cuts[:12]:
        rest = text[gap.end() : end].strip(" ()|·,")
        moment = _published(rest) if rest else None
        if moment is None and not is_read_time(rest):
            continue
        names = _names(line[start : gap.start()], clear=clear, marked=marked)
        if names:
            return Byline(names, moment)
    return Byline(whole) if whole else None


def _published(text: str) -> Moment | None:
    """A moment with or without a word like `published on` before it."""
    moment = read_moment(text)
    if moment is None:
        match = _PUBLISHED_LEAD.fullmatch(text)
        moment = read_moment(match["rest"].strip()) if match else None
    return moment


def _names(part: str, *, clear: bool, marked: bool) -> tuple[str, ...]:
    names = tuple(name.strip(" |·,:") for name in _NAME_SPLIT.split(part.strip()) if name.strip(" |·,:"))
    if not names or len(names) > 6 or len(part) > 120:
        return ()
    if all(is_person(name) for name in names):
        return names
    if (clear or marked) and all(is_handle(name) for name in names):
        return names if marked or len(names) > 1 or _stands_alone(names[0]) else ()
    one = names[0]
    if len(names) == 1 and one.lower() in _OFFICES:
        return names
    return names if len(names) == 1 and is_handle(one) and one[0].isupper() and len(one.split()) == 1 else ()


def _stands_alone(name: str) -> bool:
    return is_account(name) or is_name(name) or name[0].isupper()


def _dateline(line: str, text: str) -> Byline | None:
    """`Posted on DATE by NAME`, `Updated: DATE`, `DATE by NAME`, `DATE tarihinde NAME tarafından yayımlandı`."""
    lead = _UPDATED_LEAD.fullmatch(text)
    if lead and (moment := read_moment(lead["rest"].strip())) is not None:
        return Byline(moment=moment, updated=True)
    lead = _PUBLISHED_LEAD.fullmatch(text)
    start = lead.start("rest") if lead else 0
    rest = text[start:].strip()
    if lead and rest and (moment := read_moment(rest)) is not None:
        return Byline(moment=moment)
    moment = _published_last(text)
    return Byline(moment=moment) if moment else _moment_then_name(line, text, start)


def _published_last(text: str) -> Moment | None:
    """`5 Kasım 2025 tarihinde yayımlandı`: the word for publishing after the day."""
    match = _PUBLISHED_LAST.fullmatch(text)
    return read_moment(match["moment"].strip()) if match else None


def _moment_then_name(line: str, text: str, start: int) -> Byline | None:
    for by in list(_INNER_BY.finditer(text, start))[:6]:
        moment = read_moment(text[start : by.start()].strip())
        if moment is not None and not moment.loose:
            names = _names(line[by.end() :], clear=start > 0, marked=False)
            if names:
                return Byline(names, moment)
    lead = _LEAD_MOMENT.fullmatch(text, start)
    if lead and (moment := read_moment(lead["moment"].strip())) is not None:
        named = _suffixed(line[lead.start("rest") :], text[lead.start("rest") :])
        if named:
            return Byline(named.names, moment)
    return None


def _suffixed(line: str, text: str) -> Byline | None:
    for pattern in _AFTER_NAME:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        rest = match["rest"].strip(" :,|·")
        moment = _published(rest) if rest else None
        names = _names(line[match.start("names") : match.end("names")], clear=False, marked=False)
        if names and (not rest or moment is not None):
            return Byline(names, moment)
    return None
