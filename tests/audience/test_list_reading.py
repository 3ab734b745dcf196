"""Subscriber lists: whatever wrote them, the good rows come in and every bad row has a reason."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.audience import read_list, read_list_bytes, rejects_path, write_rejects
from digest.errors import AudienceError

EXAMPLE = Path(__file__).parents[2] / "subscribers.example.csv"


def read(text: str, encoding: str = "utf-8"):
    return read_list_bytes(text.encode(encoding), "list.csv")


def keys(text: str) -> list[str]:
    return [row.key for row in read(text).rows]


def test_the_example_list_is_all_good() -> None:
    """Every row of subscribers.example.csv is accepted, without a warning, names in their scripts."""
    listed = read_list(EXAMPLE)
    assert (len(listed.rows), listed.rejects, listed.warnings) == (12, (), ())
    names = {row.name for row in listed.rows}
    assert {"ليلى حداد", "अर्जुन शर्मा", "佐藤 はるか", "Ciarán O'Brien", "Conceição, João", ""} <= names
    assert all(row.frequency == "every" for row in listed.rows)


# Twenty-four ways for a row to be wrong, between rows that are not.
BAD = [
    (",Empty,,,,", "it is empty"),
    ("nobody.example,,,,,", "there is no @ in it"),
    ("a@b@c.example,,,,,", "more than one @"),
    ("@c.example,,,,,", "nothing stands before the @"),
    ("bob@,,,,,", "nothing stands after the @"),
    ("bob smith@c.example,,,,,", "contains a space"),
    ("bob..smith@c.example,,,,,", "a character or a dot where none may stand"),
    (f"{'x' * 65}@c.example,,,,,", "longer than 64 octets"),
    ("bob@localhost,,,,,", "its domain has no dot"),
    ("bob@c..example,,,,,", "its domain has an empty label"),
    ("bob@10.0.0.1,,,,,", "its domain is an IP address"),
    ("bob@c_d.example,,,,,", "a character that no domain may have"),
    ("bob@c.123,,,,,", "its top-level domain is a number"),
    ("b\u200bob@c.example,,,,,", "a control or invisible character"),
    ('"x@c.example, y@c.example",,,,,', "more than one address"),
    ('"=HYPERLINK(""http://c.example"",""x@c.example"")",,,,,', "a spreadsheet formula"),
    ("b1@c.example,=1+1,,,,", "its name begins with ="),
    ("b2@c.example,Bob\u202eevil,,,,", "a control or direction-changing character"),
    ('b3@c.example,"Bob\nBuilder",,,,', "a line break"),
    (f"b4@c.example,{'n' * 201},,,,", "longer than 200 characters"),
    ("b5@c.example,Bob,Klingonese,,,", "its language 'Klingonese'"),
    ("b6@c.example,Bob,,Mars/Olympus,,", "its time zone 'Mars/Olympus'"),
    ("b7@c.example,Bob,,,,hourly", "its frequency 'hourly'"),
    ("b8@c.example,Bob,,,news,weekly,extra", "it has 7 cells where the header has 6"),
    ("b9@c.example,B\0b,,,,", "a NUL character"),
    ('b10@c.example,"Bob,,,,', "a quote is opened and never closed"),
    (f"b11@c.example,{'n' * 1_100_000},,,,", "longer than 131,072 characters"),
    ("b12@c.example,Ren\ufffd,,,,", "the replacement character"),
    ("b13@c.example,Bob,,,=x,", "its topic '=x'"),
]


def test_every_kind_of_bad_row_has_its_own_reason() -> None:
    """29 kinds of bad rows give 29 reasons with their lines; the rows between them all come in."""
    lines, line, expected = ["email,name,locale,timezone,topics,frequency"], 2, []
    for number, (bad, reason) in enumerate(BAD):
        lines += [f"good{number}@list.example,Good {number},en,Europe/Dublin,news,weekly", bad]
        expected.append((line + 1, reason))
        line += 2 + bad.count("\n")
    listed = read("\n".join([*lines, "last@list.example"]))
    assert [row.key for row in listed.rows] == [f"good{n}@list.example" for n in range(len(BAD))] + [
        "last@list.example"
    ]
    assert [
        (reject.line, reason in reject.reason) for reject, (_, reason) in zip(listed.rejects, expected, strict=True)
    ] == [(at, True) for at, _ in expected], [reject.reason for reject in listed.rejects]
    assert len({reject.reason for reject in listed.rejects}) == len(BAD)
    assert all(len(reject.raw) <= 500 for reject in listed.rejects)


def test_broken_bytes_cost_their_own_line() -> None:
    """One line in another encoding inside a UTF-8 file is a reject; the rest is read as UTF-8."""
    data = "email,name\na@x.example,Zoë\n".encode() + b"b@x.example,Ren\xe9e\n" + "c@x.example,Łukasz\n".encode()
    listed = read_list_bytes(data, "list.csv")
    assert [row.name for row in listed.rows] == ["Zoë", "Łukasz"]
    assert [(r.line, r.reason) for r in listed.rejects] == [(3, "it holds bytes that are not UTF-8")]
    assert "1 of its lines are not" in listed.warnings[0]


def test_an_open_quote_does_not_swallow_the_rows_below() -> None:
    """Also when a second stray quote would close it three rows later."""
    listed = read('email,name\na@x.example,"Ann\nb@x.example,Bob\nc@x.example,"Cy"\nd@x.example,"Di\ne@x.example,Ed\n')
    assert [row.name for row in listed.rows] == ["Bob", "Cy", "Ed"]
    assert [reject.line for reject in listed.rejects] == [2, 5]


def test_a_quoted_cell_may_span_lines() -> None:
    """A note with line breaks in a column that is not used costs nothing, and lines are still counted right."""
    listed = read('email,notes,name\na@x.example,"two\nlines, ""quoted""",Ann\nbad,,\nb@x.example,,Bob\n')
    assert [(row.name, row.line) for row in listed.rows] == [("Ann", 2), ("Bob", 5)]
    assert [reject.line for reject in listed.rejects] == [4]


HEADERS = [
    ("E-Mail-Adresse;Vorname;Nachname;Sprache", "a@x.example;Jörg;Weiß;de", "Jörg Weiß", "de"),
    ("Adresse e-mail,Prénom,Nom,Langue", "a@x.example,Zoé,Roy,fr_CA", "Zoé Roy", "fr-CA"),
    ("Correo electrónico\tNombre\tIdioma", "a@x.example\tJosé Gómez\tEspañol", "José Gómez", "es"),
    ("Nome|Cognome|Indirizzo e-mail|Lingua", "Eva|Riva|a@x.example|it", "Eva Riva", "it"),
    ("E-mail,Nome,Idioma", "a@x.example,João,pt-br", "João", "pt-BR"),
    ("E-mailadres;Naam;Taal", "a@x.example;Jan de Vries;nl-NL.UTF-8", "Jan de Vries", "nl-NL"),
    ("Adres e-mail;Imię;Nazwisko;Język", "a@x.example;Ewa;Żak;pl", "Ewa Żak", "pl"),
    ("E-postadress;Namn;Språk", "a@x.example;Åsa Öberg;sv-SE", "Åsa Öberg", "sv-SE"),
    ("メールアドレス,氏名,言語", "a@x.example,山田 花子,日本語", "山田 花子", "ja"),
    ("البريد الإلكتروني,الاسم,اللغة", "a@x.example,سلمى,ar-EG", "سلمى", "ar-EG"),
    ("ईमेल,नाम,भाषा", "a@x.example,आशा,hi", "आशा", "hi"),
    ("EMAIL_ADDRESS , Full-Name,LANG", "A@X.example , Ann ,zh_hant_tw", "Ann", "zh-Hant-TW"),
]


@pytest.mark.parametrize(("header", "row", "name", "locale"), HEADERS, ids=[row[0] for row in HEADERS])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_headers_are_known_in_several_languages(header: str, row: str, name: str, locale: str, encoding: str) -> None:
    """Address, name and language are found whatever the header's language, delimiter and Unicode form."""
    listed = read(f"{header}\r\n{row}\r\n", encoding)
    assert [(r.key, r.name, r.locale) for r in listed.rows] == [("a@x.example", name, locale)]
    assert not listed.rejects


EXPORTS = {
    "Mailchimp": (
        "Email Address,First Name,Last Name,Address,MEMBER_RATING,OPTIN_TIME,TIMEZONE,LEID,TAGS\n"
        'a@x.example,Ann,Lee,"1 Quay St, Galway",2,2024-01-01 10:00:00,Europe/London,1,"""vip"""\n'
    ),
    "listmonk": (
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        '1,a@x.example,Ann Lee,"{""city"": ""Galway, IE""}",enabled,2024,2024\n'
        "2,b@x.example,Bo,{},blocklisted,2024,2024\n"
    ),
    "Ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n"
        "1,a@x.example,Ann Lee,,true,,,2024-01-01,,,\n"
        "2,b@x.example,Bo,,false,,,2024,,,\n3,c@x.example,Cy,,true,,,2024,2025,,\n"
    ),
    "Substack": (
        "email,name,active_subscription,expiry,plan,email_disabled,created_at\n"
        "a@x.example,Ann Lee,false,,other,false,2024\nb@x.example,Bo,true,,other,true,2024\n"
    ),
    "Mailchimp, those who left": "Email Address,First Name,Last Name,UNSUB_TIME\nb@x.example,Bo,Ek,2024-05-05 10:00\n",
}


@pytest.mark.parametrize("program", EXPORTS)
def test_exports_of_other_programs_are_understood(program: str) -> None:
    """Those who are subscribed come in with their names; those who left there are rejects that say so."""
    listed = read(EXPORTS[program])
    expected = [] if "left" in program else [("a@x.example", "Ann Lee")]
    assert [(row.key, row.name) for row in listed.rows] == expected
    assert all("status" in r.reason or "it says that" in r.reason for r in listed.rejects)


def test_a_later_row_that_says_left_voids_an_earlier_one() -> None:
    """Nobody is mailed because an older row of the same file still had them."""
    assert keys("email,status\na@x.example,active\nb@x.example,active\na@x.example,unsubscribed\n") == ["b@x.example"]


def test_the_last_valid_row_of_an_address_wins() -> None:
    """Its place is that of the first; an invalid later row changes nothing; a warning tells it."""
    listed = read("email,name\nAnn@x.example,Old\nb@x.example,Bob\nann@X.example,New\nann@x.example,=bad\n")
    assert [(row.address, row.name, row.line) for row in listed.rows] == [
        ("ann@x.example", "New", 4),
        ("b@x.example", "Bob", 3),
    ]
    assert "1 addresses stand in several rows" in listed.warnings[0]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a@x.example\nb@x.example\n", ["", ""]),
        ("a@x.example", [""]),
        ("Ann Lee,a@x.example\nBob,b@x.example\n", ["Ann Lee", "Bob"]),
        ("a@x.example;Ann Lee;en;x\n", ["Ann Lee"]),
        ("# ours\n\na@x.example,Ann Lee\n", ["Ann Lee"]),
    ],
)
def test_a_list_may_have_no_header(text: str, names: list[str]) -> None:
    """The column that holds addresses is found by looking, and the operator is told what was taken for what."""
    listed = read(text)
    assert [row.name for row in listed.rows] == names
    assert "no header line" in listed.warnings[0]


def test_an_unknown_header_over_addresses_is_used_and_told() -> None:
    """A header in a language that is not known here does not stop a list."""
    listed = read("osoite,nimi\na@x.example,Aino\n")
    assert [(row.key, row.name) for row in listed.rows] == [("a@x.example", "Aino")]
    assert "holds addresses and was read as such" in listed.warnings[0]


def test_a_postal_address_column_is_not_taken_for_mail() -> None:
    """Only content decides between two columns that could be it."""
    assert keys("Name,Address,Mail\nAnn,1 Quay St,a@x.example\n") == ["a@x.example"]


@pytest.mark.parametrize(
    ("cell", "address", "name"),
    [
        ("Ann Lee <ann@x.example>", "ann@x.example", "Ann Lee"),
        ("<ann@x.example>", "ann@x.example", ""),
        ("mailto:ann@x.example", "ann@x.example", ""),
        ('"=""ann@x.example"""', "ann@x.example", ""),
        ("'ann@x.example", "ann@x.example", ""),
        ("o'neill@x.example", "o'neill@x.example", ""),
        ("\u00a0ann@x.example ", "ann@x.example", ""),
        ("ann@MÜNCHEN.example", "ann@xn--mnchen-3ya.example", ""),
    ],
)
def test_addresses_as_people_paste_them(cell: str, address: str, name: str) -> None:
    """The usual wrappings of an address are taken off."""
    listed = read(f"email,name\n{cell},\n")
    assert [(row.address, row.name) for row in listed.rows] == [(address, name)]


def test_topics_and_frequencies_are_read() -> None:
    """Separated by semicolons, bars or commas, each once; words for frequencies in several languages."""
    listed = read(
        "email,topics,frequency\na@x.example,News; events |news,Wöchentlich\n"
        'b@x.example,"a, b",\nc@x.example,,mensuel\n'
    )
    assert [(row.topics, row.frequency) for row in listed.rows] == [
        (("News", "events"), "weekly"), (("a", "b"), "every"), (None, "monthly"),
    ]  # fmt: skip


def test_trailing_delimiters_and_short_rows_are_fine() -> None:
    """Spreadsheets write too many or too few of them; empty cells carry no meaning."""
    assert keys("email,name,,\na@x.example,Ann,,,,,\nb@x.example\n,,,\n\nc@x.example,Cy\n") == [
        "a@x.example", "b@x.example", "c@x.example",
    ]  # fmt: skip


def test_a_row_commented_out_stays_out() -> None:
    """Although # may begin an address."""
    listed = read("email\n#a@x.example\nb@x.example\n")
    assert [row.key for row in listed.rows] == ["b@x.example"]
    assert not listed.rejects


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1252", "Françoise Müller-Núñez"), ("cp1251", "Екатерина Воробьёва"), ("utf-16-le", "Żaneta")],
)
def test_other_encodings_are_guessed_and_told(encoding: str, name: str) -> None:
    """Excel's own CSV keeps its accents, and a warning names the guess."""
    rows = "".join(f"p{n}@x.example,{name}\n" for n in range(20))
    listed = read("email,name\n" + rows, encoding)
    assert {row.name for row in listed.rows} == {name}
    assert "was read as" in listed.warnings[0]


def test_excel_separator_hint_is_followed() -> None:
    """`sep=;` is not a header."""
    listed = read('sep=;\r\nemail;name\r\na@x.example;"Lee; Ann"\r\nbad;\r\n')
    assert [row.name for row in listed.rows] == ["Lee; Ann"]
    assert [r.line for r in listed.rejects] == [4]


@pytest.mark.parametrize(
    ("data", "name", "way"),
    [
        (b"PK\x03\x04...xl/workbook.xml", "list.xlsx", "Save As > \"CSV UTF-8"),
        (b"PK\x03\x04...xl/workbook.xml", "list.csv", "Save As > \"CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "list.xls", "Save As > \"CSV UTF-8"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "list.csv", "LibreOffice Calc"),
        (b"PK\x03\x04....Index/Document.iwa", "list.numbers", "Export To > CSV"),
        (b"PK\x03\x04....subscribed.csv", "export.zip", "unpack it"),
        (b"<html><table><tr><td>a@x.example", "list.xls", "Save As"),
        (b"%PDF-1.7", "list.pdf", "export the list as CSV"),
        (b"", "list.csv", "email,name"),
        (b"\xef\xbb\xbf\r\n\r\n", "list.csv", "email,name"),
        (b"first,second\n1,2\n", "list.csv", 'call the column with the addresses "email"'),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_the_way_out(data: bytes, name: str, way: str) -> None:
    """Spreadsheets are recognised by their bytes, whatever their name, and the menu entry is named."""
    with pytest.raises(AudienceError) as caught:
        read_list_bytes(data, name)
    assert way in caught.value.try_
    assert caught.value.where == name


def test_a_missing_list_says_so(tmp_path: Path) -> None:
    """The path is in the message; a directory is no list either."""
    with pytest.raises(AudienceError, match="there is no such list"):
        read_list(tmp_path / "none.csv")
    with pytest.raises(AudienceError, match="cannot read this list"):
        read_list(tmp_path)


def test_rejects_are_written_beside_the_list(tmp_path: Path) -> None:
    """Line, reason and row; formulas cannot run; a clean reading removes the old file."""
    path = tmp_path / "members.csv"
    path.write_bytes(b"email,name\n=cmd|x,Bob\nb@x.example,Ren\xff\nZo\xc3\xab\n")
    written = write_rejects(path, read_list(path).rejects)
    assert written == rejects_path(path) == tmp_path / "members.rejects.csv"
    rows = list(csv.reader(io.StringIO(written.read_text("utf-8-sig"))))
    assert rows[0] == ["line", "reason", "row"]
    assert [row[0] for row in rows[1:]] == ["2", "3", "4"]
    assert rows[1][2] == "'=cmd|x,Bob"
    assert write_rejects(path, ()) is None
    assert not written.exists()


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda t: ("email,name\n" + t).encode("utf-8", "replace"))
    )
)
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    """Any bytes are a list, or an AudienceError."""
    try:
        listed = read_list_bytes(data, "list.csv")
    except AudienceError:
        return
    assert all(reject.reason for reject in listed.rejects)


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="\ufffd='#"), min_size=1, max_size=12
)
ROWS = st.lists(st.tuples(st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True), NAMES), min_size=1, max_size=8)


@settings(max_examples=100, deadline=None)
@given(
    ROWS,
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_valid_rows_survive_delimiter_encoding_and_line_end(
    rows: list[tuple[str, str]], delimiter: str, encoding: str, end: str, quote: bool
) -> None:
    """Whatever a spreadsheet chooses for these, every name and address comes back exact."""
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    )
    writer.writerows([("email", "name"), *((f"{local}@x.example", name) for local, name in rows)])
    listed = read(out.getvalue(), encoding)
    assert not listed.rejects
    assert {row.key: row.name for row in listed.rows} == {f"{local}@x.example": name for local, name in rows}


@settings(max_examples=50, deadline=None)
@given(ROWS, st.sampled_from(["cp1252", "cp1250", "cp1251", "cp1253", "cp932", "gb18030", "mac_roman"]))
def test_addresses_survive_a_wrong_guess(rows: list[tuple[str, str]], encoding: str) -> None:
    """When the encoding of the names must be guessed, no address is harmed: it is accepted or its row is a reject."""
    text = "email,name\n" + "".join(f"{local}@x.example,{name.translate(DROP)}\n" for local, name in rows)
    try:
        listed = read_list_bytes(text.encode(encoding, "replace"), "list.csv")
    except AudienceError:
        return
    assert {row.key for row in listed.rows} <= {f"{local}@x.example" for local, _ in rows}


DROP = {ord(char): None for char in '",;\t|\\'}
