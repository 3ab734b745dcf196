"""The studio's back end: whatever may be previewed, as one picture, and what an editor may do there.

    wanted -> (draft | stored issue | fixture) -> rendition -> filled for one reader -> picture

`wanted` (what is asked for, and by whom seen) - `studio` (configuration, drafts and renditions, kept while nothing
changed) - `readers` (view as) - `pictures` (the bytes and their parts) - `checks` (preflight, sizes, places) -
`comparing` (against the last issue) - `rail` (what there is to look at) - `desk` (the editor's work).

Must not send, freeze or consume; `desk` alone writes, by the same functions as the command line. Invariant: what is
shown is filled by `Rendition.fill` from what a run would freeze now, never rendered a second way.
"""

from digest.pipeline.previewing.studio import Studio
from digest.pipeline.previewing.wanted import Wanted

__all__ = ["Studio", "Wanted"]
