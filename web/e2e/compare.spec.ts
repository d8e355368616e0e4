// Results are chosen on their list and compared: the first divergence, the figures, the days, and the ways on from there.

import AxeBuilder from "@axe-core/playwright";
import type { Compared } from "../src/api/schema";
import { API, RSI, type Server, USER } from "./server";
import { expect, paise, paiseOf, test } from "./serving";

test.use({ serving: { name: "compare", runs: [{ from: "2024-10-01", to: "2024-10-11" }] } });
test.describe.configure({ mode: "serial" });

const OTHER = "rsi-28";
const ADDRESS = `/compare?result=${USER}/${RSI}&result=${USER}/${OTHER}`;

/** The same strategy with RSI below 28 in place of 30, run over the same days. */
async function makeOther(server: Server): Promise<void> {
  const document = await (await fetch(`${server.url}/api/v1/strategies/${RSI}`)).text();
  const stored = await fetch(`${server.url}/api/v1/strategies/${OTHER}?user_id=${USER}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: document
      .replace(RSI, OTHER)
      .replace('"value": 30', '"value": 28')
      .replace("Two-sided RSI with re-entries", "RSI below 28"),
  });
  expect(stored.ok).toBe(true);
  await server.run({ strategy: OTHER, from: "2024-10-01", to: "2024-10-11" });
}

async function answered(server: Server): Promise<Compared> {
  for (;;) {
    const answer = await fetch(`${server.url}${API}${ADDRESS}`);
    if (answer.status !== 409) return answer.json(); // else those of a page that was left are still being made
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test("two results are ticked, compared, and the first divergence leads to both positions' reasons", async ({
  page,
  server,
}) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Two-sided RSI with re-entries" })).toBeVisible();
  await expect(page.getByRole("checkbox")).toHaveCount(0); // one alone cannot be compared
  await makeOther(server);
  await page.reload();
  await page.getByRole("checkbox", { name: "Compare Two-sided RSI with re-entries" }).check();
  await expect(page.getByTestId("chosen")).toContainText("Tick one more");
  await page.getByRole("checkbox", { name: "Compare RSI below 28" }).check();
  await page.getByRole("link", { name: "Compare 2 results" }).click();
  await expect(page).toHaveURL(ADDRESS);
  await page.reload();

  const found = await answered(server);
  const divergence = found.divergences[0]?.divergence;
  if (!divergence) throw new Error("they diverge");
  const told = page.locator(`[data-divergence="${USER}/${OTHER}"]`);
  for (const sentence of divergence.told)
    await expect(told.getByText(sentence, { exact: true })).toBeVisible();
  const pair = told.locator('[data-pair="1"] tr');
  await expect(pair.nth(0)).toContainText("29.649589 < 30");
  await expect(pair.nth(0)).toContainText("✓ yes");
  await expect(pair.nth(1)).toContainText("29.649589 < 28");
  await expect(pair.nth(1)).toContainText("✗ no");

  await told.getByRole("link", { name: /^entry of bullish-entry-pos1-r0 in 1/ }).click();
  await expect(page).toHaveURL(`/r/${USER}/${RSI}/01-10-2024/bullish-entry-pos1-r0`);
  await expect(page.locator("[data-condition]").first()).toBeVisible();
  await page.goBack();
  await told.getByRole("link", { name: "why not bullish-signal in 2" }).click();
  await expect(page).toHaveURL(`/r/${USER}/${OTHER}/01-10-2024/why/bullish-signal`);
  await expect(page.locator("[data-leaf]").first()).toBeVisible();
});

test("its figures, its days and its lines are those of the answer", async ({ page, server }) => {
  await page.goto(ADDRESS);
  const found = await answered(server);
  for (const row of found.statistics) {
    const shown = page.locator(`[data-statistic="${row.name}"]`);
    await expect(shown).toHaveAttribute("data-differs", String(row.differs));
    if (row.unit !== "profit") continue;
    for (const [at, value] of row.values.entries()) {
      if (typeof value !== "number") continue;
      expect(paise(await shown.locator("td.number").nth(at).textContent())).toBe(paiseOf(value));
    }
  }
  await page.getByLabel("Only what differs").check();
  await expect(page.locator("[data-statistic]")).toHaveCount(
    found.statistics.filter((row) => row.differs).length,
  );

  const more = found.differing.filter((day) => day.results.some((each) => each.differs.includes("trades")));
  await expect(page.locator("[data-day]")).toHaveCount(more.length);
  await page.getByLabel("Show these too").check();
  await expect(page.locator("[data-day]")).toHaveCount(found.differing.length);
  await page.locator('[data-day="01-10-2024"]').getByRole("link").nth(1).click();
  await expect(page).toHaveURL(`/r/${USER}/${OTHER}/01-10-2024`);
  await page.goBack();

  await expect(page.locator("[data-line]")).toHaveCount(2);
  await page.getByRole("application").focus();
  await page.keyboard.press("Home");
  const readout = page.getByTestId("compared-readout");
  await expect(readout).toContainText("Tue 1 Oct 2024");
  const amounts = (await readout.textContent())?.match(/[+−]₹[\d,.]+/g) ?? [];
  expect(amounts.map(paise)).toEqual(found.results.map((each) => paiseOf(each.net[0] ?? Number.NaN)));
  await page.keyboard.press("ArrowRight");
  await expect(readout).toContainText("Thu 3 Oct 2024");

  await page.getByRole("link", { name: "make it the base" }).click();
  await expect(page).toHaveURL(`/compare?result=${USER}/${OTHER}&result=${USER}/${RSI}`);
  await expect(page.locator(`[data-divergence="${USER}/${RSI}"]`)).toBeVisible();
});

test("what cannot be compared is said, and nothing is wrong for a screen reader", async ({ page }) => {
  await page.goto(`/compare?result=${USER}/${RSI}`);
  await expect(page.getByText("1 result cannot be compared")).toBeVisible();
  await page.goto(`/compare?result=${USER}/${RSI}&result=${USER}/nothing`);
  await expect(page.getByRole("alert")).toContainText(`no results of ${USER}/nothing`, { ignoreCase: true });
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(ADDRESS);
    await expect(page.locator("[data-line]")).toHaveCount(2);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
});
