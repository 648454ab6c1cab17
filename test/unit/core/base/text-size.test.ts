import { expect, test } from "vitest";
import { sizeText } from "../../../../extension/core/base/text-size.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [49_349_999_999, "49.3 GB"],
  [50e9, "50.0 GB"],
  [999_960, "1.0 MB"],
  [2e12, "2.0 TB"],
  [5e18, "5000.0 PB"],
])("sizeText(%d) is %s (unit)", (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
