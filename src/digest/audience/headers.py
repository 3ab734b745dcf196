"""Which column of a list is what: by its header in several languages, or by what stands in it.

Pure. Invariant: an address column is found by name or by content, or the file is refused; a header that is not known
here is left alone and named in a warning, never guessed at.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from digest.errors import AddressError
from digest.model.address import EmailAddress

# Headers as people and programs write them; compared without case, accents and punctuation. Programs: Mailchimp
# (Email Address, UNSUB_TIME, CLEAN_TIME), listmonk (status), Ghost (subscribed_to_emails, deleted_at), Substack
# (email_disabled), MailPoet, Mailman. `status` and below say that somebody has left.
_ALIASES: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "e-mail", "mail", "email address", "e-mail address", "mail address", "subscriber email",
        "email 1 value", "e-mail 1 - value", "e-mail-adresse", "emailadresse", "mailadresse", "adresse e-mail",
        "adresse email", "adresse mail", "adresse électronique", "courriel", "correo", "correo electrónico",
        "dirección de correo", "dirección de correo electrónico", "indirizzo email", "indirizzo e-mail",
        "posta elettronica", "endereço de email", "endereço de e-mail", "correio eletrónico", "correio eletrônico",
        "e-mailadres", "emailadres", "mailadres", "adres e-mail", "adres email", "adres mailowy", "e-postadress",
        "e-post", "epost", "e-postadresse", "sähköposti", "sähköpostiosoite", "e-mailová adresa", "e-mail cím",
        "adresă de email", "e-posta", "e-posta adresi", "почта", "эл. почта", "электронная почта", "електронна пошта",
        "ηλεκτρονικό ταχυδρομείο", "メール", "メールアドレス", "电子邮件", "邮箱", "電子郵件", "이메일",
        "البريد الإلكتروني", "بريد إلكتروني", "דואר אלקטרוני", "אימייל", "ईमेल", "ईमेल पता", "seoladh ríomhphoist",
    ),
    "name": (
        "name", "full name", "fullname", "display name", "subscriber name", "real name", "vollständiger name",
        "nom complet", "nom et prénom", "nombre completo", "nombre y apellidos", "nome completo", "nome e cognome",
        "volledige naam", "naam", "imię i nazwisko", "namn", "navn", "fullt navn", "nimi", "koko nimi", "jméno",
        "név", "ad soyad", "имя", "ім'я", "όνομα", "名前", "氏名", "お名前", "姓名", "이름", "الاسم", "שם", "नाम",
        "ainm",
    ),
    "first_name": (
        "first name", "firstname", "given name", "forename", "fname", "vorname", "prénom", "nombre", "nome", "voornaam",
        "imię", "förnamn", "fornavn", "etunimi", "primer nombre", "primeiro nome",
    ),
    "last_name": (
        "last name", "lastname", "surname", "family name", "lname", "nachname", "familienname", "nom", "nom de famille",
        "apellido", "apellidos", "cognome", "sobrenome", "apelido", "achternaam", "nazwisko", "efternamn", "etternavn",
        "efternavn", "sukunimi",
    ),
    "locale": (
        "locale", "language", "lang", "preferred language", "sprache", "langue", "idioma", "lengua", "lingua", "taal",
        "język", "språk", "sprog", "kieli", "jazyk", "nyelv", "limba", "dil", "язык", "мова", "γλώσσα", "言語", "语言",
        "언어", "اللغة", "שפה", "भाषा", "teanga",
    ),
    "timezone": (
        "timezone", "time zone", "tz", "zeitzone", "fuseau horaire", "zona horaria", "fuso orario", "fuso horário",
        "tijdzone", "strefa czasowa", "tidszon", "tidssone", "tidszone", "aikavyöhyke", "часовой пояс",
        "タイムゾーン", "时区",
    ),
    "topics": (
        "topics", "topic", "interests", "subjects", "themen", "thema", "interessen", "thèmes", "sujets", "temas",
        "intereses", "argomenti", "interessi", "assuntos", "onderwerpen", "tematy", "ämnen", "emner", "aiheet", "темы",
        "トピック", "主题",
    ),
    "frequency": (
        "frequency", "how often", "häufigkeit", "fréquence", "frecuencia", "frequenza", "frequência", "frequentie",
        "częstotliwość", "frekvens", "tiheys", "частота", "頻度", "频率",
    ),
    "status": ("status", "state", "subscription status", "statut", "estado", "stato", "stan"),
    "subscribed": ("subscribed", "subscribed to emails", "subscribed to email", "opted in", "opt in", "is subscribed"),
    "disabled": ("email disabled", "unsubscribed", "opted out", "opt out", "do not email", "bounced"),
    "ended": ("unsub time", "clean time", "unsubscribed at", "unsubscribe date", "date unsubscribed", "deleted at"),
}  # fmt: skip

STATE_FIELDS = ("status", "subscribed", "disabled", "ended")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file. `columns` maps a field to its 0-based column; `header` is () when the file has none."""

    columns: dict[str, int]
    header: tuple[str, ...]
    warnings: tuple[str, ...] = field(default=())

    @property
    def width(self) -> int:
        """How many columns a row may have; 0 means any."""
        return len(self.header)


def find_layout(rows: Sequence[Sequence[str]]) -> Layout | None:
    """The layout of a file whose first records are `rows`; None when no column holds addresses."""
    if not rows:
        return None
    header = tuple(cell.strip() for cell in rows[0])
    columns = match_header(header)
    if "email" in columns:
        return Layout(columns, _trimmed(header), _unused(header, columns))
    column = _address_column(rows)
    if column is None:
        return None
    if _has_address(rows[0]):
        return _headless(rows, column)
    found = {"email": column, **{name: at for name, at in columns.items() if at != column}}
    shown = header[column] if column < len(header) else ""
    note = f'no column is called "email"; column {column + 1} ("{shown}") holds addresses and was read as such'
    return Layout(found, _trimmed(header), (note, *_unused(header, found)))


def match_header(header: Sequence[str]) -> dict[str, int]:
    """Field -> column for the headers that are known; the first column of a name wins."""
    known, columns = _known(), dict[str, int]()
    for at, text in enumerate(header):
        name = known.get(_plain(text))
        if name is not None:
            columns.setdefault(name, at)
    # "Nombre"/"Nome" is a first name beside a surname, and the whole name on its own; French "Nom" likewise.
    if "name" not in columns:
        halves = [half for half in ("first_name", "last_name") if half in columns]
        if len(halves) == 1:
            columns["name"] = columns.pop(halves[0])
    return columns


def looks_like_address(cell: str) -> bool:
    if "@" not in cell:
        return False
    try:
        EmailAddress.parse(cell.strip().removeprefix("mailto:"))
    except AddressError:
        return bool(cell.rstrip().endswith(">") and "<" in cell)
    return True


def _headless(rows: Sequence[Sequence[str]], column: int) -> Layout:
    found = {"email": column}
    names = [at for at in range(max(map(len, rows))) if at != column and _holds_names(rows, at)]
    if names:
        found["name"] = names[0]
    told = f"the file has no header line: column {column + 1} was read as the address"
    if names:
        told += f", column {names[0] + 1} as the name"
    return Layout(found, (), (told + ", other columns were not used",))


def _holds_names(rows: Sequence[Sequence[str]], at: int) -> bool:
    cells = [row[at].strip() for row in rows if at < len(row) and row[at].strip()]
    texts = [cell for cell in cells if len(cell) > 2 and any(char.isalpha() for char in cell)]  # "en" is no name
    clean = [cell for cell in texts if not any(char.isdigit() or char in "@/_" for char in cell)]
    return bool(cells) and len(clean) * 2 > len(cells)


def _address_column(rows: Sequence[Sequence[str]]) -> int | None:
    counts: dict[int, int] = {}
    for row in rows:
        for at, cell in enumerate(row):
            if looks_like_address(cell):
                counts[at] = counts.get(at, 0) + 1
    return max(counts, key=lambda at: (counts[at], -at)) if counts else None


def _has_address(row: Sequence[str]) -> bool:
    return any(looks_like_address(cell) for cell in row)


def _trimmed(header: tuple[str, ...]) -> tuple[str, ...]:
    while header and not header[-1]:
        header = header[:-1]
    return header


def _unused(header: Sequence[str], columns: dict[str, int]) -> tuple[str, ...]:
    unused = [text for at, text in enumerate(header) if text and at not in columns.values()]
    return (f"columns that were not used: {', '.join(unused)}",) if unused else ()


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (char if char.isalnum() else " " for char in decomposed if not unicodedata.combining(char))
    return " ".join("".join(kept).split())


@cache
def _known() -> dict[str, str]:
    return {_plain(alias): name for name, aliases in _ALIASES.items() for alias in aliases}
