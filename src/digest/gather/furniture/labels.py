"""Lines that begin like furniture and go on with anybody's words: labels, neighbours, breadcrumbs. Pure.

Invariant: each pattern matches the whole line and has a bounded length; what it allows after its opening words is never
looked at for meaning.
"""

from __future__ import annotations

import re

from digest.gather.furniture.names import is_person
from digest.gather.furniture.plain import Pattern, bare, either, plain, words

# A label, a colon, and what belongs to it on the same line: data for `tags`, or only furniture.
_TAG_LABELS = either(
    r"tags?|tagged(?: as| with)?|labels?|categor(?:y|ies)|filed under|filed in|posted in|posted under|topics?|"
    r"keywords?|published in|section",
    r"schlagw(?:ort|örter)|kategorien?|stichw(?:ort|orte|örter)|themen|verschlagwortet mit|veröffentlicht in|"
    r"abgelegt unter",
    r"étiquettes?|étiqueté|catégories?|mots[- ]clés?|libellés?|publié dans|classé dans|thèmes?|rubriques?",
    r"etiquetas?|categor[íi]as?|publicado en|archivado en|temas|marcadores?|publicado em|etiquetado|assuntos|"
    r"palabras clave|palavras-chave",
    r"categori[ae]|etichett[ae]|pubblicato in|archiviato in|argomenti|taggato|parole chiave",
    r"categorie(?:ën)?|geplaatst in|gepubliceerd in|onderwerpen|getagd(?: met)?|trefwoorden",
    r"kategori[ae]|tagi|etykiety|opublikowano w|słowa kluczowe|otagowano|oznaczone jako",
    r"kategorier?|etikett(?:er)?|taggar|taggad(?: med)?|publicerat i|nyckelord|etiketter|emneord|stikord|avainsanat|"
    r"kategoriat|tunnisteet",
    r"kategori(?:ler)?|etiket(?:ler)?|yayınlandığı kategori|konular|anahtar kelimeler",
    r"рубрик[аи]|метк[аи]|ярлыки|тег[иы]?|теги|категори[яи]|опубликовано в|ключевые слова|позначки|категорії|ярлик",
    r"التصنيفات|التصنيف|تصنيفات|تصنيف|الوسوم|وسوم|التسميات|الأقسام|القسم|الكلمات المفتاحية|نُ?شر في قسم",
    r"श्रेणियाँ|श्रेणियां|श्रेणी|टैग|टैग्स|लेबल|विषय|वर्ग",
    r"カテゴリー?|タグ|ラベル|キーワード|テーマ|分类|标签|分類|標籤|关键词|标记|归类于|发布在|카테고리|태그|라벨",
)
_TAG_LINE = Pattern(rf"(?:{_TAG_LABELS})\s*[:：]\s*(?P<tags>[^|]{{1,240}})", re.I)
# The same without a colon, as newer WordPress themes print them; a few words, never closed like a sentence.
_FILED = Pattern(
    r"(?:categori[sz]ed (?:as|in|under)|tagged(?: as| with)?|posted in|filed under|published in|kategorisiert (?:in|"
    r"als)|"
    r"verschlagwortet mit|veröffentlicht in|getaggt(?: mit)?|catégorisé (?:comme|dans)|classé dans|publié dans|"
    r"étiqueté(?: avec)?|"
    r"marqué|categorizado (?:como|en|em)|etiquetado(?: como| con)?|publicado en|marcado (?:como|com)|com a tag|"
    r"publicado em|categorizzato (?:come|in)|pubblicato in|taggato(?: con| come)?|contrassegnato(?: da)?|"
    r"gecategoriseerd (?:als|in)|geplaatst in|getagged?(?: met| als)?|kategoryzowane jako|"
    r"opublikowano w(?: kategorii)?|"
    r"umieszczono w kategoriach|otagowano|oznaczono|kategoriserat som|kategoriserade som|publicerat i|märkt(?: med)?|"
    r"taggad(?: med)?|kategorisert som|kategorize edilmiş|kategorisinde|etiketlenmiş|etiketlendi|в рубрике|"
    r"опубликовано в рубрике|"
    r"с меткой|с метками|помечено|отмечено|مصنف(?:ة)? (?:ك|في|تحت)|نُ?شر في|موسوم(?:ة)?(?: ب)?|मे?ं वर्गीकृत|分类为|"
    r"归类为|标签为|已标记|"
    r"カテゴリー|タグ付け)\s+(?P<tags>\S.{0,100})",
    re.I,
)
_NEIGHBOUR = Pattern(
    rf"(?:{either('previous(?: post| article| story| topic| entry)?|next(?: post| article| story| topic| entry)?|newer(?: post)?|older(?: post)?|prev', 'vorherige[rs]?(?: beitrag| artikel)?|nächste[rs]?(?: beitrag| artikel)?|zurück|weiter', '(?:article |publication |post )?(?:précédente?|suivante?)', '(?:entrada |artículo |publicación )?(?:anterior|siguiente)|siguiente entrada', '(?:post |artigo |postagem )?(?:anterior|seguinte)|próxim[oa](?: post| artigo)?', '(?:articolo |post )?(?:precedente|successivo)', '(?:vorige?|volgende?)(?: bericht| artikel| post)?', '(?:poprzedni|następny)(?: wpis| artykuł| post)?', '(?:föregående|nästa|forrige|neste|næste)(?: inlägg| artikel| innlegg| indlæg)?|edellinen(?: artikkeli)?|seuraava(?: artikkeli)?', '(?:önceki|sonraki)(?: yazı| gönderi| makale)?', '(?:предыдущая|следующая|предыдущий|следующий|назад|далее|попередній|наступний)(?: запись| статья| пост| запис)?', '(?:المقالة |المقال |التدوينة |الموضوع )?(?:السابقة?|التالية?)', '(?:पिछल[ीा]|अगल[ीा])(?: पोस्ट| लेख)?', '(?:前|次)の(?:投稿|記事)|前へ|次へ|上一篇(?:文章)?|下一篇(?:文章)?|이전(?: 글)?|다음(?: 글)?')})"  # noqa: E501
    r"\s*[:：]\s*\S.{0,200}",
    re.I,
)
_LED = Pattern(
    r"(?P<clear>more from|more by|more stories from|see all from|published in|view all posts by|discover more from|"
    r"mehr von|alle beiträge von|alle artikel von|voir tous les articles de|ver todas las entradas de|"
    r"ver todos os posts de|"
    r"altro da|altri articoli di|mostra tutti gli articoli di|alle berichten van|więcej od|zobacz wszystkie wpisy|"
    r"mer från|"
    r"visa alla inlägg av|ещё от|все записи автора|посмотреть все записи автора|المزيد من|عرض كل المقالات من|更多来自|"
    r"查看所有由)\s*"
    r"(?P<whom>\S.{0,60})|"
    r"(?:about|follow|subscribe to|posts by|folge|über|suivre|plus de|à propos de|más de|seguir a?|mais de|sobre|"
    r"segui|meer van|volg|"
    r"obserwuj|följ|об авторе|подписаться на|متابعة)\s+(?P<person>\S.{0,60})",
    re.I,
)
_COMMENT_ON = Pattern(
    r"(?:(?P<none>no comments?|keine kommentare|aucun commentaire|no hay comentarios|sin comentarios|"
    r"nenhum comentário|sem comentários|"
    r"nessun commento|geen reacties|brak komentarzy|inga kommentarer|ingen kommentarer|нет комментариев|"
    r"комментариев нет|"
    r"لا توجد تعليقات|暂无评论)|leave a (?:comment|reply)|schreibe einen kommentar|kommentare (?:deaktiviert|"
    r"geschlossen)|"
    r"laisser un commentaire|commentaires fermés|deja un comentario|deja una respuesta|comentarios (?:desactivados|"
    r"cerrados)|"
    r"deixe um comentário|comentários (?:desativados|fechados)|lascia un commento|commenti (?:disabilitati|chiusi)|"
    r"laat een reactie achter|reacties (?:uitgeschakeld|gesloten)|dodaj komentarz|lämna en kommentar|"
    r"kommentarer inaktiverade|"
    r"kommentarer (?:er )?(?:slått av|stängda)|comments? (?:off|closed|are closed|are off)|"
    r"(?P<n>\d{1,6}) (?:comments?|replies|responses?|"
    r"kommentare?|antworten|commentaires?|réponses?|comentarios?|respuestas?|comentários?|respostas?|commenti|"
    r"commento|reacties?|"
    r"komentarz[ey]?|kommentar(?:er)?|комментари(?:й|я|ев)))\s+"
    r"(?:on|to|zu|zum|für|bei|sur|à|en|a|em|para|su|op|voor|do|till|på|för|для|к записи|к|على|"
    r"في)\s+(?P<title>[^.。]{2,120})",
    re.I,
)
_CAPTION = (
    Pattern(
        r"topic|thema|themen|sujet|\btemas?\b|tópico|argoment|onderwerp|temat|ämne|konu|\bтем|موضوع|مواضيع|विषय|"
        r"टॉपिक|トピック|话题|主题|話題|토픽",
        re.I,
    ),
    Pattern(
        r"button|schaltfl|bouton|botón|boton|botões|botão|pulsant|knop|przycisk|knapp|düğme|кноп|أزرار|बटन|ボタン|"
        r"按钮|按鈕|버튼",
        re.I,
    ),
    Pattern(
        r"sort|\btri\b|trier|orden|classific|ordin|sırala|сортир|فرز|ترتيب|क्रमबद्ध|सॉर्ट|並べ替え|ソート|排序|정렬", re.I
    ),
)
_SHARE_WORDS = either(
    "share|post|tweet|save|pin|send|follow us|follow me|find us|join us|like us|teilen|teile|freigeben|senden|"
    "folge uns|folgen sie uns|"
    "partager|partagez|envoyer|suivez-nous|compartir|comparte|enviar|síguenos|compartilhar|compartilhe|partilhar|"
    "siga-nos|"
    "condividi|invia|seguici|delen|deel|versturen|volg ons|udostępnij|podziel się|wyślij|dela|skicka|följ oss|del|"
    "paylaş|gönder|"
    "bizi takip edin|поделиться|поделитесь|опубликовать|отправить|подписывайтесь|مشاركة|المشاركة|شارك|إرسال|تابعنا|"
    "شेयर करें|"
    "शेयर करें|साझा करें|शेयर|भेजें|共有|共有する|シェア|シェアする|ツイート|送る|分享|分享到|共享|共享到|转发|공유|"
    "공유하기"
)
_SERVICE_WORDS = either(
    "facebook|facebooku?|twitter|x|linkedin|pinterest|reddit|whatsapp|telegram|tumblr|mastodon|bluesky|threads|"
    "instagram|"
    "youtube|tiktok|email|e-mail|e-post|e-posta|courriel|correo(?: electrónico)?|mail|pocztą|"
    "فيسبوك|تويتر|إكس|واتساب|تيليجرام|تلغرام|لينكدإن|لينكد إن|فेसबुक|फ़ेसबुक|फेसबुक|ट्विटर|व्हाट्सएप|व्हाट्सऐप|टेलीग्राम|"
    "вконтакте|телеграм|фейсбук|微信|微博|朋友圈|脸书|推特|line|ライン|フェイスブック|ツイッター|メール|はてな|"
    "카카오톡|페이스북|트위터"
)
_SHARE = Pattern(
    rf"(?:{_SHARE_WORDS}).{{0,24}}\b(?:{_SERVICE_WORDS})|(?:{_SERVICE_WORDS})(?:\W|['’]\w{{1,3}}|"
    rf"[\u3040-\u30ff\u0900-\u097f])"
    rf".{{0,16}}(?:{_SHARE_WORDS})|(?:{_SHARE_WORDS})(?:{_SERVICE_WORDS})",
    re.I,
)
_HASHTAGS = Pattern(r"(?:#[^\s#,]{2,40}[\s,]*)+")
_SAYS = Pattern(
    r".{1,50}\s(?:says|said|wrote|commented|replied|sagt|schreibt|meint|sagte|hat gesagt|dit|a dit|écrit|dice|dijo|"
    r"disse|diz|ha detto|scrive|schreef|zegt|says|napisał\(?a?\)?|pisze|komentuje|skriver|säger|sier|siger|dedi ki|"
    r"diyor ki|говорит|пишет|пише|يقول|قال|تقول|कहते हैं|कहता है|कहा|より|说|说道|說)(?:\s?\.\.\.|\s?…)?\s?[:：]",
    re.I,
)
_TOC = words(
    "table of contents|contents|in this article|on this page|jump to|in this post|inhaltsverzeichnis|inhalt|"
    "auf dieser seite|in diesem artikel|sommaire|table des matières|au sommaire|dans cet article|"
    "tabla de contenidos|tabla de contenido|contenido|contenidos|en este artículo|índice|sumário|neste artigo|"
    "conteúdo|indice|indice dei contenuti|sommario|in questo articolo|inhoudsopgave|inhoud|in dit artikel|"
    "spis treści|w tym artykule|innehåll|innehållsförteckning|i den här artikeln|innhold|indhold|sisällys|"
    "içindekiler|bu yazıda|содержание|оглавление|в этой статье|зміст|المحتويات|جدول المحتويات|في هذا المقال|"
    "विषय सूची|विषयसूची|सामग्री|इस लेख में|目次|この記事の内容|目录|本文目录|目錄|文章目录|목차"
)
_HOME = words(
    "home|homepage|blog|news|start|startseite|accueil|inicio|início|página inicial|home page|startpagina|"
    "strona główna|startsida|hem|hjem|forside|etusivu|ana sayfa|anasayfa|главная|головна|الرئيسية|होम|मुख्यपृष्ठ|"
    "ホーム|トップ|首页|主页|首頁|홈|you are here|sie sind hier|vous êtes ici|estás aquí|você está aqui|sei qui|"
    "je bent hier|"
    "jesteś tutaj|du är här|buradasınız|вы здесь|أنت هنا"
)
_CRUMBS = re.compile(r"\s*(?:»|›|>|→|/|\|\s?|·|::|‹|«|<)\s*")


def tags_in(line: str) -> tuple[str, ...] | None:
    """The tags of a line of hashtags or of a label with a list; None for any other line."""
    text = plain(line).strip()
    if _HASHTAGS.fullmatch(text):
        return tuple(re.findall(r"#([^\s#,]+)", text))
    match = _TAG_LINE.fullmatch(text) or _filed(text)
    if match is None or text[-1] in ".!?。":
        return None
    rest = line.strip()[match.start("tags") :]
    if len(re.split(r"[,،、;|]", rest)) < 2 and len(rest.split()) > 8:
        return None
    return tuple(" ".join(tag.split()) for tag in re.split(r"[,;#،、|]", rest) if tag.strip())


def _filed(text: str) -> re.Match[str] | None:
    match = _FILED.fullmatch(text) if len(text) <= 120 else None
    few = match is not None and all(len(tag.split()) <= 3 for tag in re.split(r"[,،、|]", match["tags"]))
    return match if few else None


def is_list_caption(line: str) -> bool:
    """What Discourse reads out over a list of topics: that its columns can be sorted by their buttons."""
    text = plain(line)
    return len(text) <= 160 and all(pattern.search(text) is not None for pattern in _CAPTION)


def is_share_line(line: str) -> bool:
    """A word for sharing and the name of a service, in either order, and hardly anything else."""
    text = plain(line).strip(" :!.·•*")
    return len(text) <= 60 and len(text.split()) <= 7 and _SHARE.fullmatch(text) is not None


def comments_on(line: str) -> tuple[bool, int | None]:
    """`3 Comments on TITLE`, `Leave a Comment on TITLE`: whether the line is one, and its count."""
    text = plain(line).strip()
    match = _COMMENT_ON.fullmatch(text) if len(text) <= 170 else None
    if match is None:
        return False, None
    return True, int(match["n"]) if match["n"] else 0 if match["none"] else None


def is_neighbour(line: str) -> bool:
    """`Previous post: TITLE`."""
    return (
        len(line) < 240
        and line.rstrip()[-1:] not in ".。।"
        and _NEIGHBOUR.fullmatch(plain(line).strip(" ←→«»‹›<>")) is not None
    )


def follows_up(line: str) -> str | None:
    """`More from NAME`, `Follow NAME`: the name, or None for any other line."""
    text, own = plain(line).strip(), line.strip()
    match = _LED.fullmatch(text) if len(text) <= 90 and text[-1:] not in ".!?。" else None
    if match is None:
        return None
    if match["clear"]:
        return own[match.start("whom") :] if len(match["whom"].split()) <= 6 else None
    person = own[match.start("person") :]
    return person if is_person(person) else None


def is_comment_head(line: str) -> bool:
    """`ann says:` over a reader's comment."""
    return len(line) <= 80 and _SAYS.fullmatch(plain(line).strip()) is not None


def is_contents_head(line: str) -> bool:
    return len(line) <= 40 and bare(line) in _TOC


def is_breadcrumb(line: str) -> bool:
    """`Home » News » Title`: begins at the home page and has two parts or more, none of them a sentence."""
    parts = [part for part in _CRUMBS.split(line.strip()) if part]
    return 2 <= len(parts) <= 6 and len(line) <= 200 and bare(parts[0]) in _HOME and line.strip()[-1] not in ".!?。"
