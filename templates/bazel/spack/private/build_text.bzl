"""Text of BUILD files."""

PUBLIC = "package(default_visibility = [\"//visibility:public\"])"

def rule_text(kind, name, **attributes):
    """One target. Attributes that are None or empty are left out.

    Args:
      kind: the rule's name.
      name: the target's.
      **attributes: text, lists of text, or what glob_text or raw gives.

    Returns:
      Text.
    """
    lines = ["    name = %r," % name]
    for key in sorted(attributes):
        value = attributes[key]
        if value:
            lines.append("    %s = %s," % (key, value.text if type(value) == "struct" else repr(value)))
    return "%s(\n%s\n)" % (kind, "\n".join(lines))

def glob_text(patterns, exclude = []):
    """A glob that may find nothing.

    Args:
      patterns: what to find.
      exclude: what to leave out.

    Returns:
      A value for rule_text, or None without patterns.
    """
    if not patterns:
        return None

    # Bazel has no labels for names with a colon or a backslash.
    unnamable = ["**/*:*", "**/*\\\\*"]
    return struct(text = "glob(%r, allow_empty = True, exclude = %r)" % (patterns, exclude + unnamable))

def file_text(statements):
    """A file of statements.

    Args:
      statements: texts.

    Returns:
      Text.
    """
    return "# Made from spack.lock by spack_repository.\n\n" + "\n\n".join(statements) + "\n"
