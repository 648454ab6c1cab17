"""Externals in /usr: the compiler finds their headers and libraries by itself, if it is told the names."""

load(":headers.bzl", "definitions", "include_flags")
load(":pkg_config.bzl", "read_modules")
load(":places.bzl", "is_file", "list_folder")

SYSTEM_PREFIXES = ["", "/usr"]

# What has another name on the system than in Spack.
_ALIASES = {"gmake": ["make"], "python": ["python3"]}
_NOT_LIBRARIES = ["c", "cxx", "fortran", "libc"]

def examine_system_package(ctx, node):
    """What can be known of an external in /usr.

    Args:
      ctx: the repository rule's context.
      node: its node of the lock.

    Returns:
      struct(includes, defines, link_flags, program): `includes` are absolute, `program` is an absolute path or None.
    """
    names = _names(node)
    folders = _library_folders(ctx)
    modules = {}
    for name in names:
        if not modules:
            modules = read_modules(
                ctx,
                [folder + "/pkgconfig" for folder in folders] + ["/usr/share/pkgconfig"],
                [name],
            )
    flags = {word: True for module in modules.values() for word in module.libs if word.startswith("-l") or word == "-pthread"}
    if not modules:
        flags = _by_file_name(ctx, folders, names)
    programs = ["/usr/bin/" + name for name in [node.name] + _ALIASES.get(node.name, [])]
    return struct(
        includes = [folder for folder in include_flags(modules) if folder != "/usr/include"],
        defines = definitions(modules),
        link_flags = flags.keys(),
        program = ([path for path in programs if is_file(ctx, path)] + [None])[0],
    )

def _names(node):
    """What its .pc file or library may be called, most likely first."""
    names = []
    virtuals = [name for name in node.virtuals if name not in _NOT_LIBRARIES]
    for name in [node.name] + _ALIASES.get(node.name, []) + virtuals:
        plain = name[3:] if name.startswith("lib") else name
        names += [name, "lib" + plain, plain]
    return names

def _library_folders(ctx):
    multiarch = ["/usr/lib/" + name for name in list_folder(ctx, "/usr/lib") if name.endswith("-linux-gnu")]
    return multiarch + ["/usr/lib64", "/usr/lib"]

def _by_file_name(ctx, folders, names):
    for name in names:
        for folder in folders:
            if is_file(ctx, "%s/lib%s.so" % (folder, name)):
                return {"-l" + name: True}
    return {}
