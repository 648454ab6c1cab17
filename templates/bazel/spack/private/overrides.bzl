"""What a user says of a package because its files do not say it."""

load(":errors.bzl", "refuse")

OVERRIDE_ATTRS = {
    "defines": attr.string_list(doc = "Preprocessor definitions for who depends on it."),
    "includes": attr.string_list(doc = "Folders of headers, relative to the prefix, instead of those found."),
    "libs": attr.string_list(doc = "Libraries to link, in order, without lib and suffix, instead of those found."),
    "link_flags": attr.string_list(doc = "Further flags for the linker, after the libraries."),
}

def encode_override(values):
    """A value with the fields of OVERRIDE_ATTRS as text, which is all that an attribute of a repository rule holds.

    Args:
      values: a struct or tag.

    Returns:
      JSON.
    """
    return json.encode({field: getattr(values, field) for field in OVERRIDE_ATTRS})

NO_OVERRIDE = struct(defines = [], includes = [], libs = [], link_flags = [])

def decode_override(text):
    """The reverse of encode_override.

    Args:
      text: JSON, or None for a package of which nothing was said.

    Returns:
      A struct with the fields of OVERRIDE_ATTRS.
    """
    return struct(**json.decode(text)) if text else NO_OVERRIDE

def check_overrides(overrides, names, lock_file, nearest):
    """Stops at an override for a package that is not in the lock.

    Args:
      overrides: package → anything.
      names: the packages of the lock.
      lock_file: the lock's path, for the message.
      nearest: gives the names most like one.
    """
    for name in overrides:
        if name not in names:
            refuse(
                "spack.package(name = \"%s\"): %s has no package of that name" % (name, lock_file),
                "Nearest: %s." % ", ".join(nearest(name, names)),
            )
