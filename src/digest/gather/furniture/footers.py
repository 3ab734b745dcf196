"""The last lines of a page: rights, what it is made with, feed links, cookie notices. Pure.

Invariant: a footer that could be a sentence (`Made with flour and eggs`, `Copyright law changed`) is one only with the
sign, the year or the name of a platform that no sentence of an article would have there.
"""

from __future__ import annotations

import re

from digest.gather.furniture.plain import Pattern, bare, either, plain

_RIGHTS = either(
    "all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados",
    "todos os direitos reservados|tutti i diritti riservati|alle rechten voorbehouden|wszelkie prawa zastrzeżone",
    "alla rättigheter förbehållna|med ensamrätt|alle rettigheter forbeholdt|kaikki oikeudet pidätetään|"
    "tüm hakları saklıdır",
    "her hakkı saklıdır|все права защищены|усі права захищені|جميع الحقوق محفوظة|सर्वाधिकार सुरक्षित|版权所有|"
    "保留所有权利|版權所有|著作権所有|모든 권리 보유",
)
_CLAIM = Pattern(
    rf"(?:©|\(c\)|&copy;).{{0,160}}|copyright\s*(?:©|\(c\)|(?:19|20)\d\d|by\b).{{0,140}}|.{{0,60}}©\s*(?:19|"
    rf"20)\d\d.{{0,100}}|"
    rf".{{0,80}}(?:19|20)\d\d.{{0,60}}(?:{_RIGHTS})\.?|(?:{_RIGHTS})\.?(?:\s.{{0,40}})?",
    re.I,
)
_PLATFORM = Pattern(
    r"wordpress|\bwix\b|blogger|squarespace|weebly|webflow|jimdo|discourse|tumblr|substack|typepad|drupal|joomla|"
    r"shopify|godaddy|strikingly|jekyll|gatsby|netlify|elementor|typo3|ionos|site123|mailchimp|beehiiv|"
    r"buttondown|forem|flarum|phpbb|vbulletin|xenforo|nodebb|invision|ameba|hatena|はてな|livedoor|naver|tistory|"
    r"blogspot",
    re.I,
)
_MADE = Pattern(
    r"power|proud|creat|publish|made|built|build|design|host|run|theme|template|erstell|präsent|bereit|betrieb|stolz|"
    r"propuls|créé|fourni|thème|cread|funciona|tecnolog|impuls|desarroll|criad|desenvolv|fornecid|mantid|orgulh|tema|"
    r"offert|realizz|aliment|fatto|mogelijk|ondersteun|gemaakt|aangedreven|thema|wspier|obsług|stworz|utworz|motyw|"
    r"opart|"
    r"driv|använd|skapa|drevet|oluştur|destek|gurur|altyapı|kullanıl|работа|платформ|созда|технолог|поддерж|тема|"
    r"шаблон|"
    r"بدعم|يدعم|مدعوم|إنشاؤه|تشغيل|قالب|संचालित|बनाया|थीम|驱动|驅動|提供|制作|製作|主题|作成|使用|テーマ|搭載|제공|"
    r"by|von|par|por|da|door|przez|av|di",
    re.I,
)
_THEME = Pattern(
    r"(?:proudly )?(?:powered by|published with) .{1,40}|theme:\s.{1,60}|(?:.{1,40}\s)?theme by .{1,40}|"
    r"theme images by .{1,60}|(?:designbilder von|images de thèmes de|imágenes del tema de|"
    r"imagens de tema por|immagini dei temi di|thema-afbeeldingen van|obrazy motywu autorstwa|temabilder av|"
    r"tema resimleri|"
    r"автор изображений для темы:?|صور المظاهر بواسطة|थीम चित्र|テーマの画像の作成者:?|主题图片来自:?)\s?.{1,60}|"
    r"(?:simple|watermark|awesome inc\.?|travel|picture window|ethereal) theme\.?.{0,80}",
    re.I,
)
_NEW_WINDOW = Pattern(
    r".{1,140}\((?:opens in (?:a )?new window|wird in (?:einem )?neue[mn] fenster geöffnet|"
    r"ouvre dans une nouvelle fenêtre|"
    r"se abre en una ventana nueva|abre em nova janela|si apre in una nuova finestra|"
    r"wordt in een nieuw venster geopend|"
    r"otwiera się w nowym oknie|öppnas i (?:ett )?nytt fönster|yeni pencerede açılır|открывается в новом окне|"
    r"فتح في نافذة جديدة|नई विंडो में खुलता है|新しいウィンドウで開きます|在新窗口中打开)\).{0,40}",
    re.I,
)
_NOTICE = Pattern(
    r"(?:\d{1,6}|one|two|ein|eine|un|una|um|een|en) (?:bloggers?|people|blogger|personen|blogueurs?|personnes?|"
    r"blogueros?|personas?|"
    r"blogueiros?|pessoas?|persone|mensen) (?:likes? this|gefällt das|gefällt dies|aiment? (?:cela|ça|cet article)|"
    r"les gusta esto|"
    r"curtiram isso|piace|vinden dit leuk)|this topic was automatically closed \d+ .{1,120}|"
    r"there (?:are|is) \d+ (?:new |unread )*(?:replies|reply|topics?)(?: .{0,120})?|"
    r"(?:want to read more|mehr lesen|vous voulez en lire plus|¿quieres leer más|quer ler mais|vuoi leggere altro|"
    r"wil je meer lezen|"
    r"chcesz przeczytać więcej|vill du läsa mer|daha fazlasını okumak ister misiniz|хотите почитать ещё|"
    r"もっと読みたいですか|想要阅读更多)"
    r"\W{1,3}.{0,60}(?:topic|themen|sujets|temas|tópicos|argomenti|onderwerpen|tematy|ämnen|konu|тем|トピック|"
    r"话题).{0,60}|"
    r"privacy policy(?: (?:and|&|\|) .{0,40})?|terms (?:of (?:service|use))(?: (?:and|&|\|) .{0,40})?|(?:isbn|issn|"
    r"rss|atom)(?: feed)?",
    re.I,
)
_FEED_LINK = Pattern(
    rf"(?:{either('subscribe to|abonnieren|inscription à|suscribirse a|assinar|subscrever|iscriviti a|abonneren op|subskrybuj|prenumerera på|abonner på|tilaa|kaydol|подписаться на|подписаться|підписатися на|الاشتراك في|सदस्यता लें|登録|订阅|訂閱|구독')})"  # noqa: E501
    r"\s?[:：]?\s.{0,60}\(atom\)",
    re.I,
)
_COOKIES = Pattern(
    r"(?<![a-z])cookies?(?![a-z])|çerez|ciastecz|кук[иа]\b|файл\w* cookie|ملفات تعريف الارتباط|ملفات الارتباط|कुकी|"
    r"クッキー|쿠키",
    re.I,
)
_SITES = Pattern(
    r"web ?sites?|\bsites?\b|webseite|\bseite\b|sitio|\bpágina|\bsito\b|webb(?:plats|sida)|\bstron[aęy]|witryn|"
    r"web sitesi|\bsitemiz|сайт|الموقع|موقعنا|वेबसाइट|साइट|サイト|网站|本站|網站|사이트|experience|erlebnis|"
    r"expérience|experiencia|"
    r"experiência|esperienza|ervaring|upplevelse|deneyim|privacy|consent|preferences|einwillig|consentement|"
    r"consentimiento",
    re.I,
)
_USES = Pattern(
    r"\bus(?:e|es|ing)\b|verwende|nutz|einsatz|utilis|\busa|usiamo|utiliz|gebruik|używa|korzysta|stosuje|använder|"
    r"bruker|kullan|"
    r"использ|вик?орист|يستخدم|نستخدم|استخدام|उपयोग|इस्तेमाल|使用|利用|사용|accept|agree|akzept|accepte|acept|aceit|"
    r"accett|"
    r"akcept|godkänn|kabul|согла|قبول|स्वीकार|同意",
    re.I,
)
_CONSENT = Pattern(
    r"accept|allow|agree|consent|reject|decline|got it|cookie|akzept|ablehn|zustimm|einverstanden|autoris|refus|acept|"
    r"rechaz|permitir|aceit|rejeit|accett|rifiut|consenti|weiger|toesta|akcept|odrzu|zgadzam|godkänn|godta|tillåt|"
    r"avvisa|hyväksy|kabul|reddet|приня|соглас|отклон|прийня|قبول|موافق|رفض|स्वीकार|सहमत|同意|許可|拒否|承諾|接受|拒绝|"
    r"允许|동의|허용",
    re.I,
)


def is_footer(line: str) -> bool:
    """Rights, `Powered by` a platform, feed links, `(opens in new window)`: a whole line, only at a page's edge."""
    text = plain(line).strip()
    if len(text) > 240 or not text:
        return False
    if _PLATFORM.search(text) and _MADE.search(text) and len(text) <= 120 and len(text.split()) <= 14:
        return text[-1] not in "!?" and (text[-1] != "." or len(text.split()) <= 8)
    return any(pattern.fullmatch(text) is not None for pattern in (_CLAIM, _THEME, _NEW_WINDOW, _NOTICE, _FEED_LINK))


def is_cookie_notice(line: str) -> bool:
    """A sentence that says cookies, the site and their use: one alone is an article about baking or about law."""
    text = plain(line)
    return len(text) <= 240 and all(pattern.search(text) is not None for pattern in (_COOKIES, _SITES, _USES))


def is_consent_button(line: str) -> bool:
    """The words of a cookie banner's buttons, `Accept all`; whether the line is a button, its reader knows."""
    return len(line) <= 80 and _CONSENT.search(bare(line)) is not None
