"""Which libraries a prefix has, and which of them a dependent links."""

load(":pkg_config.bzl", "dependents_first")
load(":places.bzl", "list_folder")

_SHARED_SUFFIXES = [".so", ".dylib"]

def find_libraries(ctx, prefix, folders):
    """The libraries of a prefix that a linker would find by name, and what a loader would.

    Args:
      ctx: the repository rule's context.
      prefix: the package's folder.
      folders: where to look, relative to the prefix.

    Returns:
      struct(shared, static: name → path relative to the prefix; loadable: all shared objects, relative to the prefix;
      folders: those that have shared objects).
    """
    shared, static, loadable, with_shared = {}, {}, [], []
    for folder in folders:
        for entry in list_folder(ctx, "%s/%s" % (prefix, folder)):
            path = "%s/%s" % (folder, entry)
            if not entry.startswith("lib"):
                continue
            if entry.endswith(".a"):
                static.setdefault(entry[3:-2], path)
            if _is_shared_object(entry) and ctx.path("%s/%s" % (prefix, path)).exists:
                loadable.append(path)
                with_shared += [] if folder in with_shared else [folder]
                for suffix in _SHARED_SUFFIXES:
                    if entry.endswith(suffix):
                        shared.setdefault(entry[3:-len(suffix)], path)
    return struct(shared = shared, static = static, loadable = loadable, folders = with_shared)

def linked_names(modules, found, package):
    """The libraries that depending on a package links: those that its .pc files name, else all that it has.

    Args:
      modules: its .pc files.
      found: what find_libraries gives.
      package: its name: the .pc file of that name comes first.

    Returns:
      Names without lib and suffix, dependents first.
    """
    plain = package.replace("lib", "")
    names = {}
    for name in dependents_first(modules, [package, "lib" + package, plain, "lib" + plain]):
        for word in modules[name].libs:
            if word.startswith("-l") and (word[2:] in found.shared or word[2:] in found.static):
                names[word[2:]] = True
    return names.keys() or sorted(dict(found.static, **found.shared))

def folders_of(prefix, modules):
    """Where libraries may lie: the usual folders, and those below the prefix that the .pc files name with -L.

    Args:
      prefix: the package's folder.
      modules: its .pc files.

    Returns:
      Paths relative to the prefix.
    """
    folders = {"lib": True, "lib64": True}
    for module in modules.values():
        for word in module.libs:
            folder = word[2:].replace("//", "/").rstrip("/")
            if word.startswith("-L") and folder.startswith(prefix + "/"):
                folders[folder[len(prefix) + 1:]] = True
    return folders.keys()

def _is_shared_object(name):
    return name.endswith(".so") or ".so." in name or name.endswith(".dylib")
