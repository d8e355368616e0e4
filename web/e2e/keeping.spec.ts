// How long results are kept and what they take: the list says it, a pin holds, a quota is seen before it stops a run.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { API, RSI, resultAddress, USER } from "./server";
import { expect, test } from "./serving";

test.use({ serving: { name: "keeping", settings: { TTL_HOURS: "30", QUOTA_MB: "2" } } });

test("a trader sees when results expire, pins them, and a run is refused until they are unpinned", async ({
  page,
  server,
}) => {
  await server.run({ from: "2024-10-01", to: "2024-10-04" });
  const file = join(server.folder, "results", USER, RSI, "01-10-2024.json.gz");
  await page.goto(`/r/${USER}`);
  const card = page.getByRole("article").filter({ hasText: "Two-sided RSI" });
  await expect(card.getByText(/^in (29|30) h \(\d+ \w+ \d{4}, \d\d:\d\d\)$/)).toBeVisible();
  await expect(page.getByTestId("usage")).toContainText("of 2.00 MB");
  await expect(page.getByTestId("usage")).toContainText("Results live 30 h, as the server says");
  await expect(page.getByRole("meter", { name: "Space used" })).toBeVisible();

  await card.getByRole("button", { name: /^Pin / }).click();
  await expect(card.getByText("never: pinned")).toBeVisible();
  await expect(page.getByTestId("usage")).toContainText("MB pinned");
  expect(server.metadata().expires_at).toBeNull();
  await page.reload();
  await expect(card.getByRole("button", { name: /^Unpin / })).toBeVisible();

  const cleaned = await fetch(`${server.url}${API}/cleanup/run?ttl_hours=0`, { method: "POST" });
  expect(((await cleaned.json()) as { kept_pinned: unknown[] }).kept_pinned).toHaveLength(1);
  expect(existsSync(file)).toBe(true);

  await page.goto(resultAddress());
  await expect(page.getByText(/kept until it is unpinned/)).toBeVisible();
  await page.getByRole("link", { name: "Run again" }).click();
  await page.getByRole("button", { name: "Run backtest" }).click();
  await expect(page.getByRole("alert")).toContainText("are pinned");

  await page.goto(resultAddress());
  await page.getByRole("button", { name: /^Unpin / }).click();
  await expect(page.getByText(/expires in (29|30) h/)).toBeVisible();
  await page.getByRole("link", { name: "Run again" }).click();
  await page.getByText("Options", { exact: true }).click();
  await page.getByLabel("Keep for").fill("100");
  await page.getByLabel("Compression").selectOption("9");
  await page.getByRole("button", { name: "Run backtest" }).click();
  await expect(page).toHaveURL(resultAddress());
  await expect(page.getByText(/expires in 4 days/)).toBeVisible();
  await expect(page.getByText("Day files are gzip of level 9.")).toBeVisible();
});

test("a quota that is used up is said where results are listed", async ({ page, server }) => {
  const status = await server.run({ user: "full", from: "2019-01-01", to: "2024-12-31" });
  expect(status.error).toContain("full has used");
  await page.goto("/r/full");
  await expect(page.getByTestId("usage")).toContainText("no run begins until some of it is cleared");
  await expect(page.getByRole("article").getByText("failed")).toBeVisible();
});
