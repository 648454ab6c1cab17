"""A store's database, <root>/.spack-db/index.json. Format: database versions 6 to 8, Spack 0.18 to 1.2."""

load(":errors.bzl", "refuse")
load(":json_text.bzl", "parse_json")

_KNOWN_VERSIONS = ["6", "7", "8"]

def database_file(root):
    """Where the database of the store at `root` lies."""
    return root + "/.spack-db/index.json"

def parse_database(text, file, major):
    """What the database in `text` says is installed, or a failure that names the file and the place in it.

    Args:
      text: the file's content.
      file: its path.
      major: Bazel's major version.

    Returns:
      hash → prefix of what is installed.
    """
    remake = "If no Spack is at work on it, the database is damaged: spack reindex rebuilds it from what lies in the store."
    document = parse_json(text, file, remake, major)
    database = document.get("database") if type(document) == "dict" else None
    installs = database.get("installs") if type(database) == "dict" else None
    if type(installs) != "dict":
        refuse("%s is not a Spack database: database.installs: expected an object, found %s" % (file, type(installs)), remake)
    if database.get("version") not in _KNOWN_VERSIONS:
        refuse(
            "%s is a Spack database of version %s; known are %s" % (file, database.get("version"), ", ".join(_KNOWN_VERSIONS)),
            "Update Sygaldry's Bazel rules, or keep the store with a Spack of 0.18 to 1.2.",
        )
    prefixes = {}
    for hash, record in installs.items():
        if type(record) != "dict":
            refuse("%s: database.installs.%s: expected an object, found %s" % (file, hash, type(record)), remake)
        if record.get("installed") and record.get("path") not in [None, "None"]:
            prefixes[hash] = record["path"]
    return prefixes
