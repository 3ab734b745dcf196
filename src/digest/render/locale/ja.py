"""Japanese."""

from digest.render.locale import Messages

MESSAGES: Messages = {
    "number": "第{number}号",
    "stories": {
        "other": "{count}本の記事",
    },
    "minutes": {
        "other": "読了 約{count}分",
    },
    "min": {
        "other": "約{count}分",
    },
    "read_story": {
        "other": "記事を読む · 約{count}分",
    },
    "more_stories": "今号のほかの記事",
    "also": "ほかの新着",
    "by": "{names}",
    "comments": {
        "other": "コメント{count}件",
    },
    "and_more": {
        "other": "… ほか{count}本は {site} で",
    },
    "why": "{address} が {site} の「{title}」を購読しているため、このメールをお送りしています。",
    "why_site": "{address} が {site} を購読しているため、このメールをお送りしています。",
    "unsubscribe": "配信を停止する",
    "visit": "{site} を開く",
    "sample": "見本：最新の記事を並べたもので、実際の号ではありません。",
    "read_on": "続きがあります：全文はメールの上限を超えます。",
    "hello": "{name} さん",
    "in_this_issue": "今号の内容",
    "subject_more": {
        "other": "{title} ほか{count}本",
    },
    "new_on": "{site} の新着: {titles}",
    "from_site": "{site} より: {text}",
}
