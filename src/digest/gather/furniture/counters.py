"""Counters as pages print them: `1 view0 comments`, `12 просмотров3 комментария`, `閲覧数：1回7件のコメント`. Pure.

Does not read sentences: a counter line is nothing but numbers, units and what separates them. Plural forms are those
of the platforms' translations (CLDR plural rules); number formats those of their languages. A letter alone as a scale
means what its unit's language means by it: `1,2 B görüntüleme` is 1 200, `1.2B views` a thousand million.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.gather.furniture.plain import Pattern, either, plain

_VIEWS = either(
    r"(?:post|article|total|number of|page) (?:views?|reads)|beitrags(?:aufrufe|ansichten)|anzahl (?:der )?aufrufe|"
    r"seitenansichten|"
    r"nombre (?:de|total de) (?:vues|lectures)|vues de l'article|(?:número|total) de (?:visitas|vistas|"
    r"visualizaciones|visualizações|"
    r"acessos|leituras)|(?:vistas|visitas) (?:de|a) la (?:publicación|entrada)|visualizações do (?:post|artigo)|"
    r"(?:numero di |totale )?visualizzazioni (?:post|articolo|totali)|numero di visualizzazioni|berichtweergaven|"
    r"aantal (?:keer bekeken|weergaven)|"
    r"(?:liczba|ilość) wyświetleń|wyświetleń wpisu|wyświetlenia wpisu|inläggsvisningar|antal visningar|"
    r"yazı görüntülenme(?:si)?|"
    r"(?:yazı |toplam )?görüntülenme sayısı|okunma sayısı|(?:количество|число|всего) просмотров|просмотры записи|"
    r"кількість переглядів|"
    r"عدد (?:المشاهدات|الزيارات|القراءات)|مرات (?:المشاهدة|العرض|القراءة)|مشاهدات (?:المقال|الموضوع)|"
    r"पोस्ट (?:व्यूज़|व्यूज|दृश्य)|कुल (?:दृश्य|व्यूज़)|投稿閲覧数|記事閲覧数|アクセス数|表示数?|文章浏览量|文章阅读量|"
    r"总浏览量|点击量|访问量|게시물 조회수",
    r"views?|page ?views?|reads?|visits?|hits",
    r"aufrufe?n?|ansicht(?:en)?|seitenaufrufe?|mal angesehen|mal gelesen",
    r"vues?|lectures?|consultations?|affichages?",
    r"visualizaci(?:ón|ones)|vistas?|visitas?|lecturas?|reproducci(?:ón|ones)",
    r"visualizaç(?:ão|ões)|visualizaç(?:ao|oes)|leituras?|exibiç(?:ão|ões)|acessos?",
    r"visualizzazion[ei]|visit[ae]|lettur[ae]",
    r"weergaven?|keer bekeken|x bekeken|bekeken|keer gelezen|bezoeken",
    r"wyświetle(?:nie|nia|ń)|odsłon[ay]?|odczyt(?:y|ów)?",
    r"visning(?:ar|en|er)?|läsningar|sidvisningar|lesninger|katselukertaa?|näyttökertaa?|zobrazení|zhlédnutí",
    r"görüntülen?me(?:ler|si)?|kez görüntülendi|kez okundu|okunma|izlenme",
    r"просмотр(?:а|ов|ы)?|прочтени[еяй]|перегляд(?:и|ів|у)?",
    r"(?:ال)?مشاهد(?:ة|ات|تان|تين)|مشاهدة واحدة|(?:ال)?زيار(?:ة|ات)|(?:ال)?قراء(?:ة|ات)",
    r"बार देखा गया|बार देखे गए|बार देखी गई|व्यूज़|व्यूज|व्यू|दृश्य|दर्शन",
    r"閲覧数|閲覧|表示回数|再生回数|ビュー数?|回の閲覧|回閲覧|回表示|回視聴|pv",
    r"次查看|次浏览|次瀏覽|次观看|次觀看|次阅读|次閱讀|浏览次数|瀏覽次數|阅读次数|查看次数|浏览量|瀏覽量|阅读量|浏览|"
    r"瀏覽|阅读|查看|点击",
    r"조회수|조회|회 조회|읽음",
)
_COMMENTS = either(
    r"comments?|repl(?:y|ies)|responses?",
    r"kommentare?n?|antwort(?:en)?|rückmeldung(?:en)?",
    r"commentaires?|réponses?",
    r"comentarios?|respuestas?|comentários?|respostas?",
    r"comment[oi]|rispost[ae]",
    r"reacties?|opmerking(?:en)?|antwoord(?:en)?|commentaar|commentaren",
    r"komentarz[ey]?|odpowied(?:ź|zi)|odpowiedzi",
    r"kommentarer|svar|kommenttia?|vastaus(?:ta)?|komentář(?:e|ů)?|odpověd[ií]?",
    r"yorum(?:lar)?|yanıt(?:lar)?|cevap(?:lar)?",
    r"комментари(?:й|я|ев|и)|ответ(?:а|ов|ы)?|коментар(?:і|ів|я)?|відповід(?:ь|і|ей)",
    r"(?:ال)?تعليق(?:ات|ان|ين|ًا|اً|ا)?|(?:ال)?رد(?:ود|ًا|اً|ا|ان|ين)?",
    r"(?:number of|total|nombre de|anzahl|número de|liczba|antal|aantal|количество|عدد) (?:comments|commentaires|"
    r"kommentare|comentarios|"
    r"comentários|komentarzy|kommentarer|reacties|комментариев|التعليقات)|टिप्पणि(?:याँ|यां|यों)|टिप्पणी|जवाब|उत्तर|"
    r"प्रतिक्रिया(?:एँ|एं|ओं)?",
    r"件のコメント|コメント数?|件の返信|返信数?|件の回答",
    r"条评论|條評論|则评论|則留言|条留言|條留言|则回复|則回應|条回复|个回复|次回复|評論|评论数?|留言|回复数?|回覆|回應",
    r"개의 댓글|댓글|답글|개의 답글",
)
_REACTIONS = either(
    r"likes?|claps?|reactions?|hearts?|applause|upvotes?",
    r"gefällt mir(?:-angaben|-angabe)?|gefällt-mir-angaben?",
    r"j'aime|mentions? j'aime|applaudissements?",
    r"me gusta|corazones|aplausos",
    r"curtidas?|gostos?|gostei|palmas",
    r"mi piace|apprezzament[oi]",
    r"vind ik leuks?|vind-ik-leuks?|likes",
    r"polubie(?:nie|nia|ń)|lajk(?:i|ów)?|osób lubi to",
    r"gilla-markering(?:ar)?|gillning(?:ar)?|gilla|gillanden|liker|tykkäystä|to se mi líbí",
    r"beğeni(?:ler)?|beğenme|beğen|alkış",
    r"симпати[яий]|лайк(?:а|ов|и)?|отмет(?:ка|ки|ок) .нравится.|нравится|вподобан(?:ня|ь)|вподобайки",
    r"(?:ال)?إعجاب(?:ات|ان|ًا|اً|ا)?|أعجبني|معجب(?:ون|ين)?",
    r"पसंद|लाइक|लाइक्स",
    r"件の「いいね!?」|「いいね!?」|件のいいね!?|いいね!?|スキ|拍手",
    r"个赞|次赞|点赞|點讚|个喜欢|人喜欢|個讚|赞|讚|喜欢|喜歡",
    r"좋아요",
)
_OTHERS = either(
    r"shares?|followers?|following|subscribers?|users?|links?|participants?|members?|saves?|bookmarks?|reposts?|"
    r"people",
    r"mal geteilt|abonnenten|follower|nutzer|benutzer|teilnehmer|links?|folge ich",
    r"partages?|abonn[ée]s?|abonnements?|utilisateurs?|liens?",
    r"(?:veces )?compartid[oa]s?|seguidores|siguiendo|usuarios?|enlaces?|participantes?",
    r"compartilhamentos?|partilhas?|seguindo|usuários?|utilizador(?:es)?|a seguir",
    r"condivision[ei]|utent[ei]|collegament[oi]|iscritti|partecipant[ei]|seguiti",
    r"keer gedeeld|volgers|volgend|gebruikers?|deelnemers?|koppelingen",
    r"udostępnie(?:nie|nia|ń)|obserwując(?:y|ych)|obserwowanych|użytkowni(?:k|cy|ków)|użytkownika|link(?:i|ów)?|"
    r"odnośnik(?:i|ów)?",
    r"delning(?:ar)?|följare|följer|användare|länk(?:ar)?|deltagare",
    r"paylaşım|takipçi|takip edilen|kullanıcı(?:lar)?|bağlantı(?:lar)?|katılımcı",
    r"подписчик(?:а|ов|и)?|подписок|подписки|пользовател(?:ь|я|ей|и)|ссыл(?:ка|ки|ок)|репост(?:а|ов)?|участник(?:а|"
    r"ов|и)?|поделились",
    r"(?:ال)?مشارك(?:ة|ات|ون|ين)|(?:ال)?متابع(?:ًا|ين|ون|ا|اً)?|(?:ال)?مستخدم(?:ين|ون|ان|ًا|اً|ا)?|رابط|روابط|أعضاء",
    r"शेयर|फ़ॉलोअर्स?|फॉलोअर्स?|अनुयायी|उपयोगकर्ता|सदस्य|लिंक",
    r"シェア|フォロワー|フォロー中|人のユーザー|ユーザー|個のリンク|リンク|参加者|件のリンク",
    r"次分享|分享|位关注者|关注者|粉丝|关注|个用户|位用户|用户|個使用者|使用者|个链接|链接|連結|参与者",
    r"팔로워|팔로잉|공유|사용자|링크|명",
)
_ZERO = either(
    r"no (?:comments?|repl(?:y|ies)|responses?)(?: yet)?|be the first to comment|0 comments?",
    r"(?:noch )?keine (?:kommentare|antworten)(?: vorhanden)?|(?:aucun|pas (?:encore )?de) commentaires?|"
    r"aucune réponse|pas de réponse",
    r"(?:sin|no hay) (?:comentarios|respuestas)(?: todavía| aún)?|ning(?:ún|una) (?:comentario|respuesta)|"
    r"aún no hay comentarios",
    r"(?:nenhum|sem) comentários?|nenhuma resposta|ainda não há comentários|(?:nessun|ancora nessun) commento|"
    r"nessuna risposta|non ci sono commenti",
    r"(?:nog )?geen (?:reacties|opmerkingen|antwoorden)|brak (?:komentarzy|odpowiedzi)|(?:inga|"
    r"ännu inga) (?:kommentarer|svar)(?: än)?",
    r"ingen (?:kommentarer|svar)(?: ennå)?|ei kommentteja|žádné komentáře|(?:henüz )?(?:hiç )?(?:yorum|yanıt) yok|"
    r"нет (?:комментариев|ответов)|комментариев (?:пока )?нет|"
    r"немає коментарів|коментарів немає|пока нет комментариев|ответов нет",
    r"(?:لا توجد|لا يوجد|ليست هناك|ليس هناك|لا) (?:أي )?(?:تعليقات|ردود)(?: بعد)?|(?:अभी तक )?कोई (?:टिप्पणी|जवाब|"
    r"उत्तर) नहीं(?: है)?",
    r"コメント(?:は)?(?:まだ)?(?:ありません|はありません)|コメントなし|まだコメントはありません|(?:暂无|没有|尚无|"
    r"还没有|暫無|沒有)(?:评论|回复|评论内容|留言|回覆|評論)|无评论|댓글 없음|"
    r"댓글이 없습니다",
)
_SINGLE = either(
    r"one (?:comment|reply|response|thought)|ein(?:e)? (?:kommentar|antwort)|une? (?:commentaire|réponse)|"
    r"una? (?:comentario|respuesta)",
    r"uma? (?:comentário|resposta)|una? (?:commento|risposta)|[eé]{1,2}n (?:reactie|opmerking|antwoord)|jed(?:en|"
    r"na) (?:komentarz|odpowiedź)",
    r"e(?:n|tt) (?:kommentar|svar)|bir (?:yorum|yanıt)|один (?:комментарий|ответ)|(?:تعليق|رد) واحد|एक (?:टिप्पणी|"
    r"जवाब)",
)
_SCALE_NAMES = {
    1_000: "k tsd тыс тис tys tn dzd mil bin mila rb tuh tis ألف آلاف हज़ार हजार 千 천 к thousand tusen tausend tusind",
    10_000: "万 萬 w 만",
    100_000: "लाख",
    1_000_000: "m mio mi mln mn mnkr млн مليون mill milj mjn million millionen millions millones milhões milioni м",
    10_000_000: "करोड़",
    100_000_000: "亿 億 억",
    1_000_000_000: "b mrd млрд md bn",
}
_SCALE_OF = {name: factor for factor, names in _SCALE_NAMES.items() for name in names.split()}
_TURKISH = Pattern(r"görüntüle|yorum|beğen|okun|izlen|yanıt|takip|kullanıcı|paylaş|cevap")
_SCALES = either(*(re.escape(name) for name in _SCALE_OF))
_NUMBER = (
    r"(?P<n>\d{1,3}(?:[.,' ]\d{3})+(?!\d)|\d{1,2}(?:,\d{2})+,\d{3}(?!\d)|\d{1,9}(?:[.,]\d{1,3})?(?!\d))"
    rf"(?:\s*(?P<scale>{_SCALES})(?![^\W\d_]*[a-zа-я])\.?(?:\s+(?:de|di)(?=\s))?(?=\W|\d|[^\W\d_]|$))?"
)
_UNIT = f"(?P<views>{_VIEWS})|(?P<comments>{_COMMENTS})|(?P<reactions>{_REACTIONS})|(?P<others>{_OTHERS})"
_LETTER_AHEAD = r"(?![^\W\d_]|['’\-][^\W\d_])"
_QUOTE = r"[„“”\"«»'\s]*"
_CLASSIFIER = r"(?:\s*(?:回|件|个|個|条|條|次|则|則|人|名|명|개|회)(?:の|의)?)?"
_NUMBER_UNIT = Pattern(rf"{_NUMBER}{_CLASSIFIER}{_QUOTE}(?:{_UNIT}){_LETTER_AHEAD}(?:\s*[\"“”»])?", re.I)
_UNIT_NUMBER = Pattern(rf"(?:{_UNIT})\s*[:(（\[]?\s*{_NUMBER}{_CLASSIFIER}\s*[)）\]]?{_LETTER_AHEAD}", re.I)
_WORDED = Pattern(rf"(?:(?P<zero>{_ZERO})|(?P<one>{_SINGLE})){_LETTER_AHEAD}", re.I)
_DUAL = Pattern(r"(?P<comments>تعليقان|ردان)|(?P<views>مشاهدتان)|(?P<one>مشاهدة واحدة)")
_BETWEEN = re.compile(r"[\s,;/&·•|:!+\-–—]*(?:(?:and|und|et|y|e|en|och|i|и|ve|و)\s+)?")
_LONE_UNIT = Pattern(rf"{_CLASSIFIER}(?:{_UNIT})", re.I)
_LONE_NUMBER = Pattern(rf"(?:{_NUMBER}|--|—|-)\+?", re.I)
_THOUGHTS = Pattern(
    rf"(?:(?P<one>{_SINGLE}|one)|{_NUMBER})?{_CLASSIFIER}\s*"
    rf"(?:thoughts?|réflexions?|gedachten?|gedanken?|pensieri|pensiero|reaktione[rn]?|ideas?|pensamentos?|myśl[i]?|"
    rf"мысл[иьей]+|фідбек|فكرة|أفكار|"
    rf"{_COMMENTS})\s*(?:on|to|zu|auf|über|sur|à|en|em|su|a|op|over|do|na|o|på|till|к записи|к|к статье|عن|على|"
    rf"on the post|about)?\s*[\"“„«「《‘'].{{1,200}}",
    re.I,
)
_THOUGHTS_AFTER = Pattern(
    rf"[\"“„«「《‘'].{{1,200}}[\"”“»」》’']\s*(?::|için|पर|への|上有|に|的|"
    rf"에 대한)\s*{_NUMBER}{_CLASSIFIER}\s*(?:{_COMMENTS}|フィードバック|생각|विचार|мысл[иьей]+)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Counters:
    """What a line of counters says; None where it says nothing."""

    views: int | None = None
    comments: int | None = None
    reactions: int | None = None

    @property
    def several(self) -> bool:
        return sum(value is not None for value in (self.views, self.comments, self.reactions)) > 1


def counters_in(line: str) -> Counters | None:
    """`line` as nothing but counters, glued or not; None when any part of it is something else."""
    text = plain(line).strip().rstrip(" :.") if not line.endswith("..") else plain(line).strip()
    if len(text) > 160 or not text:
        return None
    found: dict[str, int] = {}
    at = 0
    while at < len(text):
        end = _one(text, at, found)
        if end is None:
            return None
        between = _BETWEEN.match(text, end)
        at = between.end() if between else end
    return Counters(**found) if at else None


def counter_at(text: str, at: int, found: dict[str, int]) -> int | None:
    """Where the counter that begins at `at` of a plain line ends (its number goes into `found`), or None."""
    return _one(text, at, found)


def _one(text: str, at: int, found: dict[str, int]) -> int | None:
    """The counter that begins at `at`, written into `found`; where it ends, or None."""
    worded = _WORDED.match(text, at)
    if worded:
        found["comments"] = 0 if worded["zero"] else 1
        return worded.end()
    dual = _DUAL.match(text, at)
    if dual:
        found["comments" if dual["comments"] else "views"] = 1 if dual["one"] else 2
        return dual.end()
    match = _NUMBER_UNIT.match(text, at) or _UNIT_NUMBER.match(text, at)
    if match is None:
        return None
    for field in ("views", "comments", "reactions"):
        if match[field]:
            found[field] = _value(match["n"], match["scale"] or "", match[field])
    return match.end()


def comment_heading(line: str) -> int | None:
    """`3 thoughts on “Title”`, `« Titre » : 2 réponses`: the count over the readers' comments of WordPress themes."""
    text = plain(line).strip()
    if len(text) > 260:
        return None
    match = _THOUGHTS.fullmatch(text)
    if match and (match["one"] or match["n"]):
        return 1 if match["one"] else _value(match["n"], match["scale"] or "", "")
    match = _THOUGHTS_AFTER.fullmatch(text)
    return _value(match["n"], match["scale"] or "", "") if match else None


def lone_number(line: str) -> int | None:
    """A number alone (`1.2K`); 0 for the dashes that stand for none; None for anything else."""
    text = plain(line).strip()
    if len(text) > 16:
        return None
    match = _LONE_NUMBER.fullmatch(text)
    return None if match is None else _value(match["n"], match["scale"] or "", "") if match["n"] else 0


def lone_unit(line: str) -> str | None:
    """The field whose unit `line` is: views, comments, reactions, or others; None for anything else."""
    text = plain(line).strip().strip(":")
    match = _LONE_UNIT.fullmatch(text) if len(text) <= 40 else None
    return match.lastgroup if match else None


def _value(number: str, scale: str, unit: str) -> int:
    name = scale.lower()
    factor = 1_000 if name == "b" and _TURKISH.search(unit.lower()) else _SCALE_OF.get(name, 1)
    grouped = re.fullmatch(r"\d{1,3}(?:[.,' ]\d{2,3})+", number) and re.fullmatch(r".*\d{3}", number)
    if grouped and factor == 1:
        return int(re.sub(r"\D", "", number))
    return (
        round(float(number.replace(",", ".").replace(" ", "").replace("'", "")) * factor) if _is_decimal(number) else 0
    )


def _is_decimal(number: str) -> bool:
    return re.fullmatch(r"\d+(?:[.,]\d+)?", number) is not None
