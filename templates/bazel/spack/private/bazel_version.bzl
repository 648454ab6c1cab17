"""What the Bazel at hand can do."""

def bazel_major():
    """The major version of this Bazel.

    Returns:
      A number; for a development build, which has no version, that of the newest known Bazel.
    """
    digits = ""
    for character in (native.bazel_version or "").elems():
        if not character.isdigit():
            break
        digits += character
    return int(digits) if digits else 9
