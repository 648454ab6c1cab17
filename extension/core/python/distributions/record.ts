/**
 * The top-level modules that a list of installed files names, sorted. Takes the first column of RECORD (PEP 376) and the
 * lines of installed-files.txt alike: paths relative to site-packages.
 */
export function topLevelModules(paths: Iterable<string>): readonly string[] {
  const modules = new Set<string>();
  for (const path of paths) {
    const [first = "", ...rest] = path.split("/");
    if (first === "" || first === ".." || first === "__pycache__") continue;
    if (rest.length > 0) {
      if (isModuleName(first) && rest.some((part) => isCode(part))) modules.add(first);
    } else if (isCode(first)) {
      const name = first.split(".")[0] ?? "";
      if (isModuleName(name)) modules.add(name);
    }
  }
  return [...modules].sort();
}

/** The first column of RECORD: CSV, in which a path with a comma or a quote is quoted. */
export function recordPaths(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    if (line === "") return [];
    const quoted = /^"((?:[^"]|"")*)"/.exec(line)?.[1];
    return [quoted === undefined ? (line.split(",")[0] ?? "") : quoted.replaceAll('""', '"')];
  });
}

function isModuleName(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name);
}

function isCode(file: string): boolean {
  return /\.(?:py|pyd|so|pyc)$/.test(file);
}
