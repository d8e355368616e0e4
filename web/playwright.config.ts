import { defineConfig } from "@playwright/test";

// The page in a real browser (Debian's Chromium) against real servers, each on a folder of its own.
export default defineConfig({
  testDir: "e2e",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  forbidOnly: true,
  outputDir: "test-results",
  use: {
    browserName: "chromium",
    viewport: { width: 1360, height: 900 },
    timezoneId: "America/New_York", // not the exchange's: times must be the exchange's all the same
    locale: "en-US",
    screenshot: "only-on-failure", // a trace of the document of ten years takes longer than what is tested
    launchOptions: {
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "page", testMatch: "*.spec.ts" },
    { name: "shots", testMatch: "*.shots.ts" },
    { name: "bars", testMatch: "*.bars.ts", workers: 1 },
  ],
});
