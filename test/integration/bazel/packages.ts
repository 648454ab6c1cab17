import type { SyntheticPackage } from "../../support/synthetic-store.ts";

/** Needed by `versioned` alone; its library's own name ends in .1. */
export const deep: SyntheticPackage = {
  name: "deep",
  version: "1.0",
  files: {
    "include/deep.h": "#pragma once\nint deep_value(void);\n",
    "deep.c": "int deep_value(void) { return 40; }\n",
  },
  build: `mkdir lib && gcc -shared -fPIC -Wl,-soname,libdeep.so.1 -o lib/libdeep.so.1.0.0 deep.c &&
    ln -s libdeep.so.1.0.0 lib/libdeep.so.1 && ln -s libdeep.so.1 lib/libdeep.so`,
};

/** Headers alone; provides the virtual package `numbers-api` to `versioned`. */
export const headers: SyntheticPackage = {
  name: "headers",
  version: "0.3",
  files: { "include/headers/number.hpp": "#pragma once\n#define HEADERS_NUMBER 3\n" },
};

/** A library whose own name is libversioned.so.310 and whose .pc file says what it needs. */
export const versioned: SyntheticPackage = {
  name: "versioned",
  version: "2.1",
  dependencies: [
    { on: deep, types: ["build", "link"] },
    { on: headers, types: ["build", "link"], virtuals: ["numbers-api"] },
  ],
  files: {
    "include/versioned-2/versioned.h":
      '#pragma once\n#ifdef __cplusplus\nextern "C"\n#endif\nint versioned_value(void);\n#define VERSIONED_HEADER 2\n',
    "lib/pkgconfig/versioned.pc":
      "prefix=@prefix@\nName: versioned\nVersion: 2.1\nCflags: -I${prefix}/include/versioned-2 -DVERSIONED_DEFINED=7\nLibs: -L${prefix}/lib -lversioned\n",
    "versioned.c": "int deep_value(void);\nint versioned_value(void) { return deep_value() + 2; }\n",
  },
  build: `gcc -shared -fPIC -Wl,-soname,libversioned.so.310 -o lib/libversioned.so.310.2.0 versioned.c \
      -L"$1/lib" -ldeep -Wl,-rpath,"$1/lib" &&
    ln -s libversioned.so.310.2.0 lib/libversioned.so.310 && ln -s libversioned.so.310 lib/libversioned.so`,
};

/** Two archives that need each other, and libm. */
export const archives: SyntheticPackage = {
  name: "archives",
  version: "1.2",
  files: {
    "include/archives.h":
      '#pragma once\n#ifdef __cplusplus\nextern "C"\n#endif\ndouble archives_value(int depth);\n',
    "lib/pkgconfig/archives.pc":
      "libdir=@prefix@/lib\nName: archives\nVersion: 1\nLibs: -L${libdir} -lfirst -lsecond\nLibs.private: -lm\n",
    "first.c":
      "double second(int);\ndouble archives_value(int depth) { return depth > 0 ? second(depth - 1) : 1; }\n",
    "second.c":
      "#include <math.h>\ndouble archives_value(int);\ndouble second(int depth) { volatile double x = depth; return cbrt(8 + x) + archives_value(depth); }\n",
  },
  build:
    "gcc -c first.c second.c && ar rcs lib/libfirst.a first.o && ar rcs lib/libsecond.a second.o && rm ./*.o",
};

const twiceFiles = (value: number) => ({ "include/twice.h": `#pragma once\n#define TWICE ${value}\n` });
export const twice1: SyntheticPackage = { name: "twice", version: "1.0", files: twiceFiles(1) };
export const twice2: SyntheticPackage = { name: "twice", version: "2.0", files: twiceFiles(2) };

/** Two programs, neither of the package's name. */
export const programs: SyntheticPackage = {
  name: "programs",
  version: "1.0",
  files: { "bin/first": '#!/bin/sh\necho first "$@"\n', "bin/second": "#!/bin/sh\nfirst from second\n" },
};

/** zlib of the system, as `spack external find` would have it. */
export const systemZlib: SyntheticPackage = { name: "zlib", version: "1.3", external: "/usr" };

const pythonFiles = (module: string, distribution: string, text: string) => ({
  [`lib/python3.13/site-packages/${module}/__init__.py`]: text,
  [`lib/python3.13/site-packages/${module}/data file.txt`]: "not laid out\n",
  [`lib/python3.13/site-packages/${distribution}-1.0.dist-info/METADATA`]: `Name: ${distribution}\nVersion: 1.0\n`,
});
const pythonBase: SyntheticPackage = {
  name: "py-base-lib",
  version: "1.0",
  files: pythonFiles("base_lib", "base_lib", "VALUE = 5\n"),
};
/** Another name in Python than in Spack, and a need of another package. */
export const pythonNumbers: SyntheticPackage = {
  name: "py-numbers",
  version: "1.0",
  dependencies: [{ on: pythonBase, types: ["build", "run"] }],
  files: pythonFiles("numbers_of", "Numbers.Of", "import base_lib\nVALUE = base_lib.VALUE + 1\n"),
};

/** Carries Bazel's own files among its headers. */
export const withBuildFiles: SyntheticPackage = {
  name: "with-build-files",
  version: "1.0",
  files: {
    "include/inner/BUILD": "this is no BUILD file of ours\n",
    "include/inner/inner.h": "#pragma once\n#define INNER 11\n",
    "share/man/man3/A::B.3": "a name that is no label\n",
  },
};

/** In the lock, and never installed. */
export const absent: SyntheticPackage = { name: "absent", version: "4.0", state: "absent" };
/** Its folder was removed behind the database's back. */
export const gone: SyntheticPackage = { name: "gone", version: "5.0", state: "gone" };

/** The distribution's interpreter in a prefix of its own, as far from the system's as one that Spack built. */
export const python: SyntheticPackage = {
  name: "python",
  version: "3.99.1",
  files: { "share/who": "spack\n" },
  build: `version=$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    mkdir -p bin lib && cp "$(readlink -f /usr/bin/python3)" bin/python3 && ln -s "/usr/lib/$version" "lib/$version"`,
};
/** Needs that interpreter to run. */
export const pythonTool: SyntheticPackage = {
  name: "py-tool",
  version: "1.0",
  dependencies: [
    { on: python, types: ["build", "run"] },
    { on: pythonNumbers, types: ["run"] },
  ],
  files: pythonFiles("tool", "tool", "import numbers_of\nVALUE = numbers_of.VALUE * 7\n"),
};
