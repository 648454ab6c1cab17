"""Where the headers of a prefix lie."""

load(":places.bzl", "is_folder", "list_folder")

# NumPy, pybind11 and their like carry headers inside the Python package.
INSIDE_PYTHON_PACKAGES = ["include", "core/include", "_core/include"]

def include_folders(ctx, prefix, modules, site_packages):
    """Folders of headers, relative to the prefix.

    Args:
      ctx: the repository rule's context.
      prefix: the package's folder.
      modules: its .pc files.
      site_packages: its folders of Python packages, relative to the prefix.

    Returns:
      A list, most general first.
    """
    found = {"include": True} if is_folder(ctx, prefix + "/include") else {}
    for folder in include_flags(modules):
        if folder.startswith(prefix + "/") and is_folder(ctx, folder):
            found[folder[len(prefix) + 1:].strip("/")] = True
    for folder in site_packages:
        for name in list_folder(ctx, "%s/%s" % (prefix, folder)):
            for inner in INSIDE_PYTHON_PACKAGES:
                inside = "%s/%s/%s" % (folder, name, inner)
                if is_folder(ctx, "%s/%s" % (prefix, inside)):
                    found[inside] = True
    return found.keys()

def include_flags(modules):
    """The folders that the .pc files name with -I.

    Args:
      modules: what read_modules gives.

    Returns:
      Absolute paths without repetitions.
    """
    found = {}
    for module in modules.values():
        for word in module.cflags:
            if word.startswith("-I/"):
                found[word[2:].replace("//", "/").rstrip("/")] = True
    return found.keys()

def definitions(modules):
    """The definitions that the .pc files ask for.

    Args:
      modules: what read_modules gives.

    Returns:
      NAME or NAME=VALUE, without repetitions.
    """
    found = {}
    for module in modules.values():
        for word in module.cflags:
            if word.startswith("-D"):
                found[word[2:]] = True
    return found.keys()
