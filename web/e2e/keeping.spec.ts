// How long results are kept and what they take: the list says it, a pin holds, a quota is seen before it stops a run.

import { existsSync, readFileSync } from "node:fs";
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

test("how long results live is changed alone, and taken back", async ({ page, server }) => {
  const user = "alone";
  await server.run({ user, from: "2024-10-01", to: "2024-10-04" });
  const file = join(server.folder, "results", user, RSI, "metadata.json");
  const before = readFileSync(file, "utf8");
  await page.goto(`/r/${user}/${RSI}`);
  await expect(page.getByText(/expires in (29|30) h/)).toBeVisible();
  await page.getByRole("button", { name: "Keep for…" }).click();
  const dialog = page.getByRole("dialog", { name: "How long are these results kept?" });
  await dialog.getByLabel("Hours, from when they were made").fill("soon");
  await dialog.getByRole("button", { name: "Keep", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("no number of hours");
  await dialog.getByLabel("Hours, from when they were made").fill("1000");
  await dialog.getByRole("button", { name: "Keep", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("longer than alone may ask for");
  await dialog.getByLabel("Hours, from when they were made").fill("100");
  await dialog.getByRole("button", { name: "Keep", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/expires in 4 days/)).toBeVisible();
  const { ttl_hours, expires_at, ...others } = JSON.parse(readFileSync(file, "utf8"));
  expect(ttl_hours).toBe(100);
  expect({ ...others, expires_at: JSON.parse(before).expires_at }).toEqual(JSON.parse(before));
  expect(expires_at).not.toBe(JSON.parse(before).expires_at);

  await page.getByRole("button", { name: "Keep for…" }).click();
  await dialog.getByRole("button", { name: "As the run asked" }).click();
  await expect(page.getByText(/expires in (29|30) h/)).toBeVisible();
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("the limits of a user are set, seen and taken back", async ({ page, server }) => {
  const user = "limited";
  await server.run({ user, from: "2024-10-01", to: "2024-10-04" });
  await page.goto(`/r/${user}`);
  await page.getByRole("link", { name: "Change limits" }).click();
  await expect(page).toHaveURL(`/limits?user=${user}`);
  const panel = page.getByRole("region", { name: `Limits of ${user}` });
  await expect(panel.getByTestId("holding")).toContainText("Results live 30 h, as the server says");
  await panel.getByLabel("Results live, hours").fill("5O");
  await panel.getByRole("button", { name: "Save limits" }).click();
  await expect(panel.getByRole("alert")).toContainText("no number of hours");
  await panel.getByLabel("Results live, hours").fill("50");
  await panel.getByLabel("All may take, megabytes").fill("0.1");
  await panel.getByRole("button", { name: "Save limits" }).click();
  await expect(panel.getByRole("status")).toHaveText("Saved.");
  await expect(panel.getByTestId("holding")).toContainText("Results live 50 h, as an administrator says");
  const row = page.getByRole("row").filter({ hasText: user });
  await expect(row).toContainText("0.10 MB in all");

  await page.goto(`/r/${user}`);
  await expect(page.getByTestId("usage")).toContainText("Results live 50 h, as an administrator says");
  await expect(page.getByText(/^in 2 days|^in (49|50) h/)).toBeVisible();
  await page.getByRole("link", { name: "Limits", exact: true }).click();
  await page.getByRole("link", { name: `Change the limits of ${user}` }).click();
  await expect(panel.getByLabel("Results live, hours")).toHaveValue("50");
  await panel.getByRole("button", { name: "Take them back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take them back" }).click();
  await expect(panel.getByRole("status")).toHaveText("Taken back.");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(panel.getByLabel("Results live, hours")).toHaveValue("");
  await expect(row).toHaveCount(0);
  await page.getByLabel("User", { exact: true }).fill("somebody");
  await page.getByRole("button", { name: "Set limits" }).click();
  await expect(page).toHaveURL("/limits?user=somebody");
});
