import { totalmem } from "node:os";
import { type Fact, known, unknown } from "../../base/fact.ts";

export function probeMemory(total: number = totalmem()): Fact<number> {
  return total > 0 ? known(total) : unknown("the system does not tell");
}
