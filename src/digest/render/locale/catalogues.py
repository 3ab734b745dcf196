"""For whoever translates: the catalogues' .po files, brought up to date with English, and compiled to .mo.

    python -m digest.render.locale.catalogues        after a change of `en.py` or of a .po file; or `make catalogues`

Not imported by anything that renders: the compiled files travel in the package, so no reader of this program's words
needs a build step. Invariant (tested): compiling gives the very .mo files that are there. A new language is a folder
with an empty digest.po, run this, translate, run it again, and its code in `LANGUAGES`.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext

from digest.render.locale.en import MESSAGES

FOLDER = Path(__file__).parent


def path_of(code: str, ending: str) -> Path:
    return FOLDER / code / "LC_MESSAGES" / f"digest.{ending}"


def codes() -> list[str]:
    return sorted(path.parents[1].name for path in FOLDER.glob("*/LC_MESSAGES/digest.po"))


def updated(code: str) -> Catalog:
    """The stored translations under today's English ids; what is new is empty, what is gone is dropped."""
    with path_of(code, "po").open("rb") as file:
        stored = read_po(file, locale=code)
    catalogue = empty(code)
    for message in catalogue:
        known = stored.get(message.id, message.context) if message.id else None
        if known and known.string:
            message.string = known.string
    return catalogue


def empty(code: str) -> Catalog:
    """Every id of English: the context is the name a template calls it by, the id the English sentence."""
    catalogue = Catalog(locale=code, project="digest", copyright_holder="the digest authors")
    catalogue._plural_expr, catalogue._num_plurals = _plurals(code)  # type: ignore[assignment]
    for key, english in MESSAGES.items():
        if isinstance(english, str):
            catalogue.add(english, context=key)
        else:
            catalogue.add((english["one"], english["other"]), context=key)
    return catalogue


def _plurals(code: str) -> tuple[str, int]:
    """CLDR's rule as gettext writes it: in Babel's own table some are older (Arabic, French, Portuguese). `e` is the
    exponent of a number such as 1c6, which we never write."""
    count, _, rule = to_gettext(Locale.parse(code).plural_form).partition("; plural=")
    return re.sub(r"\be\b", "0", rule.rstrip(";")), int(count.removeprefix("nplurals="))


def written(catalogue: Catalog) -> bytes:
    """As .po, without dates, which would change without a change."""
    out = io.BytesIO()
    write_po(out, catalogue, omit_header=True, width=100)
    plurals = f'"Plural-Forms: nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};\\n"'
    head = f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    return f"{head}{plurals}\n\n".encode() + out.getvalue()


def compiled(po: bytes, code: str) -> bytes:
    plain = _Plain(locale=code)
    plain._plural_expr, plain._num_plurals = _plurals(code)  # type: ignore[assignment]
    for message in read_po(io.BytesIO(po), locale=code):
        if message.id:
            plain[message.id] = message
    out = io.BytesIO()
    write_mo(out, plain)
    return out.getvalue()


class _Plain(Catalog):
    """Only what a reader of the catalogue needs in its header: no date, no version, so that equal is equal."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", self.plural_forms)]


def main() -> None:
    for code in codes():
        po = written(updated(code))
        path_of(code, "po").write_bytes(po)
        path_of(code, "mo").write_bytes(compiled(po, code))


if __name__ == "__main__":
    main()
