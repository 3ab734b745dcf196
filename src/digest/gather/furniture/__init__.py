"""What platforms write around an article, in the languages they are translated into: tables and small grammars. Pure.

    plain      one form for every spelling: digits of all scripts, full-width signs, apostrophes, marks at the ends
    buttons    whole lines: menus, buttons, sharing, cookie banners
    sections   lines that open other posts, and the anchors of a page
    answers    lines that open the readers' comments
    labels     lines that begin like furniture and go on: `Tags: ...`, `Previous post: ...`, `Home » News`
    footers    rights, `Powered by`, cookie notices
    counters   `1 view0 comments`, `1,2 тыс. просмотров`, `閲覧数：1回`, with plural forms and number formats
    moments    dates, times, `14d`, `vor 2 Tagen`, reading times
    names      what reads like a person's name
    credits    `Photo: NAME / PAPER`, `NAME is a freelance journalist who ...`
    bylines    `By: NAME`, `Publié par NAME à 19:45`, `NAME tarafından yayımlandı`

To add a language: a row in each table; the code knows no language. Does not decide where the article is: `chrome` reads
one line with these, `copied_head` and `copied_tail` decide, at the edges only.
"""
