"""The few words of an issue that are nobody's headline, from the email's own catalogues, for curating.

Does not choose or render. Invariant: a digest's subject is in the language of its email, plurals and dates included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.curate.wording import Wording


def wording(locale: str, zone: str) -> Wording:
    """The wording for a language tag; days are those of `zone`. Raises `DigestError` for what is no locale."""
    from digest.curate.wording import Wording
    from digest.render.locale import language

    words = language(locale)

    def and_more(title: str, count: int) -> str:
        return words.sentence("subject_more", count).format(title=title, count=words.number(count))

    return Wording(
        and_more=and_more,
        listed=words.joined,
        new_on=lambda site, titles: words.sentence("new_on").format(site=site, titles=titles),
        from_site=lambda site, text: words.sentence("from_site").format(site=site, text=text),
        numbered=lambda number: words.sentence("number").format(number=number),
        day=lambda moment: words.date(moment, "MMMMd", zone),
    )
