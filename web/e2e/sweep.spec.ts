// A trader sweeps two numbers of a strategy, reads the heat map by keyboard, walks forward, keeps a point and deletes it.

import AxeBuilder from "@axe-core/playwright";
import { RSI, USER } from "./server";
import { expect, paise, paiseOf, test } from "./serving";

test.use({ serving: { name: "sweep" } });

test("a strategy is swept, looked at, walked forward; a point is kept; the sweep is deleted", async ({
  page,
  server,
}) => {
  test.setTimeout(120_000);
  await page.goto(`/sweep?strategy=${RSI}`);
  await expect(page.getByRole("heading", { name: "Sweep a strategy" })).toBeVisible();
  await page.getByLabel("From").fill("2024-10-01");
  await page.getByLabel("to", { exact: true }).fill("2024-10-14");

  const first = page.getByRole("group", { name: "Parameter 1" });
  await first.getByLabel("What").selectOption({
    value: "$.nodes[0].data.tradingInstrumentConfig.timeframes[0].indicators.rsi_14.length",
  });
  await first.getByLabel("Name").fill("length");
  await first.getByLabel("Values").fill("9, 14,");
  await expect(page.getByTestId("points")).toHaveText("Some values make no sense.");
  await expect(page.getByRole("button", { name: "Sweep", exact: true })).toBeDisabled();
  await first.getByLabel("Values").fill("9, 14, 21");
  await page.getByRole("button", { name: "Add a parameter" }).click();
  const second = page.getByRole("group", { name: "Parameter 2" });
  await second.getByLabel("What").selectOption({
    value: "$.nodes[1].data.conditions[0].conditions[1].rhs.value",
  });
  await second.getByLabel("Name").fill("oversold");
  await second.getByLabel("Values").fill("25..35..5");
  await expect(page.getByTestId("points")).toHaveText("9 points");
  await page.getByLabel("Walk-forward: train").fill("4");
  await page.getByRole("button", { name: "Sweep", exact: true }).click();
  await expect(page.getByLabel("test days")).toBeFocused(); // half a window is no window
  await page.getByLabel("test days").fill("2");
  await page.getByText("Options", { exact: true }).click();
  await page.getByLabel("Slippage").fill("0.5 points");
  await page.getByLabel("Compression").selectOption("9");
  await page.getByRole("button", { name: "Sweep", exact: true }).click();

  await expect(page).toHaveURL(new RegExp(`/sweep/${USER}/bt_`));
  await expect(page.getByRole("heading", { name: "Walk-forward" })).toBeVisible({ timeout: 60_000 });
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sweep of Two-sided RSI with re-entries" })).toBeVisible();
  const sweep_id = page.url().split("/").at(-1) ?? "";
  const answer = await page.request.get(`${server.url}/api/v1/backtest/sweep/${USER}/${sweep_id}`);
  const sweep = await answer.json();
  expect(sweep.options).toMatchObject({ slippage: "0.5 points", compression_level: 9 });
  await expect(page.getByText("slippage 0.5 points · compression_level 9")).toBeVisible();
  const rows = page.locator("tr[data-point]");
  await expect(rows).toHaveCount(9);
  const best = sweep.points.find((point: { rank: number }) => point.rank === 1);
  await expect(rows.first()).toHaveAttribute("data-point", String(best.point));
  expect(paise(await rows.first().locator("td").nth(4).textContent())).toBe(paiseOf(best.net_pnl));
  await page.getByRole("button", { name: "Net", exact: true }).click();
  await expect(page.getByRole("columnheader", { name: "Net", exact: true })).toHaveAttribute(
    "aria-sort",
    "descending",
  );

  const cell = page.getByRole("button", { name: new RegExp(`^Point ${best.point}: `) });
  await cell.focus();
  await page.keyboard.press("Enter");
  await expect(cell).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator(`tr[data-point="${best.point}"]`)).toHaveAttribute("aria-current", "true");
  await page.getByLabel("Across").selectOption("oversold");
  await expect(page.getByLabel("Down")).toHaveValue("length");

  await expect(page.getByTestId("out-of-sample")).toContainText("Out of sample");
  await page.getByLabel("Train days").fill("3");
  await page.getByLabel("anchored").check();
  await page.getByLabel("chosen by").selectOption("max_drawdown");
  await page.getByRole("button", { name: "Look" }).click();
  await expect(page.getByTestId("out-of-sample")).toContainText("max drawdown on the train days alone");

  const results = await new AxeBuilder({ page }).analyze();
  expect(results.violations.map((each) => each.id)).toEqual([]);

  await page.getByRole("button", { name: `Keep point ${best.point}`, exact: true }).click();
  await page.getByRole("link", { name: "kept" }).click();
  await expect(page.getByRole("heading", { name: /Two-sided RSI.*length/ })).toBeVisible();
  await page.goBack();

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page).toHaveURL(/\/sweep(\?|$)/);
  await expect(page.getByText("There are none yet.")).toBeVisible();
});

test("what the server refuses is said in its words", async ({ page }) => {
  await page.goto(`/sweep?strategy=${RSI}`);
  const first = page.getByRole("group", { name: "Parameter 1" });
  await first.getByLabel("What").selectOption({ value: "$.nodes[2].data.positions[0].maxEntries" });
  await first.getByLabel("Values").fill("1, -5");
  await page.getByRole("button", { name: "Sweep", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("$.nodes[2].data.positions[0].maxEntries");
});
