import { expect, it } from "vitest";
import { toolProblems } from "../../../../../extension/core/bazel/events/tool-problems.ts";

const short = (text: string) =>
  toolProblems(text).map(({ severity, file, line, column, message }) =>
    [severity, file, line ?? "", column ?? "", message].join("|"),
  );

it.each([
  [
    "gcc",
    "a/b.cc:3:14: fatal error: x.h: No such file or directory",
    ["error|a/b.cc|3|14|x.h: No such file or directory"],
  ],
  ["gcc without a column", "a/b.c:3: warning: odd", ["warning|a/b.c|3||odd"]],
  [
    "gcc's notes and places",
    "a.cc: In function 'f':\na.cc:1:2: note: here\nIn file included from a.cc:1:",
    [],
  ],
  [
    "clang with colours",
    "\u001b[1m./a.cc:3:4: \u001b[0m\u001b[0;1;31merror: \u001b[0mexpected ';'\u001b[0m",
    ["error|a.cc|3|4|expected ';'"],
  ],
  ["go", "lib/x.go:7:2: undefined: y", ["error|lib/x.go|7|2|undefined: y"]],
  [
    "rustc",
    "error[E0425]: cannot find value `x` in this scope\n  --> src/main.rs:2:5\n   |",
    ["error|src/main.rs|2|5|cannot find value `x` in this scope"],
  ],
  ["a sandbox", "/o/sandbox/linux-sandbox/12/execroot/_main/a/b.cc:1:1: error: no", ["error|a/b.cc|1|1|no"]],
  [
    "a traceback that ends in a library",
    'Traceback (most recent call last):\n  File "/o/execroot/_main/a/t.py", line 9, in <module>\n    f()\n  File "/usr/lib/python3/json.py", line 3, in f\n    x\nValueError: bad',
    ["error|a/t.py|9||ValueError: bad"],
  ],
  ["a traceback that is cut off", "Traceback (most recent call last):\n  File", []],
  [
    "the linker, with debug information",
    "/usr/bin/ld: a.o: in function `main':\na/b.cc:3: undefined reference to `f()'",
    ["error|a/b.cc|3||undefined reference to `f()'"],
  ],
  [
    "errors first, each once",
    "a.c:1:1: warning: w\na.c:2:1: error: e\na.c:2:1: error: e",
    ["error|a.c|2|1|e", "warning|a.c|1|1|w"],
  ],
  ["what is no place", "12:30:01: started\nhttp://a.b:80: refused\nnot all outputs were created", []],
])("%s (unit)", (_, text, found) => {
  expect(short(text)).toEqual(found);
});
