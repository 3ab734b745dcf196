"""Number words and units of measure, for the languages we know them of. Data only.

A language that is not here is read by its digits alone. Words that are an article as often as a number ("one", "un",
"ein") are missing on purpose. Written for this project.
"""

# ruff: noqa: SIM905  # lists of words are read as words

from __future__ import annotations


def _from(start: int, words: str, step: int = 1) -> dict[str, int]:
    """Words in order; "/" between forms of one number."""
    return {
        word: start + step * place
        for place, group in enumerate(words.split())
        for word in group.split("/")
        if word != "-"
    }


def _joined(tens: dict[str, int], units: dict[str, int], pattern: str) -> dict[str, int]:
    """Every compound that is written as one word: "fünfundzwanzig", "ventidue", "eenentwintig"."""
    return {
        pattern.format(ten=ten, unit=unit): ten_value + unit_value
        for ten, ten_value in tens.items() for unit, unit_value in units.items() if unit_value < 10
    }  # fmt: skip


_EN = _from(2, "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
               "eighteen nineteen")  # fmt: skip
_EN_TENS = _from(20, "twenty thirty forty/fourty fifty sixty seventy eighty ninety", 10)
_EN_ORDINALS = _from(2, "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
                        "fourteenth "
                        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth")  # fmt: skip
_EN_TENTHS = _from(30, "thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth", 10)
_EN_MORE = {"dozen": 12, "hundred": 100, "zero": 0, "twice": 2, "double": 2, "doubled": 2, "doubling": 2, "triple": 3,
            "tripled": 3, "quadruple": 4, "quadrupled": 4, "couple": 2, "trio": 3, "quartet": 4, "decade": 10,
            "first": 1}  # fmt: skip

_DE = _from(2, "zwei/zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
               "siebzehn "
               "achtzehn neunzehn")  # fmt: skip
_DE_TENS = _from(20, "zwanzig dreißig/dreissig vierzig fünfzig sechzig siebzig achtzig neunzig", 10)
_DE_ORDINALS = {
    f"{word}{ending}": value
    for word, value in {"zweite": 2, "dritte": 3, "vierte": 4, "fünfte": 5, "sechste": 6, "siebte": 7, "achte": 8,
                        "neunte": 9, "zehnte": 10, "elfte": 11, "zwölfte": 12}.items()
    for ending in ("", "n", "r", "s", "m")
}  # fmt: skip

_FR = _from(2, "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize")
_FR_TENS = _from(20, "vingt/vingts trente quarante cinquante soixante septante huitante/octante nonante", 10)
_FR_ORDINALS = _from(
    2, "deuxième/second/seconde troisième quatrième cinquième sixième septième huitième neuvième dixième"
)

_ES = _from(2, "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
               "dieciocho diecinueve veinte veintiuno/veintiún/veintiuna veintidós veintitrés veinticuatro veinticinco "
               "veintiséis veintisiete veintiocho veintinueve")  # fmt: skip
_ES_TENS = _from(30, "treinta cuarenta cincuenta sesenta setenta ochenta noventa", 10)
_ES_HUNDREDS = _from(200, "doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas "
                          "quinientos/quinientas "
                          "seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas "
                          "novecientos/novecientas", 100)  # fmt: skip
_ES_ORDINALS = _from(2, "- tercer/tercero/tercera cuarto/cuarta quinto/quinta sexto/sexta séptimo/séptima "
                        "octavo/octava "
                        "noveno/novena décimo/décima")  # fmt: skip

_PT = _from(2, "dois/duas três quatro cinco seis sete oito nove dez onze doze treze catorze/quatorze quinze "
               "dezasseis/dezesseis dezassete/dezessete dezoito dezanove/dezenove")  # fmt: skip
_PT_TENS = _from(20, "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", 10)
_PT_HUNDREDS = _from(200, "duzentos/duzentas trezentos/trezentas quatrocentos/quatrocentas quinhentos/quinhentas "
                          "seiscentos/seiscentas setecentos/setecentas oitocentos/oitocentas "
                          "novecentos/novecentas", 100)  # fmt: skip
_PT_ORDINALS = _from(2, "segundo/segunda terceiro/terceira quarto/quarta quinto/quinta sexto/sexta sétimo/sétima "
                        "oitavo/oitava nono/nona décimo/décima")  # fmt: skip

_IT = _from(2, "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
               "diciassette diciotto diciannove")  # fmt: skip
_IT_TENS = _from(20, "venti trenta quaranta cinquanta sessanta settanta ottanta novanta", 10)
_IT_ORDINALS = _from(2, "- terzo/terza quarto/quarta quinto/quinta sesto/sesta settimo/settima ottavo/ottava nono/nona "
                        "decimo/decima")  # fmt: skip
_IT_JOINED = {
    (ten[:-1] if unit in ("uno", "otto", "un") else ten) + unit: ten_value + unit_value
    for ten, ten_value in _IT_TENS.items()
    for unit, unit_value in {**_from(1, "uno due tre quattro cinque sei sette otto nove"), "un": 1, "tré": 3}.items()
}
_IT_HUNDREDS = {
    f"{unit}cento": value * 100 for unit, value in _from(2, "due tre quattro cinque sei sette otto nove").items()
}

_NL = _from(2, "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
               "achttien negentien")  # fmt: skip
_NL_TENS = _from(20, "twintig dertig veertig vijftig zestig zeventig tachtig negentig", 10)
_NL_UNITS = {**_NL, "een": 1}

_SV = _from(2, "två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton")
_SV_TENS = _from(20, "tjugo trettio fyrtio femtio sextio sjuttio åttio nittio", 10)
_DA = _from(2, "to tre fire fem seks syv otte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten")
_DA_TENS = _from(20, "tyve tredive fyrre halvtreds tres halvfjerds firs halvfems", 10)
_NO_TENS = _from(20, "tjue tretti førti femti seksti sytti åtti nitti", 10)
_NO = _from(2, "to tre fire fem seks sju/syv åtte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten")

_PL = _from(2, "dwa/dwie/dwóch/dwoje/dwaj/dwoma trzy/trzech/trzej/trzem cztery/czterech/czterej pięć/pięciu "
               "sześć/sześciu "
               "siedem/siedmiu osiem/ośmiu dziewięć/dziewięciu dziesięć/dziesięciu jedenaście/jedenastu "
               "dwanaście/dwunastu "
               "trzynaście/trzynastu czternaście/czternastu piętnaście/piętnastu szesnaście/szesnastu "
               "siedemnaście/siedemnastu osiemnaście/osiemnastu dziewiętnaście/dziewiętnastu")  # fmt: skip
_PL_TENS = _from(20, "dwadzieścia/dwudziestu trzydzieści/trzydziestu czterdzieści/czterdziestu "
                     "pięćdziesiąt/pięćdziesięciu "
                     "sześćdziesiąt/sześćdziesięciu siedemdziesiąt/siedemdziesięciu osiemdziesiąt/osiemdziesięciu "
                     "dziewięćdziesiąt/dziewięćdziesięciu sto/stu", 10)  # fmt: skip
_PL_HUNDREDS = _from(200, "dwieście/dwustu trzysta/trzystu czterysta/czterystu pięćset/pięciuset sześćset/sześciuset "
                          "siedemset/siedmiuset osiemset/ośmiuset dziewięćset/dziewięciuset", 100)  # fmt: skip
_RU = _from(2, "два/две/двух/двум/двумя/двое/двоих три/трёх/трех/трём/трем/тремя/трое четыре/четырёх/четырех/четырём "
               "пять/пяти/пятью шесть/шести семь/семи/семью восемь/восьми девять/девяти десять/десяти "
               "одиннадцать/одиннадцати двенадцать/двенадцати тринадцать/тринадцати четырнадцать/четырнадцати "
               "пятнадцать/пятнадцати шестнадцать/шестнадцати семнадцать/семнадцати восемнадцать/восемнадцати "
               "девятнадцать/девятнадцати")  # fmt: skip
_RU_TENS = _from(20, "двадцать/двадцати тридцать/тридцати сорок/сорока пятьдесят/пятидесяти шестьдесят/шестидесяти "
                     "семьдесят/семидесяти восемьдесят/восьмидесяти девяносто/девяноста сто/ста", 10)  # fmt: skip
_RU_HUNDREDS = _from(200, "двести/двухсот триста/трёхсот/трехсот четыреста/четырёхсот пятьсот/пятисот "
                          "шестьсот/шестисот "
                          "семьсот/семисот восемьсот/восьмисот девятьсот/девятисот", 100)  # fmt: skip

NUMERALS: dict[str, dict[str, int]] = {
    "en": _EN | _EN_TENS | _EN_ORDINALS | _EN_TENTHS | _EN_MORE,
    "de": _DE | _DE_TENS | _DE_ORDINALS | _joined(_DE_TENS, {**_DE, "ein": 1}, "{unit}und{ten}")
    | {f"{word}hundert": value * 100 for word, value in {**_DE, "ein": 1}.items() if value < 13}
    | {f"{word}tausend": value * 1000 for word, value in {**_DE, **_DE_TENS, "ein": 1}.items()}
    | {"hundert": 100, "dutzend": 12, "null": 0, "doppelt": 2, "doppelte": 2, "doppelten": 2, "zweimal": 2,
       "dreimal": 3},
    "fr": _FR | _FR_TENS | _FR_ORDINALS | {"cent": 100, "cents": 100, "douzaine": 12, "dizaine": 10, "vingtaine": 20,
                                           "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "centaine": 100,
                                           "quinzaine": 15, "double": 2, "triple": 3, "zéro": 0},
    "es": _ES | _ES_TENS | _ES_HUNDREDS | _ES_ORDINALS | {"cien": 100, "ciento": 100, "docena": 12, "decena": 10,
                                                          "veintena": 20, "treintena": 30, "doble": 2, "triple": 3,
                                                          "cero": 0},
    "pt": _PT | _PT_TENS | _PT_HUNDREDS | _PT_ORDINALS | {"cem": 100, "cento": 100, "dúzia": 12, "dezena": 10,
                                                          "dobro": 2, "triplo": 3, "zero": 0},
    "it": _IT | _IT_TENS | _IT_JOINED | _IT_HUNDREDS | _IT_ORDINALS | {"cento": 100, "dozzina": 12, "decina": 10,
                                                                       "ventina": 20, "trentina": 30, "doppio": 2},
    "nl": _NL | _NL_TENS | _joined(_NL_TENS, _NL_UNITS, "{unit}en{ten}") | _joined(_NL_TENS, _NL_UNITS, "{unit}ën{ten}")
    | {"honderd": 100, "dozijn": 12, "dubbele": 2, "tiental": 10}
    | {f"{word}honderd": value * 100 for word, value in _NL.items() if value < 10},
    "sv": _SV | _SV_TENS | _joined(_SV_TENS, {**_SV, "ett": 1, "en": 1}, "{ten}{unit}") | {"hundra": 100, "dussin": 12},
    "da": _DA | _DA_TENS | _joined(_DA_TENS, {**_DA, "en": 1}, "{unit}og{ten}") | {"hundrede": 100, "dusin": 12},
    "no": _NO | _NO_TENS | _joined(_NO_TENS, {**_NO, "en": 1}, "{ten}{unit}") | {"hundre": 100, "dusin": 12},
    "pl": _PL | _PL_TENS | _PL_HUNDREDS | {"tuzin": 12, "kilkanaście": -11, "kilkadziesiąt": -20},
    "ru": _RU | _RU_TENS | _RU_HUNDREDS | {"дюжина": 12, "десяток": 10, "вдвое": 2, "втрое": 3},
}  # fmt: skip
ORDINALS = frozenset().union(_EN_ORDINALS, _EN_TENTHS, {"first"}, _DE_ORDINALS, _FR_ORDINALS, _ES_ORDINALS,
                             _PT_ORDINALS,
                             _IT_ORDINALS)  # fmt: skip
NUMERALS["pl"] = {word: value for word, value in NUMERALS["pl"].items() if value >= 0}
# Words that other languages of the same letters have for something else never come here: each language has its table.

JOINERS = {"en": "and", "es": "y", "pt": "e", "fr": "et"}  # inside a number: "two hundred and ten", "treinta y cinco"

SCALES: dict[str, int] = {
    **dict.fromkeys("thousand tausend tsd mille duizend tusen tusind tysiąc tysiące tysięcy tys тысяча тысяч тысячи "
                    "тысячу "
                    "тыс mil mila тисяч тисячі хиляди".split(), 1_000),
    **dict.fromkeys("million millionen mio million millions millón millones milhão milhões milione milioni miljoen "
                    "miljoner millioner milion miliony milionów mln млн миллион миллиона миллионов мільйон "
                    "мільйонів".split(), 10**6),
    **dict.fromkeys("billion milliarde milliarden mrd milliard milliards miljard miliard miliardy miliardów miliardo "
                    "miliardi miljarder milliarder mld mlrd млрд миллиард миллиарда миллиардов".split(), 10**9),
    **dict.fromkeys("trillion billionen".split(), 10**12),
    "lakh": 10**5, "crore": 10**7, "hundred": 100,
}  # fmt: skip
PLURAL_SCALES: dict[str, int] = {
    **dict.fromkeys("dozens dutzende dutzenden docenas dúzias dozzine douzaines tientallen dziesiątki "
                    "десятки".split(), 12),
    **dict.fromkeys("hundreds hunderte hunderten centaines cientos centinaia centenas honderden hundratals setki "
                    "сотни".split(), 100),
    **dict.fromkeys("thousands tausende tausenden milliers miles migliaia milhares duizenden tusentals tysiące "
                    "тысячи".split(), 1_000),
    "millions": 10**6, "billions": 10**9,
}  # fmt: skip
for _ambiguous in ("millions", "tysiące", "тысячи"):  # after a number they are its scale
    PLURAL_SCALES.pop(_ambiguous, None)

_UNIT_WORDS = {
    "$": "dollar dólar dólares dollaro dollari доллар долларов доллара", "£": "pound",
    "€": "€ euro eur евро", "¥": "yen 円", "₹": "rupee rs", "₽": "rouble ruble рубль рублей рубля руб",
    "second": "second sekunde sekunden seconde secondes segundo segundos secondo secondi seconden секунд секунды "
              "sekund",
    "minute": "minute min minuten minuto minuti minuut minut minuty минут минуты 分",
    "hour": "hour hr stunde stunden heure hora ora ore uur uren godzin godziny час часа часов 時間",
    "day": "day tag tage tagen jour día días dia dias giorno giorni dag dagen dni dzień день дня дней 日間",
    "week": "week woche wochen semaine semana settimana settimane weken tydzień tygodni tygodnie неделя недели "
            "недель 週間",
    "month": "month monat monate monaten mois mes meses mês mese mesi maand maanden miesiąc miesięcy miesiące месяц "
             "месяца "
             "месяцев か月 ヶ月",
    "year": "year yr jahr jahre jahren an ans année años año ano anos anno anni jaar jaren rok lat lata год года лет",
    "mm": "mm millimetre millimeter millimètre milímetro", "cm": "cm centimetre centimeter zentimeter zentimetern "
    "centimètre centímetro centimetro centimetri",
    "m": "m metre meter metern mètre metro metros metri метр метра метров",
    "km": "km kilometre kilometer kilometern kilomètre kilómetro quilómetro chilometro chilometri kilometrów километр "
          "километров キロ",
    "kw": "kw kwh kilowatt kilowattstunden", "mw": "mw mwh megawatt megawattstunden", "gw": "gw gwh gigawatt",
    "celsius": "celsius", "fahrenheit": "fahrenheit",
    "mile": "mile meile meilen milla", "foot": "foot feet ft", "ha": "ha hectare hektar hectárea hettaro hettari "
                                                                     "hektarów",
    "acre": "acre", "g": "g gram gramm gramme gramo grama grammo", "kg": "kg kilogram kilogramm kilo kilos kilogramme "
    "kilogramo quilo quilos chilo chili kilogramów килограмм килограммов",
    "t": "t tonne tonnen tonelada toneladas tonnellata tonnellate ton tons тонн",
    "l": "l litre liter litern litro litros litri litrów литр литров", "°": "°",
}  # fmt: skip
UNITS: dict[str, str] = {word: unit for unit, found in _UNIT_WORDS.items() for word in found.split()}

KANJI = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "百": 100,
         "千": 1_000, "万": 10_000, "億": 10**8, "亿": 10**8, "兆": 10**12}  # fmt: skip
