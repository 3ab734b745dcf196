"""Mail from people and from their programs: a wish to leave, or an automatic reply.

A wish counts when it proves whom it is about: our token stands in the subject (a mailto: link puts it there), or the
mail answers one of our messages and its own first words are the wish. A token that merely stands in the quoted text
below "Lovely issue!" is no wish.
"""

from __future__ import annotations

import re

from digest.deliver.intake.mime import Part, decode_words, own_text

# Whole subjects or first lines, in the languages of the catalogue; lower case, without punctuation.
_WISHES = frozenset({
    "unsubscribe", "unsubscribe me", "please unsubscribe", "please unsubscribe me", "remove", "remove me",
    "please remove me", "stop", "opt out", "cancel subscription", "cancel my subscription",
    "abmelden", "abbestellen", "bitte abmelden", "newsletter abbestellen", "austragen",
    "désabonner", "me désabonner", "se désabonner", "désinscription", "désinscrire", "desabonner", "desinscription",
    "baja", "darme de baja", "darse de baja", "cancelar suscripción", "anular suscripción",
    "cancelar inscrição", "cancelar assinatura", "descadastrar", "remover",
    "配信停止", "解除", "登録解除", "إلغاء الاشتراك", "الغاء الاشتراك", "सदस्यता समाप्त करें", "सदस्यता रद्द करें",
})  # fmt: skip
_PREFIX = re.compile(r"^(?:\s*(?:re|aw|sv|antw|ref|rv|res|fwd?|wg)\s*(?:\[\d+\])?\s*[:：])+", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\s.!?,;:*_\"'()\[\]<>。！、]+")
_QUOTE = re.compile(r"^\s*(?:>|\||-{2,}|_{5,}|(?:on|am|le|el|em)\s.{3,80}:\s*$)", re.IGNORECASE)
_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(?:re:\s*)?(?:out of (?:the )?office|auto(?:matic|mated)?[- ]?(?:reply|response)|vacation|abwesen|"
    r"automatische antwort|réponse automatique|absence|respuesta automática|resposta automática|自動返信|不在)",
    re.IGNORECASE,
)


def subject_of(message: Part) -> str:
    return decode_words(message.get("subject"))


def is_automatic(message: Part) -> bool:
    """A program answered by itself (RFC 3834 section 5, and what older programs say instead)."""
    submitted = message.get("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if message.all("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-vacation"):
        return True
    if message.get("precedence").strip().lower() in ("auto_reply", "junk"):
        return True
    return bool(_AUTOMATIC_SUBJECT.match(subject_of(message)[:200]))


def is_wish(message: Part) -> bool:
    """Whether its subject, or the first words of its own, say that somebody wants to leave and nothing else."""
    subject = _PREFIX.sub("", subject_of(message)[:200])
    return _says(subject) or _says(_first_line(message))


def _says(text: str) -> bool:
    words = _PUNCTUATION.sub(" ", re.sub(r"[A-Za-z0-9_-]{38}", " ", text)).strip().casefold()
    return words in _WISHES


def _first_line(message: Part) -> str:
    for line in own_text(message, 8192).splitlines()[:40]:
        if _QUOTE.match(line):
            return ""
        if line.strip():
            return line[:200]
    return ""
