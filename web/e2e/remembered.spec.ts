// What outlives results: a trader names and tags a result, finds it by its tag, and sees the runs before it.

import { API, RSI, resultAddress, USER } from "./server";
import { expect, test } from "./serving";

test.use({ serving: { name: "remembered" } });

test("a result is named and tagged in place, and chosen by its tag", async ({ page, server }) => {
  await server.run({ from: "2024-10-01", to: "2024-10-04" });
  await server.run({ strategy: "opposite-legs", from: "2024-10-01", to: "2024-10-04" });
  await page.goto(resultAddress());
  await page.getByRole("button", { name: "Add a name, tags or a note" }).click();
  await page.getByLabel("Name").fill("First try <b>");
  await page.getByLabel("Tags, with commas between them").fill("rsi, october, RSI");
  await page.getByLabel("Note", { exact: true }).fill("Loses on expiry days.\nSee October.");
  await page.getByRole("button", { name: "Save notes" }).click();
  const notes = page.getByRole("region", { name: "Notes" });
  await expect(notes).toContainText("First try <b>");
  await expect(notes.getByText("october", { exact: true })).toBeVisible();

  await page.goto(`/r/${USER}`);
  await expect(page.getByRole("article")).toHaveCount(2);
  await page.getByRole("button", { name: "october", exact: true }).click();
  await expect(page.getByRole("article")).toHaveCount(1);
  await expect(page.getByRole("heading", { name: "First try <b>" })).toBeVisible();
  await expect(page.getByRole("article")).toContainText("Two-sided RSI");
  await page.getByRole("button", { name: "Any tag" }).click();
  await expect(page.getByRole("article")).toHaveCount(2);

  await page.goto(resultAddress());
  await page.getByRole("button", { name: "Edit notes" }).click();
  await page.getByLabel("Tags, with commas between them").fill("x".repeat(41));
  await page.getByRole("button", { name: "Save notes" }).click();
  await expect(page.getByRole("alert")).toContainText("tags");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(notes.getByText("october", { exact: true })).toBeVisible();
});

test("the runs of a strategy are listed, also when their results are gone", async ({ page, server }) => {
  const user = "past";
  await server.run({ user, from: "2024-10-01", to: "2024-10-04" });
  const again = { user_id: user, strategy_id: RSI, start_date: "2024-10-07", end_date: "2024-10-08" };
  await fetch(`${server.url}${API}/run`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...again, options: { scale: 2 } }),
  });
  await page.goto(`/r/${user}/${RSI}`);
  await expect(page.getByText("Mon 7 Oct 2024 – Tue 8 Oct 2024").first()).toBeVisible();
  await page.getByText("History", { exact: true }).click();
  const rows = page.getByRole("region", { name: "History" }).locator("tbody tr");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("shown");
  await expect(rows.last()).toContainText("scale 1");
  await expect(rows.last()).toContainText("same");
  await expect(rows.last()).toContainText("Tue 1 Oct 2024");

  await fetch(`${server.url}${API}/clear/${user}/${RSI}`, { method: "DELETE" });
  await page.reload();
  await expect(page.getByText("There are no results of this strategy")).toBeVisible();
  await page.getByText("History", { exact: true }).click();
  await expect(rows).toHaveCount(2);

  await page.goto(`/r/${user}`);
  await page.getByText("Past runs", { exact: true }).click();
  const past = page.getByRole("region", { name: "Past runs" }).locator("tbody tr");
  await expect(past).toHaveCount(1);
  await expect(past).toContainText("gone");
  await past.getByRole("link", { name: /^Two-sided RSI/ }).click();
  await expect(page.getByText("There are no results of this strategy")).toBeVisible();
  await page.getByText("History", { exact: true }).click();
  await page.getByRole("button", { name: "Delete the history" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page.getByText("No run of this strategy has ended yet.")).toBeVisible();
});
