"""What lies in a package's own folder, be it in the store or elsewhere."""

load(":headers.bzl", "definitions", "include_folders")
load(":libraries.bzl", "find_libraries", "folders_of", "linked_names")
load(":pkg_config.bzl", "read_modules", "system_flags")
load(":places.bzl", "is_file", "is_folder", "list_folder")

_PROGRAM_ALIASES = {"gmake": ["make"], "python": ["python3"], "python-venv": ["python3"], "rust": ["rustc"]}

def examine_prefix(ctx, node, prefix, override):
    """All that targets are made of.

    Args:
      ctx: the repository rule's context.
      node: the node of the lock.
      prefix: an absolute path of a folder that is there.
      override: what decode_override gives.

    Returns:
      struct(prefix, includes, defines, libraries, linked, system_flags, programs, main_program, site_packages, has_python,
      distributions):
      `libraries` is what find_libraries gives, `linked` names of libraries, `programs` names in bin; paths are relative to
      the prefix.
    """
    modules = read_modules(ctx, ["%s/%s/pkgconfig" % (prefix, folder) for folder in ["lib", "lib64", "share"]])
    site_packages = _site_packages(ctx, prefix)
    libraries = find_libraries(ctx, prefix, folders_of(prefix, modules))
    programs = [name for name in list_folder(ctx, prefix + "/bin") if _is_program(ctx, prefix, name)]
    return struct(
        prefix = prefix,
        includes = override.includes or include_folders(ctx, prefix, modules, site_packages),
        defines = definitions(modules) + override.defines,
        libraries = libraries,
        linked = override.libs or linked_names(modules, libraries, node.name),
        system_flags = system_flags(modules) + override.link_flags,
        programs = programs,
        main_program = _main_program(node.name, programs),
        site_packages = site_packages,
        has_python = bool(site_packages),
        distributions = _distributions(ctx, prefix, site_packages),
    )

def _site_packages(ctx, prefix):
    """lib/python3.12/site-packages, where there is something in it."""
    found = []
    for lib in ["lib", "lib64"]:
        if not _is_own(ctx, prefix, lib):
            continue
        for name in list_folder(ctx, "%s/%s" % (prefix, lib)):
            folder = "%s/%s/site-packages" % (lib, name)
            if name.startswith("python") and list_folder(ctx, "%s/%s" % (prefix, folder)):
                found.append(folder)
    return found

def _is_own(ctx, prefix, lib):
    """Whether a folder is no other name of lib: a virtual environment has lib64 → lib."""
    if lib == "lib" or not is_folder(ctx, "%s/%s" % (prefix, lib)):
        return lib == "lib"
    return str(ctx.path("%s/%s" % (prefix, lib)).realpath) != str(ctx.path(prefix + "/lib").realpath)

def _distributions(ctx, prefix, site_packages):
    """The names of what is installed, as Python knows them."""
    names = {}
    for folder in site_packages:
        for entry in list_folder(ctx, "%s/%s" % (prefix, folder)):
            if entry.endswith(".dist-info") or entry.endswith(".egg-info"):
                names[entry.rsplit(".", 1)[0].split("-")[0]] = True
    return names.keys()

def _is_program(ctx, prefix, name):
    return ":" not in name and "\\" not in name and is_file(ctx, "%s/bin/%s" % (prefix, name))

def _main_program(package, programs):
    for name in [package] + _PROGRAM_ALIASES.get(package, []):
        if name in programs:
            return name
    return programs[0] if len(programs) == 1 else None
