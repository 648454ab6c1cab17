"""What users see: //:NAME and all that goes with it, //python:NAME, and defs.bzl."""

load(":build_text.bzl", "PUBLIC", "file_text", "rule_text")
load(":errors.bzl", "problem")
load(":naming.bzl", "chosen", "folder_name", "nodes_by_name", "short_name")
load(":places.bzl", "write_text")

_LOAD_FAILURE = "load(\"//rules:failure.bzl\", \"spack_failure\")"

_DEFS = """# Made from spack.lock by spack_repository.
load("//rules:nearest.bzl", "nearest")

_NAMES = {names}

def spack(name):
    \"\"\"The label of a package or virtual package; stops with the nearest names when the lock has none of that name.\"\"\"
    if name not in _NAMES:
        fail({message} % (name, ", ".join(nearest(name, _NAMES))))
    return Label("//:" + name)
"""

def write_hub(ctx, lock, found, used, own):
    """Writes the packages // and //python, and defs.bzl.

    Args:
      ctx: the repository rule's context.
      lock: what parse_lock gives.
      found: hash → what examine_prefix or examine_system_package gives.
      used: hash → anything, what is not just for building.
      own: text of a BUILD file that goes into //; of two targets of one name it is this one's.
    """
    packages, virtuals = nodes_by_name(lock)
    targets, python = {}, {}
    for name, hashes in list(packages.items()) + list(virtuals.items()):
        hash = chosen(hashes, lock.roots, used)
        if hash:
            _add(targets, name, lock.nodes[hash], found.get(hash))
        else:
            message = _ambiguous(name, [lock.nodes[each] for each in hashes], lock)
            for suffix in ["", "_headers", "_files"]:
                targets.setdefault(name + suffix, (None, message))
    for hash, node in lock.nodes.items():
        _add(targets, short_name(node), node, found.get(hash))
        if found.get(hash) and found[hash].has_python:
            _add_python(python, node, found[hash], packages, lock, used)
    for name in _names_in(own):
        targets.pop(name, None)
    write_text(ctx, "BUILD.bazel", file_text([_LOAD_FAILURE, PUBLIC] + [own] + _statements(targets)))
    write_text(ctx, "python/BUILD.bazel", file_text([_LOAD_FAILURE, PUBLIC] + _statements(python)))
    message = problem("%s is not in " + lock.file, "Nearest: %s. To add it: spack -e " + lock.folder + " add --, then concretize and install.")
    names = sorted(packages.keys() + virtuals.keys() + [short_name(node) for node in lock.nodes.values()])
    write_text(ctx, "defs.bzl", _DEFS.format(message = repr(message), names = repr(names)))

def _names_in(text):
    """What follows `name = "`, as buildifier writes it; of two targets of one name Bazel itself tells."""
    code = "\n".join([line for line in text.splitlines() if not line.strip().startswith("#")])
    return [part.split("\"")[0] for part in code.replace("'", "\"").split("name = \"")[1:]]

def _add(targets, name, node, found):
    """All the targets of one node under one name; a name that is taken stays what it is."""
    folder = "//packages/" + folder_name(node)
    targets.setdefault(name, (folder + ":main", None))
    targets.setdefault(name + "_headers", (folder + ":headers", None))
    targets.setdefault(name + "_files", (folder + "/files", None))
    if not found:
        return
    if found.libraries.static:
        targets.setdefault(name + "_static", (folder + ":static", None))
    for library in dict(found.libraries.static, **found.libraries.shared):
        targets.setdefault("%s_lib_%s" % (name, library), ("%s:lib_%s" % (folder, library), None))
    for program in found.programs:
        targets.setdefault("%s_bin_%s" % (name, program), ("%s:bin_%s" % (folder, program), None))

def _add_python(targets, node, found, packages, lock, used):
    label = ("//packages/%s/python" % folder_name(node), None)
    targets.setdefault(short_name(node).replace("py-", "", 1), label)
    if chosen(packages[node.name], lock.roots, used) != node.hash:
        return
    names = [node.name[3:]] if node.name.startswith("py-") else []
    for name in names + found.distributions:
        for written in [name, name.lower().replace("-", "_").replace(".", "_"), name.lower().replace("_", "-")]:
            targets.setdefault(written, label)

def _statements(targets):
    statements = []
    for name in sorted(targets):
        actual, message = targets[name]
        statements.append(rule_text("spack_failure", name, message = message) if message else rule_text("alias", name, actual = actual))
    return statements

def _ambiguous(name, nodes, lock):
    return problem(
        "%s may mean several packages of %s" % (name, lock.file),
        "Name one with its hash: " + ", ".join(["@%s (%s@%s)" % ("spack//:" + short_name(node), node.name, node.version) for node in nodes]) + ".",
    )
