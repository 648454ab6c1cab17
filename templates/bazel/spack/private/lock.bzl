"""spack.lock as plain values. Format: lockfile versions 4 to 7, as Spack 0.18 to 1.2 write them."""

load(":errors.bzl", "refuse")
load(":json_text.bzl", "parse_json")

_KNOWN_VERSIONS = [4, 5, 6, 7]
_REMAKE = "Restore it from version control, or solve the environment anew: spack -e %s concretize --force"

def parse_lock(text, file, folder, major):
    """The lock in `text`, or a failure that names the file and the place in it.

    Args:
      text: the file's content.
      file: its path.
      folder: the environment's folder, for the command that makes the lock anew.
      major: Bazel's major version.

    Returns:
      struct(file, folder, roots: hash → spec as the user wrote it, nodes: hash → node). A node is
      struct(hash, name, version, external, link, run, virtuals): `external` is None or struct(path, modules), `link` and
      `run` are the hashes along edges of that kind, `virtuals` is what other nodes take from it.
    """
    remake = _REMAKE % folder
    document = parse_json(text, file, remake, major)
    at = struct(file = file, remake = remake)
    version = _field(at, _field(at, document, "_meta", "dict", ""), "lockfile-version", "int", "_meta")
    if version not in _KNOWN_VERSIONS:
        refuse(
            "%s has lockfile version %d; known are %s" % (file, version, ", ".join([str(known) for known in _KNOWN_VERSIONS])),
            "Update Sygaldry's Bazel rules, or solve the environment with Spack 0.18 to 1.2.",
        )
    raw = {}
    roots = {}
    for part, where in _parts(at, document):
        raw.update(_field(at, part, "concrete_specs", "dict", where))
        listed = _field(at, part, "roots", "list", where)
        for index in range(len(listed)):
            here = _below(where, "roots[%d]" % index)
            roots[_field(at, listed[index], "hash", "string", here)] = _field(at, listed[index], "spec", "string", here)
    for root in roots:
        if root not in raw:
            _misshapen(at, "roots", "%s /%s is not among concrete_specs" % (roots[root], root[:7]))
    return struct(file = file, folder = folder, roots = roots, nodes = _nodes(at, raw))

def _parts(at, document):
    """The lock itself and all that it includes, which may include others; own nodes come last, to win."""
    parts = []
    waiting = [(document, "")]
    for _ in range(1000):
        if not waiting:
            break
        part, where = waiting.pop()
        parts = [(part, where)] + parts
        included = _field(at, part, "include_concrete", "dict", where, {})
        for path in included:
            waiting.append((included[path], _below(where, "include_concrete[\"%s\"]" % path)))
    return parts

def _nodes(at, raw):
    provided = {}
    edges = {}
    for hash, node in raw.items():
        where = "concrete_specs." + hash
        edges[hash] = {"link": [], "run": []}
        for dependency in _field(at, node, "dependencies", "list", where, []):
            target = _field(at, dependency, "hash", "string", where + ".dependencies")
            if target not in raw:
                _misshapen(at, where + ".dependencies", "%s /%s is not among concrete_specs" % (dependency.get("name"), target[:7]))
            parameters = dependency.get("parameters", {})
            for kind in parameters.get("deptypes", dependency.get("type", [])):
                if kind in edges[hash]:
                    edges[hash][kind].append(target)
            for virtual in parameters.get("virtuals", []):
                provided.setdefault(target, {})[virtual] = True
    return {
        hash: _node(at, hash, node, edges[hash], sorted(provided.get(hash, {})))
        for hash, node in raw.items()
    }

def _node(at, hash, node, edges, virtuals):
    where = "concrete_specs." + hash
    external = node.get("external")
    return struct(
        hash = hash,
        name = _field(at, node, "name", "string", where),
        version = _field(at, node, "version", "string", where),
        external = struct(path = external.get("path"), modules = external.get("module") or []) if external else None,
        link = edges["link"],
        run = edges["run"],
        virtuals = virtuals,
    )

def _field(at, value, key, kind, where, absent = None):
    if type(value) != "dict":
        _misshapen(at, where, "expected an object, found " + type(value))
    found = value.get(key, absent)
    if type(found) != kind:
        _misshapen(at, _below(where, key), "expected %s, found %s" % (kind, "nothing" if found == None else type(found)))
    return found

def _below(where, key):
    return "%s.%s" % (where, key) if where else key

def _misshapen(at, where, what):
    refuse("%s is not a lockfile that Spack wrote: %s" % (at.file, where + ": " + what if where else what), at.remake)
