"""Reading a file system that is not Bazel's own, without watching all of it.

What lies below a prefix of a store is settled by its hash, and Spack writes its database anew with every install: watching the database
is enough. Watching thousands of folders would make the repository rule start over for each.
"""

load(":bazel_version.bzl", "bazel_major")

def write_text(ctx, file, text):
    """Writes a file of the repository, every byte of names beyond ASCII as it came.

    Args:
      ctx: the repository rule's context.
      file: its path in the repository.
      text: its content.
    """
    if bazel_major(ctx) < 8:
        ctx.file(file, text, executable = False, legacy_utf8 = False)
    else:
        ctx.file(file, text, executable = False)

def list_folder(ctx, folder):
    """The names in a folder, sorted; none where there is no such folder.

    Args:
      ctx: the repository rule's context.
      folder: an absolute path.

    Returns:
      A list of names.
    """
    path = ctx.path(folder)
    if not path.exists or (hasattr(path, "is_dir") and not path.is_dir):
        return []
    entries = path.readdir(watch = "no") if hasattr(ctx, "watch") else path.readdir()
    return sorted([entry.basename for entry in entries])

def read_text(ctx, file):
    """The content of a file that is there, without watching it.

    Args:
      ctx: the repository rule's context.
      file: an absolute path.

    Returns:
      Text.
    """
    return ctx.read(file, watch = "no") if hasattr(ctx, "watch") else ctx.read(file)

def is_folder(ctx, path):
    """Whether there is a folder; Bazels before 7.1 cannot tell, and take a file for one.

    Args:
      ctx: the repository rule's context.
      path: an absolute path.

    Returns:
      A boolean.
    """
    found = ctx.path(path)
    return found.exists and getattr(found, "is_dir", True)

def is_file(ctx, path):
    """Whether there is something that is no folder; Bazels before 7.1 take a folder for a file.

    Args:
      ctx: the repository rule's context.
      path: an absolute path.

    Returns:
      A boolean.
    """
    found = ctx.path(path)
    return found.exists and not getattr(found, "is_dir", False)
