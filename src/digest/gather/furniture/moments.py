"""Dates, times of day, `14d`, `vor 2 Tagen` and reading times as platforms print them beside an article. Pure.

Does not know today: what is relative is recognised and has no date. Invariant: every word of a line must be understood
(a month, a weekday, a number, one of a few connecting words), so that no sentence is ever a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from digest.gather.dates import MONTHS, read_date
from digest.gather.furniture.plain import Pattern, either, plain, terms

# Beyond the names that feeds use: Hindi, Swedish, Danish, Finnish, Czech, Ukrainian, and short forms of the others.
_MORE_MONTHS = (
    "जनवरी जन gen tammikuuta led ledna січ січня sty oca ocak",
    "फ़रवरी फरवरी फ़र फर febr helmikuuta úno února лют лютого lut şub şubat",
    "मार्च mars maaliskuuta bře března бер березня marca maa",
    "अप्रैल huhtikuuta dub dubna кві квітня kwi nis",
    "मई maj maio toukokuuta kvě května тра травня мая maja mayıs",
    "जून giu jun juni kesäkuuta čer června чер червня cze haz haziran июн",
    "जुलाई जुल lug heinäkuuta července лип липня lip tem temmuz июл",
    "अगस्त अग ago elokuuta srp srpna сер серпня sie ağu ağustos",
    "सितंबर सितम्बर सित set syyskuuta zář září вер вересня wrz eyl eylül сент",
    "अक्टूबर अक्तूबर अक्टू अक्तू ott lokakuuta říj října жов жовтня paź eki ekim",
    "नवंबर नवम्बर नव marraskuuta lis listopadu лис листопада kas kasım нояб",
    "दिसंबर दिसम्बर दिस dic joulukuuta pro prosince гру грудня gru ara aralık desember дек",
)
_MONTH_OF = dict(MONTHS) | {name: number for number, names in enumerate(_MORE_MONTHS, 1) for name in names.split()}
_WEEKDAYS = terms(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim "
    "lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom "
    "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda terça quarta quinta sexta seg ter "
    "qua qui sex lunedì martedì mercoledì giovedì venerdì sabato domenica gio sab "
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo "
    "poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob nd niedz "
    "måndag tisdag onsdag torsdag fredag lördag söndag mån tis ons tors lör sön mandag tirsdag lørdag søndag "
    "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai "
    "pazartesi salı çarşamba perşembe cuma cumartesi pazar pzt sal çar per cum cmt paz "
    "понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс "
    "понеділок вівторок середа четвер п'ятниця субота неділя pondělí úterý středa čtvrtek pátek neděle "
    "الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد "
    "सोमवार मंगलवार बुधवार गुरुवार बृहस्पतिवार शुक्रवार शनिवार रविवार सोम मंगल बुध गुरु शुक्र शनि रवि"
)
_LINKS = terms(
    "the of at on in en vers an s um am a à le les las la al el em às os de del den der d' du do da alle il lo "
    "ore op om kl "
    "klo klockan uur uhr h o w we dnia godz r г року року. в во на от saat zaman günü tarihinde في عام الساعة "
    "पर को "
    "बजे og och und et y e utc gmt cet est time date data fecha datum datum: дата время время: lúc"
)
_HALVES = terms("am pm a.m p.m م ص पूर्वाह्न अपराह्न öö ös")
_CLOCK = Pattern(r"([01]?\d|2[0-4])[:.h]([0-5]\d)(?::[0-5]\d)?(am|pm|h|uhr)?", re.I)
_DAY = Pattern(r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|º|ª|e|:e|\.|-e|-го|-a|-ci)?", re.I)
_NUMERIC = Pattern(r"(?:\d{4}([./-])\d{1,2}\1\d{1,2}|\d{1,2}([./-])\d{1,2}\2(?:\d{4}|\d{2}))\.?")
_CJK = Pattern(
    r"(?:(?P<y>\d{4})\s?[年년]\s?)?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日号일]?\s*"
    r"(?:\(?(?:星期|週|周|礼拜|禮拜)?[一二三四五六日天月火水木金土월화수목금토](?:曜日?|요일)?\)?)?\s*"
    r"(?:(?:上午|下午|午前|午後|오전|오후)?\s*(?P<h>\d{1,2})[:时時](?P<mi>\d{2})分?)?"
)
_LABEL = Pattern(
    rf"(?:{either('時刻|时间|時間|日付|日期|发布时间|發佈時間|시간|zaman|time|date|datum|fecha|data|дата|время|tarih|التاريخ|दिनांक|投稿日|更新日|公開日')})\s?[:：]\s*",
    re.I,
)

_UNITS = either(
    r"s|sec|secs|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|mo|months?|y|yrs?|years?",
    r"sek|sekunden?|minuten?|std|stunden?|tage?n?|t|wo|wochen?|mon|monate?n?|j|jahre?n?",
    r"heures?|jours?|sem|semaines?|mois|ans?|secondes?",
    r"horas?|días?|semanas?|mes(?:es)?|años?|a|segundos?|minutos?",
    r"dias?|mês|anos?|o|or[ae]|g|gg|giorn[oi]|sett|settiman[ae]|mes[ei]|ann[oi]|minut[oi]|second[oi]",
    r"u|uur|uren|dag(?:en)?|week|weken|mnd|maand(?:en)?|jaar|jaren",
    r"godz|godzin[ayę]?|dzień|dni|dnia|tyg|tydz|tydzień|tygodni[ea]?|mies|miesiąc|miesiące|miesięcy|rok|lata|lat|"
    r"minut[ayę]?",
    r"tim|timm(?:e|ar)|dagar|v|veck(?:a|or)|mån|månad(?:er)?|år|sekund(?:er)?|minut(?:er)?",
    r"sn|dk|dakika|sa|saat|gün|hf|hafta|ay|yıl|saniye",
    r"с|сек|секунд[ыу]?|м|мин|минут[аыу]?|ч|час(?:а|ов)?|д|дн|день|дня|дней|нед|недел[яиью]+|недель|мес|месяц(?:а|"
    r"ев)?|г|год|года|лет|л",
    r"год|годин[аиу]?|дні|днів|тиж|тижд(?:ень|ні)|тижнів",
    r"ث|ثانية|د|دقيقة|دقائق|س|ساعة|ساعات|ي|يومان|يوم(?:ًا|اً|ا|ين)?|أيام|أسبوع(?:ين)?|أسابيع|شهر(?:ين)?|أشهر|شهور|سنة|"
    r"سنوات|سن",
    r"सेकंड|मि|मिनट|घं|घंटे?|घंटा|घंटों|दि|दिन|दिनों|सप्ताह|हफ़्ते|हफ्ते|महीने|महीना|माह|साल|वर्ष",
    r"秒|分|分钟|分鐘|小时|小時|時間|天|日|周|週|週間|个月|個月|か月|ヶ月|カ月|月|年|초|분|시간|일|주|개월|년|달",
)
_ONE = "an?|one|un[ae]?|uma?|eine?[mnr]?|en|ett|een|bir"
_AGO_BEFORE = either(
    "vor|il y a|hace|há|fa|för|منذ|قبل|около|przed|około|about|um|circa|ca\\.?|vor etwa|etwa|omstreeks|yaklaşık|लगभग|"
    "约|約"
)
_AGO_AFTER = either("ago|fa|geleden|temu|sedan|önce|назад|тому|पहले|前|之前|以前|전|atrás|sitten|siden|plus tôt")
_RELATIVE = Pattern(
    rf"(?:(?P<before>(?:{_AGO_BEFORE}))\s+)*(?:\d{{1,4}}|{_ONE})\s*(?:{_UNITS})\.?(?:\s*(?P<after>{_AGO_AFTER}))?", re.I
)
_TODAY = Pattern(
    rf"(?:{either('yesterday|today|just now|now|gestern|heute|gerade eben|hier|aujourd’hui|ayer|hoy|ontem|hoje|ieri|oggi|gisteren|vandaag|wczoraj|dzisiaj|dziś|igår|i går|idag|i dag|dün|bugün|az önce|вчера|сегодня|только что|أمس|اليوم|الآن|कल|आज|अभी|昨日|今日|昨天|今天|刚刚|たった今|어제|오늘')}"  # noqa: E501
    r"|(?:منذ\s+)?(?:يومين|ساعتين|أسبوعين|شهرين|سنتين|يوم|ساعة|أسبوع|شهر|سنة)|a month ago|(?:last|past) (?:week|"
    r"month|year))",
    re.I,
)
_MINUTES = either(
    r"min|mins|minutes?|min\.|minuten|minut[oi]s?|minut|minuty|minut\(y\)|minuters?|minuuttia|dakika(?:da|lık)?|dk|"
    r"мин|минут[аыу]?|хв|"
    r"دقيقة|دقائق|मिनट|मि|分|分钟|分鐘|분"
)
_READ = either(
    r"read|reading|to read|lesezeit|lesedauer|lesen|zu lesen|lecture|lectura|leitura|ler em|lesen in|leggi in|lu en|"
    r"lettura|leestijd|lezen|leestid|"
    r"läsning|läsa|lästid|läs|lesetid|lesing|læsning|læsetid|lukuaika|czytania|czytanie|czas czytania|okunur|okuma|"
    r"okuma süresi|"
    r"чтения|чтение|время чтения|на чтение|читать|читання|čtení|قراءة|القراءة|للقراءة|पठन|पढ़ने|पढ़ें|पढ़ने का समय|"
    r"में पढ़ें|"
    r"阅读|阅读需|阅读时间|閱讀|讀畢|讀畢需時|阅读时长|预计阅读|閱讀時間|阅读时长|需|読了|読了時間|読了目安|"
    r"で読めます|で読める|の読み物|で読了|읽기|소요"
)
_READ_TIME = Pattern(
    rf"(?:(?:estimated|est\.?|この記事は|geschätzte|tiempo de|temps de|temps|tempo de|tempo di|время|مدة|وقت|czas|"
    rf"durée de|"
    rf"about|ca\.?|~|approx\.?)\s*)*"
    rf"(?:(?P<lead>{_READ})\s*(?:time|süresi|zeit)?\s*[:：\-–]?\s*(?:ca\.?|~|about|約|约|需要?)?\s*)?"
    rf"(?:(?:less than|weniger als|moins d[e'’])\s+)?(?:\d{{1,3}}(?:\s?[-–]\s?\d{{1,3}})?|a|one|eine|une|"
    rf"un)\s*[\-]?(?:{_MINUTES})\.?\s*"
    rf"(?:(?:de|di|om te|zu|att|of|to|का|की|في|на)\s+)?(?P<trail>{_READ})?(?:\s*(?:time|süresi))?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a line of time says. `date` is ISO text, empty when there is no whole date; `loose` when only a bare time,
    or a number with one letter, that an article's own last line might be too. `kind`: "date", "age" or "clock".
    """

    date: str = ""
    loose: bool = False
    kind: str = "date"


def read_moment(text: str) -> Moment | None:
    """A date, a time or an age and nothing else; `text` as `plain` gives it."""
    if not text or len(text) > 70 or not (text[0].isalnum() or text[0] in "~(") or text.isdigit():
        return None
    label = _LABEL.match(text)
    rest = text[label.end() :].strip() if label else text
    found = _cjk(rest) or _relative(rest) or _worded(rest) or _numeric(rest)
    return replace(found, loose=False) if found and label else found


def is_read_time(text: str) -> bool:
    """`5 min read`, `Lesezeit: 3 Minuten`, `阅读需 2 分钟`."""
    if len(text) > 50:
        return False
    match = _READ_TIME.fullmatch(text)
    return match is not None and (bool(match["lead"]) or bool(match["trail"]) or text.endswith(("min", "min.")))


def age_at(text: str, at: int) -> int | None:
    """Where an age (`14d`, `3 godz.`) that begins at `at` ends, or None."""
    match = _RELATIVE.match(text, at)
    if match is None or not match[0] or text[match.end() : match.end() + 1].isalpha():
        return None
    return match.end()


def split_read_time(text: str) -> tuple[str, str] | None:
    """`Mar 3, 2023 2 min read` has no separator but the form of its second part."""
    for gap in re.finditer(r"\s(?=\D{0,24}\d{1,3}\s*\w{1,10})|(?<=(?:19|20)\d\d)(?=\d{1,2} ?min)", text[:120]):
        rest = text[gap.end() :]
        if is_read_time(rest) and read_moment(text[: gap.start()].strip()) is not None:
            return text[: gap.start()].strip(), rest
    return None


def _cjk(text: str) -> Moment | None:
    match = _CJK.fullmatch(text)
    if match is None or not (1 <= int(match["m"]) <= 12 and 1 <= int(match["d"]) <= 31):
        return None
    return Moment(_iso(match["y"], int(match["m"]), match["d"], match["h"], match["mi"]) if match["y"] else "")


def _relative(text: str) -> Moment | None:
    if _TODAY.fullmatch(text):
        return Moment(kind="age")
    match = _RELATIVE.fullmatch(text)
    if match is None:
        return None
    return Moment(kind="age", loose=not (match["before"] or match["after"]))


def _numeric(text: str) -> Moment | None:
    if read_date(text)[0] is not None:
        return Moment(text)
    return None


def _worded(text: str) -> Moment | None:
    """Every token understood: the month's name, the day, the year, the weekday, the clock."""
    tokens = [token for token in re.split(r"[\s,/|·()]+|(?<=\d)\.(?=[^\W\d])", text.lower()) if token]
    if not 1 <= len(tokens) <= 10:
        return _numeric_tokens(text)
    found: dict[str, str] = {}
    for token in tokens:
        kind = _kind(token.strip(":"), found)
        if kind is None or (kind and kind in found):
            return _numeric_tokens(text)
        if kind:
            found[kind] = token
    return _told(found, linked=len(tokens) > len(found))


def _numeric_tokens(text: str) -> Moment | None:
    """`03.03.2026, 19:45` or `Tue 3/3/2026 at 7 pm`: a numeric date among words of time."""
    if not any(_NUMERIC.fullmatch(token) for token in re.split(r"[\s,]+", text)):
        return None
    tokens = re.split(r"[\s,]+", text.lower())
    rest = [token for token in tokens if not _NUMERIC.fullmatch(token)]
    if not all(_kind(token.strip(".:"), {}) is not None for token in rest if token):
        return None
    return Moment(next(token for token in tokens if _NUMERIC.fullmatch(token)).rstrip("."))


def _kind(token: str, found: dict[str, str]) -> str | None:
    word = token.strip(".")
    if _CLOCK.fullmatch(token):
        return "clock"
    if word in _HALVES and "clock" in found:
        return "half"
    if _DAY.fullmatch(token) and "day" not in found:
        return "day"
    if re.fullmatch(r"(?:19|20)\d\d(?:г|年)?", word):
        return "year"
    if word in _MONTH_OF or _accentless(word) in _MONTH_OF:
        return "month" if "month" not in found else None if word not in _WEEKDAYS else "weekday"
    if word in _WEEKDAYS:
        return "weekday"
    return "" if word in _LINKS or not word else None


def _told(found: dict[str, str], *, linked: bool) -> Moment | None:
    if "month" in found and ("day" in found or "year" in found):
        if not {"day", "year"} <= found.keys():
            return Moment()
        word = found["month"].strip(".:")
        month = _MONTH_OF.get(word) or _MONTH_OF[_accentless(word)]
        clock = _CLOCK.fullmatch(found.get("clock", "").strip(":"))
        hour, minute = (clock[1], clock[2]) if clock and "half" not in found else (None, None)
        day = _DAY.fullmatch(found["day"].strip(":"))
        return Moment(_iso(found["year"][:4], month, day[1] if day else "", hour, minute))
    if "clock" in found and not {"month", "day", "year"} & found.keys():
        return Moment(kind="clock", loose=not linked)
    if "weekday" in found and len(found) == 1 and not linked:
        return Moment(loose=True)
    return None


def _iso(year: str, month: int, day: str, hour: str | None, minute: str | None) -> str:
    return f"{year}-{month:02}-{int(day):02}" + (f" {int(hour):02}:{minute}" if hour and minute else "")


def _accentless(word: str) -> str:
    import unicodedata

    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFKD", plain(word))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
