"""What a package's .pc files say of compiling and linking with it. Format: pkg-config(1), as far as packages use it."""

load(":places.bzl", "list_folder", "read_text")

# Of other packages' libraries the lock knows more: these are the compiler's and the system's.
_SYSTEM_LIBRARIES = ["c", "dl", "gfortran", "gomp", "m", "pthread", "quadmath", "resolv", "rt", "stdc++", "util"]

def read_modules(ctx, folders, names = None):
    """All .pc files of some folders.

    Args:
      ctx: the repository rule's context.
      folders: absolute paths, the first that has a name wins.
      names: only these; all when None.

    Returns:
      name → struct(cflags, libs, private_libs, requires): lists of words.
    """
    modules = {}
    for folder in folders:
        for entry in list_folder(ctx, folder):
            name = entry[:-len(".pc")]
            if entry.endswith(".pc") and name not in modules and (names == None or name in names):
                modules[name] = parse_module(read_text(ctx, folder + "/" + entry), folder)
    return modules

def parse_module(text, folder):
    """One .pc file.

    Args:
      text: its content.
      folder: where it lies, for ${pcfiledir}.

    Returns:
      struct(cflags, libs, private_libs, requires): lists of words.
    """
    variables = {"pcfiledir": folder}
    fields = {}
    for line in text.replace("\\\n", " ").split("\n"):
        line = line.split("#")[0].strip()
        colon, equals = line.find(":"), line.find("=")
        if equals > 0 and (colon < 0 or equals < colon):
            variables[line[:equals].strip()] = _expand(line[equals + 1:].strip(), variables)
        elif colon > 0:
            fields[line[:colon].strip().lower()] = _expand(line[colon + 1:], variables)
    return struct(
        cflags = _words(fields.get("cflags", "")),
        libs = _words(fields.get("libs", "")),
        private_libs = _words(fields.get("libs.private", "")),
        requires = _required(fields.get("requires", "")) + _required(fields.get("requires.private", "")),
    )

def dependents_first(modules, preferred):
    """The names of modules so that each comes before those that it requires.

    Args:
      modules: what read_modules gives.
      preferred: names that come first where nothing forbids it.

    Returns:
      A list of names.
    """
    ordered = []
    waiting = [name for name in preferred if name in modules] + [name for name in modules if name not in preferred]
    for _ in range(len(modules)):
        free = [
            name
            for name in waiting
            if not [other for other in waiting if other != name and name in modules[other].requires]
        ]

        # Where they require each other, any order is as good as the next.
        taken = (free or waiting)[:1]
        ordered += taken
        waiting = [name for name in waiting if name not in taken]
    return ordered

def system_flags(modules):
    """Flags for the linker that are about the system and not about another package.

    Args:
      modules: what read_modules gives.

    Returns:
      A list without repetitions.
    """
    flags = {}
    for module in modules.values():
        for word in module.libs + module.private_libs:
            if word == "-pthread" or (word.startswith("-l") and word[2:] in _SYSTEM_LIBRARIES):
                flags[word] = True
    return flags.keys()

def _expand(text, variables):
    for _ in range(10):
        if "${" not in text:
            break
        for name, value in variables.items():
            text = text.replace("${%s}" % name, value)
    return text

def _words(text):
    return [word for word in text.replace("\"", "").replace("'", "").split(" ") if word]

def _required(text):
    """`a >= 1.2, b c` → a, b, c."""
    names = []
    version_next = False
    for word in text.replace(",", " ").split(" "):
        if word and word[0] in "<>=!":
            version_next = word.strip("<>=!") == ""
        elif version_next:
            version_next = False
        elif word:
            names.append(word)
    return names
