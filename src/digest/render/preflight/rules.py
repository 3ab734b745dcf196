"""Every rule: id, severity, sentence, source, and what to do. The only list of ids.

Holds no code that looks at an email. Invariant: ids never change their meaning; `accept` in configurations names them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    severity: str
    why: str
    fix: str


_TABLE = """
size-clip | error | Gmail cuts a message near 102 KiB of HTML and hides what follows, the unsubscribe link too; 98 leaves room (hteumeuleu/email-bugs#41) | send fewer articles, shorter summaries, or a lighter template
size-near | hint | Gmail cuts near 102 KiB of HTML; from 80 on, the next long issue may be cut (hteumeuleu/email-bugs#41) | send fewer articles or a lighter template
size-message | warning | a message over 500 KiB is slow to open on a phone and weighs on every relay (house rule) | take embedded data and long texts out
html-comments | error | classic Outlook reads conditional comments; one without its end hides or shows everything after it (Microsoft, "About conditional comments") | close each <!--[if …]> with <![endif]-->
html-unclosed | error | an element left open swallows what follows, differently in each mail program (HTML Living Standard, 13.2) | close each element in the order it was opened, for Outlook's view too
html-doctype | warning | without <!doctype html> browsers and web mail fall into quirks mode (HTML Living Standard, 13.1.1) | start the document with <!doctype html>
html-title | warning | a document needs a title that says what it is (WCAG 2.2, 2.4.2) | set <mj-title> to the subject
html-charset | warning | mail read as a web page needs its encoding said, and it is UTF-8 (HTML Living Standard, 4.2.5.4) | declare charset=UTF-8 in the head
html-viewport | warning | without a viewport phones shrink the page; forbidding zoom locks out weak eyes (WCAG 2.2, 1.4.4) | use width=device-width, initial-scale=1 and nothing that limits zoom
html-color-scheme | warning | without color-scheme and supported-color-schemes Apple Mail inverts on its own (WebKit, "Dark mode in web content") | declare both metas as "light dark"
html-lang | error | screen readers choose their voice by lang (WCAG 2.2, 3.1.1) | set lang of <html> and of the wrapper to the issue's language
html-dir | error | the direction of the text must be declared, as web mail puts it into a page of another one (HTML Living Standard, 3.2.6.4) | set dir of <html> and of the wrapper to the issue's direction
html-id | warning | an id stands once in a document (HTML Living Standard, 3.2.6) | rename the second id
rtl-text | warning | text of the other direction without dir has its punctuation and numbers moved (Unicode UAX #9; HTML Living Standard, 3.2.6.4) | put dir="auto" or dir="rtl" on the element around it
lang-part | warning | a passage in another language is marked, or it is read in the wrong voice (WCAG 2.2, 3.1.2) | put lang="…" of the article on the element around its title
table-role | error | screen readers announce a layout table's rows and columns unless it says role=presentation (WCAG 2.2, 1.3.1) | add role="presentation" to the table
heading-none | warning | readers who listen move by headings, and the first one says what this is (WCAG 2.2, 1.3.1, technique H42) | make the lead's title an h1
heading-many | warning | one h1 names the whole (WCAG technique H42) | make the others h2
heading-order | warning | heading levels are not skipped, and the first is h1 (WCAG technique G141) | use h1, then h2 for each article
heading-empty | warning | an empty heading is announced as nothing (WCAG technique H42; WCAG 2.2, 2.4.6) | remove it or give it words
preheader-missing | warning | inboxes show what follows the subject; without a preheader that is navigation or an address (Litmus, "Preheader text") | write a preheader of 40 to 130 characters
preheader-visible | warning | the preheader is for the inbox list; shown again in the mail it is a stray line (Litmus, "Preheader text") | hide it with display:none and mso-hide:all, and do not repeat it
preheader-length | hint | inboxes show about 40 to 130 characters of it (Litmus, "Preheader text") | write 40 to 130 characters
preheader-same | warning | subject and preheader stand side by side in the inbox | let the preheader go on where the subject stops
reading-order | warning | the order in the source is the order that is read aloud (WCAG 2.2, 1.3.2) | keep HTML, plain text and issue in one order
image-https | warning | web mail pages are https, and some drop http pictures (Google, "Email sender guidelines"; MDN, "Mixed content") | use the https address of the picture
image-embedded | error | data: and relative pictures, and cid: ones without their part, are not shown by Gmail and Outlook (Can I email, "Base64 image format") | put the picture on an https server
image-alt | error | each picture has an alt attribute, empty when it only decorates (WCAG 2.2, 1.1.1) | add alt
image-alt-poor | warning | a file name, the word "image" or half a page is not what a picture says (WCAG techniques F30 and G196) | describe the picture in one short sentence, or use alt=""
image-size | warning | Outlook takes the width from the attribute, and pictures without height:auto are stretched (Can I email, "width"; Microsoft Word rendering engine) | give width="…", and a height or height:auto
image-wide | warning | wider than the 600 px column, Outlook breaks the layout open (Microsoft Word rendering engine) | write width="600" or less
image-many | warning | twenty pictures are a burden on a phone, and a mail of pictures looks like spam (Google, "Email sender guidelines") | show fewer pictures
image-format | warning | SVG, AVIF, HEIC, TIFF and BMP are not shown by Gmail or Outlook (Can I email, "SVG", "AVIF") | use JPEG, PNG or GIF
image-only | warning | where pictures are off nothing is left to read (WCAG 2.2, 1.4.5) | write the words as text
image-bytes | hint | the weight of these pictures is not known; 200 KB each and 1 MB together is what phones bear (web.dev, "Image performance") | look at their sizes
image-heavy | warning | 200 KB a picture and 1 MB together is what phones bear (web.dev, "Image performance") | use smaller pictures
image-pixel | warning | a picture of one pixel watches the reader (GDPR article 5; ePrivacy directive article 5(3)) | remove it
link-scheme | error | mail has no base address: a link is a whole https://, http:// or mailto: address (RFC 3986, 4.2) | write the whole address
link-plain-http | hint | browsers warn before they open http pages (Chrome, "HTTPS by default") | use https where the site has it
link-empty | error | a link needs words, or a picture with words (WCAG 2.2, 2.4.4 and 4.1.2) | give it text, or alt to its picture
link-vague | warning | a link says where it leads, alone too (WCAG 2.2, 2.4.4; technique F84) | name what is behind it: the title of the article
link-repeated | warning | neighbouring links to one place are one link (WCAG technique H2) | put picture and words into one link, or hide the picture's from readers who listen
link-ambiguous | warning | the same words lead to one place (WCAG 2.2, 2.4.4) | give each link words of its own
link-private | error | a reader's address or token in a link is handed to whoever runs the server and to everyone it is forwarded to (GDPR article 5; RFC 9110, 17.9) | take it out; only the unsubscribe link carries the token
link-spoof | warning | words that name another site than the link leads to are what phishing filters look for (Google, "Email sender guidelines") | let the words name the site, or the article
link-shortener | warning | shorteners hide the target and are on blocklists (Spamhaus, "URL shorteners") | use the real address
link-local | error | the address works on your machine or network only (RFC 6761; RFC 1918) | use the public address
link-long | warning | addresses over 2,000 characters fail in Outlook and Windows (Microsoft, "Maximum URL length is 2,083 characters") | use a shorter address
link-tracking | warning | click identifiers name one person or one campaign twice, and go stale when copied (GDPR article 5; WebKit, "Link tracking protection") | take the parameter out
unsubscribe-missing | error | every issue shows a way out (Google, "Email sender guidelines"; CAN-SPAM, 16 CFR 316.5; RFC 8058) | print slot("unsubscribe_url") as a link
unsubscribe-hidden | error | the way out is clearly visible (Google, "Email sender guidelines"; CAN-SPAM, 15 USC 7704(a)(3)) | give it words, at least 12 px and readable colours
unsubscribe-dead | error | the link works and belongs to this reader (CAN-SPAM, 15 USC 7704(a)(3); RFC 8058) | use slot("unsubscribe_url") unchanged
contrast-light | error | text has a contrast of 4.5 to 1, large text 3 to 1 (WCAG 2.2, 1.4.3) | darken the text or lighten what is behind it
contrast-dark | error | in dark mode too text has 4.5 to 1, large text 3 to 1 (WCAG 2.2, 1.4.3) | give the element a class that the dark rules colour, or correct the dark colour
contrast-outlook | warning | Outlook.com turns colours round except where [data-ogsc] and [data-ogsb] rules set them; together they must stay readable (Litmus, "Dark mode for email") | set text and background in both rules
contrast-inverted | warning | Gmail on iOS and Outlook for Windows turn all colours round; 3 to 1 must remain (Litmus, "Dark mode for email") | move text and background further apart
colour-pure | hint | pure black on pure white is turned round hardest, and glares (Litmus, "Dark mode for email") | use near-black, such as #1b1f24
dark-missing | warning | color-scheme says that dark is taken care of, and no rule does (WebKit, "Dark mode in web content") | add @media (prefers-color-scheme: dark) rules
text-small | warning | below 13 px phones enlarge text or readers cannot read it (Apple, "Human Interface Guidelines: typography") | use 14 px or more
target-small | warning | a thumb needs 24 px, its padding counted (WCAG 2.2, 2.5.8) | raise the line height or the padding
css-unsupported | warning | Outlook for Windows or Gmail ignore it, and nothing stands in for it (Can I email) | lay out with tables and padding in px
css-colour | warning | Outlook for Windows and many others know #rrggbb only (Can I email, "rgba()", "hsl()"; HTML bgcolor) | write all six digits
css-import | warning | remote fonts and sheets are dropped by Gmail and Outlook, and tell a stranger who reads (Can I email, "@import", "@font-face") | use the fonts readers have
css-nested | warning | Gmail drops a whole style element that has an @ rule inside another (hteumeuleu/email-bugs#21) | give each @ rule a style element of its own
css-large | warning | Gmail drops style elements beyond 16 KB (Gmail; the limit is measured by others, not documented) | remove rules nobody uses
css-broken | warning | a mistake in CSS costs the rest of the rule, in Gmail the whole element (CSS Syntax 3, 5.4) | correct braces, colons and units
css-background | warning | Outlook for Windows shows no background pictures and gradients: words need a colour behind them (Can I email, "background-image") | add background-color
html-script | error | mail programs remove scripts, and many refuse the mail (OWASP, "XSS filter evasion"; Can I email) | remove it
html-frame | error | frames, objects and applets are removed, and make filters suspicious (Can I email) | link to the page instead
html-form | error | forms are removed or marked as dangerous by Gmail and Outlook (Can I email, "form element") | link to a page with the form
html-handler | error | event handlers are script (HTML Living Standard, 8.1.8) | remove the attribute
css-code | error | expression(), behavior and javascript: run code in old programs and get mail refused (OWASP, "XSS filter evasion") | remove it
html-refresh | error | <base>, and a refresh, lead readers elsewhere without asking (OWASP; WCAG technique F41) | remove it
html-media | warning | video, audio, canvas and inline SVG show in one program of five (Can I email) | show a picture that links to it
text-missing | error | a mail has a plain part, for watches, for the blind and for filters (RFC 2046, 5.1.4) | write the digest's .txt template
text-title | error | the plain part says what the HTML says (RFC 2046, 5.1.4) | print each item's title in the .txt template
text-link | error | each article's address stands whole in the plain part (RFC 2046, 5.1.4; RFC 3986, appendix C) | print item.url on a line of its own
text-unsubscribe | error | readers of the plain part can leave too (CAN-SPAM, 15 USC 7704(a)(3)) | print slot("unsubscribe_url") in the .txt template
text-address | error | commercial mail carries a postal address (CAN-SPAM, 15 USC 7704(a)(5)); in the plain part too | print site.postal_address, and set it in [site]
html-address | error | commercial mail carries a postal address (CAN-SPAM, 15 USC 7704(a)(5)) | print site.postal_address, and set it in [site]
text-width | warning | lines of plain text have at most 78 characters (RFC 5322, 2.1.1; RFC 3676, 4.2) | let lines flow: only an address may be longer
text-flowed | warning | flowed text ends a soft line with one blank, and stuffs lines that start with a blank, ">" or "From " (RFC 3676, 4.2 and 4.4) | correct the ends and starts of the lines
text-markup | warning | tags and entities show as they are in plain text (RFC 2046, 4.1) | strip markup in the .txt template
subject-empty | error | mail without a subject is taken for spam (RFC 5322, 3.6.5; Google, "Email sender guidelines") | write a subject
subject-long | warning | phones show 35 to 60 characters of it, nobody over 70 (Litmus, "Subject line length") | shorten it
subject-shouting | warning | capitals read as shouting and count against you (SpamAssassin, SUBJ_ALL_CAPS) | write it as a sentence
subject-repeated | warning | Gmail puts mails of one subject into one thread and folds the repeated text away (mjmlio/mjml#2631) | name this issue's articles
subject-emoji | warning | emoji are read aloud one by one, and shown as boxes by some (WCAG 2.2, 1.1.1) | use words, and one emoji at most
subject-leftover | error | a place of a template was left open | fill it in, or take it out
subject-punctuation | warning | "!!!", "???" and "$$$" are marks of spam (SpamAssassin, PLING_QUERY) | one mark is enough
subject-reply | warning | "Re:" and "Fwd:" on new mail deceive (CAN-SPAM, 15 USC 7704(a)(2)) | take it out
subject-control | error | control and bidirectional characters reorder or forge what the inbox shows (RFC 5322, 2.2; Unicode UAX #9) | remove the character
subject-differs | error | the subject in the header is the issue's | freeze the issue again
left-token | error | a token of this program was left where a value belongs | report this with the template
left-template | error | a template tag reached the reader | check the braces in the template
left-lorem | warning | filler text was left | write the text
left-todo | warning | a note to the writer was left | finish the text or remove the note
left-example | warning | example.com and its siblings belong to nobody (RFC 2606, 3) | use the real address
left-none | error | a missing value was printed by its name | check the template: print it only when it is there
header-from | error | one From with an address (RFC 5322, 3.6.2) | set [site] from
header-to | error | To names this reader; mail without it is marked as spam (RFC 5322, 3.6.3) | report this
header-date | error | a Date that can be read, at the issue's instant (RFC 5322, 3.6.1 and 3.3) | freeze the issue again
header-message-id | error | one Message-ID of two halves; Gmail refuses mail without (RFC 5322, 3.6.4) | set the site's domain
header-mime | error | without MIME-Version: 1.0 the parts are shown as source (RFC 2045, 4) | report this
header-unsubscribe | error | List-Unsubscribe with https or mailto in angle brackets (RFC 2369, 3.2; RFC 8058; Google, "Email sender guidelines") | set public_url or unsubscribe_email
header-one-click | error | an https List-Unsubscribe comes with List-Unsubscribe-Post: List-Unsubscribe=One-Click (RFC 8058, 3.1) | report this
header-list-id | warning | List-Id names the list in angle brackets, for the reader's filters (RFC 2919, 3) | set list_id
header-auto | warning | Auto-Submitted keeps vacation replies away (RFC 3834, 5) | report this
header-line | error | a line has at most 998 octets and ends in CRLF (RFC 5322, 2.1.1 and 2.3) | report this with the template
header-7bit | error | relays without 8BITMIME and SMTPUTF8 refuse octets over 127 (RFC 5321, 2.3.1; RFC 6531) | report this with the template
header-repeated | error | this header stands once (RFC 5322, 3.6) | report this
header-alignment | warning | SPF and DKIM must name the domain in From, and nobody else may send as gmail.com or yahoo.com (RFC 7489, 3.1; Google, "Email sender guidelines") | send from your own domain, with bounces below it
header-parts | error | multipart/alternative, plain text first, HTML last (RFC 2046, 5.1.4) | report this
header-language | warning | Content-Language is the language of the text (RFC 3282) | freeze the issue again
header-zone | warning | Date carries the zone of the sender (RFC 5322, 3.3), and the digest has one | check the digest's timezone
date-period | warning | dates are those of the digest's zone; these are the days of UTC | print digest.period, or use |dateformat
date-future | warning | an article dated after the issue has a wrong clock behind it | correct its date, or leave it for the next issue
item-none | error | an issue without articles is not sent | skip this period
item-many | warning | more than fifty articles are not read in one mail (house rule) | set max_items
item-title | error | each article has a title; it is its link | give it a title
item-unnamed | warning | a source that has no title may send the name of nothing instead (house rule) | give it its title
item-summary | warning | an article with neither summary nor text gives no reason to open it | write a sentence
item-repeated-title | warning | the same headline twice reads as a mistake (house rule) | leave one out
item-repeated-link | warning | the same address twice is the same article (house rule) | leave one out
item-link | warning | an article with neither link nor text leads nowhere | give it a url, or its text
item-long-title | warning | a headline over 200 characters is a paragraph | shorten it
item-boilerplate | warning | this is the page around the article, not the article | write the summary by hand
item-markup | hint | tags or entities show as they are | write the summary by hand
item-cut | hint | a summary ends with its sentence | write the summary by hand
theme-note | hint | a colour of the theme was moved so that it can be read (WCAG 2.2, 1.4.3) | choose a colour with more contrast, if this one displeases
"""  # noqa: E501 - a table is read by rows


def _read(table: str) -> dict[str, Rule]:
    rows = [line.split(" | ") for line in table.strip().split("\n")]
    return {row[0]: Rule(*row) for row in rows}


RULES = _read(_TABLE)
