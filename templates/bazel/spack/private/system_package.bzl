"""Externals in /usr: the compiler finds their headers and libraries by itself, if it is told the names; Python finds its packages."""

load(":headers.bzl", "INSIDE_PYTHON_PACKAGES", "definitions", "include_flags")
load(":pkg_config.bzl", "read_modules")
load(":places.bzl", "is_file", "is_folder", "list_folder")

SYSTEM_PREFIXES = ["", "/usr"]

# What has another name on the system than in Spack.
_ALIASES = {"gmake": ["make"], "python": ["python3"], "rust": ["rustc", "cargo", "rustdoc"]}
_NOT_LIBRARIES = ["c", "cxx", "fortran", "libc"]

def examine_system_package(ctx, node, override):
    """What can be known of an external in /usr.

    Args:
      ctx: the repository rule's context.
      node: its node of the lock.
      override: what decode_override gives.

    Returns:
      struct(includes, own_includes, defines, link_flags, program), and programs, libraries, has_python and distributions as
      examine_prefix gives them. `includes` are absolute folders in which the compiler looks for the system's headers, `own_includes`
      others, and `program` is the first of the programs or None.
    """
    folders = _library_folders(ctx)
    has_python = node.name.startswith("py-")
    names = [node.name[3:]] if has_python else _names(node)
    modules = _first_module(ctx, folders, names)
    includes = ["/usr/" + folder for folder in override.includes] or include_flags(modules) + _inside_python(ctx, node)
    link_flags = ["-l" + name for name in override.libs]
    if not link_flags and not has_python:
        link_flags = _flags_of(modules, folders) if modules else _by_file_name(ctx, folders, names)
    programs = [name for name in [node.name] + _ALIASES.get(node.name, []) if is_file(ctx, "/usr/bin/" + name)]
    return struct(
        includes = [folder for folder in includes if folder.startswith("/usr/include/")],
        own_includes = [folder for folder in includes if not (folder + "/").startswith("/usr/include/") and is_folder(ctx, folder)],
        defines = definitions(modules) + override.defines,
        link_flags = link_flags + override.link_flags,
        program = (programs + [None])[0],
        programs = programs,
        libraries = struct(shared = {}, static = {}),
        has_python = has_python,
        distributions = [],
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

def _first_module(ctx, folders, names):
    for name in names:
        modules = read_modules(ctx, [folder + "/pkgconfig" for folder in folders] + ["/usr/share/pkgconfig"], [name])
        if modules:
            return modules
    return {}

def _flags_of(modules, folders):
    """Its libraries, and the folders of them in which the linker does not look by itself."""
    words = {word.rstrip("/"): True for module in modules.values() for word in module.libs}
    beside = [word[2:] for word in words if word.startswith("-L/") and word[2:] not in folders]
    libraries = [word for word in words if word.startswith("-l") or word == "-pthread"]
    return [flag + folder for folder in beside for flag in ["-L", "-Wl,-rpath,"]] + libraries

def _by_file_name(ctx, folders, names):
    for name in names:
        for folder in folders:
            if is_file(ctx, "%s/lib%s.so" % (folder, name)):
                return ["-l" + name]
    return []

def _inside_python(ctx, node):
    """The headers that a Python package carries inside it."""
    if not node.name.startswith("py-"):
        return []
    places = ["/usr/lib/python3/dist-packages"]
    for lib in ["/usr/lib64", "/usr/lib"]:
        places += ["%s/%s/site-packages" % (lib, name) for name in list_folder(ctx, lib) if name.startswith("python3.")]
    module = node.name[3:].replace("-", "_")
    candidates = ["%s/%s/%s" % (place, module, inner) for place in places for inner in INSIDE_PYTHON_PACKAGES]
    return [folder for folder in candidates if is_folder(ctx, folder)]
