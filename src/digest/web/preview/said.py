"""What the page is told, as plain values for JSON. Escapes nothing: the page writes every value as text."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from digest.pipeline.previewing import Studio, Wanted, comparing, pictures
from digest.pipeline.previewing import checks as checking
from digest.pipeline.previewing import rail as railing
from digest.pipeline.previewing.readers import CASES
from digest.web.mail import take_apart

CLIP_KIB = 102
_PICTURE = re.compile(r"<img\b[^>]*?\bsrc=[\"']?(https?://[^\"'\s>]+)", re.IGNORECASE)


def wanted(request: Request) -> Wanted:
    query = request.query_params
    return Wanted(
        query.get("digest", ""), query.get("what", "next"), query.get("reader", ""), query.get("template", ""),
        query.get("test") == "1", query.get("to", "").strip(),
    )  # fmt: skip


def rail(studio: Studio, first: str) -> dict[str, Any]:
    found = railing.rail(studio)
    found["digests"].sort(key=lambda one: one["name"] != first)
    found["cases"] = [{"name": one.name, "label": one.label} for one in CASES]
    found["clip_kib"] = CLIP_KIB
    return found


def readers(studio: Studio, digest: str, text: str, after: int) -> dict[str, Any]:
    page, following = studio.lists.search(studio.workspace(), digest, text.strip()[:100], after=after)
    return {
        "readers": [
            {"ref": ref, "address": one.address, "name": one.name, "locale": one.locale, "topics": one.topics}
            for ref, one in page
        ],
        "next": following,
    }


def picture(request: Request) -> dict[str, Any]:
    seen = pictures.picture(request.app.state.studio, wanted(request))
    issue = seen.issue
    return {
        "subject": seen.subject,
        "preheader": issue.preheader,
        "sender": issue.sending.sender.name or str(issue.sending.sender.address),
        "from": str(issue.sending.sender),
        "to": seen.message.recipient if seen.message else "",
        "seen_by": seen.seen_by,
        "banner": seen.banner,
        "notes": seen.notes,
        "warnings": seen.warnings,
        "number": seen.number,
        "state": seen.state,
        "at": seen.at,
        "timezone": issue.timezone,
        "template": seen.template,
        "empty": seen.empty,
        "text": seen.text,
        "size_bytes": len(seen.html.encode()),
        "message_bytes": len(seen.message.data) if seen.message else 0,
        "remote": _remote(seen),
        "items": [{"title": one.title, "reasons": one.reasons, "source": one.source_title} for one in issue.items],
    }


def _remote(seen: pictures.Picture) -> int:
    """How many pictures would be asked for from elsewhere."""
    found = set(_PICTURE.findall(seen.html))
    return sum(not (seen.local_images and urlsplit(url).hostname in ("127.0.0.1", "localhost")) for url in found)


def source(request: Request) -> dict[str, Any]:
    seen = pictures.picture(request.app.state.studio, wanted(request))
    if seen.message is None:
        return {"source": "", "headers": []}
    data = seen.message.data
    return {"source": data.decode("utf-8", "replace").replace("\r\n", "\n"), "headers": take_apart(data).headers,
            "envelope": {"from": seen.message.sender, "to": seen.message.recipient}}  # fmt: skip


def mjml(request: Request) -> dict[str, Any]:
    studio: Studio = request.app.state.studio
    seen = pictures.picture(studio, wanted(request))
    return {"mjml": pictures.mjml(studio, seen), "html": seen.html}


def checks(request: Request) -> dict[str, Any]:
    studio: Studio = request.app.state.studio
    seen = pictures.picture(studio, wanted(request))
    before = comparing.issue_before(studio, seen.wanted)
    found = checking.findings(studio, seen, previous_subject=before.subject if before else "")
    return {
        "findings": [
            {
                "id": one.finding.id, "severity": one.finding.severity, "what": one.finding.what,
                "why": one.finding.why, "fix": one.finding.fix, "place": one.finding.place,
                "element": one.element, "source": one.source,
            }
            for one in found
        ],
        "shares": [{"name": one.name, "size_bytes": one.size_bytes} for one in checking.shares(seen.html)],
    }  # fmt: skip


def diff(request: Request) -> dict[str, Any]:
    studio: Studio = request.app.state.studio
    found = comparing.comparison(studio, pictures.picture(studio, wanted(request)))
    if found is None:
        return {"before": "", "text": [], "structure": []}
    return {
        "before": found.before,
        "text": [(line.op, line.text) for line in found.text],
        "structure": [(line.op, line.text) for line in found.structure],
    }
