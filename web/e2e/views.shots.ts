// Pictures of every view for people to look at: `make shots` puts them into web/shots.

import { mkdirSync } from "node:fs";
import { RSI, resultAddress } from "./server";
import { test } from "./serving";

test.use({ serving: { name: "shots", runs: [{ from: "2024-10-01", to: "2024-12-31" }] } });

const LOOKS = {
  desktop: { width: 1360, height: 900, colorScheme: "light" },
  dark: { width: 1360, height: 900, colorScheme: "dark" },
  phone: { width: 390, height: 844, colorScheme: "light" },
} as const;

for (const [look, { width, height, colorScheme }] of Object.entries(LOOKS)) {
  test(`pictures: ${look}`, async ({ page, server }) => {
    test.setTimeout(120_000);
    mkdirSync("shots", { recursive: true });
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    const trade = server.day("01-10-2024").positions[2]?.trade_id;
    const day = `${resultAddress()}/01-10-2024`;
    const views = {
      results: "/",
      run: "/run",
      strategies: "/strategies",
      webhooks: "/webhooks",
      limits: "/limits?user=ann",
      sweep: "/sweep",
      strategy: `/strategies/${RSI}`,
      result: resultAddress(),
      day,
      "day-selected": `${day}?trade=${trade}`,
      "position-entry": `${day}/${trade}`,
      "position-exit": `${day}/${trade}?tab=exit`,
      "why-not": `${day}/why/bullish-signal`,
    };
    for (const [name, address] of Object.entries(views)) {
      await page.goto(address);
      await page.waitForLoadState("networkidle");
      await page.waitForTimeout(300); // the chart and the graph are drawn after their data came
      await page.screenshot({ path: `shots/${name}-${look}.png`, fullPage: true });
    }
  });
}
