"""What mail programs remove or distrust: scripts, frames, forms, handlers, media."""

from __future__ import annotations

from digest.render.preflight.sample import Hits, Inspection

_KINDS = {
    "html-script": ("script",),
    "html-frame": ("iframe", "frame", "frameset", "object", "embed", "applet", "portal"),
    "html-form": ("form", "input", "button", "select", "textarea"),
    "html-media": ("video", "audio", "canvas", "svg", "math", "picture"),
}


def elements(look: Inspection) -> Hits:
    for rule, tags in _KINDS.items():
        for node in look.page.all(*tags):
            yield rule, f"<{node.tag}>", node.place


def handlers(look: Inspection) -> Hits:
    for node in look.page.nodes:
        for name in node.attrs:
            if name.startswith("on") and name[2:].isalpha():
                yield "html-handler", f"{name}=", node.place


CHECKS = (elements, handlers)
