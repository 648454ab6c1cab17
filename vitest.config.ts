import { defineConfig } from "vitest/config";
import { viteAssets } from "./build/assets.mjs";

export default defineConfig({
  plugins: [viteAssets],
  test: {
    setupFiles: ["./test/support/environment.ts"],
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          fileParallelism: false,
          maxWorkers: 1,
        },
      },
    ],
  },
});
