"""Flags for the linker. Libraries are given by their full paths, so that none is mistaken for another prefix's of the same name, and are
found at run time where Spack put them: a library's own name (SONAME) decides there, whatever it is linked by."""

def link_flags(paths, rpaths, further, on_mac):
    """The flags for one package.

    Args:
      paths: absolute paths of libraries, dependents first.
      rpaths: absolute paths of folders to search at run time.
      further: flags that come last.
      on_mac: whether the linker is Apple's, which has no groups.

    Returns:
      A list.
    """
    flags = ["-Wl,-rpath," + folder for folder in rpaths]
    if paths and on_mac:
        flags += paths
    elif paths:
        # Only what is needed becomes part of the program, and archives may need each other.
        flags += ["-Wl,--push-state,--as-needed,--start-group"] + paths + ["-Wl,--end-group,--pop-state"]
    return flags + further

def whole_flags(path, rpaths):
    """The flags for one library that was asked for by name, and is linked even when nothing refers to it.

    Args:
      path: its absolute path.
      rpaths: absolute paths of folders to search at run time.

    Returns:
      A list.
    """
    return ["-Wl,-rpath," + folder for folder in rpaths] + [path]
