"""Words that carry no topic, and openers that need the sentence before them, for the languages we know them of.

Data only. A language that is not here is ranked by document frequency alone, which is weaker, not wrong.
Written for this project: function words of each language, not a copy of any published list.
"""

from __future__ import annotations

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a about above after again against all also am an and any are aren't as at be because been before "
        "being below between both but by can can't could couldn't did didn't do does doesn't doing don't down "
        "during each even few for from further get got had has have haven't having he her here hers herself "
        "him himself his how however i if in into is isn't it its it's itself just let's may me might more "
        "most much must my myself no nor not now of off on once one only or other our ours out over own same "
        "she should so some such than that that's the their theirs them themselves then there there's these "
        "they they're this those through to too under until up upon us very was wasn't we we're were what "
        "when where which while who whom why will with within without won't would you your yours yourself",
        "de": "ab aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis "
        "bist da dabei damit dann das dass dem den denn der des dessen die dies diese diesem diesen dieser "
        "dieses doch dort du durch ein eine einem einen einer eines er es etwas für gegen hat hatte hatten "
        "haben hier hinter ich ihm ihn ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder "
        "jetzt kann kein keine können man mehr mein mit muss nach nicht noch nun nur ob oder ohne schon sehr "
        "sein seine seinem seinen seiner seit sich sie sind so soll sondern über um und uns unser unter viel "
        "vom von vor war waren was weil wenn werden wie wieder will wir wird wo wurde wurden zu zum zur "
        "zwischen",
        "fr": "à a afin ai ainsi alors après au aussi autre aux avait avant avec avoir bien c ce cela ces cet cette "
        "ceux chez comme d dans de depuis des deux donc dont du elle elles en encore entre est et été être eu "
        "fait il ils j je l la le les leur leurs lors lui m ma mais me même mes moi moins mon n ne ni non nos "
        "notre nous on ont ou où par pas peu peut plus pour pourquoi qu quand que quel quelle qui s sa sans "
        "se selon sera ses si son sont sous sur t ta te tes toi ton tous tout toute toutes très tu un une "
        "vers vos votre vous y était",
        "es": "a al algo algunas algunos ante antes aquí así aún aunque cada casi como con contra cual cuando de "
        "del desde donde dos durante e el él ella ellas ellos en entre era es esa ese eso esta está están "
        "este esto estos fue fueron ha había han hasta hay la las le les lo los más me mi mientras mis mucho "
        "muy nada ni no nos nosotros o os otra otro otros para pero poco por porque que qué quien se sea "
        "según ser si sí sido sin sobre son su sus también tanto te tiene tienen todo todos tras tu tus un "
        "una uno unos y ya yo",
        "it": "a ad agli ai al alla alle allo anche ancora aveva c che chi ci come con contro cosa così cui da "
        "dagli dai dal dalla dalle dei del della delle dello di dopo dove due e è ed era erano essere fa fino "
        "fra gli ha hanno ho i il in io l la le lei li lo loro lui ma me mentre mi mia mio molto ne nei nel "
        "nella nelle no noi non nostro o ogni per però perché più poi prima qua qualche quale quando quanto "
        "quella quelle quello questa queste questi questo qui se sei senza si sia sono sotto stato stata su "
        "sua sue sugli sui sul sulla suo suoi tra tu tutti tutto un una uno va vi",
        "pt": "a à ainda ao aos após aquela aquele as às até cada com como da das de dela dele depois do dois dos e "
        "é ela elas ele eles em entre era essa esse esta está estão este eu foi foram há isso isto já la lhe "
        "mais mas me mesmo meu minha muito na não nas nem no nos nós o os ou outra outro para pela pelas pelo "
        "pelos por porque qual quando que quem se sem ser seu seus só sobre sua suas também te tem têm toda "
        "todo todos tu um uma umas uns você",
        "nl": "aan al alle als ben bij d daar dan dat de den der deze die dit doch doen door dus een eens en er ge "
        "geen had hebben heeft hem het hier hij hoe hun ik in is ja je kan komt kunnen maar me meer men met "
        "mij mijn moet na naar niet niets nog nu of om omdat onder ons onze ook op over reeds s te tegen toch "
        "toen tot u uit uw van veel voor waar waren was wat werd wie wij wil worden wordt zal ze zei zich zij "
        "zijn zo zonder zou",
        "sv": "alla allt att av bara blev bli blir då de dem den denna deras dess dessa det detta dig din där efter "
        "ej eller en er ett får för från ha hade han hans har hon hur här i icke in ingen inom inte jag ju "
        "kan kunde man med mellan men mer mig min mot mycket ni nu när någon något och om oss på samma sedan "
        "sig sin sina skall ska som så till under upp ut utan vad var vara vi vid vilken är år åt över",
        "da": "af alle at blev blive bliver da de dem den denne der deres det dette dig din disse dog du efter "
        "eller en end er et for fra ham han hans har havde hun hvad hvis hvor i ikke ind jeg jo kan kunne man "
        "med meget men mig min mod når nogle noget nu og også om op os over på selv sig sin skal som så til "
        "ud under var ved vi vil være",
        "no": "alle at av bare ble bli blir da de dem den denne der det dette du eller en er et etter for fra før "
        "ha hadde han har hun hva hvis hvor i ikke inn jeg kan man med men meg mer mot må når noe noen nå og "
        "også om opp oss over på seg selv sin skal som så til under ut var ved vi vil være år",
        "fi": "ei että ennen eivät he hän ja jo joka jos jossa jotka kanssa koska kuin kun me mitä mukaan mutta "
        "myös ne niin noin nyt oli olisi olla on ovat se sekä sen siitä sitä tai tämä tässä vain vielä voi",
        "pl": "a aby ale bardzo bez bo być był była było były co czy dla do gdy gdzie go i ich im ja jak jako je "
        "jego jej jest jeszcze już każdy kiedy kto która które który ma może można na nad nie nich niż o od "
        "on ona one oni oraz po pod przed przez przy są się tak także tam te tego tej ten to tu tylko tym u w "
        "we więc wszystko z za ze że",
        "cs": "a aby ale ani až bez by byl byla bylo být co což do i ho jak jako je jeho její jen ještě ji jsem "
        "jsou k kde když která které který má mezi mi na nad ne nebo není o od po pod podle pro proto před "
        "při s se si své ta tak také tedy ten to toho tu u už v ve více však za ze že",
        "ru": "а без более бы был была были было быть в вам вас ведь весь во вот все всё всех вы где да даже для до "
        "его ее её если есть еще ещё же за здесь и из или им их к как какой когда которая которые который кто "
        "ли либо между меня мне много может мы на над надо наш не него нее ней нет ни них но ну о об однако "
        "он она они оно от очень по под при про с сам со так также такой там те тем то того тоже той только "
        "том ты у уже хотя чего чем что чтобы эта эти это этого этой этот я",
        "uk": "а але без би був була були було бути в вже ви від він вона вони все всі де для до ж з за зі і із її "
        "їх й його коли лише ми мій на над не ні них ну о об одна один по під після при про саме себе та так "
        "також те ти то тільки того у хто це цей цього ця чи що щоб я як яка який які",
        "tr": "acaba ama ancak bana bazı belki ben beni bir biri birçok biz bu buna bunu bunun çok çünkü da daha de "
        "defa diye eğer en gibi göre hem hep her hiç için ile ise kadar ki kim mı mi mu mü nasıl ne neden o "
        "olan olarak oldu olduğu olduğunu on ona onlar onu onun sen siz son sonra şey şu tüm ve veya ya yani",
        "ar": "من في على إلى عن مع هذا هذه ذلك تلك التي الذي الذين أن إن أو و ثم لا ما لم لن قد كان كانت يكون هو هي "
        "هم كل بعد قبل بين حتى إذا كما لكن غير أي بها به فيها فيه منها منه عليه عليها له لها أنه أنها عند حيث "
        "خلال وفي ومن وقد التى نحن أنا",
        "fa": "و در به از که این آن را با است برای بر تا یک هم نیز شد شده می خود بود ها های اما اگر یا باید هر او "
        "ما شما آنها کرد کرده کند دارد پس بین دو چه پیش نمی شود شدند بودند",
        "ur": "اور میں کے کی کا کو سے نے ہے ہیں یہ وہ اس ان پر کہ بھی تھا تھی تھے ایک جو ہو تو نہیں کر کیا گیا گئی "
        "لیے ساتھ بعد تک ہی",
        "he": "של על את עם אל כי זה זו זאת הוא היא הם הן אני אנחנו אתה לא כן גם אך אבל או אם כל יש אין היה היתה היו "
        "להיות בין עד רק עוד כמו אחרי לפני כאשר אשר מה מי איך",
        "hi": "और का की के को में से पर है हैं था थी थे यह वह इस उस ये वे एक कि जो तो ही भी ने कर करने किया हो होता "
        "होती होने गया गई गए लिए साथ बाद तक या नहीं अपने अपनी कुछ बहुत जब तब अब मैं हम आप वाले वाली",
        "mr": "आणि हा ही हे तो ती ते या त्या एक आहे आहेत होता होती होते की च ला ना मध्ये वर साठी पण तर नाही असे "
        "केले करून मी आम्ही आपण त्यांनी यांनी व",
        "bn": "এবং ও এই সেই এ তা যে যা তার তাদের একটি এক করে করা হয় হয়েছে ছিল না কি জন্য থেকে সঙ্গে সাথে পর মধ্যে "
        "আমি আমরা তিনি তারা কিন্তু আর বা হবে",
        "el": "ο η το οι τα του της των τον την και σε με για από στο στη στην στον στα στις να θα που δεν μη είναι "
        "ήταν ένα μια ένας αυτό αυτή αυτός αυτά ως όπως κατά μετά πριν αλλά ή αν ότι πως έχει έχουν μας σας "
        "τους μου πολύ",
        "hu": "a az és hogy nem is egy ez azt meg de már csak el mint ha volt vagy még ki mert van lesz ezt fel sem "
        "kell itt akkor ami minden nagyon át be le után között",
        "ro": "a al ale am ar are au ca că care ce cu cum dar de deci din după ea ei el este eu fi fost fără iar în "
        "îi îl la le lor lui mai ne nu o pe pentru prin sa să sau se și sunt un una unei unui va",
        "id": "ada adalah agar akan atau bahwa bagi banyak belum bisa dalam dan dapat dari dengan di dia hanya "
        "harus ini itu juga kami karena ke kepada kita lain lebih maka mereka namun oleh pada para sangat "
        "saya sebagai sebuah secara seperti serta sudah tapi telah tersebut tetapi tidak untuk yang",
        "ca": "a al amb aquest aquesta bé com de del dels des el els en entre és era ha han hi i la les li ho més "
        "molt no o per però perquè que quan qui se seu seva si són també un una uns",
    }.items()
}

# First words that point at the sentence before: pronouns and connectives.
OPENERS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "he she it they his her their its him them this that these those such but and so or yet however "
        "moreover furthermore therefore thus hence meanwhile nevertheless nonetheless also instead otherwise "
        "besides then similarly likewise consequently accordingly additionally still too afterwards afterward "
        "later both either neither here there which who otherwise finally second secondly third thirdly next "
        "conversely indeed",
        "de": "er sie es dies diese dieser dieses das sein seine ihr ihre aber und doch jedoch auch dabei damit "
        "danach dann daher deshalb dadurch dort außerdem allerdings dennoch trotzdem denn so zudem hierzu "
        "darum stattdessen",
        "fr": "il elle ils elles ce cela ceci cette ces cet son sa ses leur leurs mais et donc or car cependant "
        "pourtant toutefois ainsi ensuite puis aussi enfin celui celle ceux lui y",
        "es": "él ella ellos ellas esto eso esta este estos estas ese esa su sus pero y sin así entonces también "
        "además luego después por tanto sino aunque",
        "it": "lui lei loro egli essa essi questo questa questi queste quello quella ciò ma e però quindi poi "
        "inoltre tuttavia infatti così anche dunque",
        "pt": "ele ela eles elas isto isso este esta esse essa mas e porém contudo entretanto assim também além "
        "então depois portanto",
        "nl": "hij zij ze het dit dat deze die zijn haar hun maar en dus echter ook daarna daarom toch bovendien "
        "toen vervolgens daar",
        "sv": "han hon den det de denna detta dessa men och så dock därför sedan också dessutom ändå där",
        "da": "han hun den det de denne dette disse men og så dog derfor siden også desuden der",
        "no": "han hun den det de denne dette disse men og så derfor siden også dessuten likevel der",
        "pl": "on ona ono oni one to ten ta te jego jej ich ale i jednak więc dlatego potem następnie również także",
        "cs": "on ona ono oni to ten ta ale a však proto potom také dále",
        "ru": "он она оно они это этот эта эти его её ее их но и а однако поэтому затем также кроме тогда потом там",
        "uk": "він вона воно вони це цей ця ці його її їх але і й а однак тому потім також тоді там",
        "tr": "o bu şu onlar bunlar ama fakat ancak ve böylece ayrıca sonra bunun bunu onun yine",
        "ar": "هو هي هم هذا هذه ذلك تلك لكن ولكن ثم كما أيضا لذلك",
        "fa": "او این آن آنها اما ولی و همچنین سپس بنابراین پس",
        "ur": "وہ یہ اس ان لیکن مگر اور پھر",
        "he": "הוא היא הם הן זה זאת זו אבל אך לכן גם ואז",
        "hi": "वह वे यह ये उसने उन्होंने उसके उनके इसके इसने लेकिन और परंतु इसलिए फिर",
        "mr": "तो ती ते हा ही हे त्यांनी पण आणि म्हणून मग",
        "bn": "তিনি সে তারা এটি এই তার কিন্তু এবং তাই তারপর",
        "el": "αυτός αυτή αυτό αυτοί αυτά όμως αλλά και έτσι επίσης ωστόσο μετά",
        "id": "dia ia mereka ini itu tetapi tapi dan namun jadi kemudian juga",
    }.items()
}
OPENING_PHRASES: dict[str, tuple[str, ...]] = {
    "en": ("on the other hand", "in addition", "as a result", "for example", "for instance", "in contrast",
           "in other words", "at the same time", "of course", "after that", "because of this", "even so", "that said",
           "to this end", "in this case", "by contrast", "in doing so"),
    "de": ("zum beispiel", "darüber hinaus", "im gegensatz", "auf der anderen seite"),
    "fr": ("par exemple", "en outre", "de plus", "en revanche", "d'autre part", "par contre"),
    "es": ("sin embargo", "por ejemplo", "además de", "por otro lado", "por lo tanto", "no obstante"),
    "it": ("per esempio", "ad esempio", "d'altra parte", "al contrario"),
    "pt": ("por exemplo", "no entanto", "por outro lado", "além disso"),
    "zh": ("他", "她", "它", "这", "這", "那", "但是", "但", "然而", "因此", "所以", "而且", "此外", "不过", "不過"),
    "ja": ("彼", "彼女", "それ", "これ", "この", "その", "しかし", "だが", "また", "そして", "さらに", "ただし",
           "そのため"),
    "ko": ("그는", "그녀", "그들", "이것", "그것", "하지만", "그러나", "그리고", "또한", "따라서", "그래서"),
    "th": ("เขา", "เธอ", "แต่", "และ", "ดังนั้น", "นอกจากนี้", "อย่างไรก็ตาม"),
}  # fmt: skip
# "This week ..." and "This paper ..." point at the calendar and at the text itself, not at the sentence before.
SELF_CONTAINED_NEXT = frozenset(
    word
    for words in (
        "week month year morning afternoon evening summer winter spring autumn fall season weekend time",
        "monday tuesday wednesday thursday friday saturday sunday",
        "paper article work study post guide report essay tutorial",
    )
    for word in words.split()
)
