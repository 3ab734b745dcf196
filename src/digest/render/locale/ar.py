"""Arabic."""

from digest.render.locale import Messages

MESSAGES: Messages = {
    "number": "العدد {number}",
    "stories": {
        "zero": "لا مقالات",
        "one": "مقالة واحدة",
        "two": "مقالتان",
        "few": "{count} مقالات",
        "many": "{count} مقالة",
        "other": "{count} مقالة",
    },
    "minutes": {
        "zero": "أقل من دقيقة قراءة",
        "one": "دقيقة قراءة",
        "two": "دقيقتا قراءة",
        "few": "{count} دقائق قراءة",
        "many": "{count} دقيقة قراءة",
        "other": "{count} دقيقة قراءة",
    },
    "read_story": {
        "zero": "اقرأ المقالة",
        "one": "اقرأ المقالة · دقيقة",
        "two": "اقرأ المقالة · دقيقتان",
        "few": "اقرأ المقالة · {count} دقائق",
        "many": "اقرأ المقالة · {count} دقيقة",
        "other": "اقرأ المقالة · {count} دقيقة",
    },
    "more_stories": "المزيد في هذا العدد",
    "also": "جديد أيضًا",
    "by": "بقلم {names}",
    "comments": {
        "zero": "لا تعليقات",
        "one": "تعليق واحد",
        "two": "تعليقان",
        "few": "{count} تعليقات",
        "many": "{count} تعليقًا",
        "other": "{count} تعليق",
    },
    "and_more": {
        "zero": "لا مزيد على {site}",
        "one": "… ومقالة أخرى على {site}",
        "two": "… ومقالتان أخريان على {site}",
        "few": "… و{count} مقالات أخرى على {site}",
        "many": "… و{count} مقالة أخرى على {site}",
        "other": "… و{count} مقالة أخرى على {site}",
    },
    "why": "تصلك هذه الرسالة لأن {address} مشترك في {title} من {site}.",
    "why_site": "تصلك هذه الرسالة لأن {address} مشترك في {site}.",
    "unsubscribe": "إلغاء الاشتراك",
    "visit": "زيارة {site}",
    "sample": "عيّنة: هذه أحدث المقالات وليست عددًا حقيقيًا.",
    "read_on": "للنص بقية: النص الكامل أطول مما تسمح به رسالة بريد.",
    "hello": "مرحبًا {name}،",
    "in_this_issue": "في هذا العدد",
}
