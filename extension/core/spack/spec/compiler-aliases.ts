/** Names that compilers had before Spack 1.0, and the packages that they are now; `%clang` still means llvm. */
const packages: Readonly<Record<string, string>> = {
  clang: "llvm",
  oneapi: "intel-oneapi-compilers",
  rocmcc: "llvm-amdgpu",
  intel: "intel-oneapi-compilers-classic",
  arm: "acfl",
};
const names = new Map(Object.entries(packages).map(([name, pkg]) => [pkg, name]));

export function compilerPackage(name: string): string {
  return Object.hasOwn(packages, name) ? (packages[name] ?? name) : name;
}

/** How Spack prints the compiler after a `%`. */
export function compilerName(pkg: string): string {
  return names.get(pkg) ?? pkg;
}
