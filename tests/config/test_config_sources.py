"""What can be said of a source that is not just a feed's address."""

from digest.config import schema
from digest.gather.kinds import KINDS


def test_a_source_has_a_kind_a_key_and_bounds(folder):
    """All of it reaches gathering; the key is read from where it stands and is not shown."""
    folder.change("[list.", 'kind = "ghost"\nkey = { env = "GHOST" }\nenrich = "never"\nmatch = "/news/*"\n[list.')
    blog = folder.load(GHOST="0123abcd").sources["blog"]
    assert (blog.kind, blog.key, blog.enrich, blog.match) == ("ghost", "0123abcd", False, "/news/*")
    assert "0123abcd" not in repr(blog) and not blog.is_private


def test_what_an_address_is_gets_found_out_by_default(folder):
    """kind is auto, a folder is files, and pages are read where a feed has only an excerpt."""
    folder.add('\n[source.stories]\npath = "stories"\n')
    sources = folder.load().sources
    assert (sources["blog"].kind, sources["blog"].enrich, sources["stories"].kind) == ("auto", None, "files")


def test_a_misspelt_kind_is_a_mistake_with_a_suggestion(folder):
    """An unknown kind is refused, and a key does not stand in the file."""
    folder.change("[list.", 'kind = "discurse"\n[list.')
    assert "discourse" in str(folder.only_problem())
    folder.change('kind = "discurse"', 'key = "literal"')
    assert folder.only_problem().key == "source.blog.key" and "literal" not in str(folder.only_problem())


def test_every_kind_can_be_written_down():
    """The words of the setting and the kinds that exist are the same."""
    assert {"auto", *KINDS} == set(schema.SOURCE_KINDS)
