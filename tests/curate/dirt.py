# ruff: noqa: E501 - sentences of many languages read better unbroken
"""Twelve clean articles and thirty kinds of page dirt to wrap around them, in eight languages.

A kind is a function from an article and its page's words to what a browser would copy (text) or a server would send
(HTML). Written before the first run and without a look at the cleaner. Nothing of a page is part of the article:
what is between the headline and the last sentence and is not in `paragraphs` is dirt.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clean:
    lang: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


ARTICLES = (
    Clean("en", "Clock tower strikes again after eleven silent years", (
        "The clock tower on Wharf Hill struck noon on Saturday for the first time in eleven years. A retired watchmaker, Edith Crane, rebuilt the movement from drawings that she found in a skip.",
        "Nearly four hundred people stood in the drizzle to hear it. The council had been quoted 70,000 for the repair and had given up; Crane and six helpers spent 3,900 on brass and bearings.",
        "The hands run on a motor no bigger than a thumb, but the bell is still struck by a falling weight. Somebody has to climb ninety-one steps twice a week to wind it.",
        "A rota hangs in the bakery below.",
    )),
    Clean("en", "School canteen cooks from its own garden", (
        "Every vegetable in the soup at Fernley Primary now comes from the far side of the playground. Pupils planted the beds in March and have harvested half a tonne of potatoes, beans and squash since June.",
        "Cook Winston Abara writes the menu only after the garden club has reported what is ripe. Waste has fallen by a third, because children eat what they have dug up themselves.",
        "Three other schools have asked for the plans. The caretaker lost part of his football pitch to the squash and says that he has made his peace with it.",
    )),
    Clean("en", "Night trains return to the coast line", (
        "Sleeper trains will run again between the capital and Port Ansel from 12 May, eighteen years after the last one was withdrawn. Tickets start at 49 for a seat and 129 for a cabin with a bed.",
        "The operator has leased twenty-two coaches from Austria and is refitting them at the Wendle works. It expects to carry 90,000 passengers in the first year.",
        "Hoteliers in Port Ansel are pleased, as most visitors now arrive too late for dinner. The train gets in at ten past seven in the morning, in time for the fish market.",
        "Bicycles travel free outside the school holidays.",
    )),
    Clean("en", "Volunteers map every bench in town", (
        "For the first time there is a map of all 614 public benches in Harrowgate, with a note of which have backs and which stand in the shade. Forty volunteers spent the summer sitting down on each of them.",
        "The idea came from Olive Marsh, 82, who can walk for about ten minutes before her hip complains. She had stopped going to the library because nobody could tell her where she might rest.",
        "The map showed that the whole of Station Road has not a single seat. The town will set up nine there before winter, and shopkeepers have offered to look after them.",
    )),
    Clean("de", "Dorfladen gehört jetzt allen", (
        "In Oberwies gehört der Dorfladen seit Montag 287 Einwohnern gemeinsam. Sie haben eine Genossenschaft gegründet und den Laden übernommen, den die Besitzerin aus Altersgründen schließen wollte.",
        "Jeder Anteil kostet 150 Euro, mehr als fünf darf niemand zeichnen. Zwei Angestellte wurden übernommen, die übrigen Dienste teilen sich dreißig Freiwillige.",
        "Im Regal stehen nun auch Honig, Käse und Eier von den Höfen ringsum. Ein Tisch am Fenster dient als Café, an dem nachmittags Karten gespielt wird.",
    )),
    Clean("de", "Alte Straßenbahn wird zum Klassenzimmer", (
        "Eine ausgemusterte Straßenbahn aus dem Jahr 1961 dient der Gesamtschule Lindental als Klassenzimmer. Ein Kran hob den vierzehn Meter langen Wagen in der Nacht zum Freitag über die Turnhalle auf den Schulhof.",
        "Schüler der Werkklasse hatten ihn ein Jahr lang entrostet und gestrichen. Die Heizung stammt aus einem Wohnmobil, der Fahrersitz ist bei Referaten begehrt.",
        "Die Verkehrsbetriebe verlangten nur einen symbolischen Euro. Gekostet haben vor allem der Transport und das Fundament, zusammen 18.000 Euro.",
    )),
    Clean("fr", "Une bibliothèque s'installe dans l'ancienne gare", (
        "La gare de Montreuil-le-Vieux, fermée depuis 1989, accueille depuis samedi une bibliothèque de douze mille livres. Les rayonnages occupent la salle des pas perdus et l'on lit sur les bancs du quai.",
        "La commune a racheté le bâtiment pour un euro et dépensé 240 000 euros en travaux. Une vingtaine de bénévoles assurent l'accueil six jours sur sept.",
        "L'ancien guichet sert au prêt, et la pendule a été remise à l'heure. Le premier livre emprunté fut un indicateur des chemins de fer.",
    )),
    Clean("es", "El faro de Punta Brava vuelve a encenderse", (
        "El faro de Punta Brava volvió a encenderse el viernes después de nueve años a oscuras. Un grupo de pescadores jubilados reparó la lente con piezas rescatadas de tres faros abandonados.",
        "La autoridad portuaria había previsto sustituirlo por una baliza automática. Los vecinos reunieron 5.200 firmas y consiguieron que se conservara la linterna original.",
        "La torre podrá visitarse los domingos en grupos de diez personas. Quien suba los 134 escalones recibirá un sello en la mano.",
    )),
    Clean("it", "Il forno del paese riparte con i ragazzi", (
        "Il forno comunale di Castelrosso ha ripreso a cuocere il pane dopo vent'anni grazie a dodici ragazzi dell'istituto agrario. Ogni venerdì sfornano ottanta pagnotte con farina macinata a pietra.",
        "Il maestro è Primo Gatti, 86 anni, che qui aveva imparato il mestiere da bambino. Il ricavato serve a pagare la legna e una gita al mare.",
        "Gli anziani hanno portato le tavole di legno che tenevano in cantina. Le prenotazioni si fanno alla fontana, su una lavagna.",
    )),
    Clean("pt", "Rio volta a ter barqueiro entre as duas margens", (
        "O rio Sabugal voltou a ter barqueiro, quarenta anos depois de a ponte ter acabado com o ofício. Teresa Lobo, de 29 anos, leva até oito pessoas de cada vez entre Vila Chã e o mercado.",
        "A travessia demora seis minutos e custa cinquenta cêntimos. De carro, o mesmo caminho obriga a uma volta de onze quilómetros.",
        "A câmara emprestou o barco e pagou o motor elétrico, carregado com painéis no telhado do cais. No primeiro mês viajaram 2.300 passageiros e quatro cabras.",
    )),
    Clean("nl", "Molen maalt weer dankzij oude schipper", (
        "De Zwaluw, een korenmolen uit 1774, maalt sinds zondag weer meel voor drie bakkers in de streek. Schipper in ruste Wim Dekker naaide de zeilen op de keukentafel van zijn flat.",
        "De wieken stonden zeventien jaar stil na een blikseminslag. Het herstel kostte 410.000 euro, waarvan de provincie de helft betaalde.",
        "Bezoekers mogen op zaterdag mee naar boven, tot aan de stelling. Wie een zak meel koopt, krijgt er een recept voor roggebrood bij.",
    )),
    Clean("ja", "商店街の銭湯が図書室に生まれ変わる", (
        "緑町商店街で三年前に廃業した銭湯「松の湯」が、土曜日に図書室として再び扉を開いた。浴槽だった場所には本棚が並び、富士山の壁画の下で子どもたちが絵本を読んでいる。",
        "改修費の八百万円は、町内の六百世帯が少しずつ出し合った。番台に座るのは元の店主の孫で、貸し出しの係を引き受けた。",
        "閉館は午後九時で、仕事帰りの人も立ち寄れる。来月には脱衣所を使った小さな音楽会も予定されている。",
    )),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What pages of one language say around an article. `others` are headlines of other articles."""

    author: str
    by: str
    date: str
    published: str
    updated: str
    minutes: str
    views: str
    comments: str
    share: str
    copy_link: str
    cookies: str
    accept: str
    subscribe: str
    subscribe_button: str
    related: str
    others: tuple[str, str]
    also: str
    bio: str
    rights: str
    first: str
    nav: tuple[str, ...]
    photo: str
    listen: str
    advert: str
    comment: str
    reply: str
    leave: str
    older: str
    newer: str
    tags: str
    follow: str


WORDS = {
    "en": Words("Rosalind Pike", "By Rosalind Pike", "November 14, 2026", "Published November 14, 2026 at 8:30 am", "Updated November 15, 2026", "4 min read", "218 views", "3 comments", "Share this article", "Copy link", "We use cookies to improve your experience on our website.", "Accept all", "Sign up for our newsletter and never miss a story.", "Subscribe", "Related posts", ("Ten jars of honey and a broken fence", "Why our swimming coach retired twice"), "Read also: Ten jars of honey and a broken fence", "Rosalind Pike is a freelance journalist who writes about towns and the people in them.", "© 2026 Lantern Post. All rights reserved.", "The post {title} appeared first on Lantern Post.", ("Home", "News", "Sport", "About us", "Contact"), "Photo: Rosalind Pike / Lantern Post", "Listen to this article", "Advertisement", "Lovely piece, thanks for posting!", "Reply", "Leave a comment", "Older post", "Newer post", "Tags: community, local", "Follow"),
    "de": Words("Greta Sommer", "Von Greta Sommer", "14. November 2026", "Veröffentlicht am 14. November 2026 um 08:30 Uhr", "Aktualisiert am 15. November 2026", "4 Min. Lesezeit", "218 Aufrufe", "3 Kommentare", "Artikel teilen", "Link kopieren", "Wir verwenden Cookies, um Ihnen das beste Erlebnis zu bieten.", "Alle akzeptieren", "Melden Sie sich für unseren Newsletter an und verpassen Sie nichts mehr.", "Abonnieren", "Ähnliche Beiträge", ("Zehn Gläser Honig und ein kaputter Zaun", "Warum unser Trainer zweimal aufhörte"), "Lesen Sie auch: Zehn Gläser Honig und ein kaputter Zaun", "Greta Sommer ist freie Journalistin und schreibt über kleine Orte.", "© 2026 Laternenpost. Alle Rechte vorbehalten.", "Der Beitrag {title} erschien zuerst auf Laternenpost.", ("Startseite", "Nachrichten", "Sport", "Über uns", "Kontakt"), "Foto: Greta Sommer / Laternenpost", "Artikel anhören", "Anzeige", "Schöner Bericht, danke fürs Teilen!", "Antworten", "Kommentar schreiben", "Älterer Beitrag", "Neuerer Beitrag", "Schlagwörter: Gemeinde, Lokales", "Folgen"),
    "fr": Words("Solène Girard", "Par Solène Girard", "14 novembre 2026", "Publié le 14 novembre 2026 à 8h30", "Mis à jour le 15 novembre 2026", "4 min de lecture", "218 vues", "3 commentaires", "Partager cet article", "Copier le lien", "Nous utilisons des cookies pour améliorer votre expérience.", "Tout accepter", "Inscrivez-vous à notre newsletter pour ne rien manquer.", "S'abonner", "Articles similaires", ("Dix pots de miel et une clôture cassée", "Pourquoi notre entraîneur est parti deux fois"), "Lire aussi : Dix pots de miel et une clôture cassée", "Solène Girard est journaliste indépendante et écrit sur les petites villes.", "© 2026 La Lanterne. Tous droits réservés.", "L'article {title} est apparu en premier sur La Lanterne.", ("Accueil", "Actualités", "Sport", "À propos", "Contact"), "Photo : Solène Girard / La Lanterne", "Écouter cet article", "Publicité", "Très bel article, merci du partage !", "Répondre", "Laisser un commentaire", "Article précédent", "Article suivant", "Étiquettes : commune, local", "Suivre"),
    "es": Words("Pilar Montes", "Por Pilar Montes", "14 de noviembre de 2026", "Publicado el 14 de noviembre de 2026 a las 8:30", "Actualizado el 15 de noviembre de 2026", "4 min de lectura", "218 visitas", "3 comentarios", "Compartir este artículo", "Copiar enlace", "Utilizamos cookies para mejorar su experiencia.", "Aceptar todo", "Suscríbete a nuestro boletín y no te pierdas nada.", "Suscribirse", "Entradas relacionadas", ("Diez tarros de miel y una valla rota", "Por qué nuestro entrenador se jubiló dos veces"), "Lea también: Diez tarros de miel y una valla rota", "Pilar Montes es periodista independiente y escribe sobre pueblos pequeños.", "© 2026 La Linterna. Todos los derechos reservados.", "La entrada {title} se publicó primero en La Linterna.", ("Inicio", "Noticias", "Deportes", "Quiénes somos", "Contacto"), "Foto: Pilar Montes / La Linterna", "Escuchar este artículo", "Publicidad", "¡Precioso artículo, gracias por compartirlo!", "Responder", "Deja un comentario", "Entrada anterior", "Entrada siguiente", "Etiquetas: comunidad, local", "Seguir"),
    "it": Words("Bianca Serra", "Di Bianca Serra", "14 novembre 2026", "Pubblicato il 14 novembre 2026 alle 8:30", "Aggiornato il 15 novembre 2026", "4 min di lettura", "218 visualizzazioni", "3 commenti", "Condividi questo articolo", "Copia link", "Utilizziamo i cookie per migliorare la tua esperienza.", "Accetta tutto", "Iscriviti alla nostra newsletter per non perdere nulla.", "Iscriviti", "Articoli correlati", ("Dieci vasetti di miele e uno steccato rotto", "Perché il nostro allenatore ha smesso due volte"), "Leggi anche: Dieci vasetti di miele e uno steccato rotto", "Bianca Serra è giornalista freelance e scrive di piccoli paesi.", "© 2026 La Lanterna. Tutti i diritti riservati.", "L'articolo {title} proviene da La Lanterna.", ("Home", "Notizie", "Sport", "Chi siamo", "Contatti"), "Foto: Bianca Serra / La Lanterna", "Ascolta l'articolo", "Pubblicità", "Bellissimo articolo, grazie!", "Rispondi", "Lascia un commento", "Articolo precedente", "Articolo successivo", "Tag: comunità, locale", "Segui"),
    "pt": Words("Inês Valadares", "Por Inês Valadares", "14 de novembro de 2026", "Publicado em 14 de novembro de 2026 às 8:30", "Atualizado em 15 de novembro de 2026", "4 min de leitura", "218 visualizações", "3 comentários", "Partilhar este artigo", "Copiar link", "Utilizamos cookies para melhorar a sua experiência.", "Aceitar todos", "Subscreva a nossa newsletter e não perca nada.", "Subscrever", "Artigos relacionados", ("Dez frascos de mel e uma cerca partida", "Porque o nosso treinador se reformou duas vezes"), "Leia também: Dez frascos de mel e uma cerca partida", "Inês Valadares é jornalista independente e escreve sobre vilas pequenas.", "© 2026 A Lanterna. Todos os direitos reservados.", "O artigo {title} apareceu primeiro em A Lanterna.", ("Início", "Notícias", "Desporto", "Sobre nós", "Contacto"), "Foto: Inês Valadares / A Lanterna", "Ouvir este artigo", "Publicidade", "Que bela história, obrigada!", "Responder", "Deixe um comentário", "Mensagem antiga", "Mensagem mais recente", "Etiquetas: comunidade, local", "Seguir"),
    "nl": Words("Sanne Kuiper", "Door Sanne Kuiper", "14 november 2026", "Gepubliceerd op 14 november 2026 om 8:30", "Bijgewerkt op 15 november 2026", "4 min leestijd", "218 weergaven", "3 reacties", "Deel dit artikel", "Link kopiëren", "Wij gebruiken cookies om uw ervaring te verbeteren.", "Alles accepteren", "Schrijf je in voor onze nieuwsbrief en mis niets meer.", "Abonneren", "Gerelateerde berichten", ("Tien potten honing en een kapot hek", "Waarom onze trainer twee keer stopte"), "Lees ook: Tien potten honing en een kapot hek", "Sanne Kuiper is freelance journalist en schrijft over kleine dorpen.", "© 2026 De Lantaarn. Alle rechten voorbehouden.", "Het bericht {title} verscheen eerst op De Lantaarn.", ("Home", "Nieuws", "Sport", "Over ons", "Contact"), "Foto: Sanne Kuiper / De Lantaarn", "Luister naar dit artikel", "Advertentie", "Wat een mooi stuk, dank je wel!", "Beantwoorden", "Plaats een reactie", "Ouder bericht", "Nieuwer bericht", "Tags: gemeente, lokaal", "Volgen"),
    "ja": Words("高橋みどり", "文：高橋みどり", "2026年11月14日", "公開日：2026年11月14日 8:30", "更新日：2026年11月15日", "読了時間: 4分", "閲覧数：218回", "コメント3件", "この記事をシェア", "リンクをコピー", "当サイトではクッキーを使用しています。", "すべて許可", "ニュースレターに登録して最新情報を受け取りましょう。", "登録する", "関連記事", ("蜂蜜十瓶と壊れた柵", "コーチが二度引退した理由"), "あわせて読みたい：蜂蜜十瓶と壊れた柵", "高橋みどりはフリーの記者で、小さな町について書いている。", "© 2026 ランタン新聞 無断転載を禁じます。", "投稿 {title} は ランタン新聞 に最初に表示されました。", ("ホーム", "ニュース", "スポーツ", "会社概要", "お問い合わせ"), "写真：高橋みどり／ランタン新聞", "この記事を聴く", "広告", "素敵な記事をありがとうございます！", "返信", "コメントを残す", "前の記事", "次の記事", "タグ：地域、暮らし", "フォロー"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    wrap: Callable[[Clean, Words], str]
    is_html: bool


KINDS: list[Kind] = []
Wrap = Callable[[Clean, Words], str]


def copied(wrap: Wrap) -> Wrap:
    KINDS.append(Kind(wrap.__name__, wrap, False))
    return wrap


def page(wrap: Wrap) -> Wrap:
    KINDS.append(Kind(wrap.__name__, wrap, True))
    return wrap


def stacked(*parts: str) -> str:
    return "\n\n".join(parts)


# -- as a browser copies it ------------------------------------------------------------------------------------------


@copied
def wix_copied(a: Clean, w: Words) -> str:
    return f"top of page\n{a.title}\n• lantern_post\n{w.by}\n\n{a.text}\n\n218 views3 comments\nbottom of page"


@copied
def wordpress_copied(a: Clean, w: Words) -> str:
    head = stacked("Skip to content", a.title, f"Posted on {w.date} by {w.author}")
    foot = "Share this:\nTwitter\nFacebook\nLike this:\nLike Loading..."
    return stacked(head, a.text, foot, w.related, *w.others, w.leave)


@copied
def medium_copied(a: Clean, w: Words) -> str:
    head = f"{a.title}\n\n{w.author}\n\n{w.follow}\n{w.minutes}\n·\n{w.date}\n\n143\n\n2\n\nListen\n\nShare"
    return stacked(head, a.text, "143\n\n2", f"Written by {w.author}\n1.2K Followers", w.follow)


@copied
def discourse_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, "General\n\nlantern_post\nNov 14\n", a.text, "3 Likes\n\nReply", "1 / 4\nNov 14", w.related)


@copied
def blogger_copied(a: Clean, w: Words) -> str:
    foot = f"{w.author} at 8:30 AM\nShare\n{w.leave}\n{w.newer}\nHome\n{w.older}\nSubscribe to: Post Comments (Atom)\nPowered by Blogger"
    return stacked(w.date, a.title, a.text, foot)


@copied
def byline_copied(a: Clean, w: Words) -> str:
    return f"{a.title}\n\n{w.by}\n\n{a.text}"


@copied
def timestamps_copied(a: Clean, w: Words) -> str:
    return f"{a.title}\n\n{w.published}\n{w.updated}\n{w.minutes}\n\n{a.text}"


@copied
def counters_copied(a: Clean, w: Words) -> str:
    return f"{a.title}\n\n{w.views} · {w.comments}\n\n{a.text}\n\n{w.views}\n{w.comments}"


@copied
def share_bar_copied(a: Clean, w: Words) -> str:
    bar = f"{w.share}\nFacebook\nX\nWhatsApp\nLinkedIn\n{w.copy_link}"
    return stacked(a.title, bar, a.text, bar)


@copied
def cookie_banner_copied(a: Clean, w: Words) -> str:
    return stacked(f"{w.cookies}\n{w.accept}", a.title, a.text)


@copied
def cookie_banner_below_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, a.text, f"{w.cookies}\n{w.accept}")


@copied
def related_posts_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, a.text, f"{w.related}\n{w.others[0]}\n{w.others[1]}")


@copied
def read_also_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, a.paragraphs[0], w.also, *a.paragraphs[1:])


@copied
def newsletter_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, a.text, f"{w.subscribe}\n{w.subscribe_button}")


@copied
def photo_credit_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, w.photo, a.text)


@copied
def author_bio_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, w.by, a.text, w.bio)


@copied
def copyright_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, a.text, w.rights)


@copied
def appeared_first_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, a.text, w.first.format(title=a.title))


@copied
def navigation_copied(a: Clean, w: Words) -> str:
    return stacked("\n".join(w.nav), f"{w.nav[0]} > {w.nav[1]}", a.title, a.text, "\n".join(w.nav))


@copied
def readers_comments_copied(a: Clean, w: Words) -> str:
    return stacked(a.title, a.text, w.comments, f"Kai_77\n{w.date}\n{w.comment}\n{w.reply}", w.leave)


# -- as a server sends it --------------------------------------------------------------------------------------------


def e(text: str) -> str:
    return html.escape(text)


def paragraphs(a: Clean) -> str:
    return "\n".join(f"<p>{e(one)}</p>" for one in a.paragraphs)


def document(a: Clean, body: str, head: str = "") -> str:
    return f'<!doctype html><html lang="{a.lang}"><head><meta charset="utf-8"><title>{e(a.title)}</title>{head}</head><body>{body}</body></html>'


def menu(w: Words) -> str:
    return "<nav><ul>" + "".join(f'<li><a href="/{i}">{e(one)}</a></li>' for i, one in enumerate(w.nav)) + "</ul></nav>"


def others(w: Words) -> str:
    return "".join(f'<li><a href="/o/{i}">{e(one)}</a></li>' for i, one in enumerate(w.others))


@page
def wix_page(a: Clean, w: Words) -> str:
    return document(
        a,
        f'<div id="SITE_CONTAINER"><div>top of page</div>{menu(w)}<article data-hook="post"><ul data-hook="post-metadata"><li>{e(w.author)}</li><li>{e(w.date)}</li><li>{e(w.minutes)}</li></ul><h1 data-hook="post-title">{e(a.title)}</h1><div data-hook="post-description"><div class="rich-content">{paragraphs(a)}</div></div><div data-hook="post-footer"><span>{e(w.views)}</span><span>{e(w.comments)}</span></div></article><div data-hook="related-posts"><h2>{e(w.related)}</h2><ul>{others(w)}</ul></div><div>bottom of page</div></div>',
    )


@page
def wordpress_page(a: Clean, w: Words) -> str:
    return document(
        a,
        f'<a class="skip-link screen-reader-text" href="#content">Skip to content</a><header class="site-header">{menu(w)}</header><main id="content"><article class="post hentry"><header class="entry-header"><h1 class="entry-title">{e(a.title)}</h1><div class="entry-meta"><span class="posted-on">{e(w.date)}</span> <span class="byline">{e(w.by)}</span></div></header><div class="entry-content">{paragraphs(a)}<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul><li><a href="?share=x">X</a></li></ul></div></div><footer class="entry-footer"><span class="tags-links">{e(w.tags)}</span></footer></article><nav class="post-navigation"><a href="/a">{e(w.older)}</a><a href="/b">{e(w.newer)}</a></nav><div id="comments"><h2>{e(w.leave)}</h2></div></main><footer class="site-footer">{e(w.rights)}</footer>',
    )


@page
def medium_page(a: Clean, w: Words) -> str:
    return document(
        a,
        f'<div id="root"><div><a href="/">Sign in</a><button>Get app</button></div><article><section><h1 class="pw-post-title">{e(a.title)}</h1><div><a rel="author" href="/@r">{e(w.author)}</a><span>{e(w.follow)}</span><span>{e(w.minutes)}</span><span>{e(w.date)}</span></div><div><button>143</button><button>Listen</button><button>Share</button></div>{paragraphs(a)}</section></article><footer><h2>Written by {e(w.author)}</h2><p>{e(w.bio)}</p><button>{e(w.follow)}</button></footer></div>',
    )


@page
def discourse_page(a: Clean, w: Words) -> str:
    return document(
        a,
        f'<header class="d-header"><a href="/">Lantern forum</a></header><div id="main-outlet"><div id="topic-title"><h1><a href="/t/1">{e(a.title)}</a></h1><div class="topic-category"><a href="/c/1">General</a></div></div><div class="topic-body crawler-post"><div class="crawler-post-meta"><span class="creator"><a href="/u/lantern_post">lantern_post</a></span><time datetime="2026-11-14T08:30:00Z">November 14, 2026, 8:30am</time></div><div class="post" itemprop="text">{paragraphs(a)}</div><div itemprop="interactionStatistic"><span class="post-likes">3 Likes</span></div></div><div class="topic-body crawler-post"><div class="crawler-post-meta"><span class="creator"><a href="/u/kai">kai_77</a></span></div><div class="post" itemprop="text"><p>{e(w.comment)}</p></div></div></div><footer><a href="/tos">Terms of Service</a></footer>',
    )


@page
def blogger_page(a: Clean, w: Words) -> str:
    return document(
        a,
        f'<div class="header"><h1 class="title">Lantern Post</h1></div><div class="date-outer"><h2 class="date-header"><span>{e(w.date)}</span></h2><div class="post hentry"><h3 class="post-title entry-title">{e(a.title)}</h3><div class="post-body entry-content">{paragraphs(a)}</div><div class="post-footer"><span class="post-author vcard">{e(w.author)}</span> <span class="post-labels">{e(w.tags)}</span></div></div></div><div id="comments"><h4>{e(w.comments)}</h4><p>{e(w.comment)}</p></div><div class="blog-pager"><a href="/n">{e(w.newer)}</a> <a href="/o">{e(w.older)}</a></div><div class="footer">Powered by Blogger</div>',
    )


@page
def consent_page(a: Clean, w: Words) -> str:
    return document(
        a,
        f'<div id="cookie-consent" role="dialog" aria-modal="true"><p>{e(w.cookies)}</p><button>{e(w.accept)}</button></div>{menu(w)}<main><article><h1>{e(a.title)}</h1><p class="byline">{e(w.by)}</p>{paragraphs(a)}</article></main><footer><p>{e(w.rights)}</p></footer>',
    )


@page
def inline_related_page(a: Clean, w: Words) -> str:
    first, *rest = a.paragraphs
    body = f'<p>{e(first)}</p><aside class="related"><a href="/o/0">{e(w.also)}</a></aside>' + "".join(
        f"<p>{e(p)}</p>" for p in rest
    )
    return document(
        a,
        f'{menu(w)}<div class="breadcrumb">{e(w.nav[0])} / {e(w.nav[1])}</div><main><article><h1>{e(a.title)}</h1><time datetime="2026-11-14">{e(w.published)}</time>{body}</article><aside><h2>{e(w.related)}</h2><ul>{others(w)}</ul></aside></main>',
    )


@page
def captions_page(a: Clean, w: Words) -> str:
    first, *rest = a.paragraphs
    body = (
        f'<figure><img src="/i.jpg" width="1200" height="800" alt=""><figcaption>{e(w.photo)}</figcaption></figure><p>{e(first)}</p><div class="ad-slot">{e(w.advert)}</div>'
        + "".join(f"<p>{e(p)}</p>" for p in rest)
    )
    return document(
        a,
        f'{menu(w)}<article><h1>{e(a.title)}</h1><div class="article-tools"><a href="#">{e(w.listen)}</a><a href="#">{e(w.copy_link)}</a></div>{body}</article>',
    )


@page
def newsletter_form_page(a: Clean, w: Words) -> str:
    first, *rest = a.paragraphs
    form = f'<div class="newsletter-signup"><p>{e(w.subscribe)}</p><form action="/s"><input type="email"><button>{e(w.subscribe_button)}</button></form></div>'
    body = f"<p>{e(first)}</p>{form}" + "".join(f"<p>{e(p)}</p>" for p in rest)
    return document(
        a, f'<main><article><h1>{e(a.title)}</h1>{body}<p class="copyright">{e(w.rights)}</p></article></main>'
    )


@page
def comments_and_bio_page(a: Clean, w: Words) -> str:
    return document(
        a,
        f'{menu(w)}<article class="post"><h1>{e(a.title)}</h1><div class="content">{paragraphs(a)}</div><div class="author-bio"><img src="/me.jpg" alt=""><h4>{e(w.author)}</h4><p>{e(w.bio)}</p></div><div class="share-buttons"><span>{e(w.share)}</span><a href="#">Facebook</a></div></article><section id="comments" class="comments-area"><h2>{e(w.comments)}</h2><ol class="comment-list"><li class="comment"><b>Kai_77</b><p>{e(w.comment)}</p><a href="#">{e(w.reply)}</a></li></ol></section>',
    )


# -- what must not be said -------------------------------------------------------------------------------------------

_TAGS = re.compile(r"<(head|script)\b.*?</\1>|<[^>]*>", re.S)
_UNSPACED = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def dirt_words(kind: Kind, article: Clean) -> frozenset[str]:
    """Words that only the page says; for Japanese, whole lines of it."""
    words = WORDS[article.lang]
    wrapped = kind.wrap(article, words)
    if kind.is_html:
        wrapped = html.unescape(_TAGS.sub("\n", wrapped))
    own = f"{article.title}\n{article.text}"
    found: set[str] = set()
    for line in wrapped.splitlines():
        line = line.strip()
        if line and line not in own:
            found |= {line} if _UNSPACED.search(line) else set(re.findall(r"\w{3,}", line.casefold()))
    return frozenset(found - set(re.findall(r"\w+", own.casefold())))
