import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The page is built into the Python package, which serves it; in development the API is that of a server that runs.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/strikebook/server/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: "es2022",
    chunkSizeWarningLimit: 400,
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/docs", "/openapi.json", "/health"].map((path) => [path, "http://127.0.0.1:8000"]),
    ),
  },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    restoreMocks: true,
  },
});
