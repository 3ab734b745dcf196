"""Words that name nobody and nothing: what a sentence may begin with, and nouns of German, which all have capitals.

Data, and the endings that ordinary words have. Beyond `stopwords`, which lists what carries no topic at all. A word
that is not here is not refused for that: the article's own words are always allowed. Written for this project.
"""

# ruff: noqa: SIM905  # lists of words are read as words

from __future__ import annotations

import re

OPENERS: dict[str, frozenset[str]] = {
    language: frozenset(words.casefold().split())
    for language, words in {
        "en": "a across according additional additionally ahead all along alongside already although amid among "
        "another any "
        "anyone apart around aside back backed because behind beneath besides beyond both born built campaigners "
        "children "
        "citizens critics customers despite doors during each early earlier eight either entry even eventually every "
        "everyone except experts families fans farmers fans few finally five following for former four fresh from "
        "fully "
        "funding funded gardeners given guests half her here his how however if including initially instead its "
        "just last "
        "late later led less local locals long many meanwhile meant members more most much named neighbours "
        "neighbors new "
        "next nearly nine no nobody none nonetheless nothing now officials often old once one only opening organisers "
        "organizers originally other others otherwise our over owing parents partly people perhaps plans players "
        "police "
        "previously profits proceeds rather readers repairs researchers residents scientists seven several shoppers "
        "should "
        "similarly since six so some someone soon staff starting still students such supporters teachers ten thanks "
        "that "
        "their then there therefore these they thieves this those though three throughout thus tickets to today "
        "together "
        "tomorrow tonight too towards two under unlike until up upon users using users viewers villagers visitors "
        "volunteers voters what whatever when whenever where whereas whether which while who whose why with within "
        "without "
        "work workers work yesterday yet young built held set run made run founded based located once money costs "
        "prices "
        "sales entries fees results donations donors spectators crews teams pupils passengers drivers commuters "
        "attendance demand water nights evenings mornings winter summer spring autumn instead",
        "de": "ab aber abends alle allein allerdings als also am an andere anders anfangs angesichts anschließend "
        "anstatt "
        "auch auf aufgrund aus außer außerdem außenseiter bald beginnend bei beide beim bereits besonders besucher "
        "bis bisher bislang "
        "da dabei dadurch dafür dagegen daher damit danach dank daneben dann daran darauf daraus darin darum "
        "darunter das "
        "dass davon davor dazu dem den denn dennoch der deren derzeit des deshalb dessen die dies diese diesen dieser "
        "dieses doch dort durch ebenfalls ebenso ehe eigentlich ein eine einem einen einer eines einige einmal einst "
        "entsprechend er erst erstmals es etwa etwas falls fast finanziert für ganz gebaut gefördert gegen gegenüber "
        "gemeinsam genau geplant gesteuert gleich gleichzeitig heute hier hierfür hinter ihm ihr ihre im immer in "
        "indem "
        "infolge inzwischen insgesamt jede jeder jedes jedoch jetzt kein keine kinder knapp künftig kurz lange laut "
        "leute "
        "mehr mehrere meist menschen mit mitte mithilfe mittlerweile möglich morgen nach nachdem nachmittags neben "
        "nicht "
        "nichts nie noch nun nur ob obwohl oder ohne rund samt schon schließlich seit seitdem sein seine selbst sie so "
        "sobald sodass sogar somit sondern sonst soweit sowohl später statt stattdessen teils trotz trotzdem über "
        "überall "
        "um und unter ursprünglich viel viele vielmehr vom von vor vorher vormittags während wann war warum was weder "
        "wegen weil weiter weitere weiterhin wenig wenige wenn wer wie wieder wir wird wo wobei wodurch womit "
        "worden zehn "
        "zu zudem zuerst zuletzt zum zunächst zur zusammen zusätzlich zuvor zwar zwischen jährlich täglich wöchentlich "
        "anwohner bürger fachleute forscher freiwillige gäste kritiker nachbarn schüler studierende vereine eltern",
        "fr": "à afin ainsi alors après auditeurs aucun aucune aujourd'hui auparavant auprès aussi aussitôt autour "
        "autre "
        "autres aux avant avec beaucoup bénévoles bientôt car ce ceci cela celle celles celui cependant certains "
        "certaines "
        "ces cet cette ceux chacun chaque chez comme comment contre d'abord d'ici dans davantage de depuis derrière "
        "des "
        "dès désormais deux devant donc dont du durant elle elles en encore enfin ensuite entre environ est et face "
        "faute "
        "fondé fondée grâce hier hors ici il ils jamais jusque jusqu'à la le les leur leurs lors lorsque mais "
        "malgré mieux "
        "même moins moyennant ni non nos notre nous on or ou où outre par parce parents parfois parmi partout pas "
        "pendant "
        "peu peut plus plusieurs pour pourquoi pourtant près presque puis puisque quand quant quatre quel quelque "
        "quelques "
        "qui quoi quoique rien sa sans sauf selon ses seul seule seuls si sinon sitôt soit son sous souvent suite sur "
        "surtout tandis tant tard tel telle tôt toujours tous tout toute toutefois toutes trois trop un une vers voici "
        "voilà voisins vu commerçants élèves enfants habitants riverains lecteurs membres visiteurs victimes ouvert "
        "ouverte créé créée né née installé installée",
        "es": "a además ahora al algo alguien algunos algunas allí ante antes apenas aquel aquella aquí así aun aún "
        "aunque "
        "bajo bastante cada casi como con contra cuando cuanto cuatro cual da dada dadas dado dados de debido del "
        "desde "
        "después detrás donde dos durante el él ella ellas ellos en encima entonces entre es esa esas ese eso esos "
        "esta "
        "está estas este esto estos excepto fundada fundado gracias hace hacia hasta hay hoy incluso jamás junto la "
        "las le "
        "les lo los luego más mediante mejor menos mi mientras mucho muchos muy nacida nacido nada nadie ni ningún "
        "ninguna "
        "no nos nosotros nuestra nuestro nueva nuevo nunca o otra otras otro otros para pero poco pocos por porque "
        "pronto "
        "pues que qué quien quienes salvo se según sea si sí siempre sin sino sobre solo sólo su sus tal también "
        "tampoco "
        "tan tanto tarde tras tres todo todos toda todas tu un una unas uno unos usted varios vecinos ya socios "
        "alumnos "
        "vecinas familias voluntarios agricultores abierto abierta ubicado ubicada",
        "pt": "a acima ademais agora ainda além alguém algum alguma algumas alguns ali ante antes ao aos apenas "
        "após aquela "
        "aquele aqui as às assim até bastante cada caso cerca com como conforme contra contudo da das de debaixo "
        "dentro "
        "depois desde dessa desse desta deste do dois dos durante e é ela elas ele eles em embora enquanto entre "
        "então era "
        "essa esse esta está este eu exceto fora graças há haverá hoje isso isto já junto lá mais mas mediante "
        "menos mesmo "
        "muito muitos na nada não nas nem nenhum nesta neste no nos nós nova novo num numa nunca o onde ontem os ou "
        "outra "
        "outro outros para pela pelas pelo pelos perante pois por porque porém porquanto pouco poucos quais qual "
        "quando "
        "quanto quase que quem são se segundo seja sem sempre seu seus só sob sobre sua suas também tanto tão tal todo "
        "todos toda três tudo um uma uns vários moradores sócios alunos voluntários fundado fundada nascido nascida",
        "it": "a abbastanza accanto adesso ai al alcuni alcune alla alle allo allora altri altro anche ancora anni "
        "appena "
        "assieme attorno avanti c'è chi ci ciascuno circa come con contro così cosa da dal dalla dalle dallo dagli "
        "degli "
        "dei del della delle dello dentro dietro dopo dove due dunque durante e è ed entrambi entro era eppure fin "
        "fino "
        "finora fra fuori già gli grazie ha hanno i il in infatti infine insieme intanto invece io l la là le lei "
        "lo loro "
        "lui lungo ma mai malgrado meno mentre mezzo molti molto nato nata né nei nel nella nelle nello negli nessun "
        "nessuno niente noi non nonostante nostra nostro nulla nuova nuovo o ogni oggi oltre ora oppure per perché "
        "però "
        "pertanto più poco poi presso prima proprio qua quale quali qualche quando quanto quasi quattro quello questa "
        "queste questi questo qui quindi sarà se secondo sei sempre senza si sì sia sin sono sopra sotto su sua sue "
        "sui "
        "sul sulla suo suoi tale tanto tra tranne tre tutta tutte tutti tutto un una uno verso via volontari residenti "
        "studenti fondato fondata aperto aperta",
        "nl": "aan achter al alle alleen als alsof ander anders andere beide bij bijna binnen bovendien boven buiten "
        "daar daardoor daarmee daarna daarnaast daarom daarvoor dan dankzij dat de deze die dit door drie dus "
        "echter een "
        "eerst eerder elk elke en enkele er gedurende geen haar had hebben heeft hem het hier hij hoe hoewel hun ik in "
        "inmiddels is ja je kinderen later leden liever maar meer met mits na naar naast nadat namens niemand niet "
        "niets "
        "nog nu nooit of om omdat ondanks onder ons ook op over pas per rond samen sinds slechts soms straks te "
        "tegen ten "
        "terwijl tijdens toch toen tot totdat tussen twee uit vaak van vanaf vandaag vanwege veel verder via vier voor "
        "voordat vooral volgens voorlopig waar waarom waarvan wanneer want was wat wegens wel welke werd wie wij word "
        "wordt zal ze zelfs zes zij zijn zo zodat zodra zonder zou bewoners bezoekers schaatsers vrijwilligers ouders",
        "pl": "a aby albo ale ani aż bardzo bez bo by być byli było była był choć co czy często dalej dlaczego "
        "dlatego do "
        "dokąd dopiero dotąd drugi dziś dzięki gdy gdzie gdyby i ich ile im inne inni innych ja jak jaki jako je jeden "
        "jednak jednocześnie jego jej jest jeszcze jeśli już każdy każda kiedy kilka kilku kto która które który "
        "którzy "
        "lecz lub ma między mieszkańcy mimo może można na nad nadal nam nas natomiast nawet nic nie nigdy niż no nowa "
        "nowe nowy o obecnie obok od oba obie on ona oni oprócz oraz pod podczas pomiędzy pomimo ponad ponieważ po "
        "potem poza później przed przede przez przeciw przy razem również są się skoro spośród swoje swoją tak "
        "także tam "
        "te tego tej ten to toteż trzy tu tutaj tylko tym u w we według wiele wielu więc wkrótce wobec wraz wszyscy "
        "wszystkie wśród wówczas wtedy z za zamiast zanim zarówno zaś zatem zawsze ze zgodnie żaden że",
        "ru": "а без более больше будет был была были было благодаря в вдоль ведь весь видимо вместе вместо вне во "
        "возле "
        "вокруг вот впервые впереди время все всего всё второй вчера вы где да даже дети для до достаточно другие едва "
        "если ещё еще её ему её жители за затем зато здесь зрители и из избежать или именно иногда их к каждая "
        "каждый как "
        "какой когда количество который кроме кто летом лишь между меньше многие можно на над накануне наконец не "
        "несколько несмотря нет ни никто но новая новое новый ночью о об оба однако около он она они оно опять от "
        "отныне "
        "перед по под пока по-прежнему поскольку после потом потому почему почти при причём про против раньше ради "
        "разве "
        "с сам самый сверх свой своей сегодня сейчас сколько скоро следом сначала снова со согласно спустя среди "
        "столько "
        "так также такой там теперь тогда тоже только тот три туда ту у уже хотя чем через что чтобы эта эти это этот "
        "зимой весной осенью утром вечером участники волонтёры ученики родители",
        "sv": "alla allt att av bland både de dem den denna deras det detta dock där därför efter eftersom ett en "
        "enligt "
        "flera från få för före först förutom genom han har hela hennes hos hur här i idag in ingen inget innan "
        "inte med "
        "medan mellan men mer mot många måste nu nya när och också om på runt samt sedan sina som så till tidigare "
        "trots "
        "två under upp utan utanför var varje varken vi vid vilket vissa åt även",
        "da": "af alle at blandt både da de dem den denne deres det dette dog efter ellers en endnu et flere for fordi "
        "foran fra før først gennem han har hendes her hos hun hver hvis hvor hvordan hvorfor i ifølge ikke imens imod "
        "ind indtil ingen jo kun langs lige med mellem men mens mere mod nogle nu når næsten nye og også om omkring op "
        "over på samt sammen selv selvom siden som så sådan til to trods under ud uden ved vi være",
        "no": "av alle at blant både da de dem den denne deres det dette dog etter ellers en ennå et flere for fordi "
        "foran fra før først gjennom han har hennes her hos hun hver hvis hvor hvordan hvorfor i ifølge ikke mens mot "
        "inn inntil ingen kun langs med mellom men mer noen nå når nesten nye og også om omkring opp over på samt "
        "sammen selv siden som så slik til to tross under ut uten ved vi være",
    }.items()
}

_GERMAN_NOUNS = frozenset(
    "abend abende abschluss alltag anfang angebot angebote anlass anspruch ansatz anteil antrag anzahl arbeit "
    "arbeiten art "
    "aufgabe auftakt auftrag aufwand ausbau ausgabe ausgang ausweg baustelle bau bauten bedarf bedingung beginn "
    "beispiel "
    "beitrag bereich bericht besuch betrag betrieb bild bilder blick boden dach dank daten datum dauer dienst ding "
    "dinge "
    "dorf ebene ecke eigentümer einbruch eindruck einführung eingang einsatz einstieg eintritt einwohner ende endspiel "
    "entscheidung entwurf erfolg ergebnis ernte erlös ersatz fach fahrt fall familie familien feier feld ferien "
    "fest finale "
    "folge form frage fragen frau frauen freude frist frühjahr frühling gang gast gebiet gebäude gefahr gegend "
    "gegenstand "
    "gegner geld gelder gelegenheit gemeinde geräte gericht geschichte gesicht gespräch gewinn grenze grund gruppe "
    "gruppen "
    "hand haus heim herbst hilfe himmel hof höhe idee inhalt jahr jahre jahren jahres jahrzehnt jahrzehnte jugend "
    "kampf "
    "kasse keller kind kinder kindern klasse kosten kraft kritik kunden kurs land lage lager laden leben lehrer "
    "leistung "
    "leitung leute liste luft lösung mal mangel mann mannschaft markt maß maßnahme mehrheit meinung menge mensch "
    "menschen "
    "menschheit miete minute minuten mitglied mitglieder mittag mitte mittel moment monat monate monaten morgen "
    "möglichkeit "
    "musik mut mutter nacht nachfrage nachmittag nachwuchs name namen natur netz ordnung ort orte paar pause person "
    "personen "
    "pflicht phase pläne plan platz plätze preis preise probe problem probleme projekt punkt punkte rahmen rand "
    "raum rechnung "
    "recht regel reihe reise rest restaurierung rolle ruhe runde saal sache saison schaden schluss schritt schule "
    "schüler "
    "schutz seite sieg sinn sommer sorge spaß spende spenden spiel spiele spieler sprache spur stadt stand start "
    "stelle "
    "steuer stimme stimmen straße strecke strom stück stücke stunde stunden suche szene tag tage tagen tages teil "
    "teile "
    "teilnehmer thema termin tier tiere tisch titel tor tore tradition traum treffen turnier tür umbau umgang "
    "umfang umzug "
    "unterricht unterschied ursache vater verein vereine verkauf verkehr verlust versuch vertrag viertel volk vorhaben "
    "vorjahr vorsitz vorsprung vorteil wache wagen wahl wald wand wasser wechsel weg wege weise welt werk wert wetter "
    "wiese wind winter woche wochen wochenende wort worte wunsch zahl zahlen zeichen zeit zeiten zentrum ziel ziele "
    "zimmer "
    "zug zukunft zuschauer zustand zweck zweifel zusage zuschuss zuschüsse schrauben reparieren bauen lernen lesen "
    "kilometer meter euro prozent uhr kilogramm hektar liter tonnen grad quadratmeter kubikmeter stundenkilometer "
    "januar februar märz april mai juni juli august september oktober november dezember schnitt durchschnitt gäste "
    "paare abnehmer "
    "nehmer reife interessierte betroffene angestellte beschäftigte verletzte freiwillige beteiligte".casefold().split()
)
# Endings that names do not have: not -ing, -ly, -ence, -chen or -ling (Manning, Connolly, Lawrence, München).
_GERMAN_ENDED = re.compile(
    r"\w{4,}(?:heit|heiten|keit|keiten|schaft|schaften|tion|tionen|tät|täten|nis|nisse|ismus|zeug|werk|kosten|arbeit|"
    r"arbeiten|preis|preise|geld|gelder|zeit|zeiten|jahr|jahre|spiel|spiele|ierte|ierten)s?|\w{5,}ung(?:en|s)?|"
    r"\w{4,}ungen"
)
_GERMAN_HEADS = _GERMAN_NOUNS - frozenset(
    "stadt grund winter sommer morgen abend tisch boden".split()
)  # Darmstadt, Neuwinter
_ENDINGS = {
    "en": re.compile(r"\w{4,}(?:ments?|tions?|sions?|ities)|\w{6,}(?:ers|ors|ists|ians|ants|ees)"),
    "fr": re.compile(r"\w{4,}(?:ment|ments|tions?|ités?|eurs|euses|istes|ants|antes|iers|ières)"),
    "es": re.compile(r"\w{4,}(?:mente|ciones|ción|dades|istas)|\w{5,}(?:adores|antes)"),
    "pt": re.compile(r"\w{4,}(?:mente|ções|ção|dades|istas)|\w{5,}(?:adores|antes)"),
    "it": re.compile(r"\w{4,}(?:mente|zioni|zione|isti)|\w{5,}atori"),
    "nl": re.compile(r"\w{3,}(?:ingen|heid|schap|ties|isten)"),
    "sv": re.compile(r"\w{3,}(?:ningen|ningar|heten|tioner)"),
}  # fmt: skip


def opens(word: str, language: str) -> bool:
    """Whether an ordinary sentence may begin with `word` (lower case): listed, or with an ending no name has."""
    if word in OPENERS.get(language, OPENERS["en"]):
        return True
    if language == "de":
        return is_german_noun(word)
    ending = _ENDINGS.get(language)
    return ending is not None and ending.fullmatch(word) is not None


def is_german_noun(word: str) -> bool:
    """Whether `word` (in lower case) is an ordinary noun: listed, a compound that ends in one, or ending like one."""
    if word in _GERMAN_NOUNS:
        return True
    if any(len(word) >= at + 5 and word[at:] in _GERMAN_HEADS for at in range(3, len(word) - 4)):
        return True
    return _GERMAN_ENDED.fullmatch(word) is not None


def ends_in_noun(word: str, stem: str) -> bool:
    """Whether what follows `stem` in a German compound is an ordinary noun, or only an ending."""
    rest = word.removeprefix(stem)
    return rest in ("", "s", "n", "en", "e", "er", "es") or rest.lstrip("s") in _GERMAN_NOUNS or rest in _GERMAN_NOUNS


_CALENDAR: dict[str, frozenset[str]] = {
    language: frozenset(found.split())
    for language, found in {
        "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre lundi mardi "
        "mercredi jeudi "
        "vendredi samedi dimanche",
        "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes "
        "martes miércoles "
        "jueves viernes sábado domingo",
        "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro terça "
        "quarta quinta "
        "sábado domingo",
        "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre lunedì "
        "martedì "
        "mercoledì giovedì venerdì sabato domenica",
        "nl": "januari februari maart april mei juni juli augustus september oktober november december maandag "
        "dinsdag woensdag "
        "donderdag vrijdag zaterdag zondag",
        "pl": "styczeń stycznia lutego marzec marca kwiecień kwietnia maja czerwiec czerwca lipiec lipca sierpień "
        "sierpnia "
        "wrzesień września październik października listopad listopada grudzień grudnia poniedziałek wtorek środa "
        "środę "
        "czwartek piątek sobota sobotę niedziela niedzielę",
        "ru": "январь января февраль февраля март марта апрель апреля мая июнь июня июль июля август августа "
        "сентябрь сентября "
        "октябрь октября ноябрь ноября декабрь декабря понедельник вторник среду четверг пятницу субботу воскресенье",
        "sv": "januari februari mars april juni juli augusti september oktober november december måndag tisdag "
        "onsdag torsdag "
        "fredag lördag söndag",
        "da": "januar februar marts april juni juli august september oktober november december mandag tirsdag "
        "onsdag torsdag "
        "fredag lørdag søndag",
        "no": "januar februar mars april juni juli august september oktober november desember mandag tirsdag onsdag "
        "torsdag "
        "fredag lørdag søndag",
        "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر الأحد الاثنين الإثنين "
        "الثلاثاء "
        "الأربعاء الخميس الجمعة السبت",
    }.items()
}


def is_calendar(word: str, language: str) -> bool:
    """A month or a day of the week (in lower case), where the language does not give it a capital."""
    return word in _CALENDAR.get(language, frozenset())
