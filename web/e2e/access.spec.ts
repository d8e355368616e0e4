// The page for everyone: axe, the keyboard alone, a phone, light and dark.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { RSI, resultAddress, type Server } from "./server";
import { expect, test } from "./serving";

test.use({ serving: { name: "access", runs: [{ from: "2024-10-01", to: "2024-10-11" }] } });

function viewsOf(server: Server): string[] {
  const trade = server.day("01-10-2024").positions[0]?.trade_id;
  const day = `${resultAddress()}/01-10-2024`;
  return [
    "/",
    "/run",
    "/strategies",
    "/webhooks",
    "/limits?user=ann",
    "/sweep",
    `/strategies/${RSI}`,
    resultAddress(),
    day,
    `${day}?trade=${trade}`,
    `${day}/${trade}`,
    `${day}/${trade}?tab=exit`,
    `${day}/why/bullish-signal`,
    "/nothing",
  ];
}

async function settled(page: Page, view: string): Promise<void> {
  await page.goto(view);
  await page.waitForLoadState("networkidle");
  await expect(page.getByText(/^Loading/)).toHaveCount(0);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing serious in any view (${colorScheme})`, async ({ page, server }) => {
    test.slow(); // every view
    await page.emulateMedia({ colorScheme });
    const found: string[] = [];
    for (const view of viewsOf(server)) {
      await settled(page, view);
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const each of violations.filter(({ impact }) => impact === "serious" || impact === "critical")) {
        found.push(
          `${view}: ${each.id} ${each.nodes
            .map((node) => node.target)
            .join(" | ")
            .slice(0, 300)}`,
        );
      }
    }
    expect(found).toEqual([]);
  });
}

test("on a phone no view is wider than the screen", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const view of viewsOf(server)) {
    await settled(page, view);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(390);
  }
});

test("the keyboard alone leads from the calendar to a position's reasons and back", async ({
  page,
  server,
}) => {
  await settled(page, resultAddress());
  await page.getByRole("link", { name: /^Tuesday 1 October 2024/ }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("day-pnl")).toBeVisible();
  const trades = server.day("01-10-2024").positions.map((position) => position.trade_id);
  const row = (at: number) => page.locator(`tr[data-trade="${trades[at]}"]`);
  await row(0).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(row(2)).toBeFocused();
  await page.keyboard.press("Space");
  await expect(row(2)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("End");
  await expect(row(trades.length - 1)).toBeFocused();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${resultAddress()}/01-10-2024/${trades[0]}`);
  await page.getByRole("tab", { name: /^Entry/ }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: /^Exit/ })).toBeFocused();
  await expect(page).toHaveURL(/tab=exit/);
  await page.goBack();
  await expect(page.getByTestId("day-pnl")).toBeVisible();
});

test("columns are chosen, sorted by their head, and stay as they were chosen", async ({ page, server }) => {
  await settled(page, `${resultAddress()}/01-10-2024`);
  await page.getByText("Columns", { exact: true }).click();
  await page.getByLabel("Entry condition").check();
  await page.getByLabel("Re-entry").uncheck();
  await page.reload();
  await expect(page.getByRole("columnheader", { name: "Entry condition" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Re-entry" })).toHaveCount(0);
  await page.getByRole("columnheader", { name: "Profit" }).getByRole("button").click();
  await expect(page.getByRole("columnheader", { name: "Profit" })).toHaveAttribute("aria-sort", "descending");
  const best = [...server.day("01-10-2024").positions].sort((a, b) => b.pnl - a.pnl)[0];
  await expect(page.locator("tbody tr[data-trade]").first()).toHaveAttribute(
    "data-trade",
    best?.trade_id ?? "",
  );
});

test("light and dark follow the system until one is chosen, and the choice stays", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await settled(page, "/");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: /^Colours/ }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
});
