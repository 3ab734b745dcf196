"""Every setting is documented, and the documentation is made from the settings."""

from digest.config import describe_settings, reference_markdown, schema


def test_every_setting_has_a_type_and_a_sentence():
    """No setting without words: the reference is what operators have."""
    described = describe_settings()
    assert len(described) > 50 and len({one.key for one in described}) == len(described)
    for one in described:
        assert one.text.endswith(".") and one.type and one.default, one.key


def test_every_key_of_every_table_is_described():
    """Nothing that can be set is missing from the list."""
    described = {one.key for one in describe_settings()}
    for name, section in schema.SECTIONS.items():
        prefix = f"{name}.NAME" if section.named else name
        for key in schema.keys_of(section.model):
            assert any(one == f"{prefix}.{key}" or one.startswith(f"{prefix}.{key}.") for one in described)


def test_the_settings_of_the_specification_are_among_them():
    """What DESIGN names can be set under that name."""
    described = {one.key: one for one in describe_settings()}
    for key in ("site.from", "site.postal_address", "source.NAME.url", "list.NAME.csv", "digest.NAME.schedule",
                "relay.NAME.password", "delivery.on_uncertain", "bounces.address", "theme.logo_dark", "notify.ping",
                "digest.NAME.summary.max_chars", "list.NAME.max_change.shrink", "storage.url"):  # fmt: skip
        assert key in described
    assert described["site.from"].default == "required" and described["digest.NAME.max_articles"].default == "12"


def test_the_markdown_has_a_chapter_for_each_table_and_a_row_for_each_setting():
    """The page is complete and its tables are well formed."""
    page = reference_markdown()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == len(describe_settings())
    assert all(row.replace("\\|", "").count("|") == 5 for row in rows)
    for name in schema.SECTIONS:
        assert f"## `[{name}" in page
