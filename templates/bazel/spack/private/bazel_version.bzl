"""What the Bazel at hand can do."""

def bazel_major(ctx):
    """The major version of this Bazel.

    Args:
      ctx: the repository rule's context.

    Returns:
      A number; for a build that tells none, as development builds and Debian's 4.2 do, the newest or oldest that is known.
    """
    digits = ""
    for character in (native.bazel_version or "").elems():
        if not character.isdigit():
            break
        digits += character
    return int(digits) if digits else (9 if hasattr(ctx, "watch") else 6)
