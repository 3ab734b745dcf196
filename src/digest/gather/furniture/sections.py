"""Whole lines that open what is not the article, and the anchors of a page, by language. Data only.

`OTHERS` open other posts; from such a line on there may be lines that nobody could list. `WORDS_OF_BOTH` are ordinary
headings too, so `copied_tail` asks for more evidence there.
"""

from __future__ import annotations

from digest.gather.furniture.answers import ANSWERS
from digest.gather.furniture.plain import words

# The first and last line of a page copied whole, as screen readers hear them (Wix writes both into every page).
_TOP_ROWS = (
    "top of page|skip to content|skip to main content|skip to main|skip to navigation|jump to content|"
    "skip to toolbar|skip to primary navigation|skip to footer",
    "seitenanfang|anfang der seite|oben auf der seite|zum inhalt springen|zum inhalt|zum hauptinhalt springen|"
    "springe zum inhalt|direkt zum inhalt|skip to sidebar",
    "haut de page|début de page|aller au contenu|aller au contenu principal|passer au contenu|"
    "accéder au contenu principal",
    "inicio de la página|parte superior de la página|principio de la página|saltar al contenido|ir al contenido|"
    "ir al contenido principal|saltar al contenido principal",
    "início da página|topo da página|pular para o conteúdo|ir para o conteúdo|saltar para o conteúdo|"
    "pular para o conteúdo principal|avançar para o conteúdo",
    "inizio pagina|inizio della pagina|vai al contenuto|passa al contenuto|passa ai contenuti principali|"
    "salta al contenuto",
    "bovenkant van pagina|bovenkant van de pagina|begin van de pagina|naar de inhoud|ga naar de inhoud|"
    "spring naar inhoud|naar inhoud|doorgaan naar hoofdcontent|ga naar inhoud",
    "góra strony|początek strony|przejdź do treści|przejdź do głównej zawartości|skocz do treści",
    "överst på sidan|sidans början|toppen av sidan|hoppa till innehåll|hoppa till huvudinnehåll|gå till innehåll|"
    "hopp til innhold|øverst på siden|spring til indhold|sivun alku|siirry sisältöön",
    "sayfanın başı|sayfa başı|sayfanın üstü|içeriğe geç|içeriğe atla|ana içeriğe atla",
    "начало страницы|верх страницы|перейти к содержимому|перейти к содержанию|перейти к основному контенту|"
    "перейти к контенту|к основному контенту|перейти до вмісту|початок сторінки",
    "أعلى الصفحة|بداية الصفحة|انتقل إلى المحتوى|التجاوز إلى المحتوى|تخطى إلى المحتوى|تخطي إلى المحتوى|"
    "التخطي إلى المحتوى الرئيسي",
    "पेज का शीर्ष|पृष्ठ का शीर्ष|पेज की शुरुआत|सामग्री पर जाएं|विषयवस्तु पर बढ़ें|मुख्य सामग्री पर जाएं|सीधे मुख्य सामग्री पर जाएं",
    "ページ先頭|ページの先頭|ページトップ|コンテンツへスキップ|コンテンツにスキップ|メインコンテンツにスキップ|"
    "スキップしてメイン コンテンツに移動|本文へスキップ",
    "页首|頁首|页面顶部|页面顶端|頁面頂端|跳至内容|跳到内容|跳至主内容|跳至正文|跳过内容|跳至主要內容|跳至主要内容|"
    "跳转至内容|페이지 상단|본문 바로가기|콘텐츠로 건너뛰기|콘텐츠로 바로가기",
)
_BOTTOM_ROWS = (
    "bottom of page|end of page|seitenende|ende der seite|unten auf der seite|bas de page|fin de page|"
    "final de la página|parte inferior de la página|fin de la página|pie de página",
    "final da página|fim da página|parte inferior da página|fondo pagina|fine pagina|fine della pagina|"
    "fondo della pagina|onderkant van pagina|onderkant van de pagina|einde van de pagina",
    "dół strony|koniec strony|längst ner på sidan|sidans slut|slutet av sidan|nederst på siden|sivun loppu|"
    "sayfanın sonu|sayfa sonu|sayfanın altı|конец страницы|низ страницы|кінець сторінки",
    "أسفل الصفحة|نهاية الصفحة|पेज का अंत|पृष्ठ का अंत|पेज का निचला भाग|पृष्ठ का निचला भाग|ページ末尾|ページの末尾|"
    "ページ最下部|"
    "ページの終わり|页尾|頁尾|页面底部|頁面底端|页面底端|페이지 하단",
)
TOP = words(*_TOP_ROWS)
BOTTOM = words(*_BOTTOM_ROWS)

OTHERS = words(
    "recent posts|recent articles|recent comments|latest posts|latest articles|related posts|related articles|"
    "related stories|related topics|related content|related news|you might also like|you may also like|"
    "you might also enjoy|"
    "see all|see all posts|view all|view all posts|more from|more posts|more articles|more stories|more news|"
    "more from author|more from medium|recommended from medium|recommended|recommended for you|recommended posts|"
    "recommended reading|suggested topics|suggested posts|suggested for you|popular posts|popular articles|"
    "popular topics|trending|trending now|most read|most popular|"
    "keep reading|read next|up next|next up|what to read next|further reading|discover more|discover more from|"
    "explore more|previous post|next post|previous article|next article|previous story|next story|previous entry|"
    "next entry|previous topic|next topic|post navigation|posts navigation|newer post|older post|newer posts|"
    "older posts|newer|older|newer entries|older entries|"
    "blog archive|archives|meta|about the author|about author|about me|about this blog|tag cloud|labels|"
    "my blog list|links|blogroll|pages|followers|total pageviews|search this blog|translate|contact form|"
    "subscribe to blog via email|follow blog via email|stay in the loop|subscribe to our newsletter|"
    "sign up for our newsletter|join our mailing list|you are now subscribed|want to read more|"
    "there are no more pages to load|topic list, column headers with buttons are sortable|"
    "topic replies views activity|topic replies activity|want to read more? browse other topics in|"
    "browse all categories|published in|see all from",
    "aktuelle beiträge|neueste beiträge|letzte beiträge|neueste kommentare|ähnliche beiträge|verwandte beiträge|"
    "ähnliche artikel|ähnliche themen|verwandte artikel|verwandte themen|weitere beiträge|weitere artikel|"
    "mehr beiträge|das könnte dich auch interessieren|das könnte sie auch interessieren|"
    "das könnte dir auch gefallen|auch interessant|alle ansehen|alle anzeigen|vorgeschlagene themen|"
    "empfohlene themen|beliebte beiträge|beliebte posts|meistgelesen|weiterlesen auf|beitragsnavigation|"
    "vorheriger beitrag|nächster beitrag|vorheriger artikel|nächster artikel|neuerer post|älterer post|neuere posts|"
    "ältere posts|neuere beiträge|ältere beiträge|ältere einträge|neuere einträge|blog-archiv|blogarchiv|"
    "über den autor|über die autorin|dieses blog durchsuchen|seitenaufrufe insgesamt|schlagwörter-wolke|"
    "themenliste, spaltenüberschriften mit schaltflächen sind sortierbar|"
    "liste der themen, spaltenüberschriften mit schaltflächen sind sortierbar|"
    "themenliste, die spaltenüberschriften mit schaltflächen sind sortierbar|thema antworten aufrufe aktivität|"
    "mehr von|blog via e-mail abonnieren|newsletter abonnieren",
    "posts récents|articles récents|derniers articles|commentaires récents|articles similaires|articles liés|"
    "articles associés|articles connexes|sur le même thème|sur le même sujet|à lire aussi|à lire également|"
    "lire aussi|vous aimerez aussi|vous pourriez aussi aimer|cela pourrait vous intéresser|voir tout|tout voir|"
    "sujets suggérés|sujets similaires|sujets liés|articles les plus consultés|articles populaires|"
    "messages les plus consultés|navigation de l'article|navigation des articles|article précédent|article suivant|"
    "article plus récent|article plus ancien|articles plus récents|articles plus anciens|messages plus récents|"
    "messages plus anciens|"
    "archives du blog|à propos de l'auteur|qui êtes-vous|rechercher dans ce blog|nombre total de pages vues|"
    "liste des sujets, les en-têtes de colonne avec boutons permettent le tri|sujet réponses vues activité|plus de|"
    "recommandé pour vous|s'abonner au blog par e-mail|suivez-nous",
    "entradas recientes|posts recientes|comentarios recientes|entradas relacionadas|artículos relacionados|"
    "publicaciones relacionadas|temas relacionados|noticias relacionadas|también te puede interesar|"
    "te puede interesar|quizás te interese|también te puede gustar|ver todo|ver todos|ver todas|temas sugeridos|"
    "temas recomendados|entradas populares|lo más leído|navegación de entradas|entrada anterior|entrada siguiente|"
    "siguiente entrada|artículo anterior|artículo siguiente|entrada más reciente|entrada antigua|"
    "entradas más recientes|entradas antiguas|entradas anteriores|"
    "archivo del blog|acerca del autor|sobre el autor|sobre la autora|datos personales|buscar este blog|"
    "páginas vistas en total|lista de temas, los encabezados de columna con botones se pueden ordenar|"
    "lista de temas, los encabezados de columna con botones son ordenables|tema respuestas vistas actividad|más de|"
    "recomendado para ti|suscríbete al blog por correo electrónico|suscríbete al boletín|sigue leyendo",
    "posts recentes|artigos recentes|publicações recentes|postagens recentes|comentários recentes|"
    "posts relacionados|artigos relacionados|postagens relacionadas|publicações relacionadas|tópicos relacionados|"
    "notícias relacionadas|você também pode gostar|você pode gostar|talvez você goste|também pode gostar|"
    "leia também|veja também|ver tudo|ver todos|ver todas|tópicos sugeridos|tópicos recomendados|"
    "postagens mais visitadas|mais lidas|mais lidos|navegação de post|navegação de posts|navegação de artigos|"
    "post anterior|próximo post|artigo anterior|artigo seguinte|postagem mais recente|postagem mais antiga|"
    "postagens mais recentes|postagens mais antigas|posts mais antigos|posts mais recentes|mensagem mais recente|"
    "mensagem antiga|"
    "arquivo do blog|sobre o autor|sobre a autora|quem sou eu|total de visualizações de página|"
    "lista de tópicos, os cabeçalhos das colunas com botões são classificáveis|"
    "lista de tópicos, cabeçalhos de coluna com botões são classificáveis|"
    "lista de tópicos, cabeçalhos de coluna com botões são ordenáveis|tópico respostas visualizações atividade|"
    "tópico respostas vistas atividade|mais de|recomendado para você|assine o blog por e-mail|"
    "assine nossa newsletter|continue a ler",
    "post recenti|articoli recenti|ultimi articoli|ultimi post|commenti recenti|articoli correlati|post correlati|"
    "correlati|argomenti correlati|potrebbe interessarti anche|potrebbe interessarti|potrebbero interessarti|"
    "ti potrebbe interessare|potrebbe piacerti anche|leggi anche|mostra tutti|mostra tutto|vedi tutti|vedi tutto|"
    "argomenti suggeriti|argomenti consigliati|post più popolari|i più letti|più letti|navigazione articoli|"
    "navigazione articolo|articolo precedente|articolo successivo|post precedente|post successivo|post più recente|"
    "post più vecchio|post più recenti|post più vecchi|articoli meno recenti|articoli più recenti|"
    "archivio blog|sull'autore|informazioni sull'autore|informazioni personali|visualizzazioni totali|"
    "elenco degli argomenti, le intestazioni di colonna con pulsanti sono ordinabili|"
    "argomento risposte visualizzazioni attività|altro da|altri articoli|consigliati per te|"
    "iscriviti al blog tramite email|iscriviti alla newsletter",
    "recente blogposts|recente berichten|recente posts|recente artikelen|recente reacties|gerelateerde berichten|"
    "gerelateerde posts|gerelateerde artikelen|gerelateerde onderwerpen|verwante berichten|gerelateerd|lees ook|"
    "misschien vind je dit ook leuk|dit vind je misschien ook leuk|ook interessant|alles weergeven|alles bekijken|"
    "alles tonen|alle bekijken|voorgestelde topics|aanbevolen topics|voorgestelde onderwerpen|"
    "aanbevolen onderwerpen|populaire berichten|populaire posts|meest gelezen|berichtnavigatie|bericht navigatie|"
    "berichtennavigatie|vorig bericht|volgend bericht|vorige bericht|volgende bericht|nieuwere post|oudere post|"
    "nieuwere posts|oudere posts|nieuwere berichten|oudere berichten|"
    "blogarchief|over de auteur|totaal aantal pageviews|topiclijst, kolomkoppen met knoppen zijn sorteerbaar|"
    "lijst met topics, kolomkoppen met knoppen zijn sorteerbaar|"
    "onderwerpenlijst, kolomkoppen met knoppen zijn sorteerbaar|topic antwoorden weergaven activiteit|"
    "onderwerp antwoorden weergaven activiteit|meer van|aanbevolen voor jou|abonneer je op dit blog door e-mail|"
    "schrijf je in voor de nieuwsbrief",
    "ostatnie posty|ostatnie wpisy|najnowsze wpisy|najnowsze posty|najnowsze komentarze|powiązane wpisy|"
    "powiązane posty|powiązane artykuły|powiązane tematy|podobne wpisy|podobne artykuły|podobne tematy|powiązane|"
    "może cię zainteresować|może ci się spodobać|zobacz też|zobacz także|przeczytaj też|przeczytaj także|czytaj też|"
    "zobacz wszystkie|zobacz wszystko|pokaż wszystkie|sugerowane tematy|polecane tematy|popularne posty|"
    "najczęściej czytane|nawigacja wpisu|nawigacja po wpisach|poprzedni wpis|następny wpis|poprzedni artykuł|"
    "następny artykuł|nowszy post|starszy post|nowsze posty|starsze posty|starsze wpisy|nowsze wpisy|"
    "archiwum bloga|o autorze|o autorce|łączna liczba wyświetleń|"
    "lista tematów, nagłówki kolumn z przyciskami można sortować|"
    "lista tematów, nagłówki kolumn z przyciskami są sortowalne|temat odpowiedzi wyświetlenia aktywność|więcej od|"
    "polecane dla ciebie|zapisz się do newslettera|subskrybuj bloga przez e-mail",
    "senaste inlägg|senaste inläggen|senaste kommentarer|relaterade inlägg|relaterade artiklar|relaterade ämnen|"
    "relaterade|relaterat|liknande inlägg|läs också|läs även|du kanske också gillar|du kanske gillar|visa alla|"
    "se alla|föreslagna ämnen|rekommenderade ämnen|populära inlägg|mest lästa|inläggsnavigering|föregående inlägg|"
    "nästa inlägg|föregående artikel|nästa artikel|nyare inlägg|äldre inlägg|bloggarkiv|om författaren|"
    "om skribenten|totalt antal sidvisningar|ämneslista, kolumnrubriker med knappar kan sorteras|"
    "ämneslista, kolumnrubriker med knappar är sorterbara|ämneslista, kolumnrubriker med knappar går att sortera|"
    "ämne svar visningar aktivitet|mer från|fler inlägg|prenumerera på vårt nyhetsbrev|"
    "siste innlegg|relaterte innlegg|se alle|innleggsnavigasjon|forrige innlegg|neste innlegg|seneste indlæg|"
    "relaterede indlæg|indlægsnavigation|forrige indlæg|næste indlæg|viimeisimmät julkaisut|katso kaikki|"
    "aiheeseen liittyvät|artikkelien selaus|edellinen artikkeli|seuraava artikkeli",
    "son yazılar|son gönderiler|son yorumlar|ilgili yazılar|ilgili gönderiler|ilgili makaleler|ilgili konular|"
    "benzer yazılar|benzer konular|bunları da beğenebilirsiniz|bunlar da ilginizi çekebilir|ilginizi çekebilir|"
    "bunlar da hoşunuza gidebilir|hepsini gör|tümünü gör|tümünü göster|önerilen konular|popüler yayınlar|"
    "popüler yazılar|en çok okunanlar|yazı gezinmesi|yazı dolaşımı|yazı gezintisi|yazı navigasyonu|önceki yazı|"
    "sonraki yazı|önceki yazılar|sonraki yazılar|sonraki kayıt|önceki kayıt|daha yeni yayın|daha eski yayın|"
    "daha yeni kayıtlar|daha eski kayıtlar|"
    "blog arşivi|yazar hakkında|toplam sayfa görüntüleme sayısı|"
    "konu listesi, düğmeli sütun başlıkları sıralanabilir|"
    "düğmelere sahip sütun başlıkları sıralanabilir konu listesi|"
    "konu listesi, düğmeleri olan sütun başlıkları sıralanabilir|konu yanıtlar görüntüleme etkinlik|"
    "konu yanıt görüntüleme etkinlik|konu yanıtlar gösterim etkinlik|daha fazla yazı|bültenimize abone olun|"
    "okumaya devam edin",
    "недавние посты|последние посты|последние записи|свежие записи|недавние записи|свежие комментарии|"
    "последние комментарии|похожие записи|похожие посты|похожие статьи|похожие темы|похожее|по теме|"
    "связанные записи|связанные темы|читайте также|читайте ещё|вам может понравиться|вам также может понравиться|"
    "возможно, вам понравится|вас может заинтересовать|смотреть все|посмотреть все|показать все|все посты автора|"
    "предлагаемые темы|рекомендуемые темы|рекомендуем|популярные сообщения|популярные записи|популярное|"
    "самое читаемое|навигация по записям|навигация записей|предыдущая запись|следующая запись|предыдущая статья|"
    "следующая статья|следующее|предыдущее|более новые сообщения|более старые сообщения|"
    "архив блога|об авторе|общее количество просмотров страницы|"
    "список тем, заголовки столбцов с кнопками можно сортировать|"
    "список тем, заголовки столбцов с кнопками сортируемы|список тем, заголовки столбцов с кнопками сортируются|"
    "тема ответов просмотров активность|тема ответы просмотры активность|ещё от|другие записи|"
    "подпишитесь на рассылку|подписаться на блог|останні дописи|схожі записи|читайте також|дивитися всі|"
    "навігація записів|попередній запис|наступний запис",
    "أحدث المنشورات|المنشورات الأخيرة|أحدث المقالات|أحدث التدوينات|أحدث التعليقات|مقالات ذات صلة|منشورات ذات صلة|"
    "مواضيع ذات صلة|مواضيع مشابهة|ذات صلة|مرتبط|قد يعجبك أيضا|قد يعجبك أيضًا|ربما يعجبك أيضا|اقرأ أيضا|اقرأ أيضًا|"
    "عرض الكل|مشاهدة الكل|رؤية الكل|المواضيع المقترحة|مواضيع مقترحة|المشاركات الشائعة|الأكثر قراءة|تصفح المقالات|"
    "تصفّح المقالات|التنقل بين المقالات|تصفح المقالة|المقالة السابقة|المقالة التالية|المقال السابق|المقال التالي|"
    "التدوينة السابقة|التدوينة التالية|السابق:|رسالة أحدث|رسالة أقدم|رسائل أحدث|رسائل أقدم|أقدم|أحدث|"
    "أرشيف المدونة|أرشيف المدونة الإلكترونية|عن الكاتب|نبذة عن الكاتب|إجمالي مرات مشاهدة الصفحة|"
    "قائمة المواضيع، يمكن فرز رؤوس الأعمدة ذات الأزرار|قائمة الموضوعات، عناوين الأعمدة ذات الأزرار قابلة للفرز|"
    "قائمة المواضيع، رؤوس الأعمدة ذات الأزرار قابلة للفرز|الموضوع الردود المشاهدات النشاط|"
    "موضوع الردود المشاهدات النشاط|المزيد من|اشترك في نشرتنا البريدية",
    "हाल ही के पोस्ट|हाल के पोस्ट|हाल की पोस्ट|हालिया पोस्ट|हाल के लेख|नई पोस्ट|पुरानी पोस्ट|नई टिप्पणियाँ|"
    "संबंधित पोस्ट|संबंधित लेख|संबंधित विषय|संबंधित|इसी तरह का|मिलते-जुलते लेख|आपको यह भी पसंद आ सकता है|"
    "यह भी पढ़ें|सभी देखें|सब देखें|सुझाए गए विषय|लोकप्रिय पोस्ट|सबसे ज़्यादा पढ़े गए|पोस्ट नेविगेशन|पोस्ट नैविगेशन|"
    "पिछली पोस्ट|अगली पोस्ट|पिछला लेख|अगला लेख|ब्लॉग आर्काइव|ब्लॉग संग्रह|लेखक के बारे में|कुल पेज दृश्य|"
    "विषय सूची, बटन वाले कॉलम हेडर क्रमबद्ध किए जा सकते हैं|विषय उत्तर दृश्य गतिविधि|और पोस्ट",
    "最新記事|最近の記事|最近の投稿|最近のコメント|新着記事|関連記事|関連投稿|関連トピック|関連|関連する記事|"
    "おすすめ記事|おすすめの記事|おすすめのトピック|こちらもおすすめ|あわせて読みたい|すべて表示|全て表示|"
    "すべて見る|人気の投稿|人気記事|よく読まれている記事|投稿ナビゲーション|前の投稿|次の投稿|前の記事|次の記事|"
    "過去の投稿|新しい投稿|前の記事へ|次の記事へ|ブログ アーカイブ|ブログアーカイブ|この記事を書いた人|"
    "投稿者について|自己紹介|合計ページビュー|トピックリスト、ボタンのある列見出しは並べ替え可能です|"
    "トピック一覧、ボタンのある列見出しは並べ替え可能です|トピック 返信 表示 アクティビティ|"
    "トピック 返信 閲覧 アクティビティ|トピック 返信数 表示数 アクティビティ|続きを読むには",
    "最新文章|最近文章|近期文章|近期评论|最近帖子|最新帖子|相关文章|相关帖子|相关话题|相关|相关推荐|相关阅读|"
    "延伸阅读|推荐阅读|推荐话题|推荐文章|建议的话题|猜你喜欢|您可能还喜欢|你可能也喜欢|您可能也喜欢|"
    "查看全部|查看所有|查看所有文章|全部显示|热门博文|热门文章|文章导航|上一篇|下一篇|上一篇文章|下一篇文章|"
    "较新的博文|较早的博文|较新的文章|较旧的文章|较旧文章|博客归档|博客存档|关于作者|关于我|总浏览量|"
    "话题列表，带按钮的列标题可排序|主题列表，带按钮的列标题可排序|话题 回复 浏览量 活动|主题 回复 浏览 活动|"
    "更多来自|最新文章:|相關文章|近期留言|延伸閱讀|推薦閱讀|查看全部|文章導覽|較新的文章|較舊的文章|"
    "網誌存檔|建議話題|최근 게시물|전체 보기|관련 글|관련 게시물|추천 토픽|글 내비게이션|이전 글|다음 글|인기 글",
)  # fmt: skip
# The same words head sections of articles: alone they say nothing.
WORDS_OF_BOTH = words(
    "related|comments|comment|discussion|responses|replies|archives|meta|labels|links|pages|followers|newer|older|"
    "translate|recommended|trending|activity|about me|about the author|keep reading|further reading|read next|"
    "kommentare|diskussion|antworten|ähnlich|commentaires|discussion|réponses|similaire|articles|comentarios|"
    "respuestas|relacionado|comentários|respostas|relacionado|commenti|risposte|"
    "correlati|reacties|opmerkingen|gerelateerd|komentarze|odpowiedzi|powiązane|podobne|kommentarer|svar|relaterade|"
    "relaterat|relatert|yorumlar|yanıtlar|ilgili|benzer|комментарии|ответы|похожее|по теме|связанное|коментарі|"
    "التعليقات|تعليقات|الردود|ذات صلة|مرتبط|टिप्पणियाँ|टिप्पणियां|संबंधित|コメント|返信|関連|评论|评论区|回复|相关|"
    "留言|評論|댓글|관련|"
    "más de|mais de|plus de|mehr von|meer van|more from|следующее|предыдущее|أقدم|أحدث|published in|see all from|"
    "altro da|więcej od|mer från|المزيد من|更多来自|рекомендуем|популярное"
)
OTHERS |= WORDS_OF_BOTH - ANSWERS
OTHERS |= words(
    "أحدث منشورات|آخر المنشورات|آخر المقالات|derniers posts|ultime notizie|últimas entradas|últimos posts|"
    "laatste berichten|"
    "laatste blogposts|nyeste innlegg|neueste posts|related topics|new & unread topics|new & unread|"
    "there are no more topics|"
    "want to read more? browse other topics in|"
    "this topic was automatically closed|share a link to this post|browse categories|view latest topics|"
    "ähnliche themen|neue & ungelesene themen|sujets connexes|sujets associés|sujets nouveaux et non lus|"
    "temas relacionados|temas nuevos y no leídos|tópicos relacionados|tópicos novos e não lidos|argomenti correlati|"
    "argomenti nuovi e non letti|gerelateerde topics|nieuwe & ongelezen topics|powiązane tematy|"
    "nowe i nieprzeczytane tematy|"
    "relaterade ämnen|nya & olästa ämnen|ilgili konular|yeni & okunmamış konular|связанные темы|похожие темы|"
    "новые и непрочитанные темы|المواضيع ذات الصلة|موضوعات ذات صلة|موضوعات مقترحة|الموضوعات المقترحة|संबंधित टॉपिक|"
    "सुझाए गए टॉपिक|"
    "関連トピック|新規・未読トピック|提案されたトピック|相关话题|新的和未读的话题|建议话题|類似文章|"
    "在 wordpress.com 上|"
    "verwandte posts|das interessiert dich vielleicht auch|articles suggérés|sur le même sujet|"
    "publicaciones recientes|"
    "lecturas relacionadas|leituras relacionadas|postagens populares|post popolari|populaire artikelen|"
    "popularne wpisy|"
    "populära artiklar|popüler gönderiler|популярные посты|популярные статьи|المنشورات الشائعة|مقالات مشابهة|"
    "مواضيع ذات علاقة|लोकप्रिय लेख|人気の記事|关联文章|相關"
)  # fmt: skip
# Only Medium prints these.
MEDIUM = words(
    "open in app|follow|listen|share|text to speech|press enter or click to view image in full size|"
    "member-only story|recommended from medium|see all responses|top highlight|no responses yet|get app|"
    "write a response|what are your thoughts"
)
